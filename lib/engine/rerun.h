/* SPDX-License-Identifier: Apache-2.0 */
/* A run again, or a part of it: a new run out of the rows of one that is over. Same delivery, event, commits and texts;
 * nothing is read from files again, so it is what was tried. Only people ask for it: nothing that a run says can start
 * it, so there are no loops. */
#pragma once
#include "port/store.h"

enum rerun_what {
    RERUN_ALL,
    RERUN_FAILED, /* jobs that did not succeed, and those that need them; from their checkpoints */
    RERUN_JOB,    /* that job, and those that need it */
    RERUN_FROM    /* likewise, but it begins with `step` where its checkpoints allow that, else with an earlier one */
};
struct rerun {
    const struct run_rows *rows; /* borrowed */
    enum rerun_what what;
    const char *job;  /* its key or name; NULL at RERUN_FROM: the only one with such a step */
    const char *step; /* its id, name or number from 1 */
    const char *cause;
};
struct rerun_answer {
    int64_t run;    /* the new one; 0 = refused */
    char text[200]; /* why; or a remark, "" = none */
    char trace[56]; /* of the new one, as of trace_keep; "" = none */
};

struct engine_found { /* the answer to ACT_FIND; borrowed */
    int64_t delivery;
    const struct run_rows *rows; /* in the order of ids */
    size_t n;
    struct err err; /* cls ERR_OK = looked for */
};
