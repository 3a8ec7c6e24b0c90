/* SPDX-License-Identifier: Apache-2.0 */
/* From a workflow file to the jobs that run: the legs of a matrix, the jobs of workflows that are called. */
#include <unistd.h>
#include "base/file.h"
#include "lang/text.h"
#include "plan/matrix.h"
#include "server/cli/plan.h"

enum { FOLDER_MAX = 4000 };

struct caller { /* the way to a workflow */
    const struct caller *up;
    const char *file, *prefix; /* "caller / " */
    const size_t *after;       /* what its first jobs wait for */
    size_t n_after;
    int depth;
};

static int read_workflow(struct plan_jobs *x, const struct caller *c, size_t *ret_end, struct err *e);

static size_t add_job(struct plan_jobs *x, const char *id, msec_t estimate, size_t group)
{
    VEC_PUSH(&x->jobs, ((struct plan_job){.id = id}));
    VEC_PUSH(&x->forecast, ((struct forecast_job){.estimate = estimate, .group = group}));
    return x->jobs.n - 1;
}

static size_t lock_group(struct plan_jobs *x, const char *name)
{
    for (size_t i = 0; i < x->locks.n; i++)
        if (sv_ieq(sv_of(x->locks.at[i].name), sv_of(name)))
            return x->locks.at[i].group;
    VEC_PUSH(&x->bounds, 1);
    VEC_PUSH(&x->locks, ((struct plan_lock){name, x->bounds.n}));
    return x->bounds.n;
}

/* Locks whose names the run will tell are left out. */
static void take_resources(struct plan_jobs *x, const struct wf_job *j, size_t at)
{
    size_t *locks = arena_new(&x->arena, (j->resources.n_locks + 1) * sizeof *locks), n = 0;
    for (size_t i = 0; i < j->resources.n_locks; i++) {
        size_t group = text_has_expr(sv_of(j->resources.locks[i])) ? 0 : lock_group(x, j->resources.locks[i]);
        bool seen = group == 0;
        for (size_t k = 0; k < n && !seen; k++)
            seen = locks[k] == group;
        if (!seen)
            locks[n++] = group;
    }
    x->jobs.at[at].of = j;
    x->forecast.at[at].slots = j->resources.slots;
    x->forecast.at[at].locks = locks;
    x->forecast.at[at].n_locks = n;
}

static size_t add_point(struct plan_jobs *x, const char *id)
{
    size_t at = add_job(x, id, 0, 0);
    x->jobs.at[at].inner = true;
    x->forecast.at[at].slotless = true;
    return at;
}

/* ---- workflows that are called ---- */

static const char *found(struct plan_jobs *x, const char *dir, struct sv name)
{
    static const char *const tails[] = {"", ".yml", ".yaml"};
    for (size_t i = 0; i < ARRAY_LEN(tails); i++) {
        const char *path = arena_fmt(&x->arena, "%s/%.*s%s", dir, SV_ARG(name), tails[i]);
        if (name.n < FOLDER_MAX && access(path, R_OK) == 0)
            return path;
    }
    return NULL;
}

/* "./.fettle/workflows/x.yml" counts from the repository, a name from the folder of the file. NULL: elsewhere. */
static const char *called_file(struct plan_jobs *x, const char *file, const char *uses)
{
    static const char *const folders[] = {".fettle/workflows/", ".github/workflows/"};
    struct sv path = sv_of(file), name = sv_of(uses);
    ptrdiff_t slash = sv_rchr(path, '/');
    const char *dir = slash < 0 ? "." : arena_dup(&x->arena, sv_cut(path, slash ? (size_t)slash : 1));
    if (sv_find(name, SV("..")) >= 0)
        return NULL;
    if (!sv_starts(name, SV("./")))
        return sv_chr(name, '/') >= 0 ? NULL : found(x, dir, name);
    for (size_t i = 0; i < ARRAY_LEN(folders); i++) {
        ptrdiff_t at = sv_find(path, sv_of(folders[i]));
        if (at < 0)
            continue;
        /* As the file is called itself, so that a circle is seen. */
        if (at == 0)
            return access(uses + 2, R_OK) == 0 ? arena_strdup(&x->arena, uses + 2) : NULL;
        return found(x, arena_dup(&x->arena, sv_cut(path, at > 1 ? (size_t)at - 1 : 1)), sv_from(name, 2));
    }
    return found(x, dir, sv_from(name, (size_t)(sv_rchr(name, '/') + 1)));
}

