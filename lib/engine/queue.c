/* SPDX-License-Identifier: Apache-2.0 */
/* What waits, for what and until when, as JSON: of one run, and of all that could start. */
#include <stdlib.h>
#include "engine/state.h"
#include "fmt/json.h"

static void put_when(struct jout *o, const char *key, msec_t at)
{
    char text[25];
    jout_kstrz(o, key, at ? when_text(at, text) : NULL);
}

static void put_why(struct jout *o, struct why *w)
{
    jout_kstrz(o, "reason", w->reason);
    jout_kstr(o, "why", buf_view(&w->text));
    put_when(o, "until", w->until);
    buf_free(&w->text);
}

bool engine_why(struct engine *e, int64_t run, msec_t now, struct buf *out)
{
    struct live_run *r = map_get_id(&e->runs, run);
    struct why w;
    struct jout o = {.buf = out};
    if (!r)
        return false;
    jout_open(&o, '{');
    jout_kint(&o, "schema", 1);
    jout_kid(&o, "run", run);
    jout_kstrz(&o, "state", work_state_name[r->row->state]);
    jout_kstrz(&o, "priority", priority_name[r->row->priority]);
    jout_kbool(&o, "bumped", r->row->bumped);
    if (why_run(r, &w))
        put_why(&o, &w);
    jout_key(&o, "jobs");
    jout_open(&o, '[');
    for (size_t i = 0; i < r->jobs.n; i++) {
        if (r->jobs.at[i]->row->state == WORK_DONE)
            continue;
        jout_open(&o, '{');
        jout_kstrz(&o, "key", r->jobs.at[i]->row->key);
        jout_kstrz(&o, "state", work_state_name[r->jobs.at[i]->row->state]);
        why_job(e, r->jobs.at[i], now, &w);
        put_why(&o, &w);
        jout_close(&o, '}');
    }
    jout_close(&o, ']');
    jout_close(&o, '}');
    return true;
}

/* ---- all of them ---- */

void engine_each_waiting(const struct engine *e, engine_waiting_fn *fn, void *ctx)
{
    struct sv key;
    void *v;
    if (!e->ready.waiting)
        return;
    for (size_t at = 0; map_each(&e->runs, &at, &key, &v);) {
        const struct live_run *r = v;
        for (size_t i = 0; i < r->jobs.n; i++) {
            const struct live_job *j = r->jobs.at[i];
            if (j->ready.state == READY_QUEUED || j->ready.state == READY_PARKED)
                fn(ctx, j->row->repo_id, r->row->priority, j->row->ready_at);
        }
    }
}

void engine_each_effect(const struct engine *e, engine_effect_fn *fn, void *ctx)
{
    struct sv key;
    void *v;
    for (size_t at = 0; e->n_effects && map_each(&e->effects, &at, &key, &v);) {
        const struct effect *x = ((const struct live_effect *)v)->row;
        if (x->state == EFFECT_PENDING || x->state == EFFECT_INFLIGHT || x->state == EFFECT_UNCERTAIN)
            fn(ctx, x);
    }
}

static size_t waiting(const struct engine *e, struct ready_job **ret)
{
    struct sv key;
    void *v;
    size_t n = 0;
    for (size_t at = 0; map_each(&e->runs, &at, &key, &v);) {
        const struct live_run *r = v;
        for (size_t i = 0; i < r->jobs.n; i++) {
            struct ready_job *j = &r->jobs.at[i]->ready;
            if (j->state == READY_QUEUED || j->state == READY_PARKED)
                ret[n++] = j;
        }
    }
    MUST(n == e->ready.waiting);
    return n;
}

static void put_job(struct engine *e, struct jout *o, struct live_job *j, msec_t now)
{
    struct why w;
    jout_open(o, '{');
    jout_kid(o, "run", j->row->run_id);
    jout_kid(o, "job", j->row->id);
    jout_kstrz(o, "workflow", j->run->row->workflow);
    jout_kstrz(o, "key", j->row->key);
    jout_kstrz(o, "repository", j->row->repo_id);
    jout_kstrz(o, "priority", priority_name[j->run->row->priority]);
    jout_kbool(o, "bumped", j->run->row->bumped);
    jout_kint(o, "slots", j->ready.slots);
    jout_kint(o, "estimate_ms", j->ready.estimate);
    put_when(o, "ready_at", j->row->ready_at);
    why_job(e, j, now, &w);
    put_why(o, &w);
    jout_close(o, '}');
}

static int by_name(const void *a, const void *b)
{
    const struct ready_lock *const *x = a, *const *y = b;
    return strcmp((*x)->name, (*y)->name);
}

static void put_holders(const struct engine *e, struct jout *o, const struct ready_lock *l)
{
    jout_key(o, "holders");
    jout_open(o, '[');
    for (const struct list *n = e->ready.running.next; n != &e->ready.running; n = n->next) {
        const struct live_job *j = CONTAINER_OF(CONTAINER_OF(n, struct ready_job, link), struct live_job, ready);
        for (size_t i = 0; i < j->ready.n_needs; i++) {
            if (j->ready.needs[i].lock != l)
                continue;
            jout_open(o, '{');
            jout_kid(o, "run", j->row->run_id);
            jout_kstrz(o, "key", j->row->key);
            jout_kint(o, "token", j->ready.needs[i].token);
            jout_close(o, '}');
        }
    }
    jout_close(o, ']');
}

static void put_locks(const struct engine *e, struct jout *o)
{
    VEC(const struct ready_lock *) locks = {0};
    struct sv key;
    void *v;
    for (size_t at = 0; map_each(&e->ready.locks, &at, &key, &v);)
        VEC_PUSH(&locks, v);
    if (locks.n)
        qsort(locks.at, locks.n, sizeof *locks.at, by_name);
    jout_key(o, "locks");
    jout_open(o, '[');
    for (size_t i = 0; i < locks.n; i++) {
        const struct ready_lock *l = locks.at[i];
        jout_open(o, '{');
        jout_kstrz(o, "name", l->name);
        jout_kint(o, "capacity", l->capacity);
        jout_kint(o, "used", l->used);
        jout_kint(o, "waiting", (int64_t)l->users - l->used);
        put_holders(e, o, l);
        jout_close(o, '}');
    }
    jout_close(o, ']');
    VEC_FREE(&locks);
}

void engine_queue(struct engine *e, size_t most, msec_t now, struct buf *out)
{
    struct jout o = {.buf = out};
    struct ready_job **jobs = mem_new((e->ready.waiting + 1) * sizeof *jobs);
    size_t n = waiting(e, jobs);
    ready_sort(&e->ready, jobs, n);
    jout_open(&o, '{');
    jout_kint(&o, "schema", 1);
    jout_kbool(&o, "paused", e->ready.dispatch == READY_PAUSED);
    jout_kint(&o, "slots", e->ready.slots.capacity);
    jout_kint(&o, "slots_busy", e->ready.slots.used);
    jout_kint(&o, "waiting", (int64_t)n);
    jout_key(&o, "jobs");
    jout_open(&o, '[');
    for (size_t i = 0; i < n && i < most; i++)
        put_job(e, &o, CONTAINER_OF(jobs[i], struct live_job, ready), now);
    jout_close(&o, ']');
    put_locks(e, &o);
    jout_close(&o, '}');
    mem_free(jobs);
}
