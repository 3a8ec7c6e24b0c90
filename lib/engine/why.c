/* SPDX-License-Identifier: Apache-2.0 */
/* Why a job is not done yet, in a sentence: for what it waits, and until when, as far as that is known. */
#include "engine/recover.h"
#include "fmt/json.h"

static void put_run(struct buf *b, const struct live_run *r)
{
    char id[ID_TEXT];
    buf_fmt(b, "run %s (%s)", id_text(r->row->id, id), r->row->workflow);
}

static void put_time(struct buf *b, const char *before, msec_t at)
{
    char text[25];
    if (at)
        buf_fmt(b, "%s%s", before, when_text(at, text));
}

static const struct live_job *live(const struct ready_job *j)
{
    return CONTAINER_OF(j, struct live_job, ready);
}

/* ---- one that is ready ---- */

static void why_lock(const struct ready_reason *x, struct why *ret)
{
    buf_fmt(&ret->text, "waits for the lock \"%s\"", x->lock->name);
    if (x->by) {
        buf_str(&ret->text, ", which ");
        put_run(&ret->text, live(x->by)->run);
        buf_fmt(&ret->text, ", job %s, holds", live(x->by)->row->key);
    }
    put_time(&ret->text, ", until about ", x->at);
}

static void why_slot(const struct engine *e, const struct ready_reason *x, struct why *ret)
{
    buf_fmt(&ret->text, "waits for a slot: %d of %d are busy", e->ready.slots.used, e->ready.slots.capacity);
    if (x->ahead)
        buf_fmt(&ret->text, ", %zu job%s of its repository go%s first", x->ahead, x->ahead > 1 ? "s" : "",
                x->ahead > 1 ? "" : "es");
    put_time(&ret->text, "; expected about ", x->at);
}

static void why_ready(struct engine *e, struct live_job *j, msec_t now, struct why *ret)
{
    static const char *const names[] = {
        [READY_WHY_NOT] = "turn",   [READY_WHY_PAUSED] = "paused", [READY_WHY_SLOT] = "slot",
        [READY_WHY_SLOTS] = "slot", [READY_WHY_LOCK] = "lock",     [READY_WHY_RESERVED] = "reserved"};
    struct ready_reason x;
    if (j->yields_until) {
        ret->reason = "plan";
        ret->until = j->yields_until;
        buf_str(&ret->text, "lets a job of its run have the lock first: all of it ends earlier then");
        return;
    }
    ready_why(&e->ready, &j->ready, now, &x);
    ret->reason = names[x.why];
    ret->until = x.at;
    switch (x.why) {
    case READY_WHY_NOT:
        buf_str(&ret->text, "is about to start");
        break;
    case READY_WHY_PAUSED:
        buf_str(&ret->text, "waits because the queue is paused (fettle queue resume)");
        break;
    case READY_WHY_SLOT:
        why_slot(e, &x, ret);
        break;
    case READY_WHY_SLOTS:
        buf_fmt(&ret->text, "waits for %d slots at once: %d of %d are busy", j->ready.slots, e->ready.slots.used,
                e->ready.slots.capacity);
        put_time(&ret->text, "; expected about ", x.at);
        break;
    case READY_WHY_LOCK:
        why_lock(&x, ret);
        break;
    case READY_WHY_RESERVED:
        buf_str(&ret->text, "waits behind ");
        put_run(&ret->text, live(x.by)->run);
        buf_fmt(&ret->text, ", job %s, which needs much and has waited long", live(x.by)->row->key);
        put_time(&ret->text, "; that one is expected to start about ", x.at);
        break;
    }
}

/* ---- one that waits ---- */

void why_put_group(struct buf *b, const struct group *g)
{
    const struct claim *h = g->holder;
    buf_fmt(b, "the concurrency group \"%s\"", g->name);
    if (!h)
        return;
    buf_str(b, ", which ");
    put_run(b, h->run);
    buf_fmt(b, "%s%s holds", h->job ? ", job " : "", h->job ? h->job->row->key : "");
}

static bool why_group(const struct claim *c, struct why *ret)
{
    const struct group *g = c ? c->group : NULL;
    if (!g || g->holder == c)
        return false;
    size_t before = 0;
    for (const struct list *n = g->waiting.next; n != &g->waiting && n != &c->node; n = n->next)
        before++;
    ret->reason = "group";
    buf_str(&ret->text, "waits for ");
    why_put_group(&ret->text, g);
    if (before)
        buf_fmt(&ret->text, "; %zu come first", before);
    return true;
}

