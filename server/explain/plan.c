/* SPDX-License-Identifier: Apache-2.0 */
/* The server's own planner, asked without a server: what is shown is what would run. */
#include "base/clk.h"
#include "engine/gather.h"
#include "engine/judged.h"
#include "engine/lookout.h"
#include "server/explain/explain.h"

struct explaining {
    struct engine *e;
    struct explained *x;
    struct undecided delivery;
    struct trigger_input in;
    struct gather *gather; /* NULL = nothing was asked for */
};

static void plan(struct explaining *g, const struct plan_input *in, struct explain_plan *ret)
{
    const char *problem = NULL;
    struct live_run *r = plan_run(g->e, in, &problem);
    ret->problem = arena_strdup(&g->x->arena, problem);
    ret->known = true;
    ret->priority = problem ? NULL : priority_name[r->row->priority];
    explain_jobs(g->x, g->e, r, g->gather, in->name, ret);
}

static void plan_one(struct explaining *g, const struct workflow *w, struct explain_plan *ret)
{
    struct plan_source source = {.workflow = w, .alias = w->origin};
    struct plan_input in = {.delivery = &g->delivery,
                            .gather = g->gather,
                            .name = w->name,
                            .file = w->file,
                            .sources = &source,
                            .n_sources = 1,
                            .repositories = w->repositories,
                            .n_repositories = w->n_repositories,
                            .coordination = w->coordination,
                            .context = w->report.context};
    plan(g, &in, ret);
}

/* What it has to do with pushes that are judged before they happen. */
static const char *judging_note(const struct explaining *g, const struct workflow *w, const struct trigger_verdict *v)
{
    const struct hook_event *ev = g->in.event;
    if (v->matched && judged_is_asked(ev))
        return arena_fmt(&g->x->arena,
                         "the push waits for it, at most %lld s; offline: %s; "
                         "the forge hears of it when the push is told",
                         (long long)(v->trigger->wait_ms / 1000),
                         v->trigger->offline == WF_OFFLINE_DENY ? "deny" : "allow");
    if (strcmp(ev->name, "push") == 0 && ev->deleted != YES && trigger_judging(w, WF_EVENT_N))
        return v->matched ? "a run that judged this before the push speaks for it, and then nothing runs again"
                          : "a run that judged this before the push speaks for it";
    return NULL;
}

static void explain_one(struct explaining *g, const struct workflow *w)
{
    struct explained *x = g->x;
    struct explained_workflow *one = &x->workflows[x->n_workflows++];
    one->name = w->name;
    one->file = w->file;
    trigger_match(w, &g->in, &x->arena, &one->verdict);
    if (one->verdict.matched)
        plan_one(g, w, &one->plan);
    if (one->verdict.needs_paths)
        one->note = "paths are decided from git";
    else if (one->verdict.needs_level)
        one->note = "the forge is asked what the sender may do";
    else
        one->note = judging_note(g, w, &one->verdict);
}

/* With its files; NULL = they are not known. */
static const struct gather_repo *read_here(const struct gather *g, const char *alias)
{
    for (size_t i = 0; alias && g && i < g->n_repos; i++) {
        const struct gather_repo *r = &g->repos[i];
        if (strcmp(r->alias, alias) == 0 && !r->called && r->files_wanted && r->failed == ERR_OK)
            return r;
    }
    return NULL;
}

static void explain_cross(struct explaining *g, const struct cross_workflow *cw, const struct repo *repo)
{
    struct explained *x = g->x;
    struct explained_workflow *one = &x->workflows[x->n_workflows++];
    struct plan_input in;
    bool known = true;
    one->name = cw->name;
    one->file = "repositories.yaml";
    one->verdict.reason = match_cross_reason(cw, repo, x->event);
    one->verdict.matched = !one->verdict.reason;
    for (size_t i = 0; i < cw->n_repositories; i++)
        known &= read_here(g->gather, cw->repositories[i]) != NULL;
    if (!one->verdict.matched)
        return;
    if (!known) {
        one->note = arena_fmt(&x->arena, "its jobs stand in .fettle/workflows/%s.yml of its repositories", cw->name);
        return;
    }
    one->plan.known = true;
    one->plan.problem = match_cross_plan(g->gather, cw, &x->arena, &in);
    in.delivery = &g->delivery;
    if (!one->plan.problem)
        plan(g, &in, &one->plan);
}

static void explain_file(struct explaining *g, const struct gather_file *f)
{
    struct explained *x = g->x;
    if (f->workflow) {
        explain_one(g, f->workflow);
        return;
    }
    struct explained_workflow *one = &x->workflows[x->n_workflows++];
    one->name = one->file = arena_strdup(&x->arena, f->path);
    one->verdict.reason = arena_strdup(&x->arena, f->problem ? f->problem : "the file has an error");
}

static void explain_all(struct explaining *g, const struct conf *c, const struct repo *repo)
{
    struct explained *x = g->x;
    const struct gather_repo *own = read_here(g->gather, repo ? repo->alias : NULL);
    size_t n_files = own ? own->n_files : 0;
    x->files_known = own != NULL;
    x->workflows = arena_new(&x->arena, (c->workflows.n + c->repos.n_cross + n_files + 1) * sizeof *x->workflows);
    for (size_t i = 0; i < c->workflows.n; i++)
        explain_one(g, c->workflows.at[i]);
    for (size_t i = 0; i < c->repos.n_cross; i++)
        explain_cross(g, &c->repos.cross[i], repo);
    for (size_t i = 0; i < n_files; i++)
        if (!match_cross_has(&c->repos, repo, own->files[i].path))
            explain_file(g, &own->files[i]);
}

void explain_workflows(struct explained *x, const struct conf *c, struct gits *gits)
{
    if (!c)
        return;
    struct engine_conf ec = {.workflows = &c->workflows, .repos = &c->repos, .slots = 1, .isolated = c->runner.isolate};
    struct engine_ports ports = {0};
    struct explaining g = {.e = engine_new(&ec, &ports, 1), .x = x};
    const struct repo *repo = x->event->repo.id ? repo_by_id(&c->repos, sv_of(x->event->repo.id)) : NULL;
    /* Whoever it was: what a workflow for people who may more would need is looked at too. */
    g.delivery = (struct undecided){
        .event = (struct hook_event *)x->event, .payload = x->payload, .level_known = true, .level = MEMBER_ADMIN};
    g.in = (struct trigger_input){
        .event = x->event, .alias = repo ? repo->alias : NULL, .known = PATHS_LATER, .level_known = LEVEL_LATER};
    g.in.own = g.delivery.own = own_reason(g.e, x->event, &x->arena); /* whose the token is, only the forge can say */
    g.gather = explain_gather(g.e, &g.delivery, c, gits);
    if (g.gather && g.gather->changed_known) {
        g.in.paths = g.gather->changed.at;
        g.in.n_paths = g.gather->changed.n;
        g.in.known = PATHS_KNOWN;
    }
    g.e->now = clk_wall_ms();
    explain_all(&g, c, repo);
    engine_free(&g.e);
    x->gathered = g.gather;
}
