/* SPDX-License-Identifier: Apache-2.0 */
/* GitLab's REST API v4, "Pipelines": those that calls started, and those that statuses made. */
#include <stdlib.h>
#include "server/lab/gitlab.h"
#include "server/lab/start.h"

struct row { /* one of either */
    int64_t id;
    const char *sha, *ref, *source;
    msec_t at;
};

static struct row of_start(const struct lab_start *s)
{
    return (struct row){s->id, s->sha, s->ref, "api", s->at};
}

static void put_pipeline(struct lab_call *c, const struct row *p)
{
    struct jout *j = &c->j;
    AUTO(buf_free) struct buf url = {0};
    buf_fmt(&url, "%.*s/%s/-/pipelines/%lld", SV_ARG(c->base), c->repo->path, (long long)p->id);
    jout_open(j, '{');
    jout_kint(j, "id", p->id);
    jout_kint(j, "iid", p->id);
    jout_kint(j, "project_id", c->repo->id);
    jout_kstrz(j, "sha", p->sha);
    jout_kstrz(j, "ref", p->ref);
    jout_kstrz(j, "status", "created");
    jout_kstrz(j, "source", p->source);
    call_time(c, "created_at", p->at);
    call_time(c, "updated_at", p->at);
    jout_kstr(j, "web_url", buf_view(&url));
    jout_close(j, '}');
}

static bool is_wanted(const struct lab_call *c, const struct row *p)
{
    struct sv ref = call_param(c, "ref"), source = call_param(c, "source"), sha = call_param(c, "sha");
    return (!ref.n || sv_is(ref, p->ref)) && (!source.n || sv_is(source, p->source)) && (!sha.n || sv_is(sha, p->sha));
}

static int newest_first(const void *a, const void *b)
{
    int64_t x = ((const struct row *)a)->id, y = ((const struct row *)b)->id;
    return x < y ? 1 : x > y ? -1 : 0;
}

static void list_pipelines(struct lab_call *c)
{
    VEC(struct row) found = {0};
    for (size_t i = 0; i < c->world->starts.n; i++) {
        struct row p = of_start(c->world->starts.at[i]);
        if (c->world->starts.at[i]->repo == c->repo && is_wanted(c, &p))
            VEC_PUSH(&found, p);
    }
    for (size_t i = 0; i < c->repo->pipelines.n; i++) {
        const struct lab_pipeline *x = c->repo->pipelines.at[i];
        struct row p = {x->id, x->sha, x->ref, "external", 0};
        if (is_wanted(c, &p))
            VEC_PUSH(&found, p);
    }
    if (found.n)
        qsort(found.at, found.n, sizeof *found.at, newest_first);
    struct lab_page page = call_page(c, found.n);
    jout_open(call_open(c, 200), '[');
    for (size_t i = page.from; i < page.to; i++)
        put_pipeline(c, &found.at[i]);
    jout_close(&c->j, ']');
    VEC_FREE(&found);
}

/* NULL, or what is wrong with the variables. */
static const char *bad_variables(const struct lab_call *c, const struct jval *list)
{
    for (size_t i = 0; i < jval_len(list); i++) {
        struct sv key = jval_str(jval_get(jval_item(list, i), "key"));
        if (!key.n)
            return "variables key can't be blank";
        for (size_t k = 0; k < i; k++)
            if (sv_eq(key, jval_str(jval_get(jval_item(list, k), "key"))))
                return arena_fmt(c->arena, "Duplicate variable name(s): %.*s", SV_ARG(key));
    }
    return NULL;
}

static void refuse(struct lab_call *c, const char *why)
{
    struct jout *j = call_open(c, 400);
    jout_open(j, '{');
    jout_key(j, "message");
    jout_open(j, '{');
    jout_key(j, "base");
    jout_strs(j, &why, 1);
    jout_close(j, '}');
    jout_close(j, '}');
}

static void post_pipeline(struct lab_call *c)
{
    struct sv ref = call_text(c, "ref"), sha = commit_named(c->repo, ref);
    const struct jval *variables = jval_get(c->body, "variables");
    const char *why = bad_variables(c, variables);
    char oid[41];
    if (!ref.n) {
        gitlab_invalid(c, 400, "ref is missing");
    } else if (!sha.n && c->repo->refs.n) {
        refuse(c, "Reference not found");
    } else if (why) {
        refuse(c, why);
    } else {
        world_oid(c->world, oid);
        struct lab_start s = {.ref = arena_dup(c->arena, ref),
                              .sha = sha.n ? arena_dup(c->arena, sha) : oid,
                              .inputs = start_inputs(c->world, variables)};
        struct row p = of_start(start_add(c->world, c->repo, &s, c->now));
        call_open(c, 201);
        put_pipeline(c, &p);
    }
}

static void list_variables(struct lab_call *c)
{
    int64_t id;
    const struct lab_start *s = sv_int(c->segs[1], &id) ? start_find(c->world, c->repo, id) : NULL;
    AUTO(jdoc_free) struct jdoc *doc = NULL;
    struct err ignored = {0};
    if (!s) {
        call_message(c, 404, "404 Not found");
        return;
    }
    struct jout *j = call_open(c, 200);
    jout_open(j, '[');
    if (s->inputs && jdoc_parse(sv_of(s->inputs), NULL, &doc, &ignored) == 0)
        for (size_t i = 0; i < jval_len(jdoc_root(doc)); i++) {
            const struct jval *v = jval_item(jdoc_root(doc), i);
            jout_open(j, '{');
            jout_kstrz(j, "variable_type", "env_var");
            jout_kstr(j, "key", jval_str(jval_get(v, "key")));
            jout_kstr(j, "value", jval_str(jval_get(v, "value")));
            jout_close(j, '}');
        }
    jout_close(j, ']');
}

const struct lab_row gitlab_pipeline_rows[] = {
    {"POST", "pipeline", post_pipeline},
    {"GET", "pipelines", list_pipelines},
    {"GET", "pipelines/*/variables", list_variables},
    {NULL, NULL, NULL},
};
