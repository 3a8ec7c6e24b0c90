/* SPDX-License-Identifier: Apache-2.0 */
/* What a delivery started when it came, beside what it would start now. */
#include "server/explain/explain.h"

void explain_then(struct explained *x, const struct jval *run)
{
    struct arena *a = &x->arena;
    VEC_PUSH(&x->then, ((struct explain_run){.id = arena_dup(a, jval_str(jval_get(run, "id"))),
                                             .workflow = arena_dup(a, jval_str(jval_get(run, "workflow"))),
                                             .file = arena_dup(a, jval_str(jval_get(run, "file"))),
                                             .conclusion = arena_dup(a, jval_str(jval_get(run, "conclusion")))}));
}

/* ".fettle/workflows/ci.yml": not of the server's folder. */
static bool in_repository(const char *file)
{
    return file && strncmp(file, ".fettle/", 8) == 0;
}

/* A central workflow is known by its name, one of a repository by its file. */
static bool is_same(const struct explain_run *r, const char *workflow, const char *file)
{
    if (!r->workflow || !r->file || in_repository(file) != in_repository(r->file))
        return false;
    return in_repository(file) ? strcmp(r->file, file) == 0 : strcmp(r->workflow, workflow) == 0;
}

/* The newest run: a delivery may have been decided more than once. */
static const struct explain_run *run_of(const struct explained *x, const char *workflow, const char *file)
{
    for (size_t i = 0; i < x->then.n; i++)
        if (is_same(&x->then.at[i], workflow, file))
            return &x->then.at[i];
    return NULL;
}

static bool is_listed(const struct explained *x, const struct explain_run *r)
{
    for (size_t i = 0; i < x->n_workflows; i++)
        if (is_same(r, x->workflows[i].name, x->workflows[i].file))
            return true;
    for (const struct explain_run *p = x->then.at; p < r; p++)
        if (p->workflow && p->file && is_same(r, p->workflow, p->file))
            return true;
    return false;
}

bool explain_compare(const struct explained *x, size_t i, struct explain_difference *ret)
{
    for (size_t k = 0; k < x->n_workflows; k++) {
        const struct explained_workflow *w = &x->workflows[k];
        const struct explain_run *r = run_of(x, w->name, w->file);
        if (!r && !w->verdict.matched)
            continue;
        if (i-- == 0) {
            *ret = (struct explain_difference){.workflow = w->name,
                                               .file = w->file,
                                               .run = r ? r->id : NULL,
                                               .now = w->verdict.matched ? EXPLAIN_YES : EXPLAIN_NO,
                                               .reason = w->verdict.reason};
            return true;
        }
    }
    for (size_t k = 0; k < x->then.n; k++) {
        const struct explain_run *r = &x->then.at[k];
        if (is_listed(x, r) || i-- != 0)
            continue;
        bool elsewhere = in_repository(r->file) && !x->files_known;
        *ret = (struct explain_difference){.workflow = r->workflow,
                                           .file = r->file,
                                           .run = r->id,
                                           .now = elsewhere ? EXPLAIN_LATER : EXPLAIN_NO,
                                           .reason = elsewhere ? NULL : "no such workflow in this configuration"};
        return true;
    }
    return false;
}
