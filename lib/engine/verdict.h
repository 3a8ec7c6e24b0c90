/* SPDX-License-Identifier: Apache-2.0 */
/* What a hook of git waits for: may the push go on? Part of engine/engine.h; thread: that of the engine.
 *
 * A call is one delivery of forge kind "bare" (handlers/forge/bare) for each of its refs, and each has its own answer;
 * a push goes on when all of its refs may. Runs that judge are started by the events pre_push and pre_receive; a
 * post-receive is a push, and has no answer to wait for.
 *
 * When to ask: from EV_DELIVERY of that delivery on, and again after each EV_COMMITTED. An answer is given only once
 * it is on disk; it is known for fifteen minutes after that, as long as the engine lives. After a restart calls whose
 * delivery was not decided are known again, and the rest is not: nobody can be waiting for them any more. A call that
 * one run denies is answered at once, though others of its runs go on. */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "base/clk.h"

enum verdict_state {
    VERDICT_NONE, /* no such delivery is known (any more), or it is none of a hook that judges */
    VERDICT_OPEN,
    VERDICT_ALLOW,
    VERDICT_DENY
};

struct engine_verdict {
    enum verdict_state state;
    /* Of ALLOW and DENY, a word of hooks/PROTOCOL.md; literal:
     *   judged       runs that this call started (or joined while they ran) said so
     *   reused       an earlier run judged the same content already
     *   no-workflow  no workflow listens to it, or filters keep all of them away (`detail` says why)
     *   deleted      the ref is to be deleted, which nobody judges
     *   error        a run came to no judgement (it failed to start, was lost, cancelled, timed out), or the delivery
     *                was refused: the strictest `offline` of its workflows decides between ALLOW and DENY */
    const char *reason;
    const char *detail;  /* one line for people, NULL = none; borrowed until the next step of the engine */
    const int64_t *runs; /* that judge or judged it; borrowed as detail */
    size_t n_runs;
    msec_t wait_until; /* the longest `wait` of its workflows is over: a push goes on then (background), though it is
                        * OPEN. 0 = not decided yet which workflows there are, or nothing to wait for */
};

struct engine;
/* False: VERDICT_NONE. *ret is filled in any case. */
bool engine_verdict(const struct engine *e, int64_t delivery, struct engine_verdict *ret);
