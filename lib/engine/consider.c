/* SPDX-License-Identifier: Apache-2.0 */
/* A job whose needs are all done: does it run, and as what? Its texts are evaluated here, once. */
#include "engine/recover.h"
#include <stdlib.h>

static void job_ready(struct engine *e, struct live_job *j)
{
    j->row->ready_at = e->now;
    job_to(e, j, WORK_READY, NULL);
    order_add(e, j);
    job_watch(e, j);
}

void job_go(struct engine *e, struct live_job *j)
{
    if (approval_needed(e, j))
        return;
    if (j->row->kind == JOB_CALL)
        expand_call(e, j);
    else
        job_ready(e, j);
}

/* ---- its texts ---- */

static int take_name(struct scene *s, struct job *row, struct err *e)
{
    const char *name = s->spec->job.name;
    bool is_leg = row->matrix != NULL;
    if (name && text_has_expr(sv_of(name))) {
        if (scene_text(s, "name", name, &name, e) < 0)
            return -1;
        if (name[0])
            row->name = arena_strdup(&s->run->arena, name);
    } else if (is_leg && name) { /* as GitHub: the values stand behind a name that does not have them */
        const char *bracket = strstr(row->key + strlen(s->spec->prefix) + strlen(s->spec->job.key), " (");
        row->name = arena_fmt(&s->run->arena, "%s%s", name, bracket ? bracket : "");
    }
    return 0;
}

static int take_place(struct scene *s, struct job *row, struct err *e)
{
    const char *alias, *problem = NULL;
    if (!s->spec->job.repo || !text_has_expr(sv_of(s->spec->job.repo)))
        return 0;
    if (scene_text(s, "repo", s->spec->job.repo, &alias, e) < 0)
        return -1;
    if (!job_place(s->e, s->run, NULL, row, alias, s->a, &problem))
        return err_set(e, ERR_INVALID, "%s:%d: %s", s->spec->file, s->spec->job.line, problem);
    return 0;
}

static bool has_label(const struct engine_conf *c, const char *label)
{
    if (sv_ieq(sv_of(label), SV("self-hosted")))
        return true;
    for (const char *const *l = c->labels; *l; l++)
        if (sv_ieq(sv_of(label), sv_of(*l)))
            return true;
    return false;
}

/* One text may be a list: `runs-on: ${{ matrix.labels }}`. */
static int take_labels(struct scene *s, struct err *e)
{
    const struct wf_job *j = &s->spec->job;
    struct val v;
    for (size_t i = 0; s->e->conf->labels && i < j->n_runs_on; i++) {
        if (scene_value(s, "runs-on", j->runs_on[i], &v, e) < 0)
            return -1;
        bool is_list = v.kind == VAL_ARRAY;
        for (size_t k = 0; k < (is_list ? val_len(v) : 1); k++) {
            struct val one = is_list ? val_at(v, k, s->a) : v;
            const char *label = arena_dup(s->a, val_to_string(one, s->a));
            if (!has_label(s->e->conf, label))
                return err_set(e, ERR_INVALID, "%s:%d: runs-on: this server has no label \"%s\" (runner.labels)",
                               s->spec->file, j->line, label);
        }
    }
    return 0;
}

static int take_limits(struct scene *s, struct job *row, struct err *e)
{
    const struct wf_job *j = &s->spec->job;
    double minutes;
    if (j->timeout_text) {
        if (scene_number(s, "timeout-minutes", j->timeout_text, &minutes, e) < 0)
            return -1;
        row->timeout_ms = (msec_t)(minutes * 60000);
    }
    row->continue_on_error = j->continue_on_error;
    return j->continue_text ? scene_flag(s, "continue-on-error", j->continue_text, &row->continue_on_error, e) : 0;
}

