/* SPDX-License-Identifier: Apache-2.0 */
/* What can be seen of the calls to forges. Beside engine/engine.h. */
#pragma once
#include "core/breaker.h"
#include "engine/engine.h"

struct engine_lane {   /* of one forge */
    const char *forge; /* borrowed until the next configuration */
    int waiting, flying; /* calls */
    msec_t rest;         /* so long it is asked nothing, because it wants so or cannot be reached */
    enum breaker_state breaker;
    int64_t spaced;                /* calls that had to wait for the budget, since the start */
    int64_t left[BUDGET_BUCKET_N]; /* that may go at once; -1 = no such limit */
};
/* Rises whenever anything of a lane has changed. */
int64_t engine_lanes_no(const struct engine *e);
/* Of the i-th forge of the configuration, at that time; false: there are fewer. */
bool engine_lane(const struct engine *e, size_t i, msec_t now, struct engine_lane *ret);