static int add_call(struct plan_jobs *x, const struct caller *c, const struct wf_job *j, const char *id,
                    const size_t *after, size_t n_after, size_t *ret, struct err *e)
{
    const char *file = called_file(x, c->file, j->uses);
    struct caller inner = {.up = c, .file = file, .prefix = arena_fmt(&x->arena, "%s / ", id), .after = after,
                           .n_after = n_after, .depth = c->depth + 1};
    if (!file) {
        *ret = add_job(x, id, j->estimate_ms ? j->estimate_ms : PLAN_DEFAULT_MS, 0);
        x->jobs.at[*ret].note = arena_fmt(&x->arena, "counted as one job: %s is not here", j->uses);
        for (size_t i = 0; i < n_after; i++)
            graph_edge(&x->graph, after[i], *ret);
        return 0;
    }
    if (inner.depth > PLAN_CALLS)
        return err_set(e, ERR_INVALID, "%s: workflows call each other more than %d deep: %s", c->file, PLAN_CALLS, id);
    return read_workflow(x, &inner, ret, e);
}

/* ---- jobs ---- */

static bool no_context(void *ctx, const char *name, struct val *ret)
{
    (void)ctx, (void)name, (void)ret;
    return false;
}

/* The legs where the file says them; 0 when they are known later. -1: it is no matrix. */
static int legs_of(struct plan_jobs *x, const struct wf_job *j, struct matrix_leg **ret, size_t *ret_n, struct err *e)
{
    struct expr_world w = {.context = no_context};
    struct val v;
    *ret_n = 0;
    if (!j->matrix || text_has_expr(sv_of(j->matrix)))
        return 0;
    if (matrix_value(sv_of(j->matrix), &w, &x->arena, &v, e) < 0)
        return -1;
    return matrix_expand(v, &x->arena, ret, ret_n, e);
}

static size_t bound_of(struct plan_jobs *x, const struct wf_job *j)
{
    int64_t most;
    if (!j->max_parallel || !sv_int(sv_of(j->max_parallel), &most) || most < 1 || most > INT32_MAX)
        return 0;
    VEC_PUSH(&x->bounds, (int)most);
    return x->bounds.n;
}

static int add_leg(struct plan_jobs *x, const struct caller *c, const struct wf_job *j, const char *id, size_t group,
                   const size_t *after, size_t n_after, size_t *ret, struct err *e)
{
    if (x->jobs.n >= PLAN_JOBS)
        return err_set(e, ERR_INVALID, "%s: more than %d jobs", c->file, PLAN_JOBS);
    if (j->uses)
        return add_call(x, c, j, id, after, n_after, ret, e);
    *ret = add_job(x, id, j->estimate_ms ? j->estimate_ms : PLAN_DEFAULT_MS, group);
    take_resources(x, j, *ret);
    for (size_t i = 0; i < n_after; i++)
        graph_edge(&x->graph, after[i], *ret);
    return 0;
}

/* *ret: what those wait for that need the job. */
static int add_any(struct plan_jobs *x, const struct caller *c, const struct wf_job *j, const size_t *after,
                   size_t n_after, size_t *ret, struct err *e)
{
    struct matrix_leg *legs;
    size_t n, leg;
    const char *id = arena_fmt(&x->arena, "%s%s", c->prefix, j->key);
    if (legs_of(x, j, &legs, &n, e) < 0)
        return err_add(e, "%s: job %s", c->file, j->key);
    if (n == 0) {
        int rc = add_leg(x, c, j, id, 0, after, n_after, ret, e);
        if (rc == 0 && j->matrix && !x->jobs.at[*ret].note)
            x->jobs.at[*ret].note = "counted as one job: its matrix is known when it starts";
        return rc;
    }
    size_t group = bound_of(x, j), point = *ret = add_point(x, id);
    for (size_t i = 0; i < n; i++) {
        const char *name = *legs[i].label ? arena_fmt(&x->arena, "%s (%s)", id, legs[i].label) : id;
        if (add_leg(x, c, j, name, group, after, n_after, &leg, e) < 0)
            return -1;
        graph_edge(&x->graph, leg, point);
    }
    return 0;
}

/* ---- a workflow ---- */

