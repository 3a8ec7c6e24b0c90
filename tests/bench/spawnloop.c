/* SPDX-License-Identifier: Apache-2.0 */
/* The bare limit of starting processes: posix_spawn, so many in flight; one after the other the median is the whole
 * life of one. bench_spawnloop N IN_FLIGHT [PROGRAM ARGUMENT...], /bin/true by default. */
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include "base/clk.h"
#include "base/str.h"

extern char **environ;

static int by_size(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

static void start(char **command)
{
    char path[] = "/bin/true", *otherwise[] = {path, NULL};
    char **argv = *command ? command : otherwise;
    pid_t pid;
    MUST(posix_spawn(&pid, argv[0], NULL, NULL, argv, environ) == 0);
}

int main(int argc, char **argv)
{
    int64_t n, flight;
    if (argc < 3 || !sv_int(sv_of(argv[1]), &n) || !sv_int(sv_of(argv[2]), &flight) || n < 1 || flight < 1)
        return 2;
    int64_t *took = mem_new((size_t)n * sizeof *took), from = clk_mono_us(), last = from;
    int64_t begun = 0;
    for (; begun < flight && begun < n; begun++)
        start(argv + 3);
    for (int64_t i = 0; i < n; i++) {
        MUST(wait(NULL) > 0);
        int64_t now = clk_mono_us();
        took[i] = now - last;
        last = now;
        if (begun++ < n)
            start(argv + 3);
    }
    qsort(took, (size_t)n, sizeof *took, by_size);
    printf("{\"name\":\"posix_spawn\",\"n\":%lld,\"in_flight\":%lld,\"per_s\":%.1f,\"p50_us\":%lld,\"p99_us\":%lld}\n",
           (long long)n, (long long)flight, (double)n * 1e6 / (double)(last - from), (long long)took[n / 2],
           (long long)took[n * 99 / 100]);
    mem_free(took);
    return 0;
}
