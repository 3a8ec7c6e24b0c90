/* SPDX-License-Identifier: Apache-2.0 */
/* What was done about failures, and what was learned from them: rows, and memory of the engine. Pure. */
#pragma once
#include "core/policy.h"

/* One use of one strategy. */
#define RECOVERY_OUTCOMES(X)                                                                                           \
    X(OPEN, "open") /* decided, not over */                                                                            \
    X(RECOVERED, "recovered")                                                                                          \
    X(FAILED, "failed")                                                                                                \
    X(REFUSED, "refused") /* would have been its turn, but for its budget, a breaker, a guard */
enum recovery_outcome {
#define X(id, name) RECOVERY_##id,
    RECOVERY_OUTCOMES(X)
#undef X
        RECOVERY_OUTCOME_N
};
extern const char *const recovery_outcome_name[];

/* How far a fix of tests has come: what is to be done next, so that a start-up goes on there. */
#define RECOVERY_PARTS(X)                                                                                              \
    X(FIRST, "first")   /* nothing of a fix yet */                                                                     \
    X(KEEP, "keep")     /* the workspace is kept */                                                                    \
    X(FIX, "fix")       /* the fix */                                                                                  \
    X(VERIFY, "verify") /* the step judges it */                                                                       \
    X(DROP, "drop")     /* it was none: the workspace becomes what it was */
enum recovery_part {
#define X(id, name) PART_##id,
    RECOVERY_PARTS(X)
#undef X
        PART_N
};
extern const char *const recovery_part_name[];

struct recovery {
    int64_t id, run_id, job_id, step_id;
    int64_t attempt_id; /* whose failure it is about */
    enum recovery_strategy strategy;
    enum failure_class class;
    enum recovery_outcome outcome;
    msec_t at, ended_at;
    const char *detail;      /* for people */
    const char *fingerprint; /* of the failure; NULL = none */
    const char *tests;       /* JSON array: those that failed; NULL = none are known */
    enum recovery_part part; /* testfix */
    const char *tree;        /* testfix: the snapshot from before the fix; NULL = none */
    int version;
};

/* A question to people. It holds its job until it is answered or its time is over. */
#define APPROVAL_KINDS(X)                                                                                              \
    X(START, "start")     /* before the job begins */                                                                  \
    X(MANUAL, "manual")   /* after a failure that nothing else recovered: again, or not */                             \
    X(OUTCOME, "outcome") /* a step that must not be repeated has an unknown outcome */
enum approval_kind {
#define X(id, name) APPROVAL_##id,
    APPROVAL_KINDS(X)
#undef X
        APPROVAL_KIND_N
};
extern const char *const approval_kind_name[];

#define APPROVAL_STATES(X)                                                                                             \
    X(ASKED, "asked")                                                                                                  \
    X(APPROVED, "approved")                                                                                            \
    X(REJECTED, "rejected") X(EXPIRED, "expired") X(MOOT, "moot") /* its job ended otherwise                           \
                                                                   */
enum approval_state {
#define X(id, name) APPROVAL_##id,
    APPROVAL_STATES(X)
#undef X
        APPROVAL_STATE_N
};
extern const char *const approval_state_name[];

struct approval {
    int64_t id, run_id, job_id;
    int64_t step_id; /* 0 = the whole job */
    enum approval_kind kind;
    const char *question;
    const char *by;  /* JSON array of names; NULL = who may approve at all */
    const char *sha; /* holds for this commit alone; NULL = any */
    enum wf_then then;
    enum approval_state state;
    msec_t asked_at, deadline; /* 0 = none */
    msec_t answered_at;
    const char *answered_by;
    int version;
};

/* How often failures of one fingerprint passed when they were tried again. */
struct failure_stat {
    const char *fingerprint;
    enum failure_class class;
    int64_t passed, failed;
    msec_t last_at;
};

/* First attempts and retries of a repository in its newest hour: retries are at most a tenth. */
struct retry_budget {
    const char *repo_id;
    int64_t hour; /* since 1970 */
    int64_t first, retried;
};

/* A test that failed and passed on the same tree. */
struct flaky_test {
    const char *name;      /* repository, job and test, with newlines between */
    int64_t flips, greens; /* times it did; successes in a row since */
    msec_t last_at;
};
