/* SPDX-License-Identifier: Apache-2.0 */
#include "hooks/talk.h"
#include <stdio.h>
#include "hooks/field.h"
#include "hooks/wire.h"

static const struct {
    enum hook_tag tag;
    enum hook_side side;
} kinds[] = {
    [HOOK_CALL] = {TAG_END, HOOK_CLIENT},          [HOOK_PACK] = {TAG_PACK, HOOK_CLIENT},
    [HOOK_PACK_END] = {TAG_PACK_END, HOOK_CLIENT}, [HOOK_NO_PACK] = {TAG_NO_PACK, HOOK_CLIENT},
    [HOOK_TEXT] = {TAG_TEXT, HOOK_SERVER},         [HOOK_HAVE] = {TAG_HAVE, HOOK_SERVER},
    [HOOK_SEND] = {TAG_SEND, HOOK_SERVER},         [HOOK_PING] = {TAG_PING, HOOK_SERVER},
    [HOOK_ALLOW] = {TAG_VERDICT, HOOK_SERVER},     [HOOK_DENY] = {TAG_VERDICT, HOOK_SERVER},
};

/* ---- reading ---- */

enum part { PART_MAGIC, PART_CALL, PART_ITEMS };

struct hook_in {
    enum hook_side side;
    enum part part;
    struct hook_order order;
    struct buf bytes;
    size_t from; /* start of what has not been given out */
    size_t at;   /* start of what has not been read; in a call, behind `from` */
    bool is_bad;
    struct err e; /* if is_bad */
};

struct hook_in *hook_in_new(enum hook_side side)
{
    struct hook_in *in = mem_new(sizeof *in);
    in->side = side;
    in->order = side == HOOK_CLIENT ? hook_order_call : hook_order_reply;
    return in;
}

void hook_in_free(struct hook_in **in)
{
    if (!*in)
        return;
    buf_free(&(*in)->bytes);
    mem_free(*in);
    *in = NULL;
}

void hook_in_add(struct hook_in *in, struct sv bytes)
{
    if (in->from) {
        memmove(in->bytes.p, in->bytes.p + in->from, in->bytes.n - in->from);
        in->bytes.n -= in->from;
        in->at -= in->from;
        in->from = 0;
    }
    if (!in->is_bad)
        buf_sv(&in->bytes, bytes);
}

static struct sv unread(const struct hook_in *in)
{
    return sv_from(buf_view(&in->bytes), in->at);
}

/* The fields of a call are judged as they come, so that nothing wrong is kept for long. */
static int next_call(struct hook_in *in, struct hook_item *ret, struct err *e)
{
    for (;;) {
        struct sv rest = unread(in);
        struct hook_field f;
        int got = hook_field_take(&in->order, &rest, &f, e);
        if (got <= 0)
            return got;
        in->at = in->bytes.n - rest.n;
        if (in->at - in->from > HOOK_FRAME_MOST)
            return err_set(e, ERR_INVALID, "a frame has at most %d bytes", HOOK_FRAME_MOST);
        if (f.tag != TAG_END)
            continue;
        *ret = (struct hook_item){HOOK_CALL, sv_n(in->bytes.p + in->from, in->at - in->from)};
        in->from = in->at;
        in->part = PART_ITEMS;
        in->order = hook_order_pack;
        return 1;
    }
}

static struct hook_item item_of(struct hook_field f)
{
    struct sv word = SV(""), rest = f.value;
    switch (f.tag) {
    case TAG_PACK:
        return (struct hook_item){HOOK_PACK, f.value};
    case TAG_PACK_END:
        return (struct hook_item){HOOK_PACK_END, f.value};
    case TAG_NO_PACK:
        return (struct hook_item){HOOK_NO_PACK, f.value};
    case TAG_TEXT:
        return (struct hook_item){HOOK_TEXT, f.value};
    case TAG_HAVE:
        return (struct hook_item){HOOK_HAVE, f.value};
    case TAG_SEND:
        return (struct hook_item){HOOK_SEND, f.value};
    case TAG_PING:
        return (struct hook_item){HOOK_PING, f.value};
    default:
        break;
    }
    MUST(f.tag == TAG_VERDICT && sv_next(&rest, ' ', &word));
    return (struct hook_item){sv_is(word, "allow") ? HOOK_ALLOW : HOOK_DENY, rest};
}

static int next(struct hook_in *in, struct hook_item *ret, struct err *e)
{
    struct hook_field f;
    if (in->part == PART_MAGIC) {
        int got = hook_magic_check(unread(in), e);
        if (got <= 0)
            return got;
        in->at += HOOK_MAGIC;
        in->part = in->side == HOOK_CLIENT ? PART_CALL : PART_ITEMS;
        in->from = in->side == HOOK_CLIENT ? in->from : in->at;
    }
    if (in->part == PART_CALL)
        return next_call(in, ret, e);
    struct sv rest = unread(in);
    int got = hook_field_take(&in->order, &rest, &f, e);
    if (got <= 0)
        return got;
    in->from = in->at = in->bytes.n - rest.n;
    *ret = item_of(f);
    return 1;
}

int hook_in_next(struct hook_in *in, struct hook_item *ret, struct err *e)
{
    int got = in->is_bad ? -1 : next(in, ret, &in->e);
    if (got < 0) {
        in->is_bad = true;
        *e = in->e;
    }
    return got;
}

bool hook_in_is_done(const struct hook_in *in)
{
    return in->order.may == 0;
}

/* ---- writing ---- */

struct hook_out {
    enum hook_side side;
    struct hook_order order;
    bool has_begun;
};

struct hook_out *hook_out_new(enum hook_side side)
{
    struct hook_out *w = mem_new(sizeof *w);
    w->side = side;
    w->order = side == HOOK_CLIENT ? hook_order_pack : hook_order_reply;
    w->has_begun = side == HOOK_CLIENT; /* the call had the word in front */
    return w;
}

void hook_out_free(struct hook_out **w)
{
    mem_free(*w);
    *w = NULL;
}

int hook_out_put(struct hook_out *w, struct hook_item item, struct buf *out, struct err *e)
{
    char verdict[8 + HOOK_NAME_MOST];
    size_t before = out->n;
    struct hook_field f = {kinds[item.kind].tag, item.value};
    if (kinds[item.kind].side != w->side || item.kind == HOOK_CALL)
        return err_set(e, ERR_INVALID, "this is not for that side to say");
    if (f.tag == TAG_VERDICT) {
        int n = snprintf(verdict, sizeof verdict, "%s %.*s", item.kind == HOOK_ALLOW ? "allow" : "deny",
                         SV_ARG(item.value));
        f.value = sv_n(verdict, (size_t)n < sizeof verdict ? (size_t)n : sizeof verdict);
    }
    if (!w->has_begun)
        buf_add(out, hook_magic, HOOK_MAGIC);
    if (hook_field_put(&w->order, f, out, e) < 0) {
        out->n = before; /* without the word in front */
        return -1;
    }
    w->has_begun = true;
    return 0;
}