static const struct wf_job *job_by_key(const struct workflow *w, const char *key, size_t *ret_at)
{
    for (size_t i = 0; i < w->n_jobs; i++)
        if (sv_ieq(sv_of(w->jobs[i].key), sv_of(key))) {
            *ret_at = i;
            return &w->jobs[i];
        }
    return NULL;
}

/* Jobs in an order in which needs come first; the reader of the file has refused cycles. */
static int add_jobs(struct plan_jobs *x, const struct caller *c, const struct workflow *w, size_t point, struct err *e)
{
    struct graph g = {.n = w->n_jobs};
    size_t *order = arena_new(&x->arena, (w->n_jobs + 1) * sizeof *order), at, bad;
    size_t *ends = arena_new(&x->arena, (w->n_jobs + 1) * sizeof *ends);
    for (size_t i = 0; i < w->n_jobs; i++)
        for (size_t k = 0; k < w->jobs[i].n_needs; k++)
            if (job_by_key(w, w->jobs[i].needs[k], &at))
                graph_edge(&g, at, i);
    int rc = graph_order(&g, order, &bad);
    graph_free(&g);
    if (rc < 0)
        return err_set(e, ERR_INVALID, "%s: the job %s needs itself through others", c->file, w->jobs[bad].key);
    for (size_t o = 0; rc == 0 && o < w->n_jobs; o++) {
        const struct wf_job *j = &w->jobs[order[o]];
        size_t *after = arena_new(&x->arena, (j->n_needs + 1) * sizeof *after), n = 0;
        for (size_t k = 0; k < j->n_needs; k++)
            if (job_by_key(w, j->needs[k], &at))
                after[n++] = ends[at];
        rc = add_any(x, c, j, n ? after : c->after, n ? n : c->n_after, &ends[order[o]], e);
    }
    for (size_t i = 0; rc == 0 && i < w->n_jobs; i++)
        graph_edge(&x->graph, ends[i], point);
    return rc;
}

static const char *priority_of(struct plan_jobs *x, const struct workflow *w)
{
    AUTO(buf_free) struct buf b = {0};
    if (w->priority)
        return w->priority;
    for (size_t i = 0; i < w->priority_by_event.n; i++)
        buf_fmt(&b, "%s%s: %s", i ? ", " : "", w->priority_by_event.names[i], w->priority_by_event.values[i]);
    return b.n ? arena_dup(&x->arena, buf_view(&b)) : NULL;
}

static int read_workflow(struct plan_jobs *x, const struct caller *c, size_t *ret_end, struct err *e)
{
    AUTO(buf_free) struct buf text = {0};
    for (const struct caller *up = c->up; up; up = up->up)
        if (strcmp(up->file, c->file) == 0)
            return err_set(e, ERR_INVALID, "%s calls itself, through %s", c->file, c->up->file);
    if (file_read(c->file, YAML_BYTES, &text, e) < 0)
        return -1;
    struct sv source = arena_sv(&x->arena, buf_view(&text));
    const struct workflow *w = workflow_read(source, c->file, NULL, NULL, &x->arena, &x->problems);
    if (!w)
        return err_set(e, ERR_INVALID, "%s", "");
    if (!c->up)
        x->priority = priority_of(x, w);
    *ret_end = add_point(x, c->prefix);
    return add_jobs(x, c, w, *ret_end, e);
}

int plan_read(struct plan_jobs *x, const char *file, struct err *e)
{
    struct caller c = {.file = file, .prefix = ""};
    size_t end;
    int rc = read_workflow(x, &c, &end, e);
    x->graph.n = x->jobs.n;
    return rc;
}

void plan_free(struct plan_jobs *x)
{
    VEC_FREE(&x->jobs);
    VEC_FREE(&x->forecast);
    VEC_FREE(&x->bounds);
    VEC_FREE(&x->locks);
    graph_free(&x->graph);
    problems_free(&x->problems);
    arena_free(&x->arena);
}

void plan_needs(const struct plan_jobs *x, size_t job, void (*each)(void *ctx, size_t need), void *ctx)
{
    for (size_t i = 0; i < x->graph.edges.n; i++) {
        if (x->graph.edges.at[i].to != job)
            continue;
        if (x->jobs.at[x->graph.edges.at[i].from].inner)
            plan_needs(x, x->graph.edges.at[i].from, each, ctx);
        else
            each(ctx, x->graph.edges.at[i].from);
    }
}
