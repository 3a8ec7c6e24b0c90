/* SPDX-License-Identifier: Apache-2.0 */
#include "hooks/wire.h"
#include <stdio.h>
#include "hooks/field.h"

/* ---- writing ---- */

struct writer {
    struct hook_order order;
    struct buf *out;
    struct err *e;
    int rc; /* -1 from the first field on that was refused */
};

static void put(struct writer *w, enum hook_tag tag, struct sv value)
{
    if (w->rc == 0)
        w->rc = hook_field_put(&w->order, (struct hook_field){tag, value}, w->out, w->e);
}

static void put_all(struct writer *w, const struct hook_call *c)
{
    put(w, TAG_HOOK, c->hook);
    put(w, TAG_REPOSITORY, c->repository);
    put(w, TAG_ID, c->id);
    put(w, TAG_ACTOR, c->actor);
    for (size_t i = 0; i < c->n_updates && w->rc == 0; i++) {
        put(w, TAG_BEFORE, c->updates[i].before);
        put(w, TAG_AFTER, c->updates[i].after);
        put(w, TAG_REF, c->updates[i].ref);
    }
    for (size_t i = 0; i < c->n_options && w->rc == 0; i++)
        put(w, TAG_OPTION, c->options[i]);
    if (c->remote.p)
        put(w, TAG_REMOTE, c->remote);
    for (size_t i = 0; i < c->n_offers && w->rc == 0; i++)
        put(w, TAG_OFFER, c->offers[i]);
    char wait[24];
    snprintf(wait, sizeof wait, "%lld", (long long)c->wait_ms);
    put(w, TAG_WAIT, sv_of(wait));
    put(w, TAG_END, SV(""));
}

int hook_frame_write(const struct hook_call *c, struct buf *out, struct err *e)
{
    size_t before = out->n;
    struct writer w = {hook_order_call, out, e, 0};
    buf_add(out, hook_magic, HOOK_MAGIC);
    put_all(&w, c);
    if (w.rc == 0 && out->n - before > HOOK_FRAME_MOST)
        w.rc = err_set(e, ERR_INVALID, "a frame has at most %d bytes", HOOK_FRAME_MOST);
    if (w.rc < 0) {
        out->n = before;
        out->p[before] = 0;
    }
    return w.rc;
}

/* ---- reading ---- */

/* All of it is judged before anything is allocated, so that the arrays are as large as what came. */
static int judge(struct sv rest, struct hook_order *order, struct err *e)
{
    struct hook_field f;
    do {
        int got = hook_field_take(order, &rest, &f, e);
        if (got <= 0)
            return got < 0 ? -1 : err_set(e, ERR_INVALID, "the frame ends in the middle of a field");
    } while (f.tag != TAG_END);
    return rest.n ? err_set(e, ERR_INVALID, "%zu bytes stand behind the frame", rest.n) : 0;
}

struct filling {
    struct hook_call *call;
    struct hook_update *updates;
    struct sv *options, *offers;
};

static void fill(struct filling *to, struct hook_field f)
{
    struct hook_call *c = to->call;
    switch ((int)f.tag) {
    case TAG_HOOK:
        c->hook = f.value;
        break;
    case TAG_REPOSITORY:
        c->repository = f.value;
        break;
    case TAG_ID:
        c->id = f.value;
        break;
    case TAG_ACTOR:
        c->actor = f.value;
        break;
    case TAG_BEFORE:
        to->updates[c->n_updates].before = f.value;
        break;
    case TAG_AFTER:
        to->updates[c->n_updates].after = f.value;
        break;
    case TAG_REF:
        to->updates[c->n_updates++].ref = f.value;
        break;
    case TAG_OPTION:
        to->options[c->n_options++] = f.value;
        break;
    case TAG_REMOTE:
        c->remote = f.value;
        break;
    case TAG_OFFER:
        to->offers[c->n_offers++] = f.value;
        break;
    case TAG_WAIT:
        MUST(sv_int(f.value, &c->wait_ms));
        break;
    }
}

int hook_frame_read(struct sv frame, struct arena *a, struct hook_call *ret, struct err *e)
{
    struct hook_order order = hook_order_call, again = hook_order_call;
    struct sv rest = sv_from(frame, HOOK_MAGIC);
    struct hook_field f;
    *ret = (struct hook_call){0};
    if (frame.n > HOOK_FRAME_MOST)
        return err_set(e, ERR_INVALID, "a frame has at most %d bytes", HOOK_FRAME_MOST);
    int magic = hook_magic_check(frame, e);
    if (magic <= 0)
        return magic < 0 ? -1 : err_set(e, ERR_INVALID, "the frame ends in the middle of a field");
    if (judge(rest, &order, e) < 0)
        return -1;
    struct filling to = {ret, arena_new(a, (order.updates + 1) * sizeof *to.updates),
                         arena_new(a, (order.options + 1) * sizeof *to.options),
                         arena_new(a, (order.offers + 1) * sizeof *to.offers)};
    ret->updates = to.updates;
    ret->options = to.options;
    ret->offers = to.offers;
    while (hook_field_take(&again, &rest, &f, e) > 0)
        fill(&to, f);
    return 0;
}
