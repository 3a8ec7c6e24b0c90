/* SPDX-License-Identifier: Apache-2.0 */
/* The server's own planner, asked without a server: what is shown is what would run. */
#include "base/clk.h"
#include "engine/state.h"
#include "server/cli/explain.h"

static void plan_one(struct engine *e, struct explained *x, const struct workflow *w, struct explain_plan *ret)
{
    struct undecided delivery = {.event = (struct hook_event *)x->event, .payload = x->payload};
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
    else if (one->verdict.needs_level)
        one->note = "the forge is asked what the sender may do";
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

/* The short form says when such a file runs: it does not also run alone. */
static bool is_of_cross(const struct conf *c, const struct repo *repo, const char *path)
{
    const char *slash = strrchr(path, '/');
    struct sv base = sv_of(slash ? slash + 1 : path);
    for (size_t i = 0; i < c->repos.n_cross; i++) {
        const struct cross_workflow *cw = &c->repos.cross[i];
        struct sv tail = sv_from(base, strlen(cw->name));
        for (size_t k = 0; k < cw->n_repositories; k++)
            if (strcmp(cw->repositories[k], repo->alias) == 0 && sv_starts(base, sv_of(cw->name)) &&
                (sv_is(tail, ".yml") || sv_is(tail, ".yaml")))
                return true;
    }
    return false;
}

static void explain_file(struct engine *e, struct explained *x, const struct explain_file *f,
                         const struct trigger_input *in)
{
    if (f->workflow) {
        explain_one(e, x, f->workflow, in);
        return;
    }
    struct explained_workflow *one = &x->workflows[x->n_workflows++];
    one->name = one->file = f->path;
    one->verdict.reason = f->problem ? f->problem : "the file has an error";
}

void explain_workflows(struct explained *x, const struct conf *c)
{
    if (!c)
        return;
    struct engine_conf ec = {.workflows = &c->workflows, .repos = &c->repos, .slots = 1, .isolated = c->runner.isolate};
    struct engine_ports ports = {0};
    struct engine *e = engine_new(&ec, &ports, 1);
    const struct repo *repo = x->event->repo.id ? repo_by_id(&c->repos, sv_of(x->event->repo.id)) : NULL;
    struct trigger_input in = {
        .event = x->event, .alias = repo ? repo->alias : NULL, .known = PATHS_LATER, .level_known = LEVEL_LATER};
    struct explain_git git;
    explain_git_read(&git, x, c, repo);
    if (git.paths_known) {
        in.paths = git.paths;
        in.n_paths = git.n_paths;
        in.known = PATHS_KNOWN;
    }
    x->files_known = git.files_known;
    e->now = clk_wall_ms();
    x->workflows =
        arena_new(&x->arena, (c->workflows.n + c->repos.n_cross + git.n_files + 1) * sizeof *x->workflows);
    for (size_t i = 0; i < c->workflows.n; i++)
        explain_one(e, x, c->workflows.at[i], &in);
    for (size_t i = 0; i < c->repos.n_cross; i++)
        explain_cross(x, &c->repos.cross[i], repo);
    for (size_t i = 0; i < git.n_files; i++)
        if (!is_of_cross(c, repo, git.files[i].path))
            explain_file(e, x, &git.files[i], &in);
    engine_free(&e);
}
