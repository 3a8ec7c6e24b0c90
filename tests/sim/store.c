/* SPDX-License-Identifier: Apache-2.0 */
/* The store of the simulator: rows in memory, the same expectations as the real one. */
#include <stdio.h>
#include "world.h"

static const char *dup(struct world *w, const char *z)
{
    return arena_strdup(&w->arena, z);
}

static struct step *copy_steps(struct world *w, const struct step *from, size_t n)
{
    struct step *to = arena_new(&w->arena, (n + 1) * sizeof *to);
    for (size_t i = 0; i < n; i++) {
        to[i] = from[i];
        const char **const texts[] = {&to[i].key,     &to[i].name,  &to[i].spec,   &to[i].outputs,
                                      &to[i].exports, &to[i].notes, &to[i].summary};
        for (size_t k = 0; k < ARRAY_LEN(texts); k++)
            *texts[k] = dup(w, *texts[k]);
    }
    return to;
}

static struct job *copy_job(struct world *w, const struct job *from)
{
    struct job *to = arena_new(&w->arena, sizeof *to);
    *to = *from;
    const char **const texts[] = {&to->key,      &to->name,   &to->repo_id, &to->repo_alias, &to->sha,
                                  &to->ref,      &to->detail, &to->group,   &to->spec,       &to->matrix,
                                  &to->strategy, &to->inputs, &to->outputs};
    for (size_t k = 0; k < ARRAY_LEN(texts); k++)
        *texts[k] = dup(w, *texts[k]);
    to->needs = arena_new(&w->arena, (from->n_needs + 1) * sizeof(char *));
    for (size_t k = 0; k < from->n_needs; k++)
        to->needs[k] = dup(w, from->needs[k]);
    to->locks = arena_new(&w->arena, (from->n_locks + 1) * sizeof(char *));
    for (size_t k = 0; k < from->n_locks; k++)
        to->locks[k] = dup(w, from->locks[k]);
    to->steps = copy_steps(w, from->steps, from->n_steps);
    return to;
}

static struct job **copy_jobs(struct world *w, struct job **from, size_t n)
{
    struct job **to = arena_new(&w->arena, (n + 1) * sizeof *to);
    for (size_t i = 0; i < n; i++)
        to[i] = copy_job(w, from[i]);
    return to;
}

struct run *store_copy_run(struct world *w, const struct run *from)
{
    struct run *to = arena_new(&w->arena, sizeof *to);
    *to = *from;
    const char **const texts[] = {&to->workflow, &to->file,  &to->event,          &to->action,    &to->repo_id,
                                  &to->sha,      &to->ref,   &to->report_context, &to->head_repo, &to->detail,
                                  &to->name,     &to->group, &to->context,        &to->verdict};
    for (size_t i = 0; i < ARRAY_LEN(texts); i++)
        *texts[i] = dup(w, *texts[i]);
    to->jobs = copy_jobs(w, from->jobs, from->n_jobs);
    to->involved = arena_new(&w->arena, (from->n_involved + 1) * sizeof *to->involved);
    for (size_t i = 0; i < from->n_involved; i++)
        to->involved[i] = (struct involved){dup(w, from->involved[i].repo_id), dup(w, from->involved[i].sha),
                                            from->involved[i].change, from->involved[i].seq};
    return to;
}

static struct effect copy_effect(struct world *w, const struct effect *from)
{
    struct effect to = *from;
    const char **const texts[] = {&to.key,  &to.forge,     &to.repo,       &to.serial_key,
                                  &to.body, &to.remote_id, &to.remote_url, &to.last_error};
    for (size_t i = 0; i < ARRAY_LEN(texts); i++)
        *texts[i] = dup(w, *texts[i]);
    struct err e = {0};
    if (effect_body_read(&to, &w->arena, &e) < 0)
        world_fail(w, "rows: effect body: %s", e.msg);
    return to;
}

struct run *store_run(struct world *w, int64_t id)
{
    for (size_t i = 0; i < w->store.runs.n; i++)
        if (w->store.runs.at[i]->id == id)
            return w->store.runs.at[i];
    return NULL;
}

