/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/verdict.h"
#include "engine/judged.h"

static const msec_t KNOWN_MS = 900000;

struct awaited {
    int64_t run;
    enum wf_offline offline;
};

struct call {         /* one ref of a call of a hook: a delivery */
    struct list node; /* in engine.calls_open, or in engine.calls_answered, in the order of their answers */
    int64_t delivery;
    msec_t since, wait_until, forget_at;
    bool decided; /* which runs there are */
    bool started; /* one of them began for it, or was under way */
    bool lost;    /* one came to no judgement */
    bool denies;  /* and its workflow wants none to pass then */
    enum verdict_state state;
    const char *reason;
    char *detail;
    int64_t seq; /* of the change-set with the answer; 0 = there is none yet */
    VEC(int64_t) runs;
    VEC(struct awaited) open;
};

static void say(struct call *c, const char *detail)
{
    mem_free(c->detail);
    c->detail = detail ? mem_strdup(detail) : NULL;
}

static void call_free(struct call *c)
{
    list_remove(&c->node);
    say(c, NULL);
    VEC_FREE(&c->runs);
    VEC_FREE(&c->open);
    mem_free(c);
}

static void answer(struct engine *e, struct call *c, enum verdict_state state, const char *reason)
{
    if (c->seq)
        return;
    c->state = state;
    c->reason = reason;
    c->seq = engine_changes(e)->seq;
    c->forget_at = e->now + KNOWN_MS;
    list_remove(&c->node);
    list_push(&e->calls_answered, &c->node);
    record_journal(
        e, "delivery", c->delivery, c->runs.n ? c->runs.at[0] : 0, NULL, state == VERDICT_DENY ? "deny" : "allow",
        arena_fmt(&engine_changes(e)->arena, "%s%s%s", reason, c->detail ? ": " : "", c->detail ? c->detail : ""));
}

/* All of its runs are over, and none of them said no. */
static void conclude(struct engine *e, struct call *c)
{
    if (c->lost)
        answer(e, c, c->denies ? VERDICT_DENY : VERDICT_ALLOW, "error");
    else
        answer(e, c, VERDICT_ALLOW, c->started ? "judged" : "reused");
}

static void take_end(struct engine *e, struct call *c, const struct run *row, enum wf_offline offline)
{
    AUTO(arena_free) struct arena a = {0};
    char id[ID_TEXT];
    if (row->conclusion == CONC_SUCCESS || row->conclusion == CONC_SKIPPED)
        return;
    if (c->seq)
        return;
    say(c, arena_fmt(&a, "%s: %s (run %s)", row->workflow, report_end_text(row, &a), id_text(row->id, id)));
    if (row->conclusion == CONC_FAILURE) {
        answer(e, c, VERDICT_DENY, c->started ? "judged" : "reused");
        return;
    }
    c->lost = true;
    c->denies |= offline == WF_OFFLINE_DENY;
}

void call_begin(struct engine *e, const struct delivery *d)
{
    static const char *const hooks[] = {"pre-push", "pre-receive", "update"};
    bool asks = false;
    for (size_t i = 0; i < ARRAY_LEN(hooks); i++)
        asks |= d->event && strcmp(d->event, hooks[i]) == 0;
    if (!asks || !d->kind || strcmp(d->kind, "bare") != 0 || map_get_id(&e->calls, d->id))
        return;
    struct call *c = mem_new(sizeof *c);
    c->delivery = d->id;
    c->since = e->now;
    map_put_id(&e->calls, d->id, c);
    list_push(&e->calls_open, &c->node);
}

void call_join(struct engine *e, int64_t delivery, struct live_run *r, const struct wf_trigger *t, enum join how)
{
    struct call *c = map_get_id(&e->calls, delivery);
    if (!c)
        return;
    msec_t until = c->since + t->wait_ms;
    c->wait_until = until > c->wait_until ? until : c->wait_until;
    c->started |= how == JOIN_STARTED || r->row->state != WORK_DONE;
    VEC_PUSH(&c->runs, r->row->id);
    if (r->row->state == WORK_DONE)
        take_end(e, c, r->row, t->offline);
    else
        VEC_PUSH(&c->open, ((struct awaited){r->row->id, t->offline}));
}

void call_decided(struct engine *e, const struct undecided *u, enum delivery_state state, const char *reason)
{
    struct call *c = map_get_id(&e->calls, u->id);
    if (!c || c->decided)
        return;
    c->decided = true;
    if (c->runs.n == 0 && !c->seq) {
        say(c, reason);
        bool deleted = u->event && u->event->deleted == YES;
        answer(e, c, VERDICT_ALLOW, deleted ? "deleted" : state == DELIVERY_INVALID ? "error" : "no-workflow");
    } else if (c->open.n == 0) {
        conclude(e, c);
    }
}

void call_run_over(struct engine *e, const struct live_run *r)
{
    if (!judged_is_verdict(r->row))
        return;
    LIST_EACH(&e->calls_open, n)
    {
        struct call *c = CONTAINER_OF(n, struct call, node);
        for (size_t i = c->open.n; i > 0 && !c->seq; i--) {
            struct awaited x = c->open.at[i - 1];
            if (x.run != r->row->id)
                continue;
            VEC_REMOVE(&c->open, i - 1);
            take_end(e, c, r->row, x.offline);
        }
        if (c->decided && c->open.n == 0 && !c->seq)
            conclude(e, c);
    }
}

bool call_is_pending(const struct engine *e, const struct hook_event *ev)
{
    if (strcmp(ev->name, "push") != 0 || !ev->after || !ev->repo.id)
        return false;
    for (const struct list *n = e->calls_open.next; n != &e->calls_open; n = n->next) {
        const struct call *c = CONTAINER_OF(n, const struct call, node);
        const struct undecided *u = c->decided ? NULL : map_get_id(&e->undecided, c->delivery);
        if (u && u->event && u->event->after && strcmp(u->event->after, ev->after) == 0 &&
            strcmp(u->event->repo.id, ev->repo.id) == 0)
            return true;
    }
    return false;
}

/* ---- life ---- */

void calls_init(struct engine *e)
{
    list_init(&e->calls_open);
    list_init(&e->calls_answered);
}

void calls_committed(struct engine *e, int64_t seq)
{
    e->on_disk = seq;
    LIST_EACH(&e->calls_answered, n)
    {
        struct call *c = CONTAINER_OF(n, struct call, node);
        if (c->seq > seq || c->forget_at > e->now)
            return;
        map_remove_id(&e->calls, c->delivery);
        call_free(c);
    }
}

void calls_free(struct engine *e)
{
    struct sv key;
    void *v;
    for (size_t at = 0; map_each(&e->calls, &at, &key, &v);)
        call_free(v);
    map_free(&e->calls);
}

bool engine_verdict(const struct engine *e, int64_t delivery, struct engine_verdict *ret)
{
    const struct call *c = map_get_id(&e->calls, delivery);
    *ret = (struct engine_verdict){.state = VERDICT_NONE};
    if (!c)
        return false;
    bool known = c->seq && c->seq <= e->on_disk;
    *ret = (struct engine_verdict){.state = known ? c->state : VERDICT_OPEN,
                                   .reason = known ? c->reason : NULL,
                                   .detail = known ? c->detail : NULL,
                                   .runs = c->runs.at,
                                   .n_runs = c->runs.n,
                                   .wait_until = c->wait_until};
    return true;
}