static int by_text(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static int take_locks(struct scene *s, struct job *row, struct err *e)
{
    const struct wf_resources *want = &s->spec->job.resources;
    const char **locks = arena_new(&s->run->arena, (want->n_locks + 1) * sizeof *locks), *text;
    size_t n = 0;
    for (size_t i = 0; i < want->n_locks; i++) {
        if (scene_text(s, "locks", want->locks[i], &text, e) < 0)
            return -1;
        if (text && text[0])
            locks[n++] = group_name(&s->run->arena, text);
    }
    qsort(locks, n, sizeof *locks, by_text);
    row->locks = locks;
    row->n_locks = 0;
    for (size_t i = 0; i < n; i++)
        if (i == 0 || strcmp(locks[i], locks[i - 1]) != 0)
            locks[row->n_locks++] = locks[i];
    return 0;
}

static bool is_too_wide(const struct engine *e, const struct job *row)
{
    return row->kind == JOB_STEPS && row->slots > e->conf->slots;
}

static int width_problem(const struct engine *e, const struct job_spec *x, const struct job *row, struct err *err)
{
    return err_set(err, ERR_INVALID, "%s:%d: resources: it asks for %d slots, and this server has %d (slots)", x->file,
                   x->job.line, row->slots, e->conf->slots);
}

static int take_resources(struct scene *s, struct job *row, struct err *e)
{
    if (is_too_wide(s->e, row))
        return width_problem(s->e, s->spec, row, e);
    return s->spec->job.resources.n_locks ? take_locks(s, row, e) : 0;
}

struct wish { /* of a concurrency group */
    const char *group;
    bool cancel;
};

static int take_group(struct scene *s, struct wish *ret, struct err *e)
{
    const struct wf_concurrency *c = &s->spec->job.concurrency;
    *ret = (struct wish){0};
    if (!c->group)
        return 0;
    if (scene_text(s, "concurrency", c->group, &ret->group, e) < 0)
        return -1;
    return c->cancel_in_progress ? scene_flag(s, "cancel-in-progress", c->cancel_in_progress, &ret->cancel, e) : 0;
}

/* It goes on when it has its group, which may be later. */
static void enter_group(struct engine *e, struct live_job *j, const struct wish *w, bool queue_all)
{
    AUTO(arena_free) struct arena a = {0};
    if (group_would_deadlock(e, job_claim(j), w->group)) {
        job_end(e, j, CONC_ERROR,
                arena_fmt(&a, "concurrency: the group \"%s\" is held by work that waits for this job", w->group));
        return;
    }
    j->row->group = group_name(&j->run->arena, w->group);
    j->row->queue_all = queue_all;
    j->row->group_at = e->now;
    if (group_claim(e, j->claim, w->group, queue_all, w->cancel)) {
        job_go(e, j);
    } else if (j->row->state == WORK_WAITING) {
        record_job(e, j->row);
        job_watch(e, j);
        record_journal(e, "job", j->row->id, j->row->run_id, "waiting", "waiting",
                       arena_fmt(&a, "waits for the concurrency group \"%s\"", w->group));
    }
}

/* The `if` held: everything else about it. */
static void prepare(struct engine *e, struct live_job *j)
{
    AUTO(arena_free) struct arena a = {0};
    struct scene s;
    struct err err = {0};
    struct wish wish;
    if (j->row->kind == JOB_MATRIX) {
        expand_matrix(e, j);
        return;
    }
    scene_open(&s, SCENE_JOB, e, j->run, j, &a);
    int rc = deploy_check(&s, &err) < 0 || take_name(&s, j->row, &err) < 0 || take_place(&s, j->row, &err) < 0 ||
                     take_labels(&s, &err) < 0 || take_limits(&s, j->row, &err) < 0 ||
                     take_resources(&s, j->row, &err) < 0 || take_group(&s, &wish, &err) < 0
                 ? -1
                 : 0;
    bool queue_all = s.spec->job.concurrency.queue_all;
    scene_close(&s);
    if (rc < 0)
        job_end(e, j, CONC_ERROR, err.msg);
    else if (wish.group && wish.group[0])
        enter_group(e, j, &wish, queue_all);
    else
        job_go(e, j);
}

/* ---- its `if` ---- */

static const char *skip_reason(struct live_job *j, struct arena *a)
{
    const struct job_spec *x = job_spec_of(j);
    const struct job *blocker = j->row->cond == COND_SUCCESS || j->row->cond == COND_EXPR ? job_blocker(j) : NULL;
    if (blocker && (j->row->cond == COND_SUCCESS || !x->job.cond_text))
        return arena_fmt(a, "needs %s, which ended as %s", blocker->key, conclusion_name[blocker->conclusion]);
    if (j->row->cond == COND_EXPR)
        return arena_fmt(a, "if: %s is false", x->job.cond_text);
    return arena_fmt(a, "if: %s() is false", wf_cond_name[j->row->cond]);
}

static void ask_cond(struct engine *e, struct live_job *j)
{
    AUTO(arena_free) struct arena a = {0};
    struct scene s;
    struct err err = {0};
    bool holds;
    scene_open(&s, SCENE_JOB, e, j->run, j, &a);
    int rc = scene_cond(&s, j->row->cond, s.spec->job.cond_text, &holds, &err);
    scene_close(&s);
    if (rc < 0)
        job_end(e, j, CONC_ERROR, err.msg);
    else if (holds)
        prepare(e, j);
    else
        job_end(e, j, CONC_SKIPPED, skip_reason(j, &a));
}

void job_consider(struct engine *e, struct live_job *j)
{
    if (j->run->row->state == WORK_WAITING)
        return; /* the run waits for its group */
    if (job_group(j) || j->row->hold)
        return; /* it was considered before */
    if (job_was_told(j) && job_is_cancelled(e, j))
        job_end(e, j, CONC_CANCELLED, NULL);
    else if (job_asked(j) != j || job_was_told(j)) /* a leg: its parent was asked; or its `if` spared it */
        prepare(e, j);
    else
        ask_cond(e, j);
}

/* ---- fewer slots than there were ---- */

static int by_id(const void *a, const void *b)
{
    const struct live_run *const *x = a, *const *y = b;
    return (*x)->row->id < (*y)->row->id ? -1 : (*x)->row->id > (*y)->row->id;
}

bool job_fits(struct engine *e, struct live_job *j)
{
    struct err err = {0};
    if (!is_too_wide(e, j->row))
        return true;
    (void)width_problem(e, job_spec_of(j), j->row, &err);
    for (size_t i = 0; i < j->row->n_steps; i++) /* one that was to be tried again */
        if (j->row->steps[i].state == WORK_RUNNING)
            step_end(e, j, &j->row->steps[i], CONC_ERROR, err.msg);
    job_end(e, j, CONC_ERROR, err.msg);
    return false;
}

void jobs_refit(struct engine *e)
{
    VEC(struct live_run *) runs = {0};
    struct sv key;
    void *v;
    for (size_t at = 0; map_each(&e->runs, &at, &key, &v);)
        VEC_PUSH(&runs, v);
    if (runs.n)
        qsort(runs.at, runs.n, sizeof *runs.at, by_id);
    for (size_t i = 0; i < runs.n; i++)
        for (size_t k = 0; k < runs.at[i]->jobs.n; k++)
            if (runs.at[i]->jobs.at[k]->row->state == WORK_READY)
                (void)job_fits(e, runs.at[i]->jobs.at[k]);
    VEC_FREE(&runs);
}
