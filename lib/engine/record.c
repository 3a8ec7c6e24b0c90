/* SPDX-License-Identifier: Apache-2.0 */
/* Rows are copied when recorded: memory may change again before the store has written them. Text is not copied: it
 * belongs to the run or effect, which is forgotten only when its last change-set is on disk. */
#include "engine/engine_trace.h"
#include "engine/state.h"

struct change_set *engine_changes(struct engine *e)
{
    if (!e->out->changes) {
        e->out->changes = change_set_new();
        e->out->changes->seq = ++e->seq;
    }
    return e->out->changes;
}

int64_t engine_id(struct engine *e)
{
    return id_next(&e->ids, e->now, 0);
}

struct engine_action *engine_after(struct engine *e, enum engine_action_kind kind)
{
    struct engine_action a = {.kind = kind};
    VEC_PUSH(&e->out->after, a);
    return &e->out->after.at[e->out->after.n - 1];
}

struct engine_action *engine_now(struct engine *e, enum engine_action_kind kind)
{
    struct engine_action a = {.kind = kind};
    VEC_PUSH(&e->out->now, a);
    return &e->out->now.at[e->out->now.n - 1];
}

static void *copy(struct change_set *cs, const void *p, size_t n)
{
    void *q = arena_new(&cs->arena, n ? n : 1);
    if (n)
        memcpy(q, p, n);
    return q;
}

static struct job **copy_jobs(struct change_set *cs, struct job **jobs, size_t n)
{
    struct job **to = arena_new(&cs->arena, (n + 1) * sizeof *to);
    for (size_t i = 0; i < n; i++) {
        to[i] = copy(cs, jobs[i], sizeof *jobs[i]);
        to[i]->steps = copy(cs, jobs[i]->steps, jobs[i]->n_steps * sizeof *jobs[i]->steps);
    }
    return to;
}

/* With the numbers of its statuses at other changes, which go on like its own. */
static struct run *copy_run(struct change_set *cs, const struct run *r)
{
    struct run *to = copy(cs, r, sizeof *r);
    to->involved = copy(cs, r->involved, r->n_involved * sizeof *r->involved);
    return to;
}

void record_run_new(struct engine *e, struct run *r)
{
    struct change_set *cs = engine_changes(e);
    struct run *c = copy_run(cs, r);
    c->jobs = copy_jobs(cs, r->jobs, r->n_jobs);
    change_add(cs, CHANGE_RUN_NEW)->run = c;
}

void record_jobs_new(struct engine *e, const struct run *r, struct job **jobs, size_t n)
{
    struct change_set *cs = engine_changes(e);
    struct run *c = copy_run(cs, r);
    c->jobs = copy_jobs(cs, jobs, n);
    c->n_jobs = n;
    change_add(cs, CHANGE_JOBS_NEW)->run = c;
}

void record_run(struct engine *e, struct run *r)
{
    struct change_set *cs = engine_changes(e);
    r->version++;
    change_add(cs, CHANGE_RUN)->run = copy_run(cs, r);
}

void record_job(struct engine *e, struct job *j)
{
    struct change_set *cs = engine_changes(e);
    j->version++;
    change_add(cs, CHANGE_JOB)->job = copy(cs, j, sizeof *j);
}

void record_step(struct engine *e, struct step *s)
{
    struct change_set *cs = engine_changes(e);
    s->version++;
    change_add(cs, CHANGE_STEP)->step = copy(cs, s, sizeof *s);
}

void record_attempt_new(struct engine *e, struct attempt *a)
{
    struct change_set *cs = engine_changes(e);
    change_add(cs, CHANGE_ATTEMPT_NEW)->attempt = copy(cs, a, sizeof *a);
}

void record_attempt(struct engine *e, struct attempt *a)
{
    struct change_set *cs = engine_changes(e);
    change_add(cs, CHANGE_ATTEMPT)->attempt = copy(cs, a, sizeof *a);
}

void record_effect_new(struct engine *e, struct effect *x)
{
    struct change_set *cs = engine_changes(e);
    change_add(cs, CHANGE_EFFECT_NEW)->effect = copy(cs, x, sizeof *x);
}

void record_effect(struct engine *e, struct effect *x)
{
    struct change_set *cs = engine_changes(e);
    x->version++;
    change_add(cs, CHANGE_EFFECT)->effect = copy(cs, x, sizeof *x);
}

void record_recovery_new(struct engine *e, struct recovery *r)
{
    struct change_set *cs = engine_changes(e);
    change_add(cs, CHANGE_RECOVERY_NEW)->recovery = copy(cs, r, sizeof *r);
}

void record_recovery(struct engine *e, struct recovery *r)
{
    struct change_set *cs = engine_changes(e);
    r->version++;
    change_add(cs, CHANGE_RECOVERY)->recovery = copy(cs, r, sizeof *r);
}

void record_approval_new(struct engine *e, struct approval *p)
{
    struct change_set *cs = engine_changes(e);
    change_add(cs, CHANGE_APPROVAL_NEW)->approval = copy(cs, p, sizeof *p);
}

void record_approval(struct engine *e, struct approval *p)
{
    struct change_set *cs = engine_changes(e);
    p->version++;
    change_add(cs, CHANGE_APPROVAL)->approval = copy(cs, p, sizeof *p);
}

void record_setting(struct engine *e, const char *name, int64_t value)
{
    struct change_set *cs = engine_changes(e);
    struct change *c = change_add(cs, CHANGE_SETTING);
    c->setting.name = arena_strdup(&cs->arena, name);
    c->setting.value = value;
}

void record_journal(struct engine *e, const char *kind, int64_t id, int64_t run, const char *from, const char *to,
                    const char *cause)
{
    struct change_set *cs = engine_changes(e);
    struct change *c = change_add(cs, CHANGE_JOURNAL);
    const char *trace = engine_trace(e, id);
    c->journal = (struct journal){.at = e->now,
                                  .kind = kind,
                                  .ref_id = id,
                                  .run_id = run,
                                  .from = from,
                                  .to = to,
                                  .cause = arena_strdup(&cs->arena, cause),
                                  .trace = arena_strdup(&cs->arena, trace ? trace : engine_trace(e, run))};
}
