/* SPDX-License-Identifier: Apache-2.0 */
/* How much there is to do. Part of engine/engine.h. */
#pragma once

struct engine_stats {
    int runs, jobs_ready, jobs_startable, slots, slots_busy, effects, undecided;
    int hooks_idle; /* of the forges that lead here and are disabled */
};
