/* SPDX-License-Identifier: Apache-2.0 */
#include "process.h"
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>
#include "base/str.h"

static struct sv read_proc(int pid, const char *what, char *room, size_t size)
{
    char path[64];
    snprintf(path, sizeof path, "/proc/%d/%s", pid, what);
    AUTO(fd_closep) int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t n = fd < 0 ? -1 : read(fd, room, size);
    return sv_n(room, n > 0 ? (size_t)n : 0);
}

void process_add(struct process_set *s, int pid)
{
    VEC_PUSH(&s->pids, pid);
}

static int64_t ticks_of(int pid)
{
    char room[2048];
    struct sv text = read_proc(pid, "stat", room, sizeof room), field;
    text = sv_from(text, (size_t)(sv_rchr(text, ')') + 2));
    int64_t sum = 0;
    for (int i = 3; i <= 17 && sv_next(&text, ' ', &field); i++) { /* proc(5): 14 utime, 15 stime, 16, 17 of children */
        int64_t v;
        if (i >= 14 && sv_int(field, &v))
            sum += v;
    }
    return sum;
}

int64_t process_cpu_us(const struct process_set *s)
{
    int64_t ticks = 0;
    for (size_t i = 0; i < s->pids.n; i++)
        ticks += ticks_of(s->pids.at[i]);
    return ticks * 1000000 / sysconf(_SC_CLK_TCK);
}

int64_t process_rss_kb(const struct process_set *s)
{
    int64_t sum = 0;
    for (size_t i = 0; i < s->pids.n; i++) {
        char room[8192];
        struct sv text = read_proc(s->pids.at[i], "status", room, sizeof room), line;
        int64_t kb;
        while (sv_next(&text, '\n', &line))
            if (sv_starts(line, SV("VmRSS:")) && sv_int(sv_trim(sv_cut(sv_from(line, 6), line.n - 9)), &kb))
                sum += kb;
    }
    return sum;
}
