/* SPDX-License-Identifier: Apache-2.0 */
/* What must hold at any time. invariants.c has the list. */
#include "world.h"

/* I6: never two holders of one group, by rows alone. */
static void hold(struct world *w, struct map *held, const char *group, void *who)
{
    if (group && map_put(held, sv_of(group), who))
        world_fail(w, "I6: two hold the concurrency group \"%s\"", group);
}

void world_check_groups(struct world *w)
{
    AUTO(map_free) struct map held = {0};
    for (size_t i = 0; i < w->store.runs.n; i++) {
        struct run *r = w->store.runs.at[i];
        if (r->state == WORK_DONE)
            continue;
        if (r->state != WORK_WAITING)
            hold(w, &held, r->group, r);
        for (size_t k = 0; k < r->n_jobs; k++)
            if (r->jobs[k]->state == WORK_READY || r->jobs[k]->state == WORK_RUNNING)
                hold(w, &held, r->jobs[k]->group, r);
    }
}

static int lock_capacity(const struct world *w, const char *name)
{
    for (size_t i = 0; i < w->conf.n_locks; i++)
        if (strcmp(w->conf.locks[i].name, name) == 0)
            return w->conf.locks[i].capacity;
    return 1;
}

/* I6: no lock has more holders than it may, and whoever gets it later has a greater token. By rows alone. */
static void check_lock(struct world *w, struct map *held, const struct job *j, size_t i)
{
    struct sv name = sv_of(j->locks[i]);
    int64_t token = j->lock_token + (int64_t)i, id;
    size_t n = (size_t)map_get(held, name) + 1; /* a count in the place of a pointer */
    map_put(held, name, (void *)n);
    if (n > (size_t)lock_capacity(w, j->locks[i]))
        world_fail(w, "I6: %zu hold the lock \"%s\"", n, j->locks[i]);
    if (lock_capacity(w, j->locks[i]) > 1)
        return; /* the tokens of several holders stand beside each other */
    struct sim_grant *last = map_get(&w->store.grants, name);
    if (!last) {
        last = arena_new(&w->arena, sizeof *last);
        map_put(&w->store.grants, name, last);
    }
    id = j->id;
    if (j->lock_token == 0 || token < last->token || (token == last->token && id != last->job))
        world_fail(w, "I6: job %s has the lock \"%s\" with the token %lld after %lld", j->key, j->locks[i],
                   (long long)token, (long long)last->token);
    *last = (struct sim_grant){.token = token, .job = id};
}

void world_check_locks(struct world *w)
{
    AUTO(map_free) struct map held = {0};
    for (size_t i = 0; i < w->store.runs.n; i++) {
        const struct run *r = w->store.runs.at[i];
        for (size_t k = 0; r->state != WORK_DONE && k < r->n_jobs; k++)
            for (size_t l = 0; r->jobs[k]->state == WORK_RUNNING && l < r->jobs[k]->n_locks; l++)
                check_lock(w, &held, r->jobs[k], l);
    }
}

/* What is left of a run, by the longest any job may be thought to take: an upper bound of what the order goes by. */
static int64_t work_left(const struct run *r)
{
    enum { GUESS_MS = 30000, MORE_LEGS = 16 };
    int64_t jobs = MORE_LEGS;
    for (size_t i = 0; i < r->n_jobs; i++)
        jobs += r->jobs[i]->state != WORK_DONE;
    return jobs * GUESS_MS;
}

/* I8: in one repository a job that is ready is overtaken by those of younger runs alone that came within kappa * W / a
 * of its own run (scheduling.md §1.5; a = 0.05). Not where it waits for more than one slot, or a person said what goes
 * first, or the clock was set. tests/unit/plan has the bound for exact estimates. */
void world_check_order(struct world *w, const struct run *run, const struct job *started)
{
    static const int64_t kappa_percent[PRIO_N] = {
        [PRIO_CRITICAL] = 25, [PRIO_HIGH] = 50, [PRIO_NORMAL] = 100, [PRIO_LOW] = 250};
    for (size_t i = 0; !w->no_order && run->priority != PRIO_CRITICAL && i < w->store.runs.n; i++) {
        const struct run *o = w->store.runs.at[i];
        int64_t bound = kappa_percent[o->priority] * work_left(o) / 5;
        if (o == run || o->state == WORK_DONE || run->created_at - o->created_at <= bound)
            continue;
        for (size_t k = 0; k < o->n_jobs; k++) {
            const struct job *j = o->jobs[k];
            if (j->state == WORK_READY && j->ready_at < w->now + w->clock && j->n_locks == 0 && j->slots <= 1 &&
                j->repo_id && started->repo_id && strcmp(j->repo_id, started->repo_id) == 0)
                world_fail(w, "I8: job %s of %s (%s) is overtaken by job %s of %s (%s) that came %lld ms later", j->key,
                           o->workflow, priority_name[o->priority], started->key, run->workflow,
                           priority_name[run->priority], (long long)(run->created_at - o->created_at));
        }
    }
}

