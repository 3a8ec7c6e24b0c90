/* SPDX-License-Identifier: Apache-2.0 */
/* How much there is to do, and which webhooks bring nothing. Part of engine/engine.h. */
#pragma once
#include "base/str.h"
#include "core/effect.h"
#include "core/policy.h"

struct engine;
struct engine_stats {
    int runs, jobs_ready, jobs_startable, slots, slots_busy, effects, undecided;
    int hooks_idle; /* that lead here and bring nothing */
};
void engine_stats(const struct engine *e, struct engine_stats *ret);

/* Each job that waits for a slot, in no order: its repository's id, the priority of its run, and since when it could
 * have started. What is handed over is borrowed for the call. O(jobs of open runs). */
typedef void engine_waiting_fn(void *ctx, const char *repo_id, enum priority priority, msec_t since);
void engine_each_waiting(const struct engine *e, engine_waiting_fn *fn, void *ctx);
/* Each effect that is not settled. O(effects). */
typedef void engine_effect_fn(void *ctx, const struct effect *x);
void engine_each_effect(const struct engine *e, engine_effect_fn *fn, void *ctx);

/* Webhooks that lead here and bring nothing, as JSON: which, why, and what can be done. */
void engine_hooks(const struct engine *e, struct buf *out);
