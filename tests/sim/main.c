/* SPDX-License-Identifier: Apache-2.0 */
/* sim scenario FILE…            runs scenario files
 * sim seeds FIRST COUNT [-v]    random histories: deliveries, replays, cancellations, crashes, reboots, new
 *                               configurations, clocks that are set, faults of git, the store's readers and the forge.
 *                               Each is lived twice, in two processes (whose maps have different orders): I14 */
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>
#include "base/file.h"
#include "core/backoff.h"
#include "scenario.h"

static uint64_t below(struct world *w, uint64_t n)
{
    return random_next(&w->random) % n;
}

/* One of `n` texts; the first one of them half the time. */
static const char *pick(struct world *w, const char *const *texts, size_t n)
{
    return below(w, 2) ? texts[0] : texts[below(w, n)];
}

static void random_steps(struct world *w, int no, struct buf *b)
{
    static const char *const conds[] = {"",
                                        "failure()",
                                        "always()",
                                        "env.A == 'x' && !failure()",
                                        "cancelled()",
                                        "steps.s0.outcome != 'success'",
                                        "contains(github.ref, 'main')"};
    int steps = 1 + (int)below(w, 3);
    buf_str(b, "    steps:\n");
    for (int s = 0; s < steps; s++) {
        bool first = s == 0;
        if (!first && below(w, 5) == 0)
            buf_fmt(b, "      - uses: issue\n        with: {title: \"t%d\", fingerprint: f%d}\n", no, (int)below(w, 3));
        else if (!first && below(w, 6) == 0)
            buf_str(b, "      - uses: cache\n        with: {path: p, key: k}\n");
        else
            buf_fmt(b, "      - id: s%d\n        run: sleep %d.%d exit %d output v=%d env A=x note %d\n", s,
                    (int)below(w, 3), (int)below(w, 10), below(w, 8) == 0, s, (int)below(w, 3) * 20);
        const char *cond = pick(w, conds, ARRAY_LEN(conds));
        if (!first && cond[0])
            buf_fmt(b, "        if: %s\n", cond);
        if (below(w, 8) == 0)
            buf_str(b, "        continue-on-error: ${{ github.event_name == 'push' }}\n");
        if (below(w, 10) == 0)
            buf_str(b, "        env: {H: \"${{ hashFiles('x') }}\", B: \"${{ env.A }}\"}\n");
    }
}

static void random_matrix(struct world *w, bool needs, struct buf *b)
{
    static const char *const shapes[] = {"{n: [1, 2, 3]}", "{n: [1, 2], os: [a, b], exclude: [{n: 1, os: b}]}",
                                         "{n: [1], include: [{n: 1, x: y}, {z: 1}]}",
                                         "{n: \"${{ fromJSON('[1, 2]') }}\"}", "{n: \"${{ fromJSON('[]') }}\"}"};
    buf_fmt(b, "    strategy:\n      matrix: %s\n", pick(w, shapes, ARRAY_LEN(shapes)));
    if (below(w, 3) == 0)
        buf_str(b, "      fail-fast: false\n");
    if (below(w, 3) == 0)
        buf_fmt(b, "      max-parallel: %d\n", 1 + (int)below(w, 2));
    if (needs && below(w, 4) == 0)
        buf_str(b, "    name: leg ${{ matrix.n }} of ${{ strategy.job-total }}\n");
}

