/* SPDX-License-Identifier: Apache-2.0 */
/* The journal as something to follow: rows with their places. They are numbered without a gap, in the order in which
 * they came to the disk; with a run that its retention removes (retain.h) its rows go, and numbers at the end may then
 * be given again. Thread of the reader. */
#pragma once
#include "port/store.h"

struct journal_row {
    int64_t seq, run; /* run: 0 = of none */
    struct sv json;   /* as LIST_JOURNAL has it */
};
typedef void journal_fn(void *ctx, const struct journal_row *row);

/* Rows of that run (0 = all) behind `after`, the oldest first, at most `limit`. */
MUST_USE int read_journal(struct reader *r, int64_t run, int64_t after, int limit, journal_fn *row, void *ctx,
                          struct err *e);
/* The number of the newest row; 0 = there is none. */
MUST_USE int read_journal_end(struct reader *r, int64_t *ret, struct err *e);
