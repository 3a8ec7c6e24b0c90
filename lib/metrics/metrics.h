/* SPDX-License-Identifier: Apache-2.0 */
/* Counters, gauges and histograms, one row each in metrics.def; Prometheus text out. Any thread, lock-free counting.
 * Rows: METRIC(id, kind, "name", "help", "label[,label]") with labels from fixed small sets or short names. */
#pragma once
#include "base/str.h"

enum metric {
#define METRIC(id, kind, name, help, labels) M_##id,
#include "metrics/metrics.def"
#undef METRIC
    METRIC_N
};

/* SECONDS and SECONDS_TOTAL are a gauge and a counter that are kept in milliseconds and shown in seconds; a
 * SECONDS_TOTAL or TOTAL is set, not added to: something else counts.
 * Labels are the values in the order of the row, NULL for a row without. At most 1,000 label sets a metric; further
 * ones are counted under "other". */
void metric_add(enum metric m, const char *const *labels, int64_t by);
void metric_set(enum metric m, const char *const *labels, int64_t value);
void metric_observe_ms(enum metric m, const char *const *labels, int64_t ms); /* histogram, shown in seconds */
int64_t metric_value(enum metric m, const char *const *labels);               /* for tests */
/* Of all series of the row, or of those with that last label; no histogram. */
int64_t metric_total(enum metric m, const char *last);
/* TEXT: exposition format 0.0.4, promtool clean. OPENMETRICS: OpenMetrics 1.0.0, where the name of a counter's family
 * has no _total, and the end is marked. */
enum metric_format { METRIC_TEXT, METRIC_OPENMETRICS };
void metric_write(struct buf *out, enum metric_format format);

#define COUNT(m)           metric_add((m), NULL, 1)
#define COUNT1(m, a)       metric_add((m), (const char *const[]){(a)}, 1)
#define COUNT2(m, a, b)    metric_add((m), (const char *const[]){(a), (b)}, 1)
#define COUNT3(m, a, b, c) metric_add((m), (const char *const[]){(a), (b), (c)}, 1)
