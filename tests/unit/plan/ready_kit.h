/* SPDX-License-Identifier: Apache-2.0 */
/* Runs and jobs for the tests of the scheduler. */
#pragma once
#include "plan/ready.h"

static inline struct ready_run *kit_run(struct ready *r, const char *repo, int64_t id, msec_t arrived, msec_t remaining)
{
    struct ready_run *run = mem_new(sizeof *run);
    const char *slash = strchr(repo, '/');
    *run = (struct ready_run){.id = id, .arrived = arrived, .remaining = remaining, .priority = PRIO_NORMAL};
    ready_open(r, run, sv_n(repo, (size_t)(slash - repo)), sv_of(slash + 1));
    return run;
}

static inline struct ready_job *kit_job(struct ready_run *run, int64_t id, msec_t estimate)
{
    struct ready_job *j = mem_new(sizeof *j);
    *j = (struct ready_job){.run = run, .id = id, .estimate = estimate, .p90 = estimate, .rank = estimate, .slots = 1};
    return j;
}

static inline struct ready_job *kit_add(struct ready *r, struct ready_run *run, int64_t id, msec_t estimate)
{
    struct ready_job *j = kit_job(run, id, estimate);
    ready_add(r, j);
    return j;
}

/* "name:units,name:units", sorted; each lock has `capacity` units. */
static inline void kit_needs(struct ready *r, struct ready_job *j, const char *text, int capacity)
{
    struct sv rest = sv_of(text), one;
    j->needs = mem_new(8 * sizeof *j->needs);
    while (rest.n && sv_next(&rest, ',', &one)) {
        int64_t units = 1;
        ptrdiff_t colon = sv_chr(one, ':');
        if (colon >= 0)
            (void)sv_int(sv_from(one, (size_t)colon + 1), &units);
        struct sv name = sv_cut(one, colon >= 0 ? (size_t)colon : one.n);
        j->needs[j->n_needs++] =
            (struct ready_need){.lock = ready_lock_get(r, name, READY_LOCK, capacity), .units = (int)units};
    }
}

/* It is over, or was dropped. */
static inline void kit_forget(struct ready *r, struct ready_job *j)
{
    ready_drop(r, j);
    if (j->state == READY_RUNNING)
        ready_give_back(r, j, 0);
    for (size_t i = 0; i < j->n_needs; i++)
        ready_lock_put(r, j->needs[i].lock);
    mem_free(j->needs);
    mem_free(j);
}

static inline void kit_close(struct ready *r, struct ready_run *run)
{
    ready_close(r, run);
    mem_free(run);
}

/* The id of the next job, which then runs; 0 = none. */
static inline int64_t kit_take(struct ready *r, msec_t now)
{
    const struct ready_job *j = ready_take(r, now);
    return j ? j->id : 0;
}
