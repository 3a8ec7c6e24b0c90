/* SPDX-License-Identifier: Apache-2.0 */
#include "scenario_line.h"

static bool fault_named(struct sv name, enum sim_fault *ret)
{
    static const char *const names[] = {"ok", "away", "lost-answer", "500", "limit", "500-after", "403", "secondary"};
    for (size_t i = 0; i < ARRAY_LEN(names); i++)
        if (sv_is(name, names[i])) {
            *ret = (enum sim_fault)i;
            return true;
        }
    return false;
}

/* forge pull REPO BRANCH NUMBER SHA: an open change into main; NUMBER 0: there is none any more */
static void put_pull(struct world *w, const struct scenario_line *l)
{
    struct sim_forge *f = &w->forge;
    const char *repo = arena_dup(&w->arena, l->words[2]), *head = arena_dup(&w->arena, l->words[3]);
    for (size_t i = 0; i < f->pulls.n; i++)
        if (strcmp(f->pulls.at[i].repo, repo) == 0 && strcmp(f->pulls.at[i].head, head) == 0)
            f->pulls.at[i].head = "gone";
    struct sim_pull p = {.repo = repo,
                         .head = head,
                         .base = "main",
                         .title = "t",
                         .body = "",
                         .number = scenario_number(l->words[4]),
                         .sha = l->n > 5 ? scenario_sha(w, l->words[5]) : NULL};
    if (p.number)
        VEC_PUSH(&f->pulls, p);
}

static int forge(struct world *w, const struct scenario_line *l, struct err *e)
{
    msec_t ms;
    enum sim_fault fault;
    struct sv what = l->words[1];
    if (sv_is(what, "away") && when_duration(l->words[2], &ms))
        w->forge.away_until = w->now + ms;
    else if (sv_is(what, "storm") && l->n == 4 && fault_named(l->words[2], &fault) && when_duration(l->words[3], &ms)) {
        w->forge.storm = fault;
        w->forge.storm_until = w->now + ms;
    } else if (sv_is(what, "at") && l->n == 4 && scenario_number(l->words[2]) > 0 && fault_named(l->words[3], &fault) &&
               fault)
        map_put_id(&w->forge.at, scenario_number(l->words[2]), (void *)(uintptr_t)fault);
    else if (sv_is(what, "limits") && l->n == 3 && sv_is(l->words[2], "github"))
        limit_set(w, w->forges[0].ops->limits);
    else if (sv_is(what, "hold") && l->n == 3 && when_duration(l->words[2], &ms))
        w->forges[0].limits.hold = ms; /* before the server starts */
    else if (sv_is(what, "quota") && l->n == 3 && scenario_number(l->words[2]) > 0)
        w->forge.limit.quota = w->forge.limit.quota_left = scenario_number(l->words[2]);
    else if (sv_is(what, "member") && l->n == 4)
        map_put(&w->forge.members, sv_of(arena_dup(&w->arena, l->words[2])),
                (void *)(uintptr_t)arena_dup(&w->arena, l->words[3]));
    else if (sv_is(what, "pull") && l->n >= 5)
        put_pull(w, l);
    else if (l->n == 2 && fault_named(what, &fault) && w->forge.n_next < ARRAY_LEN(w->forge.next))
        w->forge.next[w->forge.n_next++] = fault;
    else
        return err_set(e, ERR_INVALID, "what does the forge do?");
    return 0;
}

static int disk(struct world *w, const struct scenario_line *l, struct err *e)
{
    struct sim_faults *f = &w->faults;
    msec_t ms, each;
    if (l->n == 3 && sv_is(l->words[1], "full") && when_duration(l->words[2], &ms)) {
        f->full_until = w->now + ms > f->full_until ? w->now + ms : f->full_until;
        return 0;
    }
    if (l->n != 4 || !sv_is(l->words[1], "slow") || !when_duration(l->words[2], &ms) ||
        !when_duration(l->words[3], &each))
        return err_set(e, ERR_INVALID, "full or slow, and for how long?");
    f->slow_until = w->now + ms;
    f->slow_ms = each;
    return 0;
}

static int git(struct world *w, const struct scenario_line *l, struct err *e)
{
    bool missing = sv_is(l->words[3], "missing");
    if (l->n != 4 || scenario_number(l->words[2]) < 1 || (!missing && !sv_is(l->words[3], "transient")))
        return err_set(e, ERR_INVALID, "which reading, and is it missing or transient?");
    map_put_id(&w->faults.asked_at, scenario_number(l->words[2]),
               (void *)(uintptr_t)(missing ? TROUBLE_MISSING : TROUBLE_TRANSIENT));
    return 0;
}

/* clock +TIME, clock -TIME */
static int set_clock(struct world *w, struct sv by, struct err *e)
{
    msec_t ms;
    if (by.n < 2 || !when_duration(sv_from(by, 1), &ms))
        return err_set(e, ERR_INVALID, "by how much?");
    world_clock(w, by.p[0] == '-' ? -ms : ms);
    return 0;
}

int scenario_fault(struct world *w, const struct scenario_line *l, struct err *e)
{
    struct sv verb = l->words[0];
    if (sv_is(verb, "forge") && l->n >= 2)
        return forge(w, l, e);
    if (sv_is(verb, "disk"))
        return disk(w, l, e);
    if (sv_is(verb, "git"))
        return git(w, l, e);
    if (sv_is(verb, "clock") && l->n == 2)
        return set_clock(w, l->words[1], e);
    if (sv_is(verb, "jitter") && l->n == 2)
        return when_duration(l->words[1], &w->faults.jitter_ms) ? 0 : err_set(e, ERR_INVALID, "how long?");
    if (!sv_is(verb, "twice") || l->n != 1)
        return 1;
    w->faults.twice = true;
    return 0;
}
