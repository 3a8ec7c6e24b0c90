/* SPDX-License-Identifier: Apache-2.0 */
/* The pack of what the server lacks, made by `git pack-objects` in the repository of the hook: in pre-receive that sees
 * the objects in quarantine too. One thread. */
#pragma once
#include "hooks/client/child.h"
#include "hooks/client/push.h"
#include "hooks/talk.h"

struct packing {
    enum { PACK_NONE, PACK_RUNS, PACK_OVER } state;
    struct child git;
    struct buf bytes; /* of git, not yet sent */
};

/* haves: what it may stand on. -1: git cannot be started. */
MUST_USE int pack_begin(struct packing *k, const struct push *p, const struct sv *haves, size_t n, struct err *e);
/* Goes on with what is there, and never waits: appends pieces, their end, or why there is none; `room`: about so many
 * bytes are wanted. */
void pack_step(struct packing *k, struct hook_out *w, size_t room, struct buf *out);
/* git has said everything, and is about to end: nothing tells of that but asking again soon. */
bool pack_is_ending(const struct packing *k);
/* There is no pack: appends that. */
void pack_refuse(struct packing *k, struct hook_out *w, struct sv why, struct buf *out);
void pack_free(struct packing *k, msec_t until);
