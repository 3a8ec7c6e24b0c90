/* SPDX-License-Identifier: Apache-2.0 */
/* What a line of the ledger says, done again in a fresh world: calls that had a 2xx, control words, and deliveries,
 * which are listed and not sent. */
#include "server/lab/act.h"
#include "server/lab/hook.h"
#include "server/lab/ledger.h"

static bool was_done(const struct jval *line)
{
    int64_t status;
    return !sv_is(jval_str(jval_get(line, "method")), "GET") && jval_int(jval_get(line, "status"), &status) &&
           status >= 200 && status < 300;
}

/* A delivery is listed again, under the same number. */
static void list_again(struct lab_world *w, const struct jval *line, msec_t at)
{
    const struct jval *d = jval_get(line, "delivery");
    AUTO(buf_free) struct buf payload = {0};
    struct jout j = {.buf = &payload};
    int64_t id = 0, hook = 0, status = 0;
    jval_int(jval_get(d, "id"), &id);
    jval_int(jval_get(d, "hook"), &hook);
    jval_int(jval_get(line, "status"), &status);
    struct lab_hook *h = hook_by_id(w, hook);
    if (!h || id < 1)
        return;
    int64_t last = w->last_delivery;
    w->last_delivery = id - 1;
    struct lab_delivery *x = hook_deliver(w, h, jval_str(jval_get(d, "guid")), jval_str(jval_get(d, "event")),
                                          jval_str(jval_get(d, "action")), at);
    w->last_delivery = last > id ? last : id;
    /* The lines stand in the order of the answers. */
    for (size_t i = h->deliveries.n; i-- > 1 && h->deliveries.at[i - 1]->id > id;) {
        h->deliveries.at[i] = h->deliveries.at[i - 1];
        h->deliveries.at[i - 1] = x;
    }
    x->redelivery = jval_true(jval_get(d, "redelivery"));
    jval_int(jval_get(d, "repo"), &x->repo_id);
    jout_val(&j, jval_get(line, "body"));
    x->payload = arena_dup(&w->arena, buf_view(&payload));
    hook_settled(w, h, x, (int)status, jval_str(jval_get(d, "result")), at);
    jval_int(jval_get(d, "took"), &x->took);
    x->at -= x->took;
}

static void act_again(struct lab_call *c, struct sv path)
{
    if (sv_starts(path, SV("/_lab/")))
        act(c, sv_from(path, strlen("/_lab/")));
}

void line_again(struct lab_world *w, const struct jval *line)
{
    AUTO(arena_free) struct arena arena = {0};
    const struct jval *body = jval_get(line, "body");
    bool tree = jval_kind(body) == J_OBJECT || jval_kind(body) == J_ARRAY;
    struct lab_call c = {.world = w,
                         .method = jval_str(jval_get(line, "method")),
                         .base = SV(""),
                         .body = tree ? body : NULL,
                         .arena = &arena};
    struct sv path = jval_str(jval_get(line, "path"));
    if (!when_parse(jval_str(jval_get(line, "at")), &c.now))
        return;
    if (sv_is(c.method, "SEND")) {
        list_again(w, line, c.now);
    } else if (lab_route(path, &c.forge, &c.path)) {
        call_parse(&c); /* also learns repositories, which may be asked for by their number later */
        if (was_done(line))
            call_run(&c);
    } else if (was_done(line)) {
        act_again(&c, path);
    }
    VEC_CLEAR(&w->events);
    call_free(&c);
}
