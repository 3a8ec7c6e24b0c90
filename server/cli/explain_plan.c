/* SPDX-License-Identifier: Apache-2.0 */
/* The server's own planner, asked without a server: what is shown is what would run. */
#include "base/clk.h"
#include "engine/state.h"
#include "server/cli/explain.h"

static void plan_one(struct engine *e, struct explained *x, const struct workflow *w, struct explain_plan *ret)
{
    struct undecided delivery = {.event = (struct hook_event *)x->event};
    struct plan_source source = {.workflow = w, .alias = w->origin};
    struct plan_input in = {.delivery = &delivery,
                            .name = w->name,
                            .file = w->file,
                            .sources = &source,
                            .n_sources = 1,
                            .repositories = w->repositories,
                            .n_repositories = w->n_repositories,
                            .coordination = w->coordination,
                            .context = w->report.context};
    const char *problem = NULL;
    struct live_run *r = plan_run(e, &in, &problem);
    ret->problem = arena_strdup(&x->arena, problem);
    ret->known = true;
    explain_jobs(x, w, r->row, ret);
}

static void explain_one(struct engine *e, struct explained *x, const struct workflow *w, const struct trigger_input *in)
{
    struct explained_workflow *one = &x->workflows[x->n_workflows++];
    one->name = w->name;
    one->file = w->file;
    trigger_match(w, in, &x->arena, &one->verdict);
    if (one->verdict.matched)
        plan_one(e, x, w, &one->plan);
    if (one->verdict.needs_paths)
        one->note = "paths are decided from git";
}

static void explain_cross(struct explained *x, const struct cross_workflow *cw, const struct repo *repo)
{
    struct explained_workflow *one = &x->workflows[x->n_workflows++];
    one->name = cw->name;
    one->file = "repositories.yaml";
    one->verdict.reason = match_cross_reason(cw, repo, x->event);
    one->verdict.matched = !one->verdict.reason;
    if (one->verdict.matched)
        one->note = arena_fmt(&x->arena, "its jobs stand in .fettle/workflows/%s.yml of its repositories", cw->name);
}

void explain_workflows(struct explained *x, const struct conf *c)
{
    if (!c)
        return;
    struct engine_conf ec = {.workflows = &c->workflows, .repos = &c->repos, .slots = 1, .isolated = c->runner.isolate};
    struct engine_ports ports = {0};
    struct engine *e = engine_new(&ec, &ports, 1);
    const struct repo *repo = x->event->repo.id ? repo_by_id(&c->repos, sv_of(x->event->repo.id)) : NULL;
    struct trigger_input in = {.event = x->event, .alias = repo ? repo->alias : NULL, .known = PATHS_LATER};
    e->now = clk_wall_ms();
    x->workflows = arena_new(&x->arena, (c->workflows.n + c->repos.n_cross + 1) * sizeof *x->workflows);
    for (size_t i = 0; i < c->workflows.n; i++)
        explain_one(e, x, c->workflows.at[i], &in);
    for (size_t i = 0; i < c->repos.n_cross; i++)
        explain_cross(x, &c->repos.cross[i], repo);
    engine_free(&e);
}
