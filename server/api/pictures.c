/* SPDX-License-Identifier: Apache-2.0 */
/* GET runs/{id}/graph.svg, runs/{id}/graph and badge/{repository}/{workflow}.svg. */
#include "fmt/enc.h"
#include "fmt/json.h"
#include "port/store.h"
#include "server/api/badge.h"
#include "server/api/run_graph.h"
#include "server/api/svg.h"

static bool read_rows(const struct api_call *c, struct arena *a, struct run_rows *ret)
{
    struct err e = {0};
    struct reader *r = intake_reader(c->intake);
    int rc = r ? read_run_rows(r, c->id, a, ret, &e) : -1;
    if (rc > 0)
        api_problem(c, 404, "no such run", NULL);
    else if (rc < 0)
        api_no_store(c, &e);
    return rc == 0;
}

void api_run_graph(const struct api_call *c)
{
    AUTO(arena_free) struct arena a = {0};
    AUTO(buf_free) struct buf json = {0};
    struct run_rows rows;
    if (!read_rows(c, &a, &rows))
        return;
    run_graph_json(rows.run, clk_wall_ms(), &json);
    api_json(c, 200, buf_view(&json));
}

void api_run_graph_svg(const struct api_call *c)
{
    AUTO(arena_free) struct arena a = {0};
    AUTO(buf_free) struct buf svg = {0};
    struct run_rows rows;
    if (!read_rows(c, &a, &rows))
        return;
    run_graph_svg(rows.run, clk_wall_ms(), &svg);
    svg_answer(c, "Cache-Control: no-store\r\n", buf_view(&svg));
}

static void keep_end(void *ctx, struct sv json)
{
    AUTO(jdoc_free) struct jdoc *doc = NULL;
    enum conclusion *ret = ctx;
    struct err e;
    if (jdoc_parse(json, NULL, &doc, &e) < 0)
        return;
    struct sv end = jval_str(jval_get(jdoc_root(doc), "conclusion"));
    for (int i = 0; i < CONC_N; i++)
        if (end.n && sv_is(end, conclusion_name[i]))
            *ret = (enum conclusion)i;
}

/* Of the branch that is asked for, else of the default branch where that is known. */
static const char *ref_of(const struct api_call *c, const struct repo *r, struct arena *a)
{
    AUTO(buf_free) struct buf text = {0};
    struct sv said = api_query(c, "ref", &text);
    if (!said.n)
        said = sv_of(r ? r->default_branch : NULL);
    if (!said.n)
        return NULL;
    return sv_starts(said, SV("refs/")) ? arena_dup(a, said) : arena_fmt(a, "refs/heads/%.*s", SV_ARG(said));
}

void api_badge(const struct api_call *c)
{
    AUTO(arena_free) struct arena a = {0};
    AUTO(buf_free) struct buf repo = {0}, workflow = {0}, svg = {0};
    struct err e = {0};
    enum conclusion end = CONC_NONE;
    struct reader *r = intake_reader(c->intake);
    const struct repo_set *repos = &intake_conf_of(c->intake)->repos;
    struct list_page page = {.limit = 1};
    if (!url_get(c->rest, &repo) || !url_get(c->more, &workflow)) {
        api_problem(c, 404, "no such badge", NULL);
        return;
    }
    const struct repo *known = repo_by_alias(repos, buf_view(&repo));
    known = known ? known : repo_by_id(repos, buf_view(&repo));
    struct list_filter f = {.state = work_state_name[WORK_DONE],
                            .repository = known ? known->id : repo.p,
                            .workflow = workflow.p,
                            .ref = ref_of(c, known, &a)};
    if (!r || read_page(r, LIST_RUNS, &f, &page, keep_end, &end, &e) < 0) {
        api_no_store(c, &e);
        return;
    }
    badge_svg(buf_view(&workflow), end, &svg);
    svg_answer(c, "Cache-Control: no-cache\r\n", buf_view(&svg));
}
