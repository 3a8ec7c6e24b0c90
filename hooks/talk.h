/* SPDX-License-Identifier: Apache-2.0 */
/* What the two sides of a hook call say to each other, item by item: bytes that come in pieces are read here, and items
 * are written. hooks/PROTOCOL.md has the bytes. The same bytes give the same items however they were cut. Pure. */
#pragma once
#include "base/err.h"
#include "base/str.h"

enum { HOOK_PACK_MOST = 65536 }; /* bytes of one piece of a pack */

enum hook_side { HOOK_CLIENT, HOOK_SERVER }; /* who speaks */
enum hook_kind {
    /* the client: the call; then, if the server said SEND, PACK once or more and PACK_END, or NO_PACK at any place */
    HOOK_CALL,     /* value: the whole frame, for hook_frame_read */
    HOOK_PACK,     /* value: 1 to HOOK_PACK_MOST bytes of a pack */
    HOOK_PACK_END, /* value: empty */
    HOOK_NO_PACK,  /* value: why, a line (hooks/text.h) */
    /* the server: TEXT and PING at any place; HAVE only before SEND; SEND at most once; a verdict is the last */
    HOOK_TEXT,  /* value: a line for the pusher */
    HOOK_HAVE,  /* value: an object id of the offered ones */
    HOOK_SEND,  /* value: empty */
    HOOK_PING,  /* value: empty */
    HOOK_ALLOW, /* value: reason code */
    HOOK_DENY   /* value: reason code */
};
struct hook_item {
    enum hook_kind kind;
    struct sv value;
};

/* The reason codes that the server of this version gives; a reader takes every word of their form. */
#define HOOK_REASONS                                                                                                   \
    "judged", "no-workflow", "reused", "background", "deleted", "unknown-repository", "not-allowed", "too-large",      \
        "bad-pack", "busy", "error", "nothing", "skipped"

/* ---- reading ---- */

struct hook_in;
struct hook_in *hook_in_new(enum hook_side side);
void hook_in_free(struct hook_in **in); /* NULL-safe; fits AUTO(hook_in_free) */
/* Bytes as they came; copied. Whoever takes all items after each piece holds at most one item and one piece. */
void hook_in_add(struct hook_in *in, struct sv bytes);
/* 1 = *ret is the next item, its value borrowed until the next call for `in`; 0 = more bytes are needed, or nothing can
 * come any more; -1 ERR_INVALID: these are not the bytes of that side; the same error again ever after. That the server
 * has asked for a pack at all is for its caller to know. */
MUST_USE int hook_in_next(struct hook_in *in, struct hook_item *ret, struct err *e);
/* The last item was taken: verdict, end of the pack, no pack. */
bool hook_in_is_done(const struct hook_in *in);

/* ---- writing ---- */

struct hook_out; /* keeps the order; the first item has the word of the protocol in front */
struct hook_out *hook_out_new(enum hook_side side);
void hook_out_free(struct hook_out **w);
/* Appends one item; for the client those behind the call, which hook_frame_write writes. -1 ERR_INVALID and nothing
 * appended: the value is not of its form, or the item may not stand here. */
MUST_USE int hook_out_put(struct hook_out *w, struct hook_item item, struct buf *out, struct err *e);
