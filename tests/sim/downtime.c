/* SPDX-License-Identifier: Apache-2.0 */
/* A day without the server, at each forge: what was missed is recovered or made up, and nothing is done twice.
 * Some days at the forge: before, the server is there; then it is away for 24 hours; then it comes back, with a forge
 * that is busy, answers that come late and lost, and deaths; then no webhook gets through for some hours. */
#include <stdio.h>
#include <stdlib.h>
#include "core/backoff.h"
#include "hub.h"
#include "modes.h"

enum { REPOS = 4, BRANCHES = 5, CHANGES = 6 };
static const msec_t HOUR = 3600000, MINUTE = 60000;

static const char workflow[] = "name: ci\n"
                               "on:\n"
                               "  push:\n"
                               "  pull_request: {types: [opened, synchronize, closed]}\n"
                               "jobs:\n"
                               "  build:\n"
                               "    steps:\n"
                               "      - run: exit 0\n";

static const char repositories[] = "repositories:\n"
                                   "  - {name: r0, id: %s:acme/r0, default_branch: main}\n"
                                   "  - {name: r1, id: %s:acme/r1, default_branch: main}\n"
                                   "  - {name: r2, id: %s:acme/r2, default_branch: main}\n"
                                   "  - {name: r3, id: %s:acme/r3, default_branch: main}\n";

static const struct missed_place places[] = {{"/hook/one", false}, {"/hook/two", false}};

static uint64_t below(struct world *w, uint64_t n)
{
    return random_next(&w->random) % n;
}

static void something_happens(struct world *w)
{
    size_t repo = below(w, REPOS);
    uint64_t what = below(w, 20);
    const char *branch =
        below(w, 2) ? "refs/heads/main" : arena_fmt(&w->arena, "refs/heads/b%d", (int)below(w, BRANCHES));
    int number = 1 + (int)below(w, CHANGES);
    struct hub_change *c = NULL;
    struct hub_repo *r = &w->forge.hub->repos.at[repo];
    for (size_t i = 0; i < r->changes.n; i++)
        c = r->changes.at[i].number == number ? &r->changes.at[i] : c;
    if (what < 11)
        hub_push(w, repo, branch, hub_sha(w));
    else if (what < 12 && strcmp(branch, "refs/heads/main") != 0)
        hub_push(w, repo, branch, NULL);
    else if (what < 14)
        hub_push(w, repo, arena_fmt(&w->arena, "refs/tags/v%lld", (long long)++w->forge.hub->counter), hub_sha(w));
    else if (!c)
        hub_change(w, repo, number, "opened", hub_sha(w));
    else if (c->open && what < 18)
        hub_change(w, repo, number, "synchronize", hub_sha(w));
    else if (c->open)
        hub_change(w, repo, number, "closed", NULL);
}

static void live(struct world *w, int events, msec_t ms)
{
    msec_t end = w->now + ms;
    for (int i = 0; i < events; i++) {
        world_run(w, w->now + (msec_t)below(w, (uint64_t)(2 * ms / events)));
        something_happens(w);
    }
    world_run(w, end > w->now ? end : w->now);
}

/* The forge is in trouble for a while, and the server dies now and then. */
static void trouble(struct world *w)
{
    w->faults.jitter_ms = 2000;
    w->forge.storm = FAULT_LIMIT;
    w->forge.storm_until = w->now + 3 * MINUTE;
    world_run(w, w->now + 4 * MINUTE);
    for (int i = 0; i < 12; i++) {
        w->forge.storm = below(w, 2) ? FAULT_500 : FAULT_LOST_ANSWER;
        w->forge.storm_until = w->now + (msec_t)below(w, 20000);
        world_run(w, w->now + (msec_t)below(w, (uint64_t)(3 * MINUTE)));
        if (i % 3 == 2) {
            world_crash(w, below(w, 3));
            world_start(w);
        }
    }
    w->forge.storm_until = 0;
}

/* ---- the judge ---- */

struct tally {
    int events, missed, told, made_up, overtaken, lost, doubled;
};

static bool is_closing(const char *action)
{
    return action && strcmp(action, "closed") == 0;
}

/* The end of a change is one, whatever head it is told with: what was pushed to it last may have been missed too. */
static bool is_run_of(const struct run *r, const struct hub_event *x)
{
    const char *colon = r->repo_id ? strchr(r->repo_id, ':') : NULL;
    if (!colon || strcmp(colon + 1, x->repo) != 0 || strcmp(r->event, x->name) != 0 || !r->sha ||
        is_closing(r->action) != is_closing(x->action))
        return false;
    if (is_closing(x->action))
        return r->change == atoi(x->place + strlen("change/"));
    return strcmp(r->sha, x->sha) == 0 && (x->action || strcmp(r->ref, x->place) == 0);
}

static enum delivery_source source_of(const struct world *w, const struct run *r)
{
    for (size_t i = 0; i < w->store.deliveries.n; i++)
        if (w->store.deliveries.at[i].d.id == r->delivery_id)
            return w->store.deliveries.at[i].d.source;
    return SOURCE_HOOK;
}

