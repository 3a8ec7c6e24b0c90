/* SPDX-License-Identifier: Apache-2.0 */
/* Changes that a run is about beside that of its event, as they stand in its row. Pure. */
#pragma once
#include "core/run.h"
#include "fmt/json.h"

void involved_write(const struct involved *at, size_t n, struct buf *out);
/* SV_NONE is none of them. 0, or -1: it is damaged. Text in the arena. */
MUST_USE int involved_read(struct sv json, struct arena *a, struct involved **ret, size_t *ret_n);
