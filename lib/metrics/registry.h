/* SPDX-License-Identifier: Apache-2.0 */
/* What registry and exposition share: the rows, and the series below them. Not for other rooms. */
#pragma once
#include "metrics/metrics.h"

enum metric_kind { COUNTER, TOTAL, SECONDS_TOTAL, GAUGE, SECONDS, HISTOGRAM };

struct metric_row {
    enum metric_kind kind;
    const char *name, *help, *labels; /* labels: comma-separated names, "" for none */
};
extern const struct metric_row metric_rows[METRIC_N];

enum { METRIC_LABELS = 4, METRIC_LABEL_MAX = 120, METRIC_BUCKETS = 18, METRIC_SETS_MAX = 1000 };
extern const int64_t metric_bounds_ms[METRIC_BUCKETS]; /* upper bounds, inclusive; one more bucket is +Inf */

struct metric_hist {
    _Atomic int64_t buckets[METRIC_BUCKETS + 1]; /* not cumulative */
    _Atomic int64_t sum_ms;
};

/* One label set. Never freed and never moved, so readers need no lock. */
struct metric_series {
    struct metric_series *_Atomic next; /* in order of first sight */
    uint64_t hash;
    _Atomic int64_t value;
    struct metric_hist *hist; /* NULL unless a histogram */
    char *labels[METRIC_LABELS];
};

struct metric_series *metric_first(enum metric m); /* NULL when nothing was counted yet in a row with labels */
