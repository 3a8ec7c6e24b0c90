/* SPDX-License-Identifier: Apache-2.0 */
/* How late the timers of a loop fire, as automation_loop_lag_seconds: what everything else on this thread has to wait
 * as well. Thread of the loop. */
#pragma once
#include "io/loop.h"
#include "server/health/pulse.h"

struct loop_lag;
/* name: a literal; p: where it beats as well, which outlives it. */
struct loop_lag *loop_lag_new(struct loop *l, const char *name, struct pulse *p);
void loop_lag_free(struct loop_lag **g);
