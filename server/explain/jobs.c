/* SPDX-License-Identifier: Apache-2.0 */
/* The jobs of a run that the engine has planned, and those that they will become: the legs of a matrix, the jobs of a
 * called workflow. What a call leads to the engine has found out; here it is only laid out. */
#include "engine/state.h"
#include "lang/text.h"
#include "server/explain/explain.h"

enum { JOBS_MOST = 4096 };

struct planned {
    struct explained *x;
    const struct engine *e;
    const struct gather *gather;
    struct explain_world world;
    VEC(struct explain_job) jobs;
};

static enum explain_runs worse(enum explain_runs a, enum explain_runs b)
{
    return a == EXPLAIN_NO || b == EXPLAIN_NO ? EXPLAIN_NO : a == EXPLAIN_LATER ? a : b;
}

static void add(struct planned *p, const struct job_spec *s, struct explain_job j, const char **needs, size_t n_needs,
                const struct explain_level *up);

/* ---- called workflows ---- */

static void add_unknown_call(struct planned *p, const struct job_spec *s, struct explain_job j)
{
    struct arena *a = &p->x->arena;
    const char *problem = NULL;
    struct call_place at;
    (void)call_find(p->e, p->gather, (struct call_place){s->alias, NULL}, s->job.uses, a, &at, &problem);
    j.note =
        arena_fmt(a, "the jobs of %s are not known here%s%s", s->job.uses, problem ? ": " : "", problem ? problem : "");
    VEC_PUSH(&p->jobs, j);
}

static const char *place_of(const struct job_spec *s, const char *caller)
{
    return s->job.repo && !text_has_expr(sv_of(s->job.repo)) ? s->job.repo : caller;
}

static void add_called(struct planned *p, const struct job_spec *s, const struct explain_job *caller)
{
    struct arena *a = &p->x->arena;
    for (size_t i = 0; i < s->callee->n_jobs; i++) {
        const struct job_spec *one = &s->callee->jobs[i];
        const char **needs = arena_new(a, (one->job.n_needs + 1) * sizeof *needs);
        for (size_t k = 0; k < one->job.n_needs; k++)
            needs[k] = arena_fmt(a, "%s / %s", caller->key, one->job.needs[k]);
        struct explain_job j = {.key = arena_fmt(a, "%s / %s", caller->key, one->job.key),
                                .repo = arena_strdup(a, place_of(one, caller->repo)),
                                .runs = caller->runs};
        if (caller->cond)
            j.note = arena_fmt(a, "%s: if %s", caller->key, caller->cond);
        add(p, one, j, needs, one->job.n_needs, caller->level);
    }
}

/* A job that is no matrix, or a leg of one. */
static void add_one(struct planned *p, const struct job_spec *s, const struct explain_job *j)
{
    if (!s->job.uses || j->runs == EXPLAIN_NO)
        VEC_PUSH(&p->jobs, *j);
    else if (!s->callee || p->jobs.n > JOBS_MOST)
        add_unknown_call(p, s, *j);
    else
        add_called(p, s, j);
}

/* ---- matrices ---- */

static void add_legs(struct planned *p, const struct job_spec *s, struct explain_job j)
{
    struct arena *a = &p->x->arena;
    struct matrix_leg *legs;
    size_t n;
    struct err e = {0};
    if (!explain_matrix(&p->world, p->x, s->job.matrix, &legs, &n, &e)) {
        j.note = arena_strdup(a, e.msg);
        VEC_PUSH(&p->jobs, j);
        return;
    }
    for (size_t i = 0; i < n; i++) {
        struct explain_level *level = arena_new(a, sizeof *level);
        struct explain_job leg = j;
        leg.key = *legs[i].label ? arena_fmt(a, "%s (%s)", j.key, legs[i].label) : j.key;
        *level = (struct explain_level){.key = leg.key, .up = j.level};
        leg.level = level;
        add_one(p, s, &leg);
    }
}

/* ---- jobs ---- */

/* j: with key, repo and the `runs` of what is around it. */
static void add(struct planned *p, const struct job_spec *s, struct explain_job j, const char **needs, size_t n_needs,
                const struct explain_level *up)
{
    struct explain_level *level = arena_new(&p->x->arena, sizeof *level);
    *level = (struct explain_level){.key = j.key, .needs = needs, .n_needs = n_needs, .up = up};
    j.level = level;
    j.cond = arena_strdup(&p->x->arena, s->job.cond_text);
    j.runs = worse(j.runs, explain_cond(&p->world, p->x, j.cond, &level->despite));
    if (s->job.matrix && j.runs != EXPLAIN_NO)
        add_legs(p, s, j);
    else
        add_one(p, s, &j);
}

