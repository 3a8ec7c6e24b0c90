/* SPDX-License-Identifier: Apache-2.0 */
/* Faults on demand or by chance: what is armed, which request or delivery meets it, and what is answered then. Chances
 * are drawn from the seed, for each armed fault by itself, so that the same requests meet the same faults again. */
#pragma once
#include "server/lab/limit.h"
#include "server/lab/call.h"

enum fault_kind {
    FAULT_NONE,
    FAULT_LATENCY,       /* done at once, answered `ms` later */
    FAULT_STATUS_500,    /* not done; the same for all down to FAULT_REDIRECT */
    FAULT_STATUS_502,    /* an HTML page, as proxies send it */
    FAULT_RATE_LIMIT,    /* 429 with Retry-After: `ms` in whole seconds, at least 1 */
    FAULT_SECONDARY,     /* 403 whose text alone tells of the limit */
    FAULT_SECONDARY_429, /* the same as 429, and with quota left */
    FAULT_CONFLICT,      /* 409 */
    FAULT_UNKNOWN_SHA,   /* the commit is not known, or not yet */
    FAULT_GONE,          /* 404: the repository is gone, or the right to see it */
    FAULT_DENIED,        /* 403: no permission */
    FAULT_REDIRECT,      /* 307 to where the renamed repository is now */
    FAULT_LOST,          /* done, and the connection closed without an answer */
    FAULT_TRUNCATE,      /* done, and the JSON of the answer ends in its middle */
    FAULT_PARTIAL,       /* done; GraphQL: the last repository asked for is not answered, an error tells of it */
    FAULT_AWAY,          /* for `ms` from now on every connection is closed without an answer; nothing is done */
    FAULT_UNAVAILABLE,   /* for `ms` from now on all is answered with 503 */
    FAULT_LAG,           /* until cleared: what is younger than `ms` is not everywhere yet: commits, tokens, search */
    FAULT_MISSED,        /* a delivery is listed as failed and never sent; the same for all that follow: deliveries */
    FAULT_SWALLOWED,     /* neither sent nor listed */
    FAULT_DUPLICATE,     /* sent twice under one id */
    FAULT_LATE,          /* sent `ms` later */
    FAULT_REORDERED,     /* sent after the next one to this hook, or after `ms` */
    FAULT_KINDS
};
extern const char *const fault_names[FAULT_KINDS]; /* the words of the command line and the ledger; NULL at 0 */
enum fault_kind fault_find(struct sv name);        /* FAULT_NONE if there is none */

struct fault {
    enum fault_kind kind;
    int64_t left;   /* requests; 0 = until cleared */
    int64_t chance; /* of a hundred; 0 is the same as 100 */
    msec_t ms, until;
    const char *match; /* part of "METHOD /path?query", of "SEND event owner/name url"; NULL = any; owned by the list */
    uint64_t random;
};
struct faults {
    VEC(struct fault) armed;
    int64_t seed, added;
};

void faults_add(struct faults *f, struct fault fault, msec_t now); /* copies match */
void faults_clear(struct faults *f);
/* The first armed fault that the request meets, counted down; `line` is "METHOD /path?query". */
struct fault faults_take(struct faults *f, struct sv line);
/* The same of a delivery: "SEND push acme/api http://…". */
struct fault faults_take_sent(struct faults *f, struct sv line);
/* FAULT_AWAY or FAULT_UNAVAILABLE if one of them is on. */
enum fault_kind faults_away(struct faults *f, struct sv line, msec_t now);
msec_t faults_lag(const struct faults *f, struct sv line); /* 0: none */
void faults_list(const struct faults *f, struct buf *out); /* JSON */
/* Answers in place of the forge. False: the request is to be done. */
bool fault_answer(const struct fault *f, struct lab_call *c);
/* The call names a commit, or is made with a token, that came less than `lag` ago: answers so, and is true. */
bool fault_lag_answer(struct lab_call *c, msec_t lag);
/* How the forge refuses a request that is over a limit. */
void fault_limited(struct lab_call *c, const struct limit_verdict *v);
