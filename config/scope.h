/* SPDX-License-Identifier: Apache-2.0 */
/* What an expression may name, by the key in whose text it stands. The contexts are those that GitHub documents
 * ("Contexts reference", context availability), and ours: event, run and history everywhere, repo wherever there is a
 * job. */
#pragma once
#include "lang/expr.h"

enum scope {
    SCOPE_NONE, /* no expressions here */
    SCOPE_RUN_NAME,
    SCOPE_CONCURRENCY,
    SCOPE_PRIORITY,
    SCOPE_ENV,
    SCOPE_CALL_DEFAULT,
    SCOPE_CALL_OUTPUT,
    SCOPE_REPORT,
    SCOPE_JOB_NAME,
    SCOPE_JOB_IF,
    SCOPE_JOB_REPO,
    SCOPE_JOB_RUNS_ON,
    SCOPE_JOB_STRATEGY,
    SCOPE_JOB_ENV,
    SCOPE_JOB_DEFAULTS,
    SCOPE_JOB_CONCURRENCY,
    SCOPE_JOB_LOCKS,
    SCOPE_JOB_ENVIRONMENT,
    SCOPE_JOB_URL,
    SCOPE_JOB_OUTPUT,
    SCOPE_JOB_TIMEOUT,
    SCOPE_JOB_CONTINUE,
    SCOPE_JOB_WITH,
    SCOPE_JOB_SECRETS,
    SCOPE_STEP_IF,
    SCOPE_STEP,
    SCOPE_STEP_ENV,
    SCOPE_N
};

extern const struct expr_scope scopes[]; /* by enum scope */
/* The context is there, but not at this place: where it is, for advice; NULL = there is no such context at all. */
const char *scope_of_context(struct sv context);
bool scope_has(enum scope s, const char *context);
