/* SPDX-License-Identifier: Apache-2.0 */
/* One try of one step. Part of core/run.h. */
#pragma once
#include "base/clk.h"

/* An attempt is one try of one step: one shim, one directory, one epoch. */
#define ATTEMPT_STATES(X)                                                                                              \
    X(INTENT, "intent")   /* committed before anything was started */                                                  \
    X(EXITED, "exited")   /* has an exit record or the result of an action */                                          \
    X(LOST, "lost")       /* started, ended without a record: outcome unknown */                                       \
    X(REVOKED, "revoked") /* proven never to have started */
enum attempt_state {
#define X(id, name) ATTEMPT_##id,
    ATTEMPT_STATES(X)
#undef X
        ATTEMPT_STATE_N
};
extern const char *const attempt_state_name[];

/* What it is for. */
#define ATTEMPT_ROLES(X)                                                                                               \
    X(STEP, "step")     /* the step itself */                                                                          \
    X(RERUN, "rerun")   /* the tests alone that failed */                                                              \
    X(FIX, "fix")       /* what is to mend them */                                                                     \
    X(VERIFY, "verify") /* the step itself, after that */
enum attempt_role {
#define X(id, name) ROLE_##id,
    ATTEMPT_ROLES(X)
#undef X
        ATTEMPT_ROLE_N
};
extern const char *const attempt_role_name[];

struct attempt {
    int64_t id, step_id, job_id, run_id;
    int no;        /* 1, 2, … of its step */
    int64_t epoch; /* rises with every attempt of the job; the exit record repeats it */
    enum attempt_role role;
    enum attempt_state state;
    msec_t created_at, ended_at;
    int exit_code, signal;   /* -1 / 0 when there is none */
    const char *class_name;  /* failure class of spec §4; NULL on success */
    const char *detail;      /* one line for people; NULL = none */
    int64_t log_bytes;       /* total output of the step, also what was cut */
    const char *evidence;    /* JSON of what speaks for the class (engine/evidence.c); NULL = none */
    const char *fingerprint; /* of a failure; NULL = none */
};