/* One job alone may have more than there are: it asked for them when there were, and others have none. */
static bool one_has_all(const struct world *w, int busy)
{
    for (size_t i = 0; i < w->store.runs.n; i++)
        for (size_t k = 0; w->store.runs.at[i]->state != WORK_DONE && k < w->store.runs.at[i]->n_jobs; k++)
            if (w->store.runs.at[i]->jobs[k]->state != WORK_DONE && w->store.runs.at[i]->jobs[k]->slots == busy)
                return true;
    return false;
}

/* More slots may be busy than there are only where they were busy before: found at a start, or there are fewer now. */
void world_check_step(struct world *w, const struct engine_stats *s)
{
    if (s->slots_busy > s->slots && s->slots_busy > w->slots_busy && !one_has_all(w, s->slots_busy))
        world_fail(w, "I6: %d of %d slots are busy", s->slots_busy, s->slots);
    if (s->jobs_startable && s->slots_busy < s->slots)
        world_fail(w, "I9: %d jobs could start and %d of %d slots are busy", s->jobs_startable, s->slots_busy,
                   s->slots);
    w->slots_busy = s->slots_busy;
}

void world_check_counters(struct world *w)
{
    struct engine_stats s;
    int runs = 0, effects = 0, undecided = 0;
    for (size_t i = 0; i < w->store.runs.n; i++)
        runs += w->store.runs.at[i]->state != WORK_DONE;
    for (size_t i = 0; i < w->store.effects.n; i++) {
        enum effect_state x = w->store.effects.at[i].state;
        effects += x == EFFECT_PENDING || x == EFFECT_INFLIGHT || x == EFFECT_UNCERTAIN;
    }
    for (size_t i = 0; i < w->store.deliveries.n; i++)
        undecided += w->store.deliveries.at[i].d.state == DELIVERY_RECEIVED;
    engine_stats(w->engine, &s);
    if (s.runs != runs || s.effects != effects || s.undecided < undecided)
        world_fail(w, "I12: memory has %d runs, %d effects, %d undecided; the rows %d, %d, %d", s.runs, s.effects,
                   s.undecided, runs, effects, undecided);
}

static bool succeeded(const struct sim_process *p)
{
    return p->ended && !p->killed && p->exit.reason == EXIT_NORMAL && p->exit.exit_code == 0;
}

/* Every further process of a step stands in a row: one for a try or a person's word, three for tests that are mended
 * (they alone, the script that mends them, the step again), two for a change that is brought up to date. */
static size_t allowed(const struct world *w, int64_t step)
{
    static const size_t each[STRATEGY_N] = {
        [STRATEGY_RETRY] = 1, [STRATEGY_TESTFIX] = 3, [STRATEGY_MANUAL] = 1, [STRATEGY_CONFLICT] = 2};
    size_t n = 1;
    for (size_t i = 0; i < w->store.recoveries.n; i++)
        if (w->store.recoveries.at[i].step_id == step && w->store.recoveries.at[i].outcome != RECOVERY_REFUSED)
            n += each[w->store.recoveries.at[i].strategy];
    return n;
}

void world_check_start(struct world *w, const struct sim_process *p)
{
    size_t before = 0;
    if (!p->step)
        world_fail(w, "R2: a process starts without a committed intent");
    for (size_t i = 0; i < w->processes.n; i++) {
        const struct sim_process *o = &w->processes.at[i];
        before += o->step == p->step;
        if (o->attempt == p->attempt)
            world_fail(w, "I2: an attempt is started twice");
        else if (o->job == p->job && !o->ended)
            world_fail(w, "I2: two processes of one job");
        else if (o->step == p->step && succeeded(o) && o->role == ROLE_STEP && p->role == ROLE_STEP)
            world_fail(w, "I3: a step that has succeeded runs again");
    }
    if (before && before >= allowed(w, p->step))
        world_fail(w, "I3: a step runs %zu times, and nobody has decided that it may", before + 1);
}

/* R2: nothing is sent that the store does not know to be under way. */
void world_check_call(struct world *w, int64_t effect)
{
    for (size_t i = w->store.effects.n; i-- > 0;)
        if (w->store.effects.at[i].id == effect) {
            if (w->store.effects.at[i].state != EFFECT_INFLIGHT)
                break;
            return;
        }
    world_fail(w, "R2: a call without a committed intent");
}
