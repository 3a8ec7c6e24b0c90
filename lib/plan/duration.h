/* SPDX-License-Identifier: Apache-2.0 */
/* How long jobs take, learned from those that ended: mean and spread of the logarithm of milliseconds, because times
 * differ by factors, not by sums. The first four count alike, then the newest counts three tenths (exponentially
 * weighted; Finch 2009, "Incremental calculation of weighted mean and variance"). Only successes are learned from. One
 * that ran out of time says that it takes at least so long: its mean is raised to that, and a first success takes the
 * place of what is only such a bound.
 *
 * A job that has not run yet is guessed by its relatives. So each end is counted in up to four rows: the job itself
 * with its matrix and kind of event, the same job with any, jobs of that name in the organisation, jobs of that kind.
 *
 * All in fixed point: the same ends in the same order give the same bits everywhere. At most `most` rows: the one that
 * learned longest ago goes. Pure. */
#pragma once
#include "base/clk.h"
#include "base/fixed.h"
#include "base/list.h"
#include "base/map.h"

enum { DURATION_UNKNOWN_MS = 30000 };

/* Any part may be absent. Borrowed for the call. */
struct duration_key {
    struct sv organisation, repo, workflow, job;
    struct sv matrix; /* the label of the leg */
    struct sv event;
    struct sv kind;   /* what the job does, where there is a word for it: the action that it uses */
};

enum duration_level { DURATION_OF_JOB, DURATION_OF_LEGS, DURATION_OF_NAME, DURATION_OF_KIND, DURATION_LEVELS };
enum duration_end { DURATION_SUCCESS, DURATION_TIMED_OUT };

/* What is known under one key; what a store keeps. */
struct duration_seen {
    int64_t n;     /* successes; 0: only that it takes at least e^mean */
    fixed_t mean;  /* of ln(ms) */
    fixed_t var;   /* of ln(ms): the square of the spread */
    msec_t at;     /* wall clock of what was learned last */
};

struct duration_row {
    struct list oldest; /* by the time of learning */
    char *key;          /* text, no NUL or control characters but tabs between its parts */
    struct duration_seen seen;
};

struct durations {
    struct map rows;
    struct list oldest;
    size_t most;
};

/* What a call changed, for whoever keeps it. */
struct duration_news {
    const struct duration_row *put[DURATION_LEVELS]; /* borrowed until the next call */
    size_t n_put;
    char *dropped[DURATION_LEVELS]; /* keys that had to go; the caller's */
    size_t n_dropped;
};
void duration_news_free(struct duration_news *n);

void durations_init(struct durations *d, size_t most); /* most >= DURATION_LEVELS */
void durations_free(struct durations *d);

/* A row as it was kept; to be called in the order of `at`, before anything is learned. False, and nothing is done, when
 * it is no row of ours: a number out of its bounds, an empty key, one that is there already; or there is no room. */
MUST_USE bool durations_load(struct durations *d, struct sv key, const struct duration_seen *seen);

/* A job ended after `took` (less than 0 counts as 0). */
void durations_learn(struct durations *d, const struct duration_key *k, enum duration_end how, msec_t took, msec_t now,
                     struct duration_news *ret);

enum duration_source {
    DURATION_LEARNED,   /* from its own ends */
    DURATION_SAID,      /* the file says so: `estimate` */
    DURATION_SAME_JOB,  /* with another matrix or event */
    DURATION_SAME_NAME, /* jobs of that name of the organisation */
    DURATION_SAME_KIND,
    DURATION_UNKNOWN,
};
struct duration_guess {
    msec_t estimate; /* the median */
    msec_t p90;      /* nine of ten end before it, as far as their spread is known */
    enum duration_source source;
};

/* In the order of duration_source; `said` is what the file says, 0 = nothing. Never less than a bound that is known.
 * The spread is taken as 0.5 at first and as what was seen the more was seen. */
struct duration_guess durations_guess(const struct durations *d, const struct duration_key *k, msec_t said);