static void apply_run(struct world *w, const struct run *r)
{
    struct run *old = store_run(w, r->id);
    if (!old || old->version != r->version - 1) {
        world_fail(w, "rows: run: version %d over %d", r->version, old ? old->version : -1);
        return;
    }
    struct job **jobs = old->jobs;
    size_t n = old->n_jobs;
    struct run own = *r; /* its jobs are not part of this change */
    own.n_jobs = 0;
    *old = *store_copy_run(w, &own);
    old->jobs = jobs;
    old->n_jobs = n;
}

static void apply_jobs_new(struct world *w, const struct run *r)
{
    struct run *old = store_run(w, r->id);
    if (!old || old->state == WORK_DONE) {
        world_fail(w, "rows: further jobs of a run that is %s", old ? "done" : "unknown");
        return;
    }
    struct job **jobs = arena_new(&w->arena, (old->n_jobs + r->n_jobs + 1) * sizeof *jobs);
    memcpy(jobs, old->jobs, old->n_jobs * sizeof *jobs);
    memcpy(jobs + old->n_jobs, copy_jobs(w, r->jobs, r->n_jobs), r->n_jobs * sizeof *jobs);
    old->jobs = jobs;
    old->n_jobs += r->n_jobs;
}

static struct job *find_job(struct world *w, int64_t id)
{
    for (size_t i = 0; i < w->store.runs.n; i++)
        for (size_t k = 0; k < w->store.runs.at[i]->n_jobs; k++)
            if (w->store.runs.at[i]->jobs[k]->id == id)
                return w->store.runs.at[i]->jobs[k];
    return NULL;
}

static void apply_job(struct world *w, const struct job *j)
{
    struct job *old = find_job(w, j->id);
    if (!old || old->version != j->version - 1) {
        world_fail(w, "rows: job %s: version %d over %d", j->key, j->version, old ? old->version : -1);
        return;
    }
    if (old->state == WORK_READY && j->state == WORK_RUNNING && j->kind == JOB_STEPS)
        world_check_order(w, store_run(w, j->run_id), old);
    if (old->state != j->state && !work_may(old->state, j->state))
        world_fail(w, "rows: job %s: %s -> %s", j->key, work_state_name[old->state], work_state_name[j->state]);
    struct step *steps = old->steps;
    struct job copy = *j;
    copy.n_steps = 0;
    *old = *copy_job(w, &copy);
    old->steps = steps;
    old->n_steps = j->n_steps;
}

static void apply_step(struct world *w, const struct step *s)
{
    struct job *j = find_job(w, s->job_id);
    struct step *old = j && (size_t)s->no < j->n_steps ? &j->steps[s->no] : NULL;
    if (!old || old->version != s->version - 1)
        world_fail(w, "rows: step %s: version %d over %d", s->name, s->version, old ? old->version : -1);
    else if (old->state == WORK_DONE)
        world_fail(w, "I3: step %s changes after it was done", s->name);
    else
        *old = copy_steps(w, s, 1)[0];
}

static struct attempt copy_attempt(struct world *w, const struct attempt *from)
{
    struct attempt to = *from;
    to.detail = dup(w, from->detail);
    to.class_name = dup(w, from->class_name);
    to.evidence = dup(w, from->evidence);
    to.fingerprint = dup(w, from->fingerprint);
    return to;
}

static void apply_attempt(struct world *w, const struct attempt *a)
{
    for (size_t i = 0; i < w->store.attempts.n; i++) {
        struct attempt *old = &w->store.attempts.at[i];
        if (old->id != a->id)
            continue;
        if (old->epoch != a->epoch || old->state != ATTEMPT_INTENT)
            world_fail(w, "I2: attempt: %s again", attempt_state_name[a->state]);
        *old = copy_attempt(w, a);
        return;
    }
    world_fail(w, "rows: attempt: unknown");
}

static void apply_effect(struct world *w, const struct effect *x)
{
    for (size_t i = 0; i < w->store.effects.n; i++)
        if (w->store.effects.at[i].id == x->id) {
            if (w->store.effects.at[i].version != x->version - 1)
                world_fail(w, "rows: effect: version");
            w->store.effects.at[i] = copy_effect(w, x);
            return;
        }
    world_fail(w, "rows: effect: unknown");
}

