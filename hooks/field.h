/* SPDX-License-Identifier: Apache-2.0 */
/* One field of the protocol of local hooks (hooks/PROTOCOL.md), and the order in which fields may come. For hooks/wire
 * and hooks/talk, which are what others use. Pure. */
#pragma once
#include "base/err.h"
#include "base/str.h"

enum hook_tag {
    TAG_HOOK = 1,
    TAG_REPOSITORY,
    TAG_ID,
    TAG_ACTOR,
    TAG_BEFORE,
    TAG_AFTER,
    TAG_REF,
    TAG_OPTION,
    TAG_END,
    TAG_REMOTE,
    TAG_OFFER,
    TAG_WAIT,
    TAG_PACK = 16,
    TAG_PACK_END,
    TAG_NO_PACK,
    TAG_TEXT = 32,
    TAG_HAVE,
    TAG_SEND,
    TAG_VERDICT,
    TAG_PING,
    TAG_N
};
enum { HOOK_MAGIC = 4, HOOK_HEAD = 5 }; /* bytes: the word in front; tag and length of a field */
extern const char hook_magic[HOOK_MAGIC];

/* What may come next, and how often something came. */
struct hook_order {
    uint64_t may;  /* bit = tag */
    size_t object; /* length of the last `before` */
    size_t updates, options, offers, haves;
};
extern const struct hook_order hook_order_call;  /* before the first field of a call */
extern const struct hook_order hook_order_pack;  /* what the client says behind its call */
extern const struct hook_order hook_order_reply; /* what the server says */

struct hook_field {
    enum hook_tag tag;
    struct sv value;
};

/* Appends one field. -1 ERR_INVALID with nothing appended: a value that is not of its form, or the field may not stand
 * here. */
MUST_USE int hook_field_put(struct hook_order *o, struct hook_field f, struct buf *out, struct err *e);
/* Takes the next field off the front of *rest, borrowed from there. 1 = taken, 0 = it is not all there yet and *rest
 * is as it was, -1 ERR_INVALID: said as soon as the bytes show it. */
MUST_USE int hook_field_take(struct hook_order *o, struct sv *rest, struct hook_field *ret, struct err *e);
/* The word in front. 1 = it is there, 0 = so far, -1 ERR_INVALID. */
MUST_USE int hook_magic_check(struct sv bytes, struct err *e);
/* A reason code: lower-case letters and '-', at most HOOK_NAME_MOST. */
bool hook_is_reason(struct sv s);
