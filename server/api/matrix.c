/* SPDX-License-Identifier: Apache-2.0 */
/* GET matrix: the repositories of the configuration, a page of them, each with the newest run of every workflow on its
 * default branch; and what depends on what. */
#include "port/store.h"
#include "server/api/page.h"
#include "server/api/repo_graph.h"

enum { REPOSITORIES = 50, WORKFLOWS_MOST = 100, CURSOR = 'm' - 'a' };

static void put_run(void *ctx, struct sv json)
{
    jout_raw(ctx, json);
}

static int put_repository(struct jout *j, struct reader *r, const struct repo *x, struct err *e)
{
    AUTO(arena_free) struct arena a = {0};
    jout_open(j, '{');
    api_repository_put(x, j);
    jout_key(j, "runs");
    jout_open(j, '[');
    const char *ref = arena_fmt(&a, "refs/heads/%s", x->default_branch);
    int rc = read_runs_of_branch(r, x->id, ref, WORKFLOWS_MOST, put_run, j, e);
    jout_close(j, ']');
    jout_kbool(j, "more", rc > 0);
    jout_close(j, '}');
    return rc < 0 ? -1 : 0;
}

/* Where the page begins: behind the repository that was the last, where that is there still. */
static bool take_begin(const struct api_call *c, const struct repo_set *s, size_t *ret)
{
    AUTO(buf_free) struct buf text = {0}, name = {0};
    struct sv v = api_query(c, "cursor", &text);
    *ret = 0;
    if (!v.p)
        return true;
    const struct repo *last = api_cursor_get((enum listing)CURSOR, v, &name) ? repo_by_alias(s, buf_view(&name)) : NULL;
    if (last)
        *ret = (size_t)(last - s->at) + 1;
    else
        api_problem(c, 400, "cursor is none of this list", NULL);
    return last != NULL;
}

static size_t take_limit(const struct api_call *c)
{
    AUTO(buf_free) struct buf text = {0};
    int64_t n = REPOSITORIES;
    struct sv v = api_query(c, "limit", &text);
    return v.p && sv_int(v, &n) ? (size_t)n : REPOSITORIES;
}

static void put_next(struct jout *j, const struct repo_set *s, size_t end)
{
    AUTO(buf_free) struct buf next = {0};
    if (end < s->n)
        api_cursor_put((enum listing)CURSOR, sv_of(s->at[end - 1].alias), &next);
    jout_kstr(j, "next", end < s->n ? buf_view(&next) : SV_NONE);
}

void api_matrix(const struct api_call *c)
{
    AUTO(buf_free) struct buf b = {0};
    struct jout j = {.buf = &b};
    struct err e = {0};
    struct reader *r = intake_reader(c->intake);
    const struct repo_set *s = &intake_conf_of(c->intake)->repos;
    size_t begin, limit = take_limit(c);
    if (!take_begin(c, s, &begin))
        return;
    size_t end = s->n - begin > limit ? begin + limit : s->n;
    int rc = r ? 0 : -1;
    jout_open(&j, '{');
    jout_kint(&j, "schema", 1);
    jout_key(&j, "repositories");
    jout_open(&j, '[');
    for (size_t i = begin; rc == 0 && i < end; i++)
        rc = put_repository(&j, r, &s->at[i], &e);
    jout_close(&j, ']');
    jout_key(&j, "graph");
    if (begin == 0)
        repo_graph_json(s, &j);
    else
        jout_null(&j);
    put_next(&j, s, end);
    jout_close(&j, '}');
    buf_chr(&b, '\n');
    if (rc < 0)
        api_no_store(c, &e);
    else
        api_json(c, 200, buf_view(&b));
}
