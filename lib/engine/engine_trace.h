/* SPDX-License-Identifier: Apache-2.0 */
/* Which trace something belongs to (core/trace.h). */
#pragma once
#include "engine/engine.h"

/* Of an open run, a delivery that is not decided, or an effect of an open run: ids are of one row alone. As of
 * trace_keep; lives until the next step of the engine. NULL = it is none of them, or has none. */
const char *engine_trace(const struct engine *e, int64_t id);
/* The run of an effect that is not settled; 0 = none. */
int64_t engine_run_of(const struct engine *e, int64_t effect);
/* A step of an open run; NULL = it is none. Lives until the next step of the engine. */
const struct step *engine_step_row(const struct engine *e, int64_t run, int64_t step);
