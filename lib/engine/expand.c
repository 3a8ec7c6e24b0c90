/* SPDX-License-Identifier: Apache-2.0 */
/* A parent gets its children: the legs of a matrix, the jobs of a called workflow. Their rows, and the parent's, are in
 * one change-set, so that a restart finds all of them or none. */
#include "engine/scene.h"
#include "plan/matrix.h"

enum { JOBS_MOST = 4096 }; /* of a run, children and all */

static void add_rows(struct engine *e, struct live_job *parent, struct job **rows, size_t n)
{
    struct live_run *r = parent->run;
    struct run *row = r->row;
    struct job **all = arena_new(&r->arena, (row->n_jobs + n + 1) * sizeof *all);
    size_t from = row->n_jobs;
    if (from)
        memcpy(all, row->jobs, from * sizeof *all);
    memcpy(all + from, rows, n * sizeof *all);
    row->jobs = all;
    row->n_jobs += n;
    parent->row->started_at = e->now;
    job_to(e, parent, WORK_RUNNING, NULL);
    record_jobs_new(e, row, rows, n);
    plan_link(r, from);
    order_run(e, r);
}

static bool too_many(struct engine *e, struct live_job *j, size_t n)
{
    AUTO(arena_free) struct arena a = {0};
    if (j->run->row->n_jobs + n <= JOBS_MOST)
        return false;
    job_end(e, j, CONC_ERROR, arena_fmt(&a, "a run has at most %d jobs", JOBS_MOST));
    return true;
}

struct matrix_plan {
    struct matrix_leg *legs;
    size_t n;
    bool fail_fast;
    int64_t max_parallel; /* 0 = not said */
};

/* ---- matrix ---- */

static const char *unique_key(struct arena *a, const struct job *parent, struct matrix_leg *legs, size_t i)
{
    size_t same = 0;
    for (size_t k = 0; k < i; k++)
        same += strcmp(legs[k].label, legs[i].label) == 0;
    return same ? arena_fmt(a, "%s (%s) #%zu", parent->key, legs[i].label, same + 1)
                : arena_fmt(a, "%s (%s)", parent->key, legs[i].label);
}

static struct step *steps_of_spec(struct engine *e, struct arena *a, const struct job_spec *s, int64_t job)
{
    struct step *to = arena_new(a, (s->n_steps + 1) * sizeof *to);
    for (size_t i = 0; i < s->n_steps; i++) {
        to[i] = s->steps[i];
        to[i].id = engine_id(e);
        to[i].job_id = job;
        to[i].no = (int)i;
        to[i].version = 1;
    }
    return to;
}

static const char *strategy_json(struct arena *a, const struct matrix_plan *m, ptrdiff_t index)
{
    AUTO(buf_free) struct buf json = {0};
    struct jout o = {.buf = &json};
    jout_open(&o, '{');
    jout_kbool(&o, "fail-fast", m->fail_fast);
    if (index >= 0)
        jout_kint(&o, "job-index", index);
    jout_kint(&o, "job-total", (int64_t)m->n);
    jout_kint(&o, "max-parallel", m->max_parallel ? m->max_parallel : (int64_t)m->n);
    jout_close(&o, '}');
    return arena_dup(a, buf_view(&json));
}

static struct job *leg_row(struct engine *e, struct live_job *parent, const struct matrix_plan *m, size_t i)
{
    struct arena *a = &parent->run->arena;
    const struct job_spec *s = job_spec_of(parent);
    struct job *j = arena_new(a, sizeof *j);
    AUTO(buf_free) struct buf values = {0};
    *j = *parent->row;
    j->id = engine_id(e);
    j->parent_id = parent->row->id;
    j->no = (int)(parent->run->row->n_jobs + i);
    j->kind = s->job.uses ? JOB_CALL : JOB_STEPS;
    j->name = j->key = unique_key(a, parent->row, m->legs, i);
    val_write(m->legs[i].values, VAL_ONE_LINE, &values);
    j->spec = j->outputs = j->detail = NULL;
    j->matrix = arena_dup(a, buf_view(&values));
    j->strategy = strategy_json(a, m, (ptrdiff_t)i);
    j->needs = NULL;
    j->n_needs = 0;
    j->state = WORK_WAITING;
    j->conclusion = CONC_NONE;
    j->ready_at = j->started_at = j->ended_at = j->held_ms = 0;
    j->steps = steps_of_spec(e, a, s, j->id);
    j->n_steps = s->job.uses ? 0 : s->n_steps;
    j->version = 1;
    return j;
}