static void hash_text(struct world *w, const char *z)
{
    for (const char *p = z ? z : ""; *p; p++)
        w->store.journal_hash = (w->store.journal_hash ^ (unsigned char)*p) * 0x100000001b3u;
    w->store.journal_hash = (w->store.journal_hash ^ 0xff) * 0x100000001b3u;
}

static void hash_journal(struct world *w, const struct journal *j)
{
    w->store.journal++;
    w->store.journal_hash = (w->store.journal_hash ^ (uint64_t)j->ref_id ^ (uint64_t)j->at << 20) * 0x100000001b3u;
    hash_text(w, j->kind);
    hash_text(w, j->to);
    hash_text(w, j->cause);
}

/* I7: nothing starts before what it needs is done. */
static void check_needs(struct world *w, const struct attempt *a)
{
    const struct run *r = store_run(w, a->run_id);
    const struct job *j = find_job(w, a->job_id);
    for (size_t i = 0; r && j && i < j->n_needs; i++)
        for (size_t k = 0; k < r->n_jobs; k++)
            if (strcmp(r->jobs[k]->key, j->needs[i]) == 0 && r->jobs[k]->state != WORK_DONE)
                world_fail(w, "I7: job %s starts before %s is done", j->key, j->needs[i]);
}

void store_apply(struct world *w, const struct change_set *cs)
{
    for (const struct change *c = cs->first; c; c = c->next)
        switch (c->kind) {
        case CHANGE_DELIVERY:
            for (size_t i = 0; i < w->store.deliveries.n; i++)
                if (w->store.deliveries.at[i].d.id == c->delivery.id) {
                    w->store.deliveries.at[i].d.state = c->delivery.state;
                    w->store.deliveries.at[i].d.reason = arena_strdup(&w->arena, c->delivery.reason);
                }
            break;
        case CHANGE_RUN_NEW:
            VEC_PUSH(&w->store.runs, store_copy_run(w, c->run));
            break;
        case CHANGE_JOBS_NEW:
            apply_jobs_new(w, c->run);
            break;
        case CHANGE_RUN:
            apply_run(w, c->run);
            break;
        case CHANGE_JOB:
            apply_job(w, c->job);
            break;
        case CHANGE_STEP:
            apply_step(w, c->step);
            break;
        case CHANGE_ATTEMPT_NEW: {
            VEC_PUSH(&w->store.attempts, copy_attempt(w, c->attempt));
            check_needs(w, c->attempt);
            break;
        }
        case CHANGE_ATTEMPT:
            apply_attempt(w, c->attempt);
            break;
        case CHANGE_EFFECT_NEW: {
            struct effect x = copy_effect(w, c->effect);
            VEC_PUSH(&w->store.effects, x);
            break;
        }
        case CHANGE_EFFECT:
            apply_effect(w, c->effect);
            break;
        case CHANGE_STANDING:
            map_put(&w->store.standing, sv_of(c->standing.repo_id), (void *)dup(w, c->standing.words));
            break;
        case CHANGE_FIRED: {
            int64_t *at = arena_new(&w->arena, sizeof *at);
            *at = c->fired.at;
            map_put(&w->store.fired, sv_of(c->fired.name), at);
            break;
        }
        case CHANGE_SETTING: {
            int64_t *value = arena_new(&w->arena, sizeof *value);
            *value = c->setting.value;
            map_put(&w->store.settings, sv_of(c->setting.name), value);
            break;
        }
        case CHANGE_NUMBER: {
            int64_t *n = arena_new(&w->arena, sizeof *n);
            const int64_t *old = map_get(&w->store.numbers, sv_of(c->number.name));
            if (old && *old >= c->number.number)
                world_fail(w, "rows: run number %lld comes after %lld", (long long)c->number.number, (long long)*old);
            *n = c->number.number;
            map_put(&w->store.numbers, sv_of(c->number.name), n);
            break;
        }
        case CHANGE_REMOTE:
            map_put(&w->store.remotes, sv_of(c->remote.fingerprint), (void *)dup(w, c->remote.remote_id));
            break;
        case CHANGE_JOURNAL:
            hash_journal(w, &c->journal);
            break;
        default:
            MUST(store_apply_learned(w, c) || store_apply_seen(w, c));
            break;
        }
}

