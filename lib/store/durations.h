/* SPDX-License-Identifier: Apache-2.0 */
/* What was learned of how long jobs take (plan/duration.h). */
#pragma once
#include "port/store.h"

/* One JSON object for each row, in the order of its keys, behind `after` and below `below`; either may be "". */
MUST_USE int read_durations(struct reader *r, const char *after, const char *below, int limit, row_fn *row, void *ctx,
                            struct err *e);