static int read_matrix(struct scene *s, struct matrix_plan *m, struct err *e)
{
    const struct wf_job *j = &s->spec->job;
    struct val v;
    double most;
    *m = (struct matrix_plan){.fail_fast = true};
    if (matrix_value(sv_of(j->matrix), &s->world, s->a, &v, e) < 0 || matrix_expand(v, s->a, &m->legs, &m->n, e) < 0)
        return err_add(e, "%s:%d: strategy.matrix", s->spec->file, j->line);
    if (j->fail_fast && scene_flag(s, "strategy.fail-fast", j->fail_fast, &m->fail_fast, e) < 0)
        return -1;
    if (!j->max_parallel)
        return 0;
    if (scene_number(s, "strategy.max-parallel", j->max_parallel, &most, e) < 0)
        return -1;
    if (most < 1)
        return err_set(e, ERR_INVALID, "%s:%d: strategy.max-parallel: it is less than 1", s->spec->file, j->line);
    m->max_parallel = (int64_t)most;
    return 0;
}

void expand_matrix(struct engine *e, struct live_job *j)
{
    AUTO(arena_free) struct arena a = {0};
    struct scene s;
    struct matrix_plan m;
    struct err err = {0};
    scene_open(&s, SCENE_JOB, e, j->run, j, &a);
    int rc = read_matrix(&s, &m, &err);
    if (rc < 0) {
        job_end(e, j, CONC_ERROR, err.msg);
    } else if (!too_many(e, j, m.n)) {
        struct job **rows = arena_new(&a, (m.n + 1) * sizeof *rows);
        for (size_t i = 0; i < m.n; i++)
            rows[i] = leg_row(e, j, &m, i);
        j->row->strategy = strategy_json(&j->run->arena, &m, -1);
        add_rows(e, j, rows, m.n);
        parent_feed(e, j);
    }
    scene_close(&s);
}

/* ---- a called workflow ---- */

static const char *handed_input(const struct wf_job *j, const char *name)
{
    for (size_t i = 0; i < j->with.n; i++)
        if (sv_ieq(sv_of(j->with.names[i]), sv_of(name)))
            return j->with.values[i];
    return NULL;
}

static int put_input(struct scene *s, const struct wf_input *in, struct jout *o, struct err *e)
{
    const char *raw = handed_input(&s->spec->job, in->name), *key = arena_fmt(s->a, "with: %s", in->name), *text;
    bool flag = false;
    double number = 0;
    if (!raw && in->required)
        return err_set(e, ERR_INVALID, "%s:%d: with: the called workflow needs the input \"%s\"", s->spec->file,
                       s->spec->job.line, in->name);
    raw = raw ? raw : in->preset;
    jout_key(o, in->name);
    switch (in->type) {
    case INPUT_BOOLEAN:
        if (raw && scene_flag(s, key, raw, &flag, e) < 0)
            return -1;
        jout_bool(o, flag);
        return 0;
    case INPUT_NUMBER:
        if (raw && scene_number(s, key, raw, &number, e) < 0)
            return -1;
        jout_real(o, number);
        return 0;
    case INPUT_STRING:
    case INPUT_CHOICE:
    case INPUT_ENVIRONMENT:
        break;
    }
    if (scene_text(s, key, raw, &text, e) < 0)
        return -1;
    jout_strz(o, text ? text : "");
    return 0;
}

static bool takes_input(const struct callee *c, const char *name)
{
    for (size_t i = 0; i < c->n_inputs; i++)
        if (sv_ieq(sv_of(c->inputs[i].name), sv_of(name)))
            return true;
    return false;
}

