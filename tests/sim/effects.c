/* SPDX-License-Identifier: Apache-2.0 */
/* Many effects, as a busy server has them, at a forge that insists on GitHub's limits and whose token somebody else
 * uses too: one answer in ten is lost, one in twenty is a 5xx (before or after the deed), now and then it is told of
 * too many calls for minutes, it is away for an hour, and the server dies. In the end every effect is at the forge
 * once, the last status is the last state, and no call came before it was allowed (invariants.c, forge_limit.c). */
#include "modes.h"
#include <stdio.h>
#include "core/backoff.h"
#include "scenario.h"

enum {
    REPOS = 8,
    EVERY_MS = 9000, /* a push of one of them */
    RUNS_A_DEATH = 60,
    RUNS_A_STORM = 45,
    QUOTA = 2200 /* calls an hour: less than the 5,000 that are known in advance */
};

static const char workflow[] = "name: ci\non: push\nreport: {check: true}\njobs:\n"
                               "  build: {steps: [{run: sleep 2}]}\n"
                               "  test:\n    needs: build\n    steps:\n"
                               "      - run: sleep 4 note 0\n"
                               "      - {uses: issue, with: {title: \"of ${{ github.sha }}\", fingerprint: \"f${{ "
                               "github.run_number }}\"}}\n";

/* By number of the call, as in histories: of a hundred, ten answers are lost and five are a 5xx. */
static void strew(struct world *w, uint64_t *r, size_t calls)
{
    for (size_t i = 1; i <= calls; i++) {
        uint64_t luck = random_next(r) % 100;
        enum sim_fault f = luck < 10   ? FAULT_LOST_ANSWER
                           : luck < 12 ? FAULT_500_AFTER
                           : luck < 15 ? FAULT_500
                                       : FAULT_NONE;
        if (f)
            map_put_id(&w->forge.at, (int64_t)i, (void *)(uintptr_t)f);
    }
}

static void misery(struct world *w, uint64_t *r, size_t i)
{
    if (i % RUNS_A_STORM == RUNS_A_STORM - 1) {
        w->forge.storm = random_next(r) % 2 ? FAULT_LIMIT : FAULT_SECONDARY;
        w->forge.storm_until = w->now + (msec_t)(random_next(r) % 300000);
    }
    if (i == 100 || i % 1000 == 999)
        w->forge.away_until = w->now + 3600000;
    if (i % RUNS_A_DEATH == RUNS_A_DEATH - 1) {
        world_crash(w, (size_t)(random_next(r) % 3));
        world_run(w, w->now + (msec_t)(random_next(r) % 4000));
        world_start(w);
    }
}

static size_t of_state(const struct world *w, enum effect_state s)
{
    size_t n = 0;
    for (size_t i = 0; i < w->store.effects.n; i++)
        n += w->store.effects.at[i].state == s;
    return n;
}

static size_t push_all(struct world *w, uint64_t *r, size_t effects)
{
    size_t i = 0;
    for (; w->store.effects.n < effects && !w->failed.cls; i++) {
        char sha[41], repo[32];
        snprintf(sha, sizeof sha, "%040zx", i + 1);
        snprintf(repo, sizeof repo, "acme/r%zu", i % REPOS);
        char *p = payload_push(repo, sha, "refs/heads/main");
        world_deliver(w, "push", p);
        mem_free(p);
        misery(w, r, i);
        world_run(w, w->now + EVERY_MS);
    }
    world_settle(w, 40 * (msec_t)86400000);
    if (!w->failed.cls)
        world_check(w);
    return i;
}

int mode_effects(uint64_t seed, uint64_t effects)
{
    struct world w;
    uint64_t r = seed;
    world_init(&w, seed);
    msec_t began = w.now;
    w.conf.slots = 8;
    limit_set(&w, w.forges[0].ops->limits);
    w.forge.limit.quota = w.forge.limit.quota_left = QUOTA;
    strew(&w, &r, 4 * effects);
    MUST(world_workflow(&w, "ci.yml", sv_of(workflow)));
    world_start(&w);
    size_t runs = push_all(&w, &r, effects), n = w.store.effects.n, sent = of_state(&w, EFFECT_SENT);
    printf("%zu effects of %zu runs: %zu sent, %zu needless (%.0f %%); %u calls (%.2f for each change of state) in "
           "%.1f h, "
           "%u deaths; %zu statuses, %zu check runs, %zu issues at the forge: %s\n",
           n, runs, sent, of_state(&w, EFFECT_COALESCED), n ? 100.0 * (double)(n - sent) / (double)n : 0, w.forge.calls,
           n ? (double)w.forge.calls / (double)n : 0, (double)(w.now - began) / 3600000, w.crashes, w.forge.statuses.n,
           w.forge.checks.n, w.forge.issues.n, w.failed.cls ? w.failed.msg : "all invariants hold");
    int rc = w.failed.cls || n < effects;
    world_done(&w);
    return rc;
}
