/* SPDX-License-Identifier: Apache-2.0 */
/* What exists while work is done: run > job > step > attempt. These structs are both the engine's memory and the rows
 * of the store. Text belongs to the arena of the run. State changes go through the *_may tables: an illegal one is
 * a bug. Pure. */
#pragma once
#include "base/id.h"
#include "core/attempt.h"
#include "core/workflow.h"

#define CONCLUSIONS(X)                                                                                                 \
    X(NONE, "")                                                                                                        \
    X(SUCCESS, "success")                                                                                              \
    X(FAILURE, "failure") /* a step said no */                                                                         \
    X(ERROR, "error")     /* we could not do it: lost, not startable, no space */                                      \
    X(TIMED_OUT, "timed_out")                                                                                          \
    X(CANCELLED, "cancelled")                                                                                          \
    X(SKIPPED, "skipped")
enum conclusion {
#define X(id, name) CONC_##id,
    CONCLUSIONS(X)
#undef X
        CONC_N
};
extern const char *const conclusion_name[];

/* One list of states serves runs, jobs and steps. */
#define WORK_STATES(X)                                                                                                 \
    X(WAITING, "waiting") /* job: needs not met; step: an earlier one is not done */                                   \
    X(READY, "ready")     /* job: in the ready queue; run: planned */                                                  \
    X(RUNNING, "running") /* at least one attempt was intended */                                                      \
    X(DONE, "done")       /* has a conclusion */
enum work_state {
#define X(id, name) WORK_##id,
    WORK_STATES(X)
#undef X
        WORK_STATE_N
};
extern const char *const work_state_name[];
bool work_may(enum work_state from, enum work_state to);

struct step {
    int64_t id, job_id;
    int no;          /* 0, 1, … in its job */
    const char *key; /* id of the file, else "" */
    const char *name;
    enum wf_step_kind kind;
    const char *spec;  /* JSON of what to do: script, shell, workdir, env, uses, with (see engine/spec.h) */
    enum wf_cond cond; /* COND_EXPR: the text is in spec */
    bool continue_on_error;
    msec_t timeout_ms;
    enum work_state state;
    enum conclusion conclusion; /* as it counts for the job (continue-on-error makes a failure a success) */
    enum conclusion outcome;    /* as it was */
    int attempts;
    int tries; /* attempts that count: those that never started, and waits that the other side asked for, do not */
    msec_t started_at, ended_at;
    /* What it left behind (core/step_result.h); NULL = nothing. Values of secrets are veiled (engine/secret.h). */
    const char *outputs; /* JSON object of texts */
    const char *exports; /* JSON {"env":{…},"path":[…]}, for the steps behind it */
    const char *notes;   /* JSON array of annotations */
    const char *summary; /* Markdown */
    int version;
};

/* A matrix or a reusable workflow is a parent: its work is done by jobs of their own rows (parent_id), and it holds no
 * slot. `needs` always means the parent. */
#define JOB_KINDS(X)                                                                                                   \
    X(STEPS, "steps")                                                                                                  \
    X(MATRIX, "matrix") /* its children are its legs */                                                                \
    X(CALL, "call")     /* its children are the jobs of the called workflow */
enum job_kind {
#define X(id, name) JOB_##id,
    JOB_KINDS(X)
#undef X
        JOB_KIND_N
};
extern const char *const job_kind_name[];

/* Why a waiting job waits although its needs are met. */
#define JOB_HOLDS(X)                                                                                                   \
    X(NONE, "")                                                                                                        \
    X(BACKOFF, "backoff")   /* until the time of its next try */                                                       \
    X(APPROVAL, "approval") /* until a person answers */                                                               \
    X(RECOVERY, "recovery") /* until what mends it has ended */                                                        \
    X(EFFECT, "effect")     /* until the forge has taken what its step says, or will not */
enum job_hold {
#define X(id, name) HOLD_##id,
    JOB_HOLDS(X)
#undef X
        JOB_HOLD_N
};
extern const char *const job_hold_name[];

