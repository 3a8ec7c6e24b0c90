/* SPDX-License-Identifier: Apache-2.0 */
/* Those that wait in the order in which they would start, if nothing else came. Within a repository that order is
 * known; between repositories each job gets the virtual time at which it would be its turn, as it would be charged. */
#include <stdlib.h>
#include "plan/ready_inside.h"

struct turn {
    struct ready_job *job;
    int64_t at; /* of its repository in the organisation, then of the organisation */
};

static int by_order(bool before)
{
    return before ? -1 : 1;
}

/* Critical ones first everywhere: so they are taken, and charged. 0 = alike. */
static int by_lane(const struct ready_job *a, const struct ready_job *b)
{
    return (int)ready_is_critical(b->run) - (int)ready_is_critical(a->run);
}

static int in_repo(const void *x, const void *y)
{
    const struct ready_job *a = ((const struct turn *)x)->job, *b = ((const struct turn *)y)->job;
    if (a == b)
        return 0;
    if (a->run->repo != b->run->repo)
        return by_order(a->run->repo->no < b->run->repo->no);
    if (by_lane(a, b))
        return by_lane(a, b);
    return by_order(a->run != b->run ? ready_run_before(a->run, b->run) : ready_job_before(a, b));
}

static int in_organisation(const void *x, const void *y)
{
    const struct turn *a = x, *b = y;
    const struct ready_flow *above = a->job->run->repo->parent, *other = b->job->run->repo->parent;
    if (above != other)
        return by_order(above->no < other->no);
    if (by_lane(a->job, b->job))
        return by_lane(a->job, b->job);
    return a->at != b->at ? by_order(a->at < b->at) : in_repo(x, y);
}

static int in_all(const void *x, const void *y)
{
    const struct turn *a = x, *b = y;
    const struct ready_run *run = a->job->run, *other = b->job->run;
    if (by_lane(a->job, b->job))
        return by_lane(a->job, b->job);
    if (ready_is_critical(run) && run != other)
        return by_order(ready_lane_before(&run->lane, &other->lane));
    return a->at != b->at ? by_order(a->at < b->at) : in_organisation(x, y);
}

/* Start times of SFQ: each begins where the one before it in the same flow was charged to. */
static void give_turns(const struct ready *r, struct turn *turns, size_t n, int levels)
{
    const struct ready_flow *last = NULL;
    int64_t at = 0;
    for (size_t i = 0; i < n; i++) {
        const struct ready_job *j = turns[i].job;
        const struct ready_flow *f = levels ? j->run->repo->parent : j->run->repo;
        if (f != last)
            at = f->used > f->parent->clock ? f->used : f->parent->clock;
        last = f;
        turns[i].at = j->run->next ? INT64_MIN : at;
        at += ready_cost(r, j) * j->estimate / f->weight;
    }
}

void ready_sort(const struct ready *r, struct ready_job **jobs, size_t n)
{
    struct turn *turns = mem_new((n + 1) * sizeof *turns);
    for (size_t i = 0; i < n; i++)
        turns[i].job = jobs[i];
    qsort(turns, n, sizeof *turns, in_repo);
    give_turns(r, turns, n, 0);
    qsort(turns, n, sizeof *turns, in_organisation);
    give_turns(r, turns, n, 1);
    qsort(turns, n, sizeof *turns, in_all);
    for (size_t i = 0; i < n; i++)
        jobs[i] = turns[i].job;
    mem_free(turns);
}
