/* SPDX-License-Identifier: Apache-2.0 */
/* How late the timers of a loop fire, as automation_loop_lag_seconds: what everything else on this thread has to wait
 * as well. Thread of the loop. */
#pragma once
#include "io/loop.h"

struct loop_lag;
struct loop_lag *loop_lag_new(struct loop *l, const char *name); /* name: a literal */
void loop_lag_free(struct loop_lag **g);
