/* SPDX-License-Identifier: Apache-2.0 */
/* The connection to the server: its unix socket, where we say the head of hooks/head.h, or a `fettle hook-relay` that
 * we start, which says it for us. One thread. */
#pragma once
#include "hooks/client/child.h"
#include "hooks/client/options.h"
#include "hooks/talk.h"

struct line {
    int fd;             /* never waits; -1 = closed */
    bool is_deaf;       /* it takes nothing more; what it said may still be there */
    bool awaits_head;   /* the head of its answer is not all here yet */
    struct buf out, in; /* in: of its head */
    size_t sent;
    struct child relay;
};

/* Waits until then (clk_mono_ms) at most while the server's queue is full, and has the head in `out`. */
MUST_USE int line_open(struct line *l, const struct hook_options *o, msec_t until, struct err *e);
size_t line_pending(const struct line *l); /* bytes of `out` */
/* Sends what is taken. */
void line_flush(struct line *l);
/* Reads what is there into `in`: 1 = something, 0 = nothing for now, -1 = it is at its end, or this is no server of
 * ours: e says why. */
MUST_USE int line_hear(struct line *l, struct hook_in *in, struct err *e);
void line_close(struct line *l, msec_t until);
