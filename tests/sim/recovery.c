/* SPDX-License-Identifier: Apache-2.0 */
/* How much of what passes by itself is recovered without a person, and how much is tried again in vain. Twelve
 * repositories, a push every two minutes of each, runs of three jobs with three steps. Steps meet misfortunes, of which
 * one in forty that is the step's own fault looks like the network's; the server dies now and then. */
#include "modes.h"
#include <stdio.h>
#include <stdlib.h>
#include "misfortune.h"
#include "scenario.h"

enum { REPOS = 12, EVERY_MS = 120000, RECOVERED_GOAL = 90, WASTED_GOAL = 5, DEATH_EVERY = 200 };

static const char workflow[] = "name: ci\non: push\nretry: {attempts: 4, backoff: 5s}\njobs:\n"
                               "  build: {steps: [{run: sleep 2}, {run: sleep 4}, {run: sleep 3}]}\n"
                               "  test: {needs: build, steps: [{run: sleep 2}, {run: sleep 9}, {run: sleep 1}]}\n"
                               "  pack: {needs: build, steps: [{run: sleep 1}, {run: sleep 5}, {run: sleep 2}]}\n";

struct tally {
    int met, recovered, tried_again, tries;
};

static const struct step *step_of(const struct world *w, int64_t id)
{
    for (size_t i = 0; i < w->store.runs.n; i++)
        for (size_t k = 0; k < w->store.runs.at[i]->n_jobs; k++) {
            const struct job *j = w->store.runs.at[i]->jobs[k];
            for (size_t n = 0; n < j->n_steps; n++)
                if (j->steps[n].id == id)
                    return &j->steps[n];
        }
    return NULL;
}

static void count(const struct world *w, const struct misfortunes *m, struct tally t[LUCK_N])
{
    for (size_t i = 0; i < m->all.n; i++) {
        const struct misfortune *x = m->all.at[i];
        const struct step *s = step_of(w, x->step);
        t[x->kind].met++;
        t[x->kind].recovered += s && s->state == WORK_DONE && s->outcome == CONC_SUCCESS;
        t[x->kind].tried_again += x->tries > 1;
        t[x->kind].tries += x->tries - 1;
    }
}

static void push_all(struct world *w, int runs)
{
    for (int i = 0; i < runs && !w->failed.cls; i++) {
        char sha[41], repo[32];
        snprintf(sha, sizeof sha, "%040x", i + 1);
        snprintf(repo, sizeof repo, "acme/r%d", i % REPOS);
        char *p = payload_push(repo, sha, "refs/heads/main");
        world_deliver(w, "push", p);
        mem_free(p);
        if (i % DEATH_EVERY == DEATH_EVERY - 1) {
            world_crash(w, 1);
            world_start(w);
        }
        world_run(w, w->now + EVERY_MS / REPOS);
    }
    world_settle(w, 7 * (msec_t)86400000);
    if (!w->failed.cls)
        world_check(w);
}

static int percent(int part, int of)
{
    return of ? part * 100 / of : 0;
}

static int judge(const struct tally t[LUCK_N], const struct misfortunes *m)
{
    struct tally passing = {0}, own = {0};
    for (int k = 0; k < LUCK_N; k++) {
        struct tally *to = misfortune_passes((enum misfortune_kind)k) ? &passing : &own;
        to->met += t[k].met;
        to->recovered += t[k].recovered;
        to->tries += t[k].tries;
        to->tried_again += t[k].tried_again;
        printf("%-20s %5d met, %5d recovered (%d %%), %5d further tries\n", misfortune_name[k], t[k].met,
               t[k].recovered, percent(t[k].recovered, t[k].met), t[k].tries);
    }
    bool ok = passing.recovered * 100 >= passing.met * RECOVERED_GOAL && own.tried_again * 100 <= own.met * WASTED_GOAL;
    printf("%llu steps; of %d transient faults %d recovered without a person (%.1f %%, goal %d); of %d deterministic "
           "failures %d were tried again in vain (%.1f %%, goal at most %d), %d times in all: %s\n",
           (unsigned long long)m->steps, passing.met, passing.recovered,
           passing.met ? 100.0 * passing.recovered / passing.met : 0, RECOVERED_GOAL, own.met, own.tried_again,
           own.met ? 100.0 * own.tried_again / own.met : 0, WASTED_GOAL, own.tries, ok ? "reached" : "MISSED");
    return ok ? 0 : 1;
}

int mode_recovery(uint64_t seed, int runs)
{
    struct world w;
    struct misfortunes m = {.random = seed, .per_10000 = {160, 50, 60, 50, 200, 5}};
    struct tally t[LUCK_N] = {0};
    world_init(&w, seed);
    w.conf.slots = 24;
    w.misfortunes = &m;
    MUST(world_workflow(&w, "ci.yml", sv_of(workflow)));
    world_start(&w);
    push_all(&w, runs);
    if (w.failed.cls)
        printf("%s\n", w.failed.msg);
    count(&w, &m, t);
    int rc = judge(t, &m) || w.failed.cls;
    VEC_FREE(&m.all);
    map_free(&m.by_step);
    world_done(&w);
    return rc;
}
