/* SPDX-License-Identifier: Apache-2.0 */
/* Deliveries of our own: what the engine decides (a schedule, a run that ended) and what a person asks for. They go the
 * way of all others, through the store first; the guid makes each happen once. */
#include "fmt/hmac.h"
#include "server/host.h"
#include "server/trace.h"

/* What `ctx` is when nobody can be told any more: the server ends. */
enum ctx_kind { CTX_OWNED, CTX_LETTER, CTX_OTHERS };
struct own_delivery {
    struct app *app;
    deliver_done_fn *done;
    void *ctx;
    enum ctx_kind kind;
};

void deliver_prepare(struct app *a, struct mailbox *reply, struct delivery_put *p, deliver_done_fn *done, void *ctx)
{
    struct own_delivery *o = arena_new(&p->arena, sizeof *o);
    *o = (struct own_delivery){a, done, ctx, CTX_OTHERS};
    p->reply = reply;
    p->owner = o;
}

static void put_own(struct app *a, struct mailbox *reply, const struct own_event *x, const struct own_delivery *own)
{
    struct delivery_put *p = delivery_put_new();
    struct own_delivery *o = arena_new(&p->arena, sizeof *o);
    *o = *own;
    p->reply = reply;
    p->owner = o;
    p->d.forge = p->d.kind = p->d.hook = "internal";
    p->d.event = arena_strdup(&p->arena, x->event);
    p->d.guid = arena_strdup(&p->arena, x->guid);
    p->d.headers = "{}";
    p->d.source = x->source;
    p->d.received_at = clk_wall_ms();
    p->d.size = (int64_t)x->payload.n;
    p->body = mem_dup(x->payload.p, x->payload.n);
    trace_give(p, x->trace);
    sha256(x->payload.p, x->payload.n, p->d.digest);
    store_put(a->store, p);
}

void deliver_own(struct app *a, struct mailbox *reply, const struct own_event *x, deliver_done_fn *done, void *ctx)
{
    put_own(a, reply, x, &(struct own_delivery){a, done, ctx, CTX_LETTER});
}

void deliver_stored(struct letter *x)
{
    struct delivery_put *p = CONTAINER_OF(x, struct delivery_put, letter);
    struct own_delivery *o = p->owner;
    struct app *a = o->app;
    int64_t id = p->d.id;
    if (p->verdict == PUT_FAILED && p->err.cls == ERR_OK)
        err_set(&p->err, ERR_TRANSIENT, "the store did not take it");
    if (p->verdict != PUT_FAILED)
        p->err.cls = ERR_OK;
    o->done(o->ctx, id, &p->err);
    if (p->verdict == PUT_ACCEPTED)
        host_delivery(a->host, p);
    else
        delivery_put_free(&p);
}

struct effect_delivery {
    struct app *app;
    int64_t effect;
};

static void effect_done(void *ctx, int64_t delivery, const struct err *e)
{
    struct effect_delivery *x = ctx;
    struct engine_event ev = {.kind = EV_DELIVERED, .delivered = {x->effect, *e}};
    (void)delivery;
    host_step(x->app->host, &ev);
    mem_free(x);
}

/* ---- what the forge could not deliver ---- */

struct taken_in {
    struct app *app;
    int64_t talk;
};

static void take_in_done(void *ctx, int64_t delivery, const struct err *e)
{
    struct taken_in *x = ctx;
    struct engine_event ev = {.kind = EV_TAKEN_IN, .taken_in = {x->talk, *e}};
    (void)delivery;
    host_step(x->app->host, &ev);
    mem_free(x);
}

/* As server/webhook.c stores it: what the forge sends once more is the same delivery. */
static void take_in(struct app *a, struct mailbox *reply, const struct engine_action *act)
{
    struct delivery_put *p = delivery_put_new();
    struct own_delivery *o = arena_new(&p->arena, sizeof *o);
    struct taken_in *x = mem_new(sizeof *x);
    *x = (struct taken_in){a, act->take_in.talk};
    *o = (struct own_delivery){a, take_in_done, x, CTX_OWNED};
    p->reply = reply;
    p->owner = o;
    p->d.forge = arena_strdup(&p->arena, act->take_in.forge);
    p->d.kind = act->take_in.kind; /* literal */
    p->d.hook = arena_strdup(&p->arena, act->take_in.hook);
    p->d.event = arena_strdup(&p->arena, act->take_in.event);
    p->d.guid = arena_strdup(&p->arena, act->take_in.guid);
    p->d.system = act->take_in.system;
    p->d.headers = "{}";
    p->d.source = SOURCE_RECOVERED;
    p->d.received_at = clk_wall_ms();
    p->d.happened_at = act->take_in.at;
    p->d.size = (int64_t)act->take_in.payload.n;
    p->body = mem_dup(act->take_in.payload.p, act->take_in.payload.n);
    trace_give(p, NULL);
    sha256(act->take_in.payload.p, act->take_in.payload.n, p->d.digest);
    store_put(a->store, p);
}

void deliver_start(struct app *a, struct mailbox *reply, const struct engine_action *act)
{
    if (act->kind == ACT_TAKE_IN) {
        take_in(a, reply, act);
        return;
    }
    struct effect_delivery *x = mem_new(sizeof *x);
    struct own_event ev = {act->deliver.guid, act->deliver.event, sv_of(act->deliver.payload),
                           act->deliver.made_up ? SOURCE_RECONCILED : SOURCE_HOOK, act->deliver.trace};
    *x = (struct effect_delivery){a, act->deliver.effect};
    put_own(a, reply, &ev, &(struct own_delivery){a, effect_done, x, CTX_OWNED});
}

/* The server ends: those who asked are not told. */
void deliver_drop(struct letter *x)
{
    struct delivery_put *p = CONTAINER_OF(x, struct delivery_put, letter);
    struct own_delivery *o = p->owner;
    if (o->kind == CTX_OWNED) {
        mem_free(o->ctx);
    } else if (o->kind == CTX_LETTER) { /* asked for by the API, whose threads have ended */
        struct app_letter *l = o->ctx;
        mem_free(l->owner);
        buf_free(&l->text);
        mem_free(l);
    }
    delivery_put_free(&p);
}