struct job {
    int64_t id, run_id;
    int64_t parent_id; /* 0 = none */
    int no;            /* order in the run: ties in the ready queue */
    enum job_kind kind;
    const char *key, *name; /* key is unique in the run: "build", "build (1, a)", "caller / build" */
    const char *spec;       /* JSON: the texts that are evaluated later (engine/job_spec.h); NULL = the parent's */
    const char *matrix;     /* JSON object: the values of this leg; NULL = it is none */
    const char *strategy;   /* JSON {"fail-fast","max-parallel","job-index","job-total"}; NULL = no matrix */
    const char *inputs;     /* JSON object: of the workflow that a CALL called, once it did; of the check of a resolved
                             * conflict: where it is pushed */
    const char *outputs;    /* JSON object of texts, once done; NULL = none */
    bool continue_on_error; /* a failure counts as success for the run and for those who need it */
    bool cancelling;        /* committed before it is stopped: a leg of a matrix that failed fast, a group's wish */
    const char *group;      /* concurrency group, in lower case; NULL = none, or not asked for yet */
    bool queue_all;         /* in the group: all wait in order, not the latest alone */
    msec_t group_at;        /* when it began to wait there */
    const char *repo_id;    /* forge:path; NULL = no repository */
    const char *repo_alias;
    const char *sha, *ref; /* what is checked out */
    const char **needs;    /* keys, explicit and from coordination */
    size_t n_needs;
    enum wf_cond cond;
    msec_t timeout_ms;
    enum work_state state;
    enum conclusion conclusion;
    const char *detail; /* why it failed or was skipped, for people */
    int64_t epoch;      /* of its newest attempt */
    msec_t ready_at, started_at, ended_at;
    enum job_hold hold;
    msec_t hold_until; /* 0 = no time */
    msec_t hold_at;    /* since when */
    msec_t held_ms;    /* so long it was on hold before: that is not its own time */
    int tries;         /* 1, 2, …: how often its steps were begun from a checkpoint or from the first one */
    int recovery_at, recovery_uses; /* entry of its recovery list that is in use, and how often it was */
    msec_t estimate_ms;             /* as its file says; 0 = it does not */
    int slots;                      /* it takes so many while it runs */
    const char **locks;             /* it holds while it runs: evaluated, in lower case, sorted, each once */
    size_t n_locks;
    int64_t lock_token; /* of the first of them when it got them last; the next ones follow. 0 = it never had any */
    msec_t queue_ms;    /* so long it may wait for its start once its needs are met; 0 = without a limit */
    struct step *steps; /* of kind STEPS */
    size_t n_steps;
    int version;
};

enum run_tells {                        /* beside its status; bits */
                 RUN_TELLS_COMMENT = 1, /* one comment beneath its change, written over in place by the newest run */
                 RUN_TELLS_UNJUDGED = 2 /* its push should have been judged before it happened, and was not */
};

enum run_stop {
    RUN_GOES_ON,
    RUN_CANCELLED,
    RUN_OVER_TIME /* stopped as if it were cancelled; ends as timed out */
};

enum report_silence {
    REPORT_OUTRUN = -1, /* a newer run speaks for this commit and context */
    REPORT_HELD = -2    /* nobody has told of the push that it judges: the forge may not know the commit */
};

/* Where the status of the run stands as well: a change of another repository, or (change 0) another commit of its own
 * with the content that it judged. */
struct involved {
    const char *repo_id, *sha;
    int64_t change, seq; /* seq: as report_seq, there */
};

struct run {
    int64_t id;
    int shard;
    int64_t delivery_id;
    const char *workflow, *file;
    const char *name; /* run-name as evaluated; NULL = the workflow's */
    int64_t number;   /* 1, 2, … of its repository and workflow */
    const char *context; /* JSON {"github":{…},"event":{…},…}, see engine/run_context.c; NULL = an old row */
    const char *group; /* concurrency group, in lower case; NULL = none. A run that waits there is `waiting` */
    bool queue_all;
    const char *event, *action; /* name and action of the hook event */
    const char *repo_id;        /* the event's repository; NULL = none (system) */
    const char *sha, *ref;      /* the event's commit; NULL = none */
    int64_t change;             /* pull or merge request; 0 = none */
    bool trusted;
    const char *report_context; /* NULL = no status (no commit) */
    bool report_check;          /* a check run as well: the file asks for it, and the forge has such */
    int tells;                  /* enum run_tells */
    struct involved *involved;
    size_t n_involved;
    const char *head_repo; /* forge:path of a fork's head */
    enum work_state state;
    enum conclusion conclusion;
    const char *detail;
    enum run_stop cancelling; /* committed before anything is stopped */
    int64_t report_seq;       /* seq of the newest status effect, or enum report_silence */
    const char *verdict;      /* what it judges before a push, "tree base digest" (engine/judged.h); NULL = nothing */
    msec_t created_at, started_at, ended_at;
    enum priority priority;
    bool bumped;        /* a person wants it first */
    msec_t deadline_at; /* of all of it; 0 = none */
    const char *trace;  /* of its delivery, as of trace_keep without a span; NULL = a row of before */
    int64_t rerun_of;   /* the run that this one repeats; 0 = none */
    int generation;     /* 1, 2, … of those runs */
    struct job **jobs;  /* grows while it lives: children of parents */
    size_t n_jobs;
    int version;
};