static void random_job(struct world *w, int no, int j, struct buf *b)
{
    static const char *const conds[] = {"",
                                        "always()",
                                        "failure()",
                                        "github.event_name == 'push'",
                                        "always() && github.ref != ''",
                                        "${{ !cancelled() }}",
                                        "${{ !failure() }}"};
    static const char *const groups[] = {"", "one", "two", "${{ github.ref }}"};
    bool needs = j && below(w, 2);
    buf_fmt(b, "  j%d:\n", j);
    if (needs)
        buf_fmt(b, "    needs: [j%d]\n", (int)below(w, (uint64_t)j));
    const char *cond = below(w, 2) ? "" : pick(w, conds, ARRAY_LEN(conds)), *group = pick(w, groups, ARRAY_LEN(groups));
    if (cond[0])
        buf_fmt(b, "    if: %s\n", cond);
    if (below(w, 3) == 0 && group[0])
        buf_fmt(b, "    concurrency: {group: \"%s\", %s}\n", group,
                below(w, 2) ? "cancel-in-progress: true" : "queue: all");
    if (below(w, 4) == 0)
        random_matrix(w, needs, b);
    if (below(w, 6) == 0) {
        buf_str(b, "    uses: called\n    with: {n: 3}\n");
        return;
    }
    if (below(w, 6) == 0)
        buf_str(b, "    continue-on-error: true\n");
    if (below(w, 8) == 0)
        buf_fmt(b, "    resources: {slots: %d, locks: [one, \"${{ github.ref }}\"]}\n", 1 + (int)below(w, 2));
    buf_str(b, "    outputs: {v: \"${{ steps.s0.outputs.v }}\"}\n");
    random_steps(w, no, b);
}

/* What others call; its jobs are as random as theirs. */
static void random_called(struct world *w)
{
    AUTO(buf_free) struct buf b = {0};
    buf_str(&b, "name: called\non:\n  workflow_call:\n    inputs: {n: {type: number, default: 1}}\n"
                "    outputs: {v: {value: \"${{ jobs.c0.outputs.v }}\"}}\njobs:\n  c0:\n"
                "    outputs: {v: \"${{ inputs.n }}\"}\n");
    random_steps(w, 9, &b);
    buf_fmt(&b, "  c1:\n    needs: c0\n    if: %s\n", below(w, 2) ? "always()" : "inputs.n == 3");
    random_steps(w, 9, &b);
    if (!world_workflow(w, "called.yml", buf_view(&b)))
        world_fail(w, "the generated called workflow has errors");
}

/* Workflows of random shape: chains, fans, failures, cleanups, issues, matrices, calls, groups. */
static void random_workflow(struct world *w, int no)
{
    static const char *const groups[] = {"concurrency: one\n", "concurrency: {group: two, cancel-in-progress: true}\n",
                                         "concurrency: {group: one, queue: all}\n",
                                         "concurrency: w-${{ github.ref }}\n"};
    AUTO(buf_free) struct buf b = {0};
    AUTO(buf_free) struct buf name = {0};
    buf_fmt(&name, "w%d.yml", no);
    buf_fmt(&b, "name: w%d\non: [push, pull_request]\nenv: {E: \"${{ github.sha }}\"}\n", no);
    if (below(w, 3) == 0)
        buf_str(&b, pick(w, groups, ARRAY_LEN(groups)));
    if (below(w, 4) == 0)
        buf_str(&b, "run-name: no ${{ github.run_number }}\n");
    if (below(w, 2))
        buf_str(&b, "report: {check: true}\n");
    if (below(w, 5) == 0)
        buf_str(&b, below(w, 2) ? "limits: {queue: 3s}\n" : "limits: {minutes: 1, queue: 20s}\n");
    if (below(w, 5) == 0)
        buf_str(&b, "priority: ${{ github.ref_name == 'main' && 'high' || 'low' }}\n");
    buf_str(&b, "jobs:\n");
    for (int j = 0, n = 1 + (int)below(w, 4); j < n; j++)
        random_job(w, no, j, &b);
    if (!world_workflow(w, arena_strdup(&w->arena, name.p), buf_view(&b)))
        world_fail(w, "a generated workflow has errors");
}

