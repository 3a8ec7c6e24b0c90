/* SPDX-License-Identifier: Apache-2.0 */
/* The object ids that a pack may stand on: this repository has them, and the server probably too. What the refs point
 * at is asked of one git. The old ids of the push that are not among it are offered only if a second one finds them:
 * the other side of the push names them, and they need not be here. One thread. */
#pragma once
#include "base/arena.h"
#include "base/vec.h"
#include "hooks/client/child.h"
#include "hooks/client/push.h"

enum { OFFERS_MS = 2000 }; /* for all of it; then the call goes without the rest */

struct offer_ids {
    VEC(struct sv);
};
struct offers {
    enum { OFFERS_LIST, OFFERS_LISTED, OFFERS_CHECK, OFFERS_DONE } state;
    struct child git;
    struct offer_ids tips, old; /* sorted */
    struct offer_ids unsure;    /* of old */
    struct offer_ids list;      /* what is offered, the old ids first */
    bool trusts_old;            /* what was updated was there */
    struct buf text;            /* of git */
    struct arena arena;
};

/* Starts git. That it fails is no error: then there are no offers. */
void offers_begin(struct offers *f, const struct hook_options *o);
/* Goes on with what is there, and never waits. p: what git pushes; NULL = it has not been read yet. */
void offers_step(struct offers *f, const struct push *p);
bool offers_has(const struct offers *f, struct sv id);
void offers_free(struct offers *f, msec_t until);