/* Where there is no list of deliveries only the outcome of what nobody saw is there: not a step on the way, nor a
 * change that came and went. */
static bool may_be_overtaken(const struct world *w, const struct hub_event *x)
{
    bool came_and_went = x->action && strcmp(x->action, "closed") == 0;
    for (size_t i = 0; i < w->forge.hub->events.n && came_and_went; i++) {
        const struct hub_event *o = &w->forge.hub->events.at[i];
        if (strcmp(o->repo, x->repo) == 0 && strcmp(o->place, x->place) == 0)
            came_and_went = o->missed;
    }
    return strcmp(w->forge.hub->kind, "gitea") == 0 && x->missed && (!x->last || came_and_went);
}

static void judge_event(const struct world *w, const struct hub_event *x, struct tally *t)
{
    int runs = 0;
    enum delivery_source source = SOURCE_HOOK;
    if (!x->sha)
        return; /* a deletion starts nothing */
    for (size_t i = 0; i < w->store.runs.n; i++)
        if (is_run_of(w->store.runs.at[i], x)) {
            runs++;
            source = source_of(w, w->store.runs.at[i]);
        }
    t->events++;
    t->missed += x->missed;
    t->doubled += runs > 1;
    if (runs && x->missed && source == SOURCE_RECONCILED)
        t->made_up++;
    else if (runs)
        t->told += x->missed;
    else if (may_be_overtaken(w, x))
        t->overtaken++; /* there is no list of deliveries: of what nobody saw only the outcome is there */
    else
        t->lost++;
    if (runs > 1 || (!runs && !may_be_overtaken(w, x)))
        printf("  %s %s %s %s %s: %d runs, %s%s\n", x->repo, x->name, x->action ? x->action : "-", x->place, x->sha,
               runs, x->missed ? "missed" : "delivered", x->last ? ", the last one" : "");
}

static int judge(const struct world *w, uint64_t seed)
{
    struct tally t = {0};
    for (size_t i = 0; i < w->forge.hub->events.n; i++)
        judge_event(w, &w->forge.hub->events.at[i], &t);
    bool ok = !t.lost && !t.doubled && t.missed > 0 && !w->failed.cls;
    printf("%s seed %llu: %d events, %d missed: %d recovered, %d made up, %d overtaken by a later one of the same ref "
           "before anybody looked; %d lost, %d doubled; %u requests: %s%s%s\n",
           w->forge.hub->kind, (unsigned long long)seed, t.events, t.missed, t.told, t.made_up, t.overtaken, t.lost,
           t.doubled, w->forge.hub->served, ok ? "reached" : "MISSED", w->failed.cls ? ": " : "", w->failed.msg);
    return ok ? 0 : 1;
}

static void open_world(struct world *w, struct hub *h, uint64_t seed)
{
    AUTO(buf_free) struct buf text = {0};
    world_init(w, seed);
    w->conf.slots = 16;
    w->forge.hub = h;
    w->forges[0] = (struct engine_forge){.limits = w->forge.limit.most,
                                         .name = h->kind,
                                         .ops = forge_find(sv_of(h->kind)),
                                         .can_post = true,
                                         .looks = true,
                                         .reconcile_ms = 5 * MINUTE,
                                         .hooks = places,
                                         .n_hooks = ARRAY_LEN(places)};
    buf_fmt(&text, repositories, h->kind, h->kind, h->kind, h->kind);
    MUST(world_repositories(w, buf_view(&text)));
    MUST(world_workflow(w, "ci.yml", sv_of(workflow)));
    for (size_t i = 0; i < REPOS; i++)
        VEC_PUSH(&h->repos, ((struct hub_repo){.path = arena_fmt(&w->arena, "acme/r%zu", i), .id = 100 + (int64_t)i}));
}

static int day(const char *kind, uint64_t seed, int events)
{
    struct world w;
    struct hub h = {.kind = kind};
    open_world(&w, &h, seed);
    world_start(&w);
    world_run(&w, w.now + 10 * MINUTE); /* the beginning is seen */
    live(&w, events / 4, 2 * HOUR);
    world_crash(&w, 0);
    live(&w, events, 24 * HOUR);
    world_start(&w);
    trouble(&w);
    live(&w, events / 8, HOUR);
    h.quiet = true;
    live(&w, events / 4, 3 * HOUR);
    h.quiet = false;
    world_run(&w, w.now + 2 * HOUR);
    int rc = judge(&w, seed);
    hub_free(&h);
    world_done(&w);
    return rc;
}

int mode_downtime(uint64_t first, uint64_t count, int events)
{
    static const char *const kinds[] = {"github", "gitlab", "gitea"};
    int bad = 0;
    for (uint64_t seed = first; seed < first + count; seed++)
        for (size_t i = 0; i < ARRAY_LEN(kinds); i++)
            bad += day(kinds[i], seed, events);
    printf("%d of %d days failed\n", bad, (int)count * (int)ARRAY_LEN(kinds));
    return bad > 0;
}
