/* SPDX-License-Identifier: Apache-2.0 */
/* A better order for the jobs of one run than the longest remaining path: the same list scheduling many times over,
 * with ranks that are a little off at random, and the best of it. Where slots alone are short, this is all (random
 * sampling: Kolisch and Drexl 1996). Where jobs need counted resources, each schedule is justified, and from half of
 * them on the best so far is varied instead. Such a schedule may leave a resource idle for a job that comes later. The
 * ranks alone do not bring that about: a job that takes a counted resource is not to start before its `start`, until
 * a job has ended and it is asked again. Pure; the same question has the same answer. */
#pragma once
#include "plan/timetable.h"

typedef bool lookahead_enough_fn(void *arg);

struct lookahead {
    /* The jobs that are not done, by rising id, and what they may have, as timetable_init wants it. Borrowed. */
    const struct graph *graph;
    const struct timetable_job *jobs;
    const int *capacity;
    size_t n_kinds;
    const int64_t *plain;  /* [n] their ranks by plan/path.h, 0..2^40 */
    const int64_t *so_far; /* [n] the ranks of an earlier answer for the same run, to begin with; NULL = none */
    int schedules;         /* at most so many; >= 1 */
    uint64_t seed;
    lookahead_enough_fn *enough; /* asked before each further one; NULL = never. What it says is part of the question */
    void *enough_arg;
};

struct lookahead_answer {
    int64_t *rank; /* [n] in the arena, on the scale of the plain ones: about the time from its start to the end */
    msec_t *start; /* [n] in the arena, from now on */
    msec_t plain;  /* how long all takes in the plain order */
    msec_t best;   /* in this one: <= plain */
    msec_t bound;  /* and can take at least */
    int schedules; /* so many were made */
};

/* -1 when nothing can be said: see timetable_init. About 10 us a schedule of 50 jobs with slots alone, 50 us of 30 jobs
 * with four resources. */
MUST_USE int lookahead_make(const struct lookahead *l, struct arena *a, struct lookahead_answer *ret);
