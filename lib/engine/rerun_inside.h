/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of rerun.h share. */
#pragma once
#include "engine/state.h"

/* What becomes of a job of the old run. */
enum fate {
    FATE_TAKEN, /* done, as it was */
    FATE_PART,  /* a parent some of whose children are done again */
    FATE_AGAIN, /* from its beginning, or a checkpoint; children are made anew */
    FATE_GONE   /* a child of a parent that begins anew */
};

struct repeat {
    struct engine *e;
    const struct rerun *want;
    const struct run *old;
    enum fate *fate;   /* one for each of its jobs */
    size_t *parent;    /* index; SIZE_MAX = none */
    size_t first_step; /* RERUN_FROM: where the job shall begin */
    size_t from_job;
    struct live_run *run;
    struct live_job **made; /* for each old job; NULL = none */
    struct rerun_answer *answer;
};

/* rerun_jobs.c: fills fate, parent, first_step and from_job; false with the reason in the answer. */
bool rerun_mark(struct repeat *p);
bool rerun_refuse(struct repeat *p, const char *text); /* false */
