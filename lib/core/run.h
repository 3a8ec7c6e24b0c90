/* SPDX-License-Identifier: Apache-2.0 */
/* What exists while work is done: run > job > step > attempt. These structs are both the engine's memory and the rows
 * of the store. Text belongs to the arena of the run. State changes go through the *_may tables: an illegal one is
 * a bug. Pure. */
#pragma once
#include "base/clk.h"
#include "base/id.h"
#include "core/workflow.h"

#define CONCLUSIONS(X)                                                                                                 \
    X(NONE, "")                                                                                                        \
    X(SUCCESS, "success")                                                                                              \
    X(FAILURE, "failure")     /* a step said no */                                                                     \
    X(ERROR, "error")         /* we could not do it: lost, not startable, no space */                                  \
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

/* An attempt is one try of one step: one shim, one directory, one epoch. */
#define ATTEMPT_STATES(X)                                                                                              \
    X(INTENT, "intent") /* committed before anything was started */                                                    \
    X(EXITED, "exited") /* has an exit record or the result of an action */                                            \
    X(LOST, "lost")     /* started, ended without a record: outcome unknown */                                         \
    X(REVOKED, "revoked") /* proven never to have started */
enum attempt_state {
#define X(id, name) ATTEMPT_##id,
    ATTEMPT_STATES(X)
#undef X
        ATTEMPT_STATE_N
};
extern const char *const attempt_state_name[];

struct attempt {
    int64_t id, step_id, job_id, run_id;
    int no;        /* 1, 2, … of its step */
    int64_t epoch; /* rises with every attempt of the job; the exit record repeats it */
    enum attempt_state state;
    msec_t created_at, ended_at;
    int exit_code, signal;   /* -1 / 0 when there is none */
    const char *class_name;  /* failure class of spec §4; NULL on success */
    const char *detail;      /* one line for people; NULL = none */
    int64_t log_bytes;       /* total output of the step, also what was cut */
};

struct step {
    int64_t id, job_id;
    int no; /* 0, 1, … in its job */
    const char *key;  /* id of the file, else "" */
    const char *name;
    enum wf_step_kind kind;
    const char *spec; /* JSON of what to do: script, shell, workdir, env, uses, with (see engine/spec.h) */
    enum wf_cond cond;
    bool continue_on_error;
    msec_t timeout_ms;
    enum work_state state;
    enum conclusion conclusion; /* as it counts for the job (continue-on-error makes a failure a success) */
    enum conclusion outcome;    /* as it was */
    int attempts;
    msec_t started_at, ended_at;
    int version;
};

struct job {
    int64_t id, run_id;
    int no; /* order in the run: ties in the ready queue */
    const char *key, *name;
    const char *repo_id;   /* forge:path; NULL = no repository */
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
    struct step *steps;
    size_t n_steps;
    int version;
};

struct run {
    int64_t id;
    int shard;
    int64_t delivery_id;
    const char *workflow, *file;
    const char *event, *action; /* name and action of the hook event */
    const char *repo_id;        /* the event's repository; NULL = none (system) */
    const char *sha, *ref;      /* the event's commit; NULL = none */
    int64_t change;             /* pull or merge request; 0 = none */
    bool trusted;
    const char *report_context; /* NULL = no status (no commit) */
    const char *head_repo;      /* forge:path of a fork's head */
    enum work_state state;
    enum conclusion conclusion;
    const char *detail;
    bool cancelling; /* committed before anything is stopped */
    int64_t report_seq; /* seq of the newest status effect; -1 = a newer run speaks for this commit and context */
    msec_t created_at, started_at, ended_at;
    struct job *jobs;
    size_t n_jobs;
    int version;
};
