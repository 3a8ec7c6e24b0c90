/* SPDX-License-Identifier: Apache-2.0 */
/* The parts of read_open_work. Private to lib/store/sqlite. */
#pragma once
#include "store/sqlite/reader.h"

/* The cursor's row into *ret, which is zeroed; text into the arena. */
typedef int open_next(struct cur *c, struct arena *a, void *ret, struct err *e);
/* All rows of a query without parameters as an array in the arena. */
MUST_USE int open_rows(struct reader *r, struct arena *a, enum sql what, size_t size, open_next *next, void **ret,
                       size_t *ret_n, struct err *e);
MUST_USE int open_learned(struct reader *r, struct open_work *w, struct err *e);
MUST_USE int open_seen(struct reader *r, struct open_work *w, struct err *e);
/* Jobs and steps of a run whose own row is there. */
MUST_USE int open_jobs(struct reader *r, struct arena *a, struct run *run, struct err *e);