/* Listens to what the others do, and has its own times. */
static void random_listener(struct world *w)
{
    AUTO(buf_free) struct buf b = {0};
    buf_str(&b, "name: listener\non:\n  workflow_run: {workflows: [w0], types: [completed]}\n");
    if (below(w, 4) == 0)
        buf_str(&b, "  schedule: [{cron: '0 4 * * 1'}]\n");
    buf_str(&b, "jobs:\n  l:\n    if: github.event_name != 'x'\n");
    random_steps(w, 8, &b);
    if (!world_workflow(w, "listener.yml", buf_view(&b)))
        world_fail(w, "the generated listener has errors");
}

static void random_workflows(struct world *w)
{
    random_called(w);
    if (below(w, 3) == 0)
        random_listener(w);
    for (int i = 0, n = 1 + (int)below(w, 3); i < n; i++)
        random_workflow(w, i);
}

static void random_delivery(struct world *w, int *shas)
{
    static const char hex[] = "abcdef0123456789";
    static char sha[41]; /* now and then the commit of the delivery before */
    uint64_t k = below(w, 9);
    if (*shas == 0 || below(w, 4)) {
        for (int i = 0; i < 40; i++)
            sha[i] = hex[below(w, 16)];
        (*shas)++;
    }
    char *p = k < 6 ? payload_push("acme/api", sha, "refs/heads/main")
                    : payload_change("acme/api", sha, *shas, k == 8 ? "fork/api" : "acme/api");
    world_deliver(w, k < 6 ? "push" : "pull_request", p);
    mem_free(p);
}

static void random_end(struct world *w)
{
    if (below(w, 3))
        world_crash(w);
    else
        world_reboot(w);
    if (below(w, 2)) /* processes end, and senders are refused, while nobody is there */
        world_run(w, w->now + (msec_t)below(w, 4000));
    if (below(w, 4) == 0)
        world_clock(w, (msec_t)below(w, 7200000) - 3600000);
    world_start(w);
}

static void random_conf(struct world *w)
{
    struct arena old = world_conf_begin(w);
    random_workflows(w);
    w->conf.slots = 1 + (int)below(w, 4);
    world_conf_end(w, old);
}

static void random_deed(struct world *w, int *shas)
{
    uint64_t k = below(w, 26);
    if (k < 9)
        random_delivery(w, shas);
    else if (k < 14)
        random_end(w);
    else if (k == 14)
        w->forge.away_until = w->now + (msec_t)below(w, 3600000);
    else if (k == 15 && w->store.runs.n)
        world_cancel(w, w->store.runs.at[below(w, w->store.runs.n)]->id);
    else if (k == 16 && w->store.deliveries.n)
        world_replay(w, w->store.deliveries.at[below(w, w->store.deliveries.n)].d.id);
    else if (k == 17)
        random_conf(w);
    else if (k == 18)
        world_clock(w, (msec_t)below(w, 240000) - 120000);
    else if (k == 19)
        world_queue(w, (enum queue_wish)below(w, 2), 0);
    else if (k == 20 && w->store.runs.n)
        world_queue(w, QUEUE_BUMP, w->store.runs.at[below(w, w->store.runs.n)]->id);
    else
        world_run(w, w->now + (msec_t)below(w, 3000));
}

static int one_seed(uint64_t seed, bool tell, uint64_t *ret_hash)
{
    struct world w;
    int shas = 0;
    world_init(&w, seed);
    w.conf.slots = 1 + (int)below(&w, 4);
    random_workflows(&w);
    w.forge.fault_percent = (int)below(&w, 30);
    w.trouble_percent = below(&w, 2) ? (int)below(&w, 30) : 0;
    world_start(&w);
    for (int i = 0; i < 40 && !w.failed.cls; i++) {
        random_deed(&w, &shas);
        world_run(&w, w.now + (msec_t)below(&w, 40));
    }
    world_queue(&w, QUEUE_RESUME, 0);
    world_settle(&w, 7 * (msec_t)86400000);
    if (!w.failed.cls)
        world_check(&w);
    if (w.failed.cls)
        printf("seed %llu: %s\n", (unsigned long long)seed, w.failed.msg);
    else if (tell)
        printf("seed %llu: %zu deliveries, %zu runs, %zu processes, %u crashes, %zu statuses, %zu checks, %zu issues, "
               "%u steps, journal %zu %016llx\n",
               (unsigned long long)seed, w.store.deliveries.n, w.store.runs.n, w.processes.n, w.crashes,
               w.forge.statuses.n, w.forge.checks.n, w.forge.issues.n, w.steps, w.store.journal,
               (unsigned long long)w.store.journal_hash);
    *ret_hash = w.store.journal_hash ^ w.forge.statuses.n << 32 ^ w.forge.checks.n << 48 ^ w.forge.issues.n ^
                (uint64_t)w.steps << 16;
    int rc = w.failed.cls ? 1 : 0;
    world_done(&w);
    return rc;
}

