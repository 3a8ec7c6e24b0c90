/* SPDX-License-Identifier: Apache-2.0 */
/* What a workflow says about order, trouble and people: priority, retries, recovery, approvals, resources, limits.
 * Parts of core/workflow.h. Text in the arena of the workflow, or of the run whose job it is. */
#pragma once
#include "core/failure.h"

#define PRIORITIES(X) X(CRITICAL, "critical") X(HIGH, "high") X(NORMAL, "normal") X(LOW, "low")
enum priority {
#define X(id, name) PRIO_##id,
    PRIORITIES(X)
#undef X
        PRIO_N
};
extern const char *const priority_name[];

enum lookahead_switch { LOOKAHEAD_ON, LOOKAHEAD_OFF }; /* is a better order looked for? */

struct wf_retry {
    bool said;    /* the key stands in the file */
    int attempts; /* at most so many in all */
    msec_t backoff, max_backoff;
    unsigned on; /* FAILURE_BITs */
};

#define STRATEGIES(X) X(RETRY, "retry") X(CONFLICT, "conflict") X(TESTFIX, "testfix") X(MANUAL, "manual")
enum recovery_strategy {
#define X(id, name) STRATEGY_##id,
    STRATEGIES(X)
#undef X
        STRATEGY_N
};
extern const char *const recovery_strategy_name[];

/* How a conflict is mended. */
#define CONFLICT_WAYS(X)                                                                                               \
    X(FORWARD, "fast-forward") /* one side has the other */                                                            \
    X(REBASE, "rebase")        /* the commits of the change, one by one on its base: rewrites its branch */            \
    X(MERGE, "merge")
enum conflict_way {
#define X(id, name) WAY_##id,
    CONFLICT_WAYS(X)
#undef X
        WAY_N
};
extern const char *const conflict_way_name[];

struct wf_ways { /* in order; none = fast-forward, merge */
    enum conflict_way at[WAY_N];
    int n;
};

/* What happens when nobody answers in time. */
enum wf_then { THEN_FAIL, THEN_CONTINUE };

struct wf_recovery { /* one entry; they are tried in order */
    unsigned on;     /* FAILURE_BITs */
    enum recovery_strategy strategy;
    int attempts;
    struct wf_ways ways;    /* conflict */
    const char *issue_repo; /* manual: alias of the repository that gets an issue; NULL = none */
    const char **issue_labels;
    size_t n_issue_labels;
    const char **by; /* manual: who may answer; none = who may approve at all */
    size_t n_by;
    msec_t deadline; /* manual: 0 = none */
    enum wf_then then;
    const char *rerun; /* testfix: script that runs the tests of $FETTLE_FAILED_TESTS alone; NULL = the step's own */
    const char *fix;   /* testfix: script that mends them; NULL = none, or: */
    const char *fix_job; /* testfix: key of the job of the same file that does; NULL = none */
};

struct wf_approve {
    bool present;
    const char **by; /* none = who may approve at all */
    size_t n_by;
    bool bind_sha; /* holds for this commit alone */
    msec_t deadline;
    enum wf_then then;
};

struct wf_resources {
    int slots;          /* 0 = one */
    const char **locks; /* (x) names that span repositories */
    size_t n_locks;
};

struct wf_limits {     /* 0 = not said */
    msec_t run_ms;     /* workflow: all of the run */
    msec_t queue_ms;   /* job: how long it may wait before it starts */
    msec_t silence_ms; /* step: without output */
    int64_t log;       /* bytes of a step's output */
};

enum wf_checkpoint { CHECKPOINT_OUTPUTS, CHECKPOINT_WORKSPACE };