static bool is_open(enum effect_state s)
{
    return s == EFFECT_PENDING || s == EFFECT_INFLIGHT || s == EFFECT_UNCERTAIN;
}

static void open_maps(const struct sim_store *s, struct open_work *work)
{
    struct arena *a = &work->arena;
    struct sv key;
    void *v;
    work->standing = arena_new(a, (s->standing.n + 1) * sizeof *work->standing);
    work->fired = arena_new(a, (s->fired.n + 1) * sizeof *work->fired);
    work->settings = arena_new(a, (s->settings.n + 1) * sizeof *work->settings);
    for (size_t at = 0; map_each(&s->settings, &at, &key, &v);)
        work->settings[work->n_settings++] = (struct setting){arena_dup(a, key), *(int64_t *)v};
    for (size_t at = 0; map_each(&s->standing, &at, &key, &v);)
        work->standing[work->n_standing++] = (struct standing){arena_dup(a, key), arena_strdup(a, v)};
    for (size_t at = 0; map_each(&s->fired, &at, &key, &v);)
        work->fired[work->n_fired++] = (struct fired){arena_dup(a, key), *(int64_t *)v};
}

struct open_work *store_open_work(struct world *w)
{
    struct sim_store *s = &w->store;
    struct open_work *work = mem_new(sizeof *work);
    struct arena *a = &work->arena;
    work->deliveries = arena_new(a, (s->deliveries.n + 1) * sizeof *work->deliveries);
    work->runs = arena_new(a, (s->runs.n + 1) * sizeof *work->runs);
    work->attempts = arena_new(a, (s->attempts.n + 1) * sizeof *work->attempts);
    work->effects = arena_new(a, (s->effects.n + 1) * sizeof *work->effects);
    for (size_t i = 0; i < s->deliveries.n; i++)
        if (s->deliveries.at[i].d.state == DELIVERY_RECEIVED)
            work->deliveries[work->n_deliveries++] = s->deliveries.at[i].d;
    for (size_t i = 0; i < s->runs.n; i++)
        if (s->runs.at[i]->state != WORK_DONE)
            work->runs[work->n_runs++] = store_copy_run(w, s->runs.at[i]);
    for (size_t i = 0; i < s->attempts.n; i++)
        if (s->attempts.at[i].state == ATTEMPT_INTENT)
            work->attempts[work->n_attempts++] = s->attempts.at[i];
    for (size_t i = 0; i < s->effects.n; i++)
        if (is_open(s->effects.at[i].state))
            work->effects[work->n_effects++] = copy_effect(w, &s->effects.at[i]);
    open_maps(s, work);
    store_open_learned(w, work);
    store_open_seen(w, work);
    for (size_t i = 0; i < s->deliveries.n; i++)
        work->max_id = s->deliveries.at[i].d.id > work->max_id ? s->deliveries.at[i].d.id : work->max_id;
    for (size_t i = 0; i < s->runs.n; i++)
        for (size_t k = 0; k < s->runs.at[i]->n_jobs; k++) {
            const struct job *j = s->runs.at[i]->jobs[k]; /* ids of its steps follow its own */
            int64_t last = j->n_steps ? j->steps[j->n_steps - 1].id : j->id;
            work->max_id = last > work->max_id ? last : work->max_id;
        }
    for (size_t i = 0; i < s->runs.n; i++)
        work->max_id = s->runs.at[i]->id > work->max_id ? s->runs.at[i]->id : work->max_id;
    for (size_t i = 0; i < s->attempts.n; i++)
        work->max_id = s->attempts.at[i].id > work->max_id ? s->attempts.at[i].id : work->max_id;
    for (size_t i = 0; i < s->effects.n; i++)
        work->max_id = s->effects.at[i].id > work->max_id ? s->effects.at[i].id : work->max_id;
    return work;
}