static void add_row(struct planned *p, struct live_job *live)
{
    struct arena *a = &p->x->arena;
    const struct job *row = live->row;
    const char **needs = arena_new(a, (row->n_needs + 1) * sizeof *needs);
    for (size_t i = 0; i < row->n_needs; i++)
        needs[i] = arena_strdup(a, row->needs[i]);
    struct explain_job j = {.key = arena_strdup(a, row->key),
                            .repo = arena_strdup(a, row->repo_alias ? row->repo_alias : row->repo_id),
                            .runs = EXPLAIN_YES};
    add(p, job_spec_of(live), j, needs, row->n_needs, NULL);
}

/* ---- what waits for what ---- */

static bool is_of(const struct explain_job *j, const char *key)
{
    for (const struct explain_level *l = j->level; l; l = l->up)
        if (strcmp(l->key, key) == 0)
            return true;
    return false;
}

/* Of several jobs under one key it is enough when one runs, as long as nothing fails. */
static enum explain_runs needed(const struct planned *p, const char *key)
{
    bool runs = false, later = false, found = false;
    for (size_t i = 0; i < p->jobs.n && !runs; i++) {
        if (!is_of(&p->jobs.at[i], key))
            continue;
        found = true;
        runs = p->jobs.at[i].runs == EXPLAIN_YES;
        later |= p->jobs.at[i].runs == EXPLAIN_LATER;
    }
    return runs || !found ? EXPLAIN_YES : later ? EXPLAIN_LATER : EXPLAIN_NO;
}

static enum explain_runs as_needed(const struct planned *p, const struct explain_job *j)
{
    enum explain_runs runs = j->runs;
    for (const struct explain_level *l = j->level; l; l = l->up)
        for (size_t k = 0; !l->despite && runs != EXPLAIN_NO && k < l->n_needs; k++)
            runs = worse(runs, needed(p, l->needs[k]));
    return runs;
}

/* What needs a job that does not run does not run either. Jobs do not stand in the order of their needs: as many
 * rounds as there are jobs in a row. */
static void follow_needs(struct planned *p)
{
    bool moved = true;
    for (size_t round = 0; moved && round <= p->jobs.n; round++) {
        moved = false;
        for (size_t i = 0; i < p->jobs.n; i++) {
            enum explain_runs runs = as_needed(p, &p->jobs.at[i]);
            moved |= runs != p->jobs.at[i].runs;
            p->jobs.at[i].runs = runs;
        }
    }
}

/* The first jobs of a called workflow wait for what its caller waits for. */
static const struct explain_level *waiting(const struct explain_job *j)
{
    const struct explain_level *l = j->level;
    while (l->up && l->n_needs == 0)
        l = l->up;
    return l;
}

/* A leg for each leg that is needed. */
static void name_needs(struct planned *p)
{
    for (size_t i = 0; i < p->jobs.n; i++) {
        struct explain_job *j = &p->jobs.at[i];
        const struct explain_level *l = waiting(j);
        VEC(const char *) names = {0};
        for (size_t k = 0; k < l->n_needs; k++)
            for (size_t n = 0; n < p->jobs.n; n++)
                if (is_of(&p->jobs.at[n], l->needs[k]))
                    VEC_PUSH(&names, p->jobs.at[n].key);
        j->needs = arena_new(&p->x->arena, (names.n + 1) * sizeof *j->needs);
        for (size_t k = 0; k < names.n; k++)
            j->needs[k] = names.at[k];
        j->n_needs = names.n;
        VEC_FREE(&names);
    }
}

void explain_jobs(struct explained *x, const struct engine *e, struct live_run *r, const struct gather *g,
                  const char *workflow, struct explain_plan *ret)
{
    struct planned *p = arena_new(&x->arena, sizeof *p);
    *p = (struct planned){.x = x, .e = e, .gather = g};
    explain_world_open(&p->world, x, workflow);
    for (size_t i = 0; i < r->jobs.n; i++)
        add_row(p, r->jobs.at[i]);
    follow_needs(p);
    name_needs(p);
    ret->n_jobs = p->jobs.n;
    ret->jobs = arena_new(&x->arena, (p->jobs.n + 1) * sizeof *ret->jobs);
    for (size_t i = 0; i < p->jobs.n; i++)
        ret->jobs[i] = p->jobs.at[i];
    VEC_FREE(&p->jobs);
}
