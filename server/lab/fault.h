/* SPDX-License-Identifier: Apache-2.0 */
/* Faults on demand: what is armed, which request meets it, and what is answered then. */
#pragma once
#include "server/lab/call.h"

enum fault_kind {
    FAULT_NONE,
    FAULT_LATENCY,     /* done at once, answered `ms` later */
    FAULT_STATUS_500,  /* not done; the same for all down to FAULT_REDIRECT */
    FAULT_STATUS_502,  /* an HTML page, as proxies send it */
    FAULT_RATE_LIMIT,  /* 429 with Retry-After: `ms` in whole seconds, at least 1 */
    FAULT_SECONDARY,   /* 403 whose text alone tells of the limit */
    FAULT_CONFLICT,    /* 409 */
    FAULT_UNKNOWN_SHA, /* the commit is not known, or not yet */
    FAULT_GONE,        /* 404: the repository is gone, or the right to see it */
    FAULT_DENIED,      /* 403: no permission */
    FAULT_REDIRECT,    /* 307 to where the renamed repository is now */
    FAULT_LOST,        /* done, and the connection closed without an answer */
    FAULT_TRUNCATE,    /* done, and the JSON of the answer ends in its middle */
    FAULT_AWAY,        /* for `ms` from now on every connection is closed without an answer; nothing is done */
    FAULT_KINDS
};
extern const char *const fault_names[FAULT_KINDS]; /* the words of the command line and the ledger; NULL at 0 */
enum fault_kind fault_find(struct sv name);        /* FAULT_NONE if there is none */

struct fault {
    enum fault_kind kind;
    int64_t left; /* requests; 0 = until cleared */
    msec_t ms, until;
    const char *match; /* part of "METHOD /path?query"; NULL = any; owned by the list */
};
struct faults {
    VEC(struct fault) armed;
};

void faults_add(struct faults *f, struct fault fault, msec_t now); /* copies match */
void faults_clear(struct faults *f);
/* The first armed fault that the request meets, counted down; `line` is "METHOD /path?query". */
struct fault faults_take(struct faults *f, struct sv line);
bool faults_away(struct faults *f, struct sv line, msec_t now);
void faults_list(const struct faults *f, struct buf *out); /* JSON */
/* Answers in place of the forge. False: the request is to be done. */
bool fault_answer(const struct fault *f, struct lab_call *c);