static int read_inputs(struct scene *s, struct buf *ret, struct err *e)
{
    const struct callee *c = s->spec->callee;
    const struct wf_job *j = &s->spec->job;
    struct jout o = {.buf = ret};
    for (size_t i = 0; i < j->with.n; i++)
        if (!takes_input(c, j->with.names[i]))
            return err_set(e, ERR_INVALID, "%s:%d: with: the called workflow has no input \"%s\"", s->spec->file,
                           j->line, j->with.names[i]);
    jout_open(&o, '{');
    for (size_t i = 0; i < c->n_inputs; i++)
        if (put_input(s, &c->inputs[i], &o, e) < 0)
            return -1;
    jout_close(&o, '}');
    return 0;
}

/* An untrusted run has no secrets, and is not refused for that: as for forks on GitHub they are empty. */
static int check_secrets(const struct scene *s, struct err *e)
{
    const struct callee *c = s->spec->callee;
    const struct wf_job *j = &s->spec->job;
    for (size_t i = 0; !j->secrets_inherit && s->run->row->trusted && i < c->n_secrets; i++) {
        bool handed = false;
        for (size_t k = 0; k < j->secrets.n; k++)
            handed |= sv_ieq(sv_of(j->secrets.names[k]), sv_of(c->secrets[i].name));
        if (!handed && c->secrets[i].required)
            return err_set(e, ERR_INVALID, "%s:%d: secrets: the called workflow needs \"%s\"", s->spec->file, j->line,
                           c->secrets[i].name);
    }
    return 0;
}

/* By default its jobs work where the caller does. */
static int call_row(struct scene *s, struct live_job *caller, const struct job_spec *from, size_t i, struct job **ret,
                    struct err *e)
{
    struct live_run *r = caller->run;
    struct job_spec spec = *from;
    const char *problem = NULL;
    spec.prefix = arena_fmt(&r->arena, "%s / ", caller->row->key);
    struct job *j = job_of_spec(s->e, &r->arena, r->row->id, &spec, (int)(r->row->n_jobs + i));
    j->parent_id = caller->row->id;
    j->repo_id = caller->row->repo_id;
    j->repo_alias = caller->row->repo_alias;
    j->sha = caller->row->sha;
    j->ref = caller->row->ref;
    *ret = j;
    bool ok = !from->job.repo || text_has_expr(sv_of(from->job.repo)) ||
              job_place(s->e, r, NULL, j, from->job.repo, s->a, &problem);
    return ok ? 0 : err_set(e, ERR_INVALID, "%s:%d: %s", from->file, from->job.line, problem);
}

static int read_call(struct scene *s, struct live_job *j, struct buf *inputs, struct job **rows, struct err *e)
{
    const struct callee *c = s->spec->callee;
    if (!c)
        return err_set(e, ERR_BUG, "the called workflow is not in its row");
    if (read_inputs(s, inputs, e) < 0 || check_secrets(s, e) < 0)
        return -1;
    for (size_t i = 0; i < c->n_jobs; i++)
        if (call_row(s, j, &c->jobs[i], i, &rows[i], e) < 0)
            return -1;
    return 0;
}

void expand_call(struct engine *e, struct live_job *j)
{
    AUTO(arena_free) struct arena a = {0};
    AUTO(buf_free) struct buf inputs = {0};
    struct scene s;
    struct err err = {0};
    scene_open(&s, SCENE_JOB, e, j->run, j, &a);
    size_t n = s.spec->callee ? s.spec->callee->n_jobs : 0;
    struct job **rows = arena_new(&a, (n + 1) * sizeof *rows);
    if (too_many(e, j, n)) {
        scene_close(&s);
        return;
    }
    int rc = read_call(&s, j, &inputs, rows, &err);
    scene_close(&s);
    if (rc < 0) {
        job_end(e, j, CONC_ERROR, err.msg);
        return;
    }
    j->row->inputs = arena_dup(&j->run->arena, buf_view(&inputs));
    add_rows(e, j, rows, n);
    parent_feed(e, j);
}
