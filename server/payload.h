/* SPDX-License-Identifier: Apache-2.0 */
/* What a stored body holds: JSON as it came, or the form around it. Blocking. */
#pragma once
#include "port/store.h"

/* The JSON of a body; `form` owns it where there is one. ERR_INVALID: the form has no single field "payload". */
MUST_USE int payload_of(const struct delivery *d, struct sv body, struct buf *form, struct sv *ret, struct err *e);
/* The JSON of a stored delivery, appended. 1 = it is not stored (any more). */
MUST_USE int payload_read(struct reader *r, int64_t delivery, struct buf *ret, struct err *e);
