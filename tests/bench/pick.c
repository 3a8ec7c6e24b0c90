/* SPDX-License-Identifier: Apache-2.0 */
/* What it costs to choose the next job among many that are ready: 1,000 repositories of 100 organisations, ten runs
 * each, a tenth of the jobs with locks. Each job that is taken ends at once and another comes in its place. One JSON
 * line. job_bytes: what a job that waits takes beyond its row, in the engine and in the scheduler, with its places in
 * the lists of both. bench_pick [READY [PICKS]] */
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include "engine/state.h"

enum { ORGANISATIONS = 100, REPOS = 1000, RUNS = 10000, LOCKS = 500, SLOTS = 64 };

struct bench {
    struct ready ready;
    struct ready_run *runs;
    struct ready_job *jobs;
    struct ready_need *needs;
    struct ready_lock *locks[LOCKS];
    uint64_t seed;
    int64_t ids;
};

static uint64_t draw(struct bench *b, uint64_t below)
{
    b->seed = b->seed * 6364136223846793005u + 1442695040888963407u;
    return (b->seed >> 33) % below;
}

static void open_runs(struct bench *b)
{
    char organisation[32], repo[32];
    for (int i = 0; i < RUNS; i++) {
        int n = i % REPOS;
        snprintf(organisation, sizeof organisation, "forge:org%d", n % ORGANISATIONS);
        snprintf(repo, sizeof repo, "repo%d", n);
        b->runs[i] = (struct ready_run){.id = ++b->ids,
                                        .arrived = i * 1000,
                                        .remaining = (msec_t)draw(b, 900000),
                                        .priority = draw(b, 50) ? PRIO_NORMAL : PRIO_CRITICAL};
        ready_open(&b->ready, &b->runs[i], sv_of(organisation), sv_of(repo));
    }
}

static void comes(struct bench *b, struct ready_job *j, size_t at)
{
    msec_t estimate = 1000 + (msec_t)draw(b, 60000);
    *j = (struct ready_job){.run = &b->runs[draw(b, RUNS)],
                            .id = ++b->ids,
                            .estimate = estimate,
                            .p90 = 2 * estimate,
                            .rank = (int64_t)draw(b, 600000),
                            .slots = 1};
    if (draw(b, 10) == 0) {
        b->needs[at] = (struct ready_need){.lock = b->locks[draw(b, LOCKS)], .units = 1};
        j->needs = &b->needs[at];
        j->n_needs = 1;
    }
    ready_add(&b->ready, j);
}

static int by_size(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

static int64_t clock_ns(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * 1000000000ll + t.tv_nsec;
}

/* A steady state: the slots are full, one job ends, the next is chosen. */
static void measure(struct bench *b, int64_t *took, size_t picks)
{
    struct ready_job *running[SLOTS];
    size_t n = 0;
    while (n < SLOTS && (running[n] = ready_take(&b->ready, 0)))
        n++;
    for (size_t i = 0; i < picks; i++) {
        struct ready_job *over = running[i % n];
        ready_give_back(&b->ready, over, (msec_t)draw(b, 60000));
        int64_t start = clock_ns();
        running[i % n] = ready_take(&b->ready, (msec_t)i);
        took[i] = clock_ns() - start;
        MUST(running[i % n]);
        comes(b, over, (size_t)(over - b->jobs));
    }
    for (size_t i = 0; i < n; i++)
        ready_give_back(&b->ready, running[i], 0);
}

int main(int argc, char **argv)
{
    size_t ready = argc > 1 ? (size_t)atol(argv[1]) : 100000, picks = argc > 2 ? (size_t)atol(argv[2]) : 200000;
    struct bench b = {.seed = 1};
    if (ready <= SLOTS || picks == 0) {
        fprintf(stderr, "bench_pick [READY [PICKS]]\n");
        return 2;
    }
    ready_init(&b.ready, SLOTS, NULL);
    b.runs = mem_new(RUNS * sizeof *b.runs);
    b.jobs = mem_new(ready * sizeof *b.jobs);
    b.needs = mem_new(ready * sizeof *b.needs);
    int64_t *took = mem_new(picks * sizeof *took);
    open_runs(&b);
    for (int i = 0; i < LOCKS; i++) {
        char name[32];
        snprintf(name, sizeof name, "lock%d", i);
        b.locks[i] = ready_lock_get(&b.ready, sv_of(name), READY_LOCK, 1);
    }
    size_t before = mallinfo2().uordblks + mallinfo2().hblkhd;
    for (size_t i = 0; i < ready; i++)
        comes(&b, &b.jobs[i], i);
    size_t heaps = mallinfo2().uordblks + mallinfo2().hblkhd - before;
    measure(&b, took, picks);
    size_t after = mallinfo2().uordblks + mallinfo2().hblkhd - before;
    heaps = after > heaps ? after : heaps;
    qsort(took, picks, sizeof *took, by_size);
    printf("{\"ready\":%zu,\"p50_ns\":%lld,\"p99_ns\":%lld,\"p999_ns\":%lld,\"node_bytes\":%zu,"
           "\"heap_bytes\":%zu,\"job_bytes\":%zu}\n",
           ready, (long long)took[picks / 2], (long long)took[picks * 99 / 100], (long long)took[picks * 999 / 1000],
           sizeof(struct ready_job), heaps / ready,
           sizeof(struct live_job) + sizeof(struct live_job *) + heaps / ready);
    for (size_t i = 0; i < ready; i++)
        ready_drop(&b.ready, &b.jobs[i]);
    for (int i = 0; i < LOCKS; i++)
        ready_lock_put(&b.ready, b.locks[i]);
    for (int i = 0; i < RUNS; i++)
        ready_close(&b.ready, &b.runs[i]);
    ready_done(&b.ready);
    mem_free(b.runs);
    mem_free(b.jobs);
    mem_free(b.needs);
    mem_free(took);
    return 0;
}