static void put_names(struct buf *b, const char *json)
{
    AUTO(jdoc_free) struct jdoc *d = NULL;
    struct err ignored;
    if (!json || jdoc_parse(sv_of(json), NULL, &d, &ignored) < 0)
        return;
    for (size_t i = 0; i < jval_len(jdoc_root(d)); i++)
        buf_fmt(b, "%s%.*s", i ? ", " : " by ", SV_ARG(jval_str(jval_item(jdoc_root(d), i))));
}

static void why_held(struct engine *e, struct live_job *j, struct why *ret)
{
    const struct approval *p = j->row->hold == HOLD_APPROVAL ? approval_of_job(e, j) : NULL;
    ret->reason = job_hold_name[j->row->hold];
    ret->until = j->row->hold_until;
    switch (j->row->hold) {
    case HOLD_NONE:
    case JOB_HOLD_N:
        break;
    case HOLD_BACKOFF:
        buf_str(&ret->text, "waits for its next try");
        put_time(&ret->text, " until ", ret->until);
        if (j->row->detail)
            buf_fmt(&ret->text, ": %s", j->row->detail);
        break;
    case HOLD_APPROVAL:
        buf_str(&ret->text, "waits for an answer");
        put_names(&ret->text, p ? p->by : NULL);
        put_time(&ret->text, " until ", ret->until);
        if (p)
            buf_fmt(&ret->text, ": %s", p->question);
        break;
    case HOLD_EFFECT:
        buf_str(&ret->text, "waits until the forge has taken what its step says");
        break;
    case HOLD_RECOVERY:
        buf_str(&ret->text, "waits until what mends it has ended");
        put_time(&ret->text, ", at most until ", ret->until);
        break;
    }
}

static void why_needs(const struct live_job *j, struct why *ret)
{
    size_t n = 0;
    ret->reason = "needs";
    for (size_t i = 0; i < j->n_needs; i++) {
        const struct job *need = j->needs[i]->row;
        if (need->state != WORK_DONE)
            buf_fmt(&ret->text, "%s%s (%s)", n++ ? ", " : "waits for ", need->key, work_state_name[need->state]);
    }
}

static void why_waiting(struct engine *e, struct live_job *j, struct why *ret)
{
    if (j->row->hold) {
        why_held(e, j, ret);
    } else if (why_group(&j->run->claim, ret) || why_group(j->claim, ret)) {
        return;
    } else if (j->open_needs) {
        why_needs(j, ret);
    } else if (j->parent) {
        ret->reason = "parallel";
        buf_fmt(&ret->text, "waits for its turn among the jobs of %s (max-parallel)", j->parent->row->key);
    } else {
        ret->reason = "turn";
        buf_str(&ret->text, "waits to be looked at");
    }
}

/* ---- one that runs ---- */

static void why_running(const struct live_job *j, struct why *ret)
{
    const struct step *s = NULL;
    ret->reason = "running";
    for (size_t i = 0; i < j->row->n_steps && !s; i++)
        s = j->row->steps[i].state == WORK_RUNNING ? &j->row->steps[i] : NULL;
    if (j->row->kind != JOB_STEPS) {
        buf_fmt(&ret->text, "%u of its %u jobs are not done", j->open_children, j->n_children);
        return;
    }
    ret->until = j->ready.state == READY_RUNNING ? j->ready.since + j->ready.estimate : 0;
    if (s)
        buf_fmt(&ret->text, "runs the step %s", s->name);
    else
        buf_str(&ret->text, "is between two steps");
    put_time(&ret->text, " since ", s ? s->started_at : 0);
    if (s && s->attempts > 1)
        buf_fmt(&ret->text, ", attempt %d", s->attempts);
}

void why_job(struct engine *e, struct live_job *j, msec_t now, struct why *ret)
{
    *ret = (struct why){.reason = ""};
    switch (j->row->state) {
    case WORK_WAITING:
        why_waiting(e, j, ret);
        break;
    case WORK_READY:
        why_ready(e, j, now, ret);
        break;
    case WORK_RUNNING:
        why_running(j, ret);
        break;
    case WORK_DONE:
    case WORK_STATE_N:
        break;
    }
}

bool why_run(const struct live_run *r, struct why *ret)
{
    *ret = (struct why){.reason = ""};
    return r->row->state == WORK_WAITING && why_group(&r->claim, ret);
}