enum { LIVES_FD = 3 };

/* "sim lives FIRST COUNT": what came of each seed, for the process that started this one. */
static int lives(uint64_t first, uint64_t count)
{
    MUST(freopen("/dev/null", "w", stdout) != NULL);
    for (uint64_t s = first; s < first + count; s++) {
        uint64_t hash;
        one_seed(s, false, &hash);
        if (fd_write_all(LIVES_FD, &hash, sizeof hash) < 0)
            return 1;
    }
    return 0;
}

/* The second life of each seed, in a new program: maps are hashed under a key that is made at its start. */
static pid_t second_lives(char *const *words, int *ret_fd)
{
    int ends[2];
    char *const argv[] = {words[0], (char[]){"lives"}, words[2], words[3], NULL};
    MUST(pipe(ends) == 0);
    pid_t pid = fork();
    MUST(pid >= 0);
    if (pid == 0) {
        if (ends[1] == LIVES_FD || dup2(ends[1], LIVES_FD) == LIVES_FD)
            execv("/proc/self/exe", argv);
        _exit(1);
    }
    close(ends[1]);
    *ret_fd = ends[0];
    return pid;
}

static int all_seeds(char *const *words, uint64_t first, uint64_t count, bool tell)
{
    int fd, bad = 0;
    pid_t child = second_lives(words, &fd);
    for (uint64_t s = first; s < first + count; s++) {
        uint64_t hash, again = 0;
        int rc = one_seed(s, tell, &hash);
        if (read(fd, &again, sizeof again) != (ssize_t)sizeof again || hash != again) {
            printf("seed %llu: I14: the same seed gave another history\n", (unsigned long long)s);
            rc = 1;
        }
        bad += rc;
    }
    close(fd);
    waitpid(child, NULL, 0);
    printf("%llu passed, %d failed\n", (unsigned long long)count - (unsigned long long)bad, bad);
    return bad > 0;
}

int main(int argc, char **argv)
{
    int bad = 0;
    uint64_t first = argc >= 4 ? strtoull(argv[2], NULL, 10) : 0, count = argc >= 4 ? strtoull(argv[3], NULL, 10) : 0;
    if (argc >= 4 && strcmp(argv[1], "lives") == 0)
        return lives(first, count);
    if (argc >= 4 && strcmp(argv[1], "seeds") == 0)
        return all_seeds(argv, first, count, argc > 4);
    if (argc < 3 || strcmp(argv[1], "scenario") != 0) {
        fprintf(stderr, "usage: sim scenario FILE… | sim seeds FIRST COUNT [-v]\n");
        return 2;
    }
    for (int i = 2; i < argc; i++) {
        struct err e = {0};
        int rc = scenario_run(argv[i], &e);
        printf("%s %s%s%s\n", rc == 0 ? "ok" : "FAILED", argv[i], rc == 0 ? "" : ": ", rc == 0 ? "" : e.msg);
        bad += rc != 0;
    }
    printf("%d passed, %d failed\n", argc - 2 - bad, bad);
    return bad > 0;
}
