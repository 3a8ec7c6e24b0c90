/* SPDX-License-Identifier: Apache-2.0 */
/* That a step is done, and need not be done again while what goes into it is the same (scheduling.md 2.6). */
#pragma once
#include "core/run.h"

/* A row for each step that is done and has not failed, as long as all before it have one too. */
struct checkpoint {
    int64_t job_id;
    int step_no;
    const char *inputs;  /* hex, a hash of what went into the step; see engine/inputs.c */
    int64_t attempt_id;  /* that did it; 0 = none (skipped) */
    int64_t tree_job;    /* whose snapshots have `tree`: this job, or one of an earlier run that this one repeats */
    const char *tree;    /* id of the snapshot of the workspace behind it; NULL = none */
    enum conclusion outcome, conclusion;
    msec_t at;
};
