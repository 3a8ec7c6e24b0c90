/* SPDX-License-Identifier: Apache-2.0 */
/* Timers of the engine. Private to lib/engine; comes with state.h. */
#pragma once
#include "base/clk.h"
#include "base/heap.h"

enum wake_kind { WAKE_LANE, WAKE_GATHER, WAKE_SCHEDULE, WAKE_RUN, WAKE_HOLD, WAKE_YIELD, WAKE_LOOK };
struct wake { /* a timer */
    struct heap_node node;
    msec_t at;
    enum wake_kind kind;
    int64_t order; /* breaks ties, so that replays are equal */
    void *owner;
};
