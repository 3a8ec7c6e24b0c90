/* SPDX-License-Identifier: Apache-2.0 */
/* How often one credential may call its forge: what is documented, known in advance, and what the forge says on the
 * way. Pure; the time is a parameter, in ms. Numbers "a minute" and "an hour" hold in every minute and every hour,
 * wherever it begins: a quarter may go at once, the rest comes evenly (GCRA, ITU-T I.371). */
#pragma once
#include "base/clk.h"

enum call_kind {
    CALL_READ,
    CALL_WRITE,
    CALL_CREATE, /* makes what people are told of: an issue, a comment, a pull request */
    CALL_KIND_N
};

enum { POINTS_READ = 1, POINTS_WRITE = 5 }; /* GitHub, "secondary rate limits" */

struct call_limits {                  /* 0 = no such limit */
    int hour, minute;                 /* calls */
    int points;                       /* a minute: POINTS_READ, POINTS_WRITE for all else */
    int creates_minute, creates_hour; /* calls that create */
    msec_t write_gap, create_gap;     /* from one that writes (creates) to the next that does */
    int flights, writes;              /* calls under way at once, and those of them that write; 0 = one */
    msec_t hold;                      /* so long the word that something begins waits for a later one */
};
bool call_limits_same(const struct call_limits *a, const struct call_limits *b);

#define BUDGET_BUCKETS(X)                                                                                              \
    X(HOUR, "hour")                                                                                                    \
    X(MINUTE, "minute") X(POINTS, "points") X(CREATES_MINUTE, "creates-minute") X(CREATES_HOUR, "creates-hour")
enum budget_bucket {
#define X(id, name) BUDGET_##id,
    BUDGET_BUCKETS(X)
#undef X
        BUDGET_BUCKET_N
};
extern const char *const budget_bucket_name[];

struct budget {
    struct call_limits limits;
    int64_t full_at[BUDGET_BUCKET_N]; /* in us: when all of it is there again */
    msec_t closed_until;              /* the forge wants rest */
    msec_t wrote_at, created_at;      /* the last ones */
    int flying, writing;              /* under way */
};

/* Nothing is known of the time before: as if all had been used, and the last write was now. */
void budget_start(struct budget *b, const struct call_limits *limits, msec_t now);
/* Other limits from now on; no change if they are the same. */
void budget_change(struct budget *b, const struct call_limits *limits, msec_t now);

/* When a call of this kind may go: `now` or earlier = at once; BUDGET_LATER = when one under way has ended. `at_once`:
 * so many may be under way, at most those of the limits; 0 = those. */
#define BUDGET_LATER INT64_MAX
msec_t budget_when(const struct budget *b, enum call_kind k, int at_once, msec_t now);
void budget_take(struct budget *b, enum call_kind k, msec_t now); /* it goes now */
void budget_end(struct budget *b, enum call_kind k);              /* it has been answered, or never will be */
void budget_back(struct budget *b, enum call_kind k); /* in place of it: it was no call after all */

/* The forge wants rest; a shorter one does not end a longer one. */
void budget_rest(struct budget *b, msec_t until);
/* The forge says that so many calls remain until so long from now: its word about the longest time it limits (the hour,
 * else the minute) counts for more than our own count. None remain: rest until then. */
void budget_heard(struct budget *b, int64_t remaining, msec_t reset_in, msec_t now);

/* How many calls of that bucket may go at once; -1 = it has no limit. */
int64_t budget_left(const struct budget *b, enum budget_bucket k, msec_t now);
