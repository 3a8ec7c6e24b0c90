/* SPDX-License-Identifier: Apache-2.0 */
/* What it costs to classify 64 KiB of log, beside a copy of the same bytes and a pass that looks for their line ends. A
 * line of JSON for each kind of log: microseconds (median), ratios, and the class. bench_core_classify [ROUNDS] */
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include "base/clk.h"
#include "base/file.h"
#include "core/classify.h"
#include "core/log_text.h"

enum { ROUNDS_MOST = 999, PASSES = 16 };

static int by_size(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

typedef void work_fn(struct sv log, const struct log_rules *rules, struct failure *ret);

static void classify(struct sv log, const struct log_rules *rules, struct failure *ret)
{
    AUTO(arena_free) struct arena a = {0};
    AUTO(buf_free) struct buf tail = {0};
    log_tail(log, &tail);
    struct failure_signs s = {.exit_code = 1, .tail = buf_view(&tail)};
    failure_classify(&s, rules, &a, ret);
}

static volatile size_t sink;

static void copy(struct sv log, const struct log_rules *rules, struct failure *ret)
{
    static char to[LOG_TAIL];
    (void)rules;
    (void)ret;
    memcpy(to, log.p, log.n < sizeof to ? log.n : sizeof to);
    sink += (unsigned char)to[log.n / 2];
}

static void line_ends(struct sv log, const struct log_rules *rules, struct failure *ret)
{
    (void)rules;
    (void)ret;
    for (ptrdiff_t at; (at = sv_chr(log, '\n')) >= 0; log = sv_from(log, (size_t)at + 1))
        sink++;
}

/* Nanoseconds, so that the copy can be told. */
static int64_t median(work_fn *work, struct sv log, const struct log_rules *rules, int rounds, struct failure *ret)
{
    static int64_t took[ROUNDS_MOST];
    for (int i = 0; i < rounds; i++) {
        int64_t start = clk_cpu_us();
        for (int k = 0; k < PASSES; k++)
            work(log, rules, ret);
        took[i] = (clk_cpu_us() - start) * 1000 / PASSES;
    }
    qsort(took, (size_t)rounds, sizeof took[0], by_size);
    return took[rounds / 2];
}

static void measure(const char *name, struct sv log, const struct log_rules *rules, int rounds)
{
    struct failure f, none;
    log = sv_cut(log, LOG_TAIL);
    int64_t ours = median(classify, log, rules, rounds, &f);
    int64_t bare = median(copy, log, rules, rounds, &none), ends = median(line_ends, log, rules, rounds, &none);
    printf("{\"log\":\"%s\",\"bytes\":%zu,\"classify_us\":%.1f,\"copy_us\":%.2f,\"line_ends_us\":%.2f,"
           "\"times_copy\":%.0f,\"times_line_ends\":%.1f,\"class\":\"%s\"}\n",
           name, log.n, (double)ours / 1e3, (double)bare / 1e3, (double)ends / 1e3,
           (double)ours / (double)(bare ? bare : 1), (double)ours / (double)(ends ? ends : 1),
           failure_class_name[f.class]);
}

static void fill(struct buf *b, const char *line)
{
    buf_clear(b);
    while (b->n < LOG_TAIL)
        buf_str(b, line);
}

/* The logs of the fixtures, one behind the other. */
static void fixtures(struct buf *b)
{
    glob_t found;
    struct err e = {0};
    buf_clear(b);
    if (glob("tests/fixtures/failure/*.log", 0, NULL, &found) != 0)
        return;
    for (size_t i = 0; b->n < LOG_TAIL; i++)
        if (file_read(found.gl_pathv[i % found.gl_pathc], 1 << 20, b, &e) < 0)
            break;
    globfree(&found);
}

int main(int argc, char **argv)
{
    AUTO(log_rules_free) struct log_rules *rules = NULL;
    AUTO(buf_free) struct buf b = {0};
    struct err e = {0};
    int rounds = argc > 1 ? atoi(argv[1]) : 99;
    if (rounds < 1 || rounds > ROUNDS_MOST || log_rules_new(NULL, 0, &rules, &e) < 0)
        return 2;
    fill(&b, "[ 42%] Building C object CMakeFiles/engine.dir/lib/engine/attempt.c.o\n");
    measure("build", buf_view(&b), rules, rounds);
    fill(&b, "\x1b[32m  \xe2\x9c\x93 adds the shipping (12 ms)\x1b[0m\n");
    measure("colours", buf_view(&b), rules, rounds);
    fill(&b, "2024-03-11T10:00:00.123Z WARN pool-3 connection to db:5432 timed out, retrying in 5 s (attempt 1)\n");
    measure("warnings", buf_view(&b), rules, rounds);
    fill(&b, "error: failed: no such file or directory: connection refused\n");
    measure("errors", buf_view(&b), rules, rounds);
    fill(&b, "error ");
    measure("one line", buf_view(&b), rules, rounds);
    fixtures(&b);
    if (b.n)
        measure("fixtures", buf_view(&b), rules, rounds);
    return 0;
}
