/* SPDX-License-Identifier: Apache-2.0 */
/* The call: the frame in which a local git hook tells the server what is being pushed; hooks/PROTOCOL.md has the bytes,
 * hooks/talk.h what both sides say behind it. One call has one encoding: what is read and written again is the same
 * bytes. Pure. */
#pragma once
#include "base/arena.h"
#include "base/err.h"

enum {
    HOOK_NAME_MOST = 32,
    HOOK_PATH_MOST = 4096,
    HOOK_ID_MOST = 64,
    HOOK_ACTOR_MOST = 255,
    HOOK_REF_MOST = 1024,
    HOOK_OPTION_MOST = 1024,
    HOOK_REMOTE_MOST = 4096,
    HOOK_WAIT_MOST = 3600000, /* ms */
    HOOK_UPDATES_MOST = 10000,
    HOOK_OPTIONS_MOST = 64,
    HOOK_OFFERS_MOST = 1000,
    HOOK_FRAME_MOST = 16 << 20
};

struct hook_update { /* before, after: 40 or 64 lower-case hex digits, of one length; zeros = absent */
    struct sv before, after, ref;
};
struct hook_call {
    struct sv hook;       /* "pre-push": lower-case letters, digits and - */
    struct sv repository; /* absolute path of the repository */
    struct sv id;         /* of this call: letters, digits and - ; happens once */
    struct sv actor;      /* who pushes, as the machine knows it; may be empty */
    const struct hook_update *updates;
    size_t n_updates;
    const struct sv *options; /* --push-option */
    size_t n_options;
    struct sv remote;        /* URL that pre-push was given; absent for hooks of a server */
    const struct sv *offers; /* object ids that the client has and the server may have */
    size_t n_offers;
    int64_t wait_ms; /* how long the client waits, counted from the call; 0 = not at all */
};

/* Appended to *out. -1 ERR_INVALID, with *out as it was: a field that no frame may have. */
MUST_USE int hook_frame_write(const struct hook_call *c, struct buf *out, struct err *e);
/* The whole frame, not a byte more. Text is borrowed from it, arrays are in the arena. -1 ERR_INVALID, e says what is
 * wrong. */
MUST_USE int hook_frame_read(struct sv frame, struct arena *a, struct hook_call *ret, struct err *e);
