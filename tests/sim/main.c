/* SPDX-License-Identifier: Apache-2.0 */
/* sim scenario FILE…            runs scenario files
 * sim seeds FIRST COUNT [-v]    random histories: deliveries, crashes, reboots are not among them, faults of the forge */
#include <stdio.h>
#include <stdlib.h>
#include "core/backoff.h"
#include "scenario.h"

static uint64_t below(struct world *w, uint64_t n)
{
    return random_next(&w->random) % n;
}

/* Workflows of random shape: chains, fans, failures, cleanups, issues. */
static void random_workflow(struct world *w, int no)
{
    AUTO(buf_free) struct buf b = {0};
    AUTO(buf_free) struct buf name = {0};
    buf_fmt(&name, "w%d.yml", no);
    buf_fmt(&b, "name: w%d\non: [push, pull_request]\njobs:\n", no);
    int jobs = 1 + (int)below(w, 4);
    for (int j = 0; j < jobs; j++) {
        buf_fmt(&b, "  j%d:\n", j);
        if (j && below(w, 2))
            buf_fmt(&b, "    needs: [j%d]\n", (int)below(w, (uint64_t)j));
        if (below(w, 6) == 0)
            buf_str(&b, "    if: always()\n");
        buf_str(&b, "    steps:\n");
        int steps = 1 + (int)below(w, 3);
        for (int s = 0; s < steps; s++) {
            if (below(w, 5) == 0)
                buf_fmt(&b, "      - uses: issue\n        with: {title: t%d, fingerprint: f%d}\n", no, (int)below(w, 3));
            else
                buf_fmt(&b, "      - run: sleep %d.%d exit %d\n", (int)below(w, 3), (int)below(w, 10), below(w, 8) == 0);
            if (s && below(w, 6) == 0)
                buf_str(&b, "        if: failure()\n");
        }
    }
    if (!world_workflow(w, arena_strdup(&w->arena, name.p), buf_view(&b)))
        world_fail(w, "a generated workflow has errors");
}

static void random_deed(struct world *w, int *shas)
{
    static const char hex[] = "abcdef0123456789";
    char sha[41];
    uint64_t k = below(w, 20);
    if (k < 9) {
        for (int i = 0; i < 40; i++)
            sha[i] = hex[below(w, 16)];
        sha[40] = 0;
        (*shas)++;
        char *p = k < 6 ? payload_push("acme/api", sha, "refs/heads/main")
                        : payload_change("acme/api", sha, *shas, k == 8 ? "fork/api" : "acme/api");
        world_deliver(w, k < 6 ? "push" : "pull_request", p);
        mem_free(p);
    } else if (k < 14) {
        world_crash(w);
        if (below(w, 2)) /* processes end, and senders are refused, while nobody is there */
            world_run(w, w->now + (msec_t)below(w, 4000));
        world_start(w);
    } else if (k == 14) {
        w->forge.away_until = w->now + (msec_t)below(w, 3600000);
    } else if (k == 15 && w->store.runs.n) {
        world_cancel(w, w->store.runs.at[below(w, w->store.runs.n)]->id);
    } else {
        world_run(w, w->now + (msec_t)below(w, 3000));
    }
}

static int one_seed(uint64_t seed, bool tell)
{
    struct world w;
    int shas = 0;
    world_init(&w, seed);
    w.conf.slots = 1 + (int)below(&w, 4);
    for (int i = 0, n = 1 + (int)below(&w, 3); i < n; i++)
        random_workflow(&w, i);
    w.forge.fault_percent = (int)below(&w, 30);
    world_start(&w);
    for (int i = 0; i < 40 && !w.failed.cls; i++) {
        random_deed(&w, &shas);
        world_run(&w, w.now + (msec_t)below(&w, 40));
    }
    world_settle(&w, 7 * (msec_t)86400000);
    if (!w.failed.cls)
        world_check(&w);
    if (w.failed.cls)
        printf("seed %llu: %s\n", (unsigned long long)seed, w.failed.msg);
    else if (tell)
        printf("seed %llu: %zu deliveries, %zu runs, %zu processes, %u crashes, %zu statuses, %zu issues, %u steps\n",
               (unsigned long long)seed, w.store.deliveries.n, w.store.runs.n, w.processes.n, w.crashes,
               w.forge.statuses.n, w.forge.issues.n, w.steps);
    int rc = w.failed.cls ? 1 : 0;
    world_done(&w);
    return rc;
}

int main(int argc, char **argv)
{
    int bad = 0;
    if (argc >= 4 && strcmp(argv[1], "seeds") == 0) {
        uint64_t first = strtoull(argv[2], NULL, 10), count = strtoull(argv[3], NULL, 10);
        for (uint64_t s = first; s < first + count; s++)
            bad += one_seed(s, argc > 4);
        printf("%llu passed, %d failed\n", (unsigned long long)count - (unsigned long long)bad, bad);
        return bad > 0;
    }
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
