/* SPDX-License-Identifier: Apache-2.0 */
/* Rows of jobs in memory: who needs whom, whose child is whose. */
#include "engine/state.h"

/* Takes a job into the run's memory, which is at j. */
static void link_job(struct live_run *r, struct job *row, struct live_job *j)
{
    *j = (struct live_job){.row = row, .run = r};
    j->at = (uint32_t)r->jobs.n;
    VEC_PUSH(&r->jobs, j);
    r->open_jobs += row->state != WORK_DONE;
}

static void link_needs(struct live_run *r, struct live_job *j, const struct map *by_key)
{
    j->needs = arena_new(&r->arena, j->row->n_needs * sizeof(struct live_job *));
    for (size_t k = 0; k < j->row->n_needs; k++) {
        struct live_job *need = map_get(by_key, sv_of(j->row->needs[k]));
        if (!need)
            continue;
        j->needs[j->n_needs++] = need;
        j->open_needs += need->row->state != WORK_DONE;
        need->n_dependents++;
    }
}

static void link_dependents(struct live_run *r, size_t from)
{
    for (size_t i = from; i < r->jobs.n; i++) {
        struct live_job *j = r->jobs.at[i];
        j->dependents = arena_new(&r->arena, j->n_dependents * sizeof(struct live_job *));
        j->n_dependents = 0;
    }
    for (size_t i = from; i < r->jobs.n; i++)
        for (size_t k = 0; k < r->jobs.at[i]->n_needs; k++) {
            struct live_job *need = r->jobs.at[i]->needs[k];
            need->dependents[need->n_dependents++] = r->jobs.at[i];
        }
}

/* One more, beside those that its parent has: rare, and one at a time. */
static void link_further_child(struct live_run *r, struct live_job *j)
{
    struct live_job *p = j->parent, **all = arena_new(&r->arena, (p->n_children + 1) * sizeof *all);
    memcpy(all, p->children, p->n_children * sizeof *all);
    all[p->n_children++] = j;
    p->children = all;
}

/* Children come after their parent; those of a matrix or a call all at once. */
static void link_children(struct live_run *r, size_t from)
{
    AUTO(map_free) struct map by_id = {0};
    for (size_t i = 0; i < r->jobs.n; i++)
        map_put_id(&by_id, r->jobs.at[i]->row->id, r->jobs.at[i]);
    for (size_t i = from; i < r->jobs.n; i++) {
        struct live_job *j = r->jobs.at[i];
        j->parent = j->row->parent_id ? map_get_id(&by_id, j->row->parent_id) : NULL;
        if (!j->parent)
            continue;
        j->parent->open_children += j->row->state != WORK_DONE;
        if (j->parent->children)
            link_further_child(r, j);
        else
            j->parent->n_children++;
    }
    for (size_t i = from; i < r->jobs.n; i++) {
        struct live_job *p = r->jobs.at[i]->parent;
        if (!p || (p->n_children && p->children && p->children[p->n_children - 1] == r->jobs.at[i]))
            continue;
        if (!p->children) {
            p->children = arena_new(&r->arena, p->n_children * sizeof(struct live_job *));
            p->n_children = 0;
        }
        p->children[p->n_children++] = r->jobs.at[i];
    }
}

void plan_link(struct live_run *r, size_t from)
{
    AUTO(map_free) struct map by_key = {0};
    bool children = false;
    struct live_job *made = arena_new(&r->arena, (r->row->n_jobs - from) * sizeof *made);
    VEC_ROOM(&r->jobs, r->row->n_jobs);
    for (size_t i = from; i < r->row->n_jobs; i++) {
        link_job(r, r->row->jobs[i], &made[i - from]);
        map_put(&by_key, sv_of(r->row->jobs[i]->key), r->jobs.at[i]);
        children |= r->row->jobs[i]->parent_id != 0;
    }
    for (size_t i = from; i < r->jobs.n; i++)
        link_needs(r, r->jobs.at[i], &by_key);
    link_dependents(r, from);
    if (children)
        link_children(r, from);
}

const struct job_spec *job_spec_of(struct live_job *j)
{
    struct err ignored;
    if (j->spec)
        return j->spec;
    if (!j->row->spec && j->parent)
        return job_spec_of(j->parent);
    if (!j->row->spec || job_spec_read(j->row->spec, &j->run->arena, &j->spec, &ignored) < 0) {
        j->spec = arena_new(&j->run->arena, sizeof *j->spec);
        j->spec->prefix = "";
        j->spec->file = j->run->row->file;
        j->spec->job.key = j->row->key;
    }
    return j->spec;
}

/* The check of a resolved conflict has the steps and the spec of its parent. */
bool job_is_fix(const struct live_job *j)
{
    return j->parent && j->parent->row->kind == JOB_STEPS && j->row->spec;
}

int64_t job_workspace(const struct live_job *j)
{
    return job_is_fix(j) ? j->parent->row->id : j->row->id;
}

struct live_job *job_asked(struct live_job *j)
{
    return j->parent && j->parent->row->kind == JOB_MATRIX ? j->parent : j;
}

struct live_job *job_caller(const struct live_job *j)
{
    struct live_job *p = j->parent;
    while (p && p->row->kind != JOB_CALL)
        p = p->parent;
    return p;
}
