/* SPDX-License-Identifier: Apache-2.0 */
/* What a delivery started when it came, beside what it would start now. */
#include "base/id.h"
#include "server/cli/explain.h"
#include "server/cli/remote.h"

enum { PAGE = 1000, PAGES = 200 };

static void keep(struct explained *x, const struct jval *run)
{
    struct arena *a = &x->arena;
    VEC_PUSH(&x->then, ((struct explain_run){.id = arena_dup(a, jval_str(jval_get(run, "id"))),
                                             .workflow = arena_dup(a, jval_str(jval_get(run, "workflow"))),
                                             .file = arena_dup(a, jval_str(jval_get(run, "file"))),
                                             .conclusion = arena_dup(a, jval_str(jval_get(run, "conclusion")))}));
}

/* Ids rise with time: what is older than the delivery is not of it. True: there may be more. */
static bool keep_page(struct explained *x, const struct jval *runs, const char *id, struct buf *ret_last)
{
    buf_clear(ret_last);
    for (size_t i = 0; i < jval_len(runs); i++) {
        const struct jval *run = jval_item(runs, i);
        buf_clear(ret_last);
        buf_sv(ret_last, jval_str(jval_get(run, "id")));
        if (!ret_last->n || strcmp(ret_last->p, id) < 0)
            return false;
        if (sv_is(jval_str(jval_get(run, "delivery")), id))
            keep(x, run);
    }
    return jval_len(runs) == PAGE;
}

int explain_fetch_then(struct explained *x, struct remote *r, const char *id)
{
    AUTO(buf_free) struct buf path = {0}, last = {0};
    bool more = true;
    int64_t number = 0;
    char text[ID_TEXT];
    if (id_parse(sv_of(id), &number))
        id = id_text(number, text);
    for (int page = 0; more && page < PAGES; page++) {
        struct jdoc *doc = NULL;
        buf_clear(&path);
        buf_fmt(&path, "/api/v1/runs?limit=%d%s%s", PAGE, page ? "&before=" : "", page ? last.p : "");
        int rc = remote_get_json(r, path.p, &doc);
        if (rc != CLI_OK)
            return rc;
        more = keep_page(x, jval_get(jdoc_root(doc), "runs"), id, &last);
        jdoc_free(&doc);
    }
    x->compared = true;
    return CLI_OK;
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
