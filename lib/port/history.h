/* SPDX-License-Identifier: Apache-2.0 */
/* What the store remembers of the past in few rows: one for each minute of a day and one for each quarter of an hour of
 * thirty days. Runs and recoveries are counted in the transaction that ends them; what can only be looked at (what
 * waits, what is busy) comes as samples, averages and maxima of which are kept. A row outlives the runs it counts. */
#pragma once
#include "base/clk.h"
#include "base/err.h"
#include "base/str.h"

enum history_grain { HISTORY_MINUTE = 60, HISTORY_QUARTER = 900 };                 /* seconds a row */
enum { HISTORY_MINUTES_KEPT = 24 * 3600, HISTORY_QUARTERS_KEPT = 30 * 24 * 3600 }; /* s */

/* Figures of which a sample tells the sum over its looks, and the greatest. */
#define HISTORY_FIGURES(X)                                                                                             \
    X(QUEUE, queue)     /* jobs that wait for a slot */                                                                \
    X(WAIT, wait)       /* s; how long the oldest of them has waited */                                                \
    X(BUSY, busy)       /* slots in use */                                                                             \
    X(EFFECTS, effects) /* effects that are not settled */                                                             \
    X(TELLING, telling) /* s; how long the oldest of them has waited */                                                \
    X(RUNS, runs)       /* that are not done */
enum history_figure {
#define X(id, name) HISTORY_##id,
    HISTORY_FIGURES(X)
#undef X
        HISTORY_FIGURE_N
};

struct history_figures {
    int64_t looks; /* 0 = nobody looked */
    int64_t sum[HISTORY_FIGURE_N], most[HISTORY_FIGURE_N];
    int64_t deliveries, refused; /* accepted, and requests refused, since the sample before */
};

/* CHANGE_SAMPLE: added to the rows of its time. With it some of the rows go that are too old, or in the future: few at
 * a time, so that a clock which is wrong for an hour does not take the past with it. */
struct history_sample {
    msec_t at;
    struct history_figures figures;
};

struct history_row {
    int64_t at; /* s since 1970: its beginning */
    /* Runs that ended in it: as success, as failure, error or timed out, as cancelled; those that were skipped are not
     * counted. Failures that were made good (recoveries). */
    int64_t success, failure, cancelled, recovered;
    struct sv took, waited; /* packed spreads (core/spread.h) of runs that succeeded or failed: from start to end, and
                               from the event to the start; borrowed for the call */
    struct history_figures figures;
};
typedef void history_fn(void *ctx, const struct history_row *row);

struct reader;
/* Rows that begin at `from` or later, and before `to` (s), oldest first; there is none of a time without anything. */
MUST_USE int read_history(struct reader *r, enum history_grain grain, int64_t from, int64_t to, history_fn *fn,
                          void *ctx, struct err *e);
/* What is open now and can be counted at once. */
struct history_open {
    int64_t effects_dead, approvals, recoveries;
};
MUST_USE int read_open_counts(struct reader *r, struct history_open *ret, struct err *e);
