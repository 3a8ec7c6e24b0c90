/* SPDX-License-Identifier: Apache-2.0 */
/* Objects that somebody is about to push, and that no remote has yet: a local hook sends them as a pack, so that the
 * push can be judged. A pack is looked through in a place of its own, which borrows from the mirror: it is strict
 * (every object is sound and what it leads to is there), and what the new ids lead to is all there. Only then does it
 * become part of the mirror, on disk before a ref is; otherwise nothing of it stays. refs/fettle/pushed/<id> holds what
 * came. All calls block: pool threads. Any number at once, also for one mirror, and beside a fetch of it. */
#pragma once
#include "base/clk.h"
#include "port/git.h"

/* Makes an empty mirror for objects of that many digits (40 or 64) when there is none. */
MUST_USE int git_pushed_ready(struct gits *g, const char *id, size_t digits, struct err *e);
/* Which of n object ids the mirror has: ret_has[0..n). No mirror: none. */
MUST_USE int git_pushed_known(struct gits *g, const char *id, const struct sv *oids, size_t n, bool *ret_has,
                              struct err *e);

struct pushed_pack {
    int fd;                /* of the pack, which may be thin; read from its beginning */
    const struct sv *tips; /* the new ids, each once: commits, tags, whatever a ref may be */
    size_t n_tips;
    msec_t ms; /* how long it may take; 0 = 5 minutes */
};
/* ERR_INVALID: the pack is no good, with git's words; ERR_MISSING: something of the new ids is not in it, and not here;
 * ERR_TRANSIENT: no space, too slow. */
MUST_USE int git_pushed_take(struct gits *g, const char *id, const struct pushed_pack *p, struct err *e);

/* In all mirrors: lets go what came before that time (wall clock), and removes what interrupted calls have left. */
MUST_USE int git_pushed_trim(struct gits *g, msec_t before, size_t *ret_gone, struct err *e);
