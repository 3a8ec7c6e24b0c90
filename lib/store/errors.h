/* SPDX-License-Identifier: Apache-2.0 */
/* Failures of steps, grouped by what they are known by: the fingerprint of their output, or their class where there is
 * none. The writer counts them as they come (schema.c, error_count), so what a question costs depends on how many
 * different errors there were, not on how many attempts: at most ERROR_ROWS counts are looked at, the newest first. */
#pragma once
#include "port/store.h"

enum {
    ERROR_ROWS = 12000, /* counts: of one error in one hour or day */
    ERROR_BUCKETS = 30, /* of a trend */
    ERROR_PLACES = 3,   /* told: workflows in repositories, the most often first; of one error alone all: */
    ERROR_PLACES_ALL = 40,
    ERROR_RUNS = 3,       /* the newest */
    ERROR_RECOVERIES = 20 /* the newest */
};
enum error_order { ERRORS_NEWEST, ERRORS_MOST };
enum error_span { ERRORS_BY_HOUR, ERRORS_BY_DAY };

struct error_ask {
    enum error_span span;
    int buckets;                            /* 1 to ERROR_BUCKETS: as far back, the one that `now` is in among them */
    msec_t now;                             /* wall clock */
    const char *error, *class, *repository; /* NULL = any; repository: an id */
    enum error_order order;
    const char *after; /* a place that `next` told, NULL = from the first on */
    int limit;
};
struct error_page {
    int64_t total;  /* failures that fit, of all groups */
    int64_t groups; /* of them */
    msec_t since;   /* where the first bucket begins */
    msec_t step;    /* between two */
    /* later than `since`: there were more than ERROR_ROWS counts; in front of it something may be missing */
    msec_t counted_from;
    struct buf next; /* where the next page begins; empty = there is none. The caller's */
};
/* One JSON object for each group. 0, or -1. */
MUST_USE int read_errors(struct reader *r, const struct error_ask *ask, struct error_page *ret, row_fn *row, void *ctx,
                         struct err *e);
/* The failures of one group, the newest first, below the attempt `before` (0 = from the newest on). */
MUST_USE int read_error_attempts(struct reader *r, const char *error, int64_t before, int limit, row_fn *row, void *ctx,
                                 struct err *e);
