/* SPDX-License-Identifier: Apache-2.0 */
/* What a step does, as JSON in step.spec:
 *   {"script","shell","workdir","reports"} or {"uses","with":[[name,value]…]}, "env":[[name,value]…], what is evaluated
 *   when it starts: "if","name","timeout","continue","post", and what is done about its failures (policy_json.c). All
 *   texts as in the file, expressions and all. Pure. */
#pragma once
#include "port/action.h"
#include "core/run.h"

struct step_spec {
    const char *script, *shell, *workdir; /* run */
    const char *reports;                  /* run: patterns, one a line; NULL = none */
    const char *uses;                     /* uses */
    struct action_input *with;
    size_t n_with;
    struct action_input *env; /* its own: not that of its job and workflow */
    size_t n_env;
    const char *cond_text, *name, *timeout_text, *continue_text; /* NULL = nothing to evaluate */
    struct wf_retry retry;                                       /* not said = the job's */
    bool once; /* never tried again by itself; an unknown outcome waits for a person */
    enum wf_checkpoint checkpoint;
    struct wf_limits limits; /* 0 = the job's */
    int line;                /* of the file; 0 = unknown */
    int post;                /* it follows that step of its job at the end, counted from 1; 0 = it is none of those */
};

void step_spec_write(const struct step_spec *s, struct buf *out);
/* Text in the arena. -1 only for a damaged row. */
MUST_USE int step_spec_read(const char *json, struct arena *a, struct step_spec *ret, struct err *e);
