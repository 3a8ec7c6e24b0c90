/* SPDX-License-Identifier: Apache-2.0 */
/* A graph of jobs run by the scheduler (plan/ready.h, plan/lookahead.h) on a virtual clock, as the engine does it. */
#pragma once
#include "graphs.h"

enum drive_rule {
    DRIVE_FIRST_COME, /* the order of the file; all else is the same */
    DRIVE_PLAIN,      /* the longest remaining path; the latest finish where counted resources are needed */
    DRIVE_LOOKAHEAD   /* and a better order looked for: at the start, and with resources whenever a job has ended */
};

struct drive {
    const struct job_graph *jobs;
    const msec_t *estimate; /* what the scheduler believes; jobs->takes is what comes */
    int slots;
    enum drive_rule rule;
    int schedules; /* of a lookahead */
    /* What came out. */
    msec_t makespan;
    int64_t lookaheads, lookahead_us; /* processor time */
};

/* -1: the graph has a cycle, or asks for more than there is. */
MUST_USE int drive(struct drive *d, struct err *e);
