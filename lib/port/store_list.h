/* SPDX-License-Identifier: Apache-2.0 */
/* What readers of the store list and show as JSON: part of port/store.h, which includes it. */
#pragma once
#include "base/err.h"
#include "base/str.h"

struct reader;

/* Listings for the API and the command line: each calls `row` with one JSON object text, newest first, ids below
 * `before` (0 = from the top), at most `limit` (and 1001). The journal: oldest first, `seq` above `before`. Keys:
 * store/sqlite/json_row.c. */
typedef void row_fn(void *ctx, struct sv json);
enum listing {
    LIST_DELIVERIES, /* filter: state name or NULL */
    LIST_RUNS,       /* filter: state, conclusion or NULL */
    LIST_EFFECTS,    /* filter: state or NULL */
    LIST_RECOVERIES, /* filter: outcome or NULL */
    LIST_FLAKY,      /* in the order of names; filter: the name before the first one, or NULL */
    LIST_JOURNAL,    /* filter: id of a run (decimal) or NULL */
    /* of store/errors.h and store/durations.h: only their cursors are called so */
    LIST_ERRORS,
    LIST_ERROR_ATTEMPTS,
    LIST_DURATIONS
};
MUST_USE int read_list(struct reader *r, enum listing what, const char *filter, int64_t before, int limit, row_fn *row,
                       void *ctx, struct err *e);
/* What the rows of a page must have: NULL = anything. A listing takes those that its rows have. */
struct list_filter {
    const char *state;                             /* of a run also its conclusion, of a recovery its outcome */
    const char *forge, *event, *source;            /* of deliveries, as `repository` */
    const char *workflow, *repository, *ref, *sha; /* of runs, as `event`; repository: an id */
    const char *kind, *repo;                       /* of effects, as `forge`; repo: the path there */
    const char *strategy, *class;                  /* of recoveries */
};
struct list_page {
    int64_t before; /* an id; 0 = from the newest on */
    int limit;
    int64_t next; /* set: where the page behind it begins; 0 = there is none */
};
/* Deliveries, runs, effects and recoveries, as read_list. At most 2000 rows are looked at, so the time it takes is
 * bounded: a page may be short or empty and yet have one behind it. */
MUST_USE int read_page(struct reader *r, enum listing what, const struct list_filter *f, struct list_page *page,
                       row_fn *row, void *ctx, struct err *e);
/* The runs that a delivery started, the newest first, at most `limit`; rows as of LIST_RUNS. */
MUST_USE int read_runs_of_delivery(struct reader *r, int64_t delivery, int limit, row_fn *row, void *ctx,
                                   struct err *e);
/* The newest run of each workflow about that branch of the repository (a whole ref), or about none, as of an issue; of
 * at most `most` workflows each. Rows have run (its id), workflow, number, state, conclusion, event, sha, created_at
 * and ended_at; in no order. 1 = there are more workflows. */
MUST_USE int read_runs_of_branch(struct reader *r, const char *repo_id, const char *ref, int most, row_fn *row,
                                 void *ctx, struct err *e);
/* A run with jobs, steps, attempts and effects as one JSON object; 1 = no such run. */
MUST_USE int read_run_json(struct reader *r, int64_t run, struct buf *ret, struct err *e);
/* A job with its steps and their attempts; 1 = no such job. */
MUST_USE int read_job_json(struct reader *r, int64_t job, struct buf *ret, struct err *e);
/* The newest attempt of a step; 1 = it has none. */
MUST_USE int read_newest_attempt(struct reader *r, int64_t step, int64_t *ret, struct err *e);
/* 1 = as far as is known the attempt has written nothing: it is not over, or it has not; 0 = it has, or there is
 * none. */
MUST_USE int read_attempt_silent(struct reader *r, int64_t attempt, struct err *e);
