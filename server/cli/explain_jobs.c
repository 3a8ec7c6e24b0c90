/* SPDX-License-Identifier: Apache-2.0 */
#include "core/run.h"
#include "server/cli/explain.h"

struct planned {
    struct explained *x;
    struct explain_world world;
    VEC(struct explain_job) jobs;
};

static const struct wf_job *job_of(const struct workflow *w, const char *key)
{
    for (size_t i = 0; i < w->n_jobs; i++)
        if (strcmp(w->jobs[i].key, key) == 0)
            return &w->jobs[i];
    return NULL;
}

static void add_legs(struct planned *p, const struct wf_job *wj, struct explain_job *j)
{
    struct arena *a = &p->x->arena;
    struct matrix_leg *legs;
    size_t n;
    struct err e = {0};
    if (!explain_matrix(&p->world, p->x, wj->matrix, &legs, &n, &e)) {
        j->note = arena_strdup(a, e.msg);
        VEC_PUSH(&p->jobs, *j);
        return;
    }
    j->parent = j->key;
    for (size_t i = 0; i < n; i++) {
        struct explain_job leg = *j;
        leg.key = *legs[i].label ? arena_fmt(a, "%s (%s)", j->parent, legs[i].label) : j->parent;
        VEC_PUSH(&p->jobs, leg);
    }
}

static void add_job(struct planned *p, const struct workflow *w, const struct job *row)
{
    struct arena *a = &p->x->arena;
    const struct wf_job *wj = job_of(w, row->key);
    struct explain_job j = {.key = arena_strdup(a, row->key),
                            .repo = arena_strdup(a, row->repo_alias ? row->repo_alias : row->repo_id),
                            .runs = EXPLAIN_LATER};
    j.needs = arena_new(a, (row->n_needs + 1) * sizeof *j.needs);
    for (; j.needs && j.n_needs < row->n_needs; j.n_needs++)
        j.needs[j.n_needs] = arena_strdup(a, row->needs[j.n_needs]);
    if (wj) {
        j.cond = wj->cond_text;
        j.runs = explain_cond(&p->world, p->x, wj->cond_text, &j.despite);
        j.note = wj->uses ? arena_fmt(a, "the jobs of %s", wj->uses) : NULL;
    }
    if (wj && wj->matrix && j.runs != EXPLAIN_NO)
        add_legs(p, wj, &j);
    else
        VEC_PUSH(&p->jobs, j);
}

static const char *key_for_others(const struct explain_job *j)
{
    return j->parent ? j->parent : j->key;
}

/* What needs a job that does not run does not run either. Jobs do not stand in the order of their needs: as many
 * rounds as there are jobs in a row. */
static void follow_needs(struct planned *p)
{
    bool moved = true;
    for (size_t round = 0; moved && round <= p->jobs.n; round++) {
        moved = false;
        for (size_t i = 0; i < p->jobs.n; i++)
            for (size_t k = 0; k < p->jobs.at[i].n_needs; k++) {
                struct explain_job *j = &p->jobs.at[i];
                enum explain_runs worst = EXPLAIN_YES;
                for (size_t n = 0; n < p->jobs.n; n++)
                    if (strcmp(key_for_others(&p->jobs.at[n]), j->needs[k]) == 0 && p->jobs.at[n].runs != EXPLAIN_YES)
                        worst = p->jobs.at[n].runs;
                if (j->despite || worst == EXPLAIN_YES || j->runs == EXPLAIN_NO || j->runs == worst)
                    continue;
                j->runs = worst;
                moved = true;
            }
    }
}

/* A leg for each leg that is needed. */
static void name_legs(struct planned *p)
{
    for (size_t i = 0; i < p->jobs.n; i++) {
        struct explain_job *j = &p->jobs.at[i];
        VEC(const char *) names = {0};
        for (size_t k = 0; k < j->n_needs; k++)
            for (size_t n = 0; n < p->jobs.n; n++)
                if (strcmp(key_for_others(&p->jobs.at[n]), j->needs[k]) == 0)
                    VEC_PUSH(&names, p->jobs.at[n].key);
        j->needs = arena_new(&p->x->arena, (names.n + 1) * sizeof *j->needs);
        for (size_t k = 0; k < names.n; k++)
            j->needs[k] = names.at[k];
        j->n_needs = names.n;
        VEC_FREE(&names);
    }
}

void explain_jobs(struct explained *x, const struct workflow *w, const struct run *r, struct explain_plan *ret)
{
    struct planned *p = arena_new(&x->arena, sizeof *p);
    p->x = x;
    explain_world_open(&p->world, x, w);
    for (size_t i = 0; i < r->n_jobs; i++)
        add_job(p, w, r->jobs[i]);
    follow_needs(p);
    name_legs(p);
    ret->n_jobs = p->jobs.n;
    ret->jobs = arena_new(&x->arena, (p->jobs.n + 1) * sizeof *ret->jobs);
    for (size_t i = 0; i < p->jobs.n; i++)
        ret->jobs[i] = p->jobs.at[i];
    VEC_FREE(&p->jobs);
}
