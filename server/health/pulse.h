/* SPDX-License-Identifier: Apache-2.0 */
/* The sign of life of a loop: the loop writes, everybody reads. */
#pragma once
#include "base/clk.h"

struct pulse {
    _Atomic msec_t turned;        /* when its timers ran last; monotonic, 0 = not yet */
    _Atomic msec_t last;          /* how late they were then */
    _Atomic msec_t late, late_at; /* and at the worst of the last minute, and when that was */
};
enum { PULSE_MS = 1000 /* how often it beats */, PULSE_KEEP_MS = 60000 /* how long the worst counts */ };

static inline void pulse_beat(struct pulse *p, msec_t late, msec_t now)
{
    if (late >= p->late || now - p->late_at > PULSE_KEEP_MS) {
        p->late = late;
        p->late_at = now;
    }
    p->last = late;
    p->turned = now;
}
