/* SPDX-License-Identifier: Apache-2.0 */
/* Which workflows an event starts: those of the server's folder, those of the event's repository, and the short form
 * of repositories.yaml. */
#include "engine/judged.h"
#include "engine/lookout.h"

enum { CALLED_REFS = 64, CALLS_DEEP = 4 };

static bool same(const char *a, const char *b)
{
    return a && b && strcmp(a, b) == 0;
}

static const struct repo *event_repo(const struct engine *e, const struct hook_event *ev)
{
    return ev->repo.id ? repo_by_id(e->conf->repos, sv_of(ev->repo.id)) : NULL;
}

static bool is_trusted(const struct hook_event *ev)
{
    /* UNKNOWN counts as untrusted: the permission of the actor was not asked for. */
    return ev->trusted == YES;
}

/* The short form starts on a push to the default branch or a new state of a change in one of its repositories. */
const char *match_cross_reason(const struct cross_workflow *c, const struct repo *r, const struct hook_event *ev)
{
    bool listed = false;
    for (size_t i = 0; r && i < c->n_repositories; i++)
        listed |= same(c->repositories[i], r->alias);
    if (!listed)
        return "the repository is not in its list";
    if (same(ev->name, "push")) {
        if (ev->deleted == YES)
            return "the ref was deleted";
        bool on_default = ev->ref && strncmp(ev->ref, "refs/heads/", 11) == 0 && same(ev->ref + 11, r->default_branch);
        return on_default ? NULL : "the push is not to the default branch";
    }
    if (!same(ev->name, "pull_request"))
        return "the event is neither a push nor a change";
    bool usual = same(ev->action, "opened") || same(ev->action, "synchronize") || same(ev->action, "reopened");
    return usual ? NULL : "the change has no new commits";
}

bool match_cross_has(const struct repo_set *repos, const struct repo *r, const char *path)
{
    const char *slash = strrchr(path, '/');
    struct sv base = sv_of(slash ? slash + 1 : path);
    for (size_t i = 0; i < repos->n_cross; i++) {
        const struct cross_workflow *c = &repos->cross[i];
        for (size_t k = 0; k < c->n_repositories; k++)
            if (same(c->repositories[k], r->alias) && sv_starts(base, sv_of(c->name)) &&
                (sv_is(sv_from(base, strlen(c->name)), ".yml") || sv_is(sv_from(base, strlen(c->name)), ".yaml")))
                return true;
    }
    return false;
}

/* A repository at its own commit (called NULL), or where a workflow of it is called at a ref. */
static struct gather_repo *want_at(struct gather *g, const struct repo *r, const char *called)
{
    for (size_t i = 0; i < g->n_repos; i++)
        if (same(g->repos[i].alias, r->alias) && (called ? same(g->repos[i].called, called) : !g->repos[i].called))
            return &g->repos[i];
    if (g->n_repos == g->cap_repos)
        return NULL;
    struct gather_repo *x = &g->repos[g->n_repos++];
    *x = (struct gather_repo){.alias = arena_strdup(&g->arena, r->alias),
                              .id = arena_strdup(&g->arena, r->id),
                              .called = arena_strdup(&g->arena, called),
                              .default_branch = arena_strdup(&g->arena, r->default_branch)};
    return x;
}

static struct gather_repo *want_repo(struct gather *g, const struct repo *r)
{
    struct gather_repo *x = want_at(g, r, NULL);
    MUST(x != NULL); /* there is room for every repository */
    return x;
}

static void want_alias(struct engine *e, struct gather *g, const char *alias)
{
    const struct repo *r = alias ? repo_by_alias(e->conf->repos, sv_of(alias)) : NULL;
    if (r)
        want_repo(g, r);
}

static void want_of_workflow(struct engine *e, struct gather *g, const struct workflow *w, struct call_place at);

/* The file of a called workflow may be anywhere, and may call others. One in the server's folder is there. */
static void want_of_call(struct engine *e, struct gather *g, struct call_place from, const char *uses)
{
    struct call_place at;
    const char *ignored;
    if (!call_place_of(from, uses, &g->arena, &at, &ignored)) {
        const struct workflow *called = call_find(e, NULL, from, uses, &g->arena, &at, &ignored);
        if (called && g->depth < CALLS_DEEP) {
            g->depth++;
            want_of_workflow(e, g, called, at);
            g->depth--;
        }
        return;
    }
    const struct repo *r = repo_by_alias(e->conf->repos, sv_of(at.alias));
    struct gather_repo *x = r ? want_at(g, r, at.ref) : NULL;
    if (!x)
        return;
    x->files_wanted = true;
    x->rev = at.ref ? arena_strdup(&g->arena, at.ref) : x->rev;
}

static void want_of_workflow(struct engine *e, struct gather *g, const struct workflow *w, struct call_place at)
{
    for (size_t k = 0; k < w->n_repositories; k++)
        want_alias(e, g, w->repositories[k]);
    for (size_t k = 0; k < w->n_jobs; k++) {
        want_alias(e, g, w->jobs[k].repo);
        if (w->jobs[k].uses)
            want_of_call(e, g, at, w->jobs[k].uses);
    }
}

static void want_of_workflows(struct engine *e, struct gather *g, const struct undecided *u, const char *alias)
{
    for (size_t i = 0; i < e->conf->workflows->n; i++) {
        const struct workflow *w = e->conf->workflows->at[i];
        struct trigger_input in = {.event = u->event,
                                   .alias = alias,
                                   .known = PATHS_LATER,
                                   .level_known = u->level_known ? LEVEL_KNOWN : LEVEL_UNKNOWN,
                                   .level = u->level,
                                   .own = u->own};
        struct trigger_verdict v;
        trigger_match(w, &in, &g->arena, &v);
        if (v.matched)
            want_of_workflow(e, g, w, (struct call_place){.alias = w->origin});
    }
}

/* Where the workflow files of an event come from that is not trusted: never from its own commit. */
static const char *base_rev(struct gather *g, const struct repo *own, const struct hook_event *ev)
{
    const struct event_change *c = &ev->change;
    if (c->present && c->base_sha)
        return arena_strdup(&g->arena, c->base_sha);
    return arena_fmt(&g->arena, "refs/heads/%s", c->present && c->base_ref ? c->base_ref : own->default_branch);
}

static void want_of_files(struct engine *e, struct gather *g, const struct gather *before)
{
    for (size_t i = 0; before && i < before->n_repos; i++)
        for (size_t k = 0; k < before->repos[i].n_files; k++)
            if (before->repos[i].files[k].workflow)
                want_of_workflow(e, g, before->repos[i].files[k].workflow,
                                 (struct call_place){before->repos[i].alias, before->repos[i].called});
}

/* As at GitHub: what has no commit of its own (a comment, an issue) is about its ref, else about the default branch;
 * and whoever writes a comment does not say by it from where workflows are read. */
static void want_own(struct engine *e, struct gather *g, const struct repo *own, const struct hook_event *ev)
{
    struct gather_repo *r = want_repo(g, own);
    bool comment = same(ev->name, "issue_comment"), gone = same(ev->name, "delete");
    /* An event of no commit means the branch it names, else the default branch, as it is by now: as on GitHub. */
    r->rev = gone ? NULL : arena_strdup(&g->arena, ev->after ? ev->after : ev->ref);
    r->branch_only = comment && !ev->after;
    r->files_wanted = true;
    r->content_wanted = judged_any(e);
    if (comment)
        r->files_rev = arena_fmt(&g->arena, "refs/heads/%s", own->default_branch);
    else
        r->files_rev = is_trusted(ev) ? NULL : base_rev(g, own, ev);
}

static size_t files_asked(const struct gather *g)
{
    size_t n = 0;
    for (size_t i = 0; i < g->n_repos; i++)
        n += g->repos[i].files_wanted;
    return n;
}

struct gather *match_gather(struct engine *e, struct undecided *u, const struct gather *before)
{
    const struct hook_event *ev = u->event;
    const struct repo *own = event_repo(e, ev);
    enum wf_event kind;
    if (!trigger_event_of(ev, &kind) || e->conf->repos->n == 0 || ev->deleted == YES)
        return NULL;
    struct gather *g = mem_new(sizeof *g);
    g->delivery = u->id;
    g->conf_no = e->conf_no;
    g->event = ev;
    g->cap_repos = e->conf->repos->n + CALLED_REFS;
    g->repos = arena_new(&g->arena, g->cap_repos * sizeof *g->repos);
    if (own)
        want_own(e, g, own, ev);
    want_of_workflows(e, g, u, own ? own->alias : NULL);
    for (size_t i = 0; i < e->conf->repos->n_cross; i++) {
        const struct cross_workflow *c = &e->conf->repos->cross[i];
        for (size_t k = 0; !match_cross_reason(c, own, ev) && k < c->n_repositories; k++) {
            const struct repo *x = repo_by_alias(e->conf->repos, sv_of(c->repositories[k]));
            if (x)
                want_repo(g, x)->files_wanted = true;
        }
    }
    want_of_files(e, g, before);
    if (g->n_repos == 0 || (before && files_asked(g) == files_asked(before) && g->n_repos == before->n_repos))
        gather_free(&g);
    return g;
}

static void add_reason(struct matched *m, const char *name, const char *reason)
{
    if (m->reasons.n < 600)
        buf_fmt(&m->reasons, "%s%s: %s", m->reasons.n ? "; " : "", name, reason);
}

/* A run that says on the change what is wrong with a file: it has no jobs and ends at once. */
static void broken_run(struct engine *e, const struct undecided *u, const struct gather *g, const char *name,
                       const char *file, const char *problem)
{
    struct plan_input in = {.delivery = u, .gather = g, .name = name, .file = file};
    const char *ignored;
    struct live_run *r = plan_run(e, &in, &ignored);
    run_begin(e, r);
    run_fail(e, r, CONC_ERROR, problem);
}

static struct live_run *start_run(struct engine *e, const struct plan_input *in, struct matched *m)
{
    const char *problem = NULL;
    struct live_run *r = plan_run(e, in, &problem);
    run_begin(e, r);
    if (problem)
        run_fail(e, r, CONC_ERROR, problem);
    m->runs++;
    return r;
}

/* A run judges this already, or has: it stands for the one that need not start. */
static void stand_in(struct engine *e, const struct undecided *u, struct live_run *r, const struct trigger_verdict *v,
                     struct matched *m)
{
    char id[ID_TEXT];
    if (judged_is_asked(u->event))
        call_join(e, u->id, r, v->trigger, JOIN_FOUND);
    else
        report_heard(e, r, u->event->after, u->event->ref);
    buf_fmt(&m->judged, "%s%s: %s by run %s", m->judged.n ? "; " : "", r->row->workflow,
            judged_is_asked(u->event) ? "judged" : "judged before the push", id_text(r->row->id, id));
    m->runs++;
}

/* A rule of the forge waits for the status of a run that its filters keep away: it is said that nothing is to be done,
 * by a run without jobs. */
static void spared_run(struct engine *e, const struct undecided *u, const struct gather *g, const struct workflow *w,
                       const char *reason, struct matched *m)
{
    struct plan_input in = {.delivery = u,
                            .gather = g,
                            .name = w->name,
                            .file = w->file,
                            .context = w->report.context,
                            .check = w->report.check};
    const char *ignored;
    struct live_run *r = plan_run(e, &in, &ignored);
    run_begin(e, r);
    run_fail(e, r, CONC_SKIPPED, reason);
    m->runs++;
}

static void try_workflow(struct engine *e, const struct undecided *u, const struct gather *g, const struct workflow *w,
                         const char *alias, struct matched *m)
{
    struct trigger_input in = {.event = u->event,
                               .alias = alias,
                               .names = m->paths,
                               .known = m->paths ? PATHS_KNOWN : PATHS_UNKNOWN,
                               .level_known = u->level_known ? LEVEL_KNOWN : LEVEL_UNKNOWN,
                               .level = u->level,
                               .own = u->own};
    AUTO(arena_free) struct arena a = {0};
    struct trigger_verdict v;
    struct judged judged;
    trigger_match(w, &in, &a, &v);
    judged_find(e, u, g, w, &in, &v, &a, &judged);
    if (judged.run) {
        stand_in(e, u, judged.run, &v, m);
        return;
    }
    const char *no = v.matched ? brake_asks(e, u->event, w->name, &a) : v.reason;
    if (no) {
        add_reason(m, w->name, no);
        if (!v.matched && w->report.required && !judged_is_asked(u->event) && trigger_spares(&in, &v))
            spared_run(e, u, g, w, v.reason, m);
        return;
    }
    struct plan_source source = {.workflow = w, .alias = w->origin};
    struct plan_input plan = {.delivery = u,
                              .gather = g,
                              .name = w->name,
                              .file = w->file,
                              .sources = &source,
                              .n_sources = 1,
                              .repositories = w->repositories,
                              .n_repositories = w->n_repositories,
                              .coordination = w->coordination,
                              .context = w->report.context,
                              .check = w->report.check,
                              .comment = w->report.comment == COMMENT_STICKY,
                              .every = w->report.on == REPORT_ON_EVERY_CHANGE,
                              .verdict = judged.key,
                              .unjudged = judged.unjudged};
    struct live_run *r = start_run(e, &plan, m);
    if (judged_is_asked(u->event))
        call_join(e, u->id, r, v.trigger, JOIN_STARTED);
    else if (judged.unjudged)
        record_journal(e, "run", r->row->id, r->row->id, work_state_name[r->row->state], work_state_name[r->row->state],
                       "not judged before the push");
}

static const struct gather_file *file_named(const struct gather_repo *r, const char *name)
{
    for (size_t i = 0; i < r->n_files; i++) {
        const char *slash = strrchr(r->files[i].path, '/');
        struct sv base = sv_of(slash ? slash + 1 : r->files[i].path);
        struct sv rest = sv_from(base, strlen(name));
        if (sv_starts(base, sv_of(name)) && (sv_is(rest, ".yml") || sv_is(rest, ".yaml")))
            return &r->files[i];
    }
    return NULL;
}

static const struct gather_repo *gathered(const struct gather *g, const char *alias)
{
    for (size_t i = 0; g && i < g->n_repos; i++)
        if (same(g->repos[i].alias, alias) && !g->repos[i].called)
            return &g->repos[i];
    return NULL;
}

const char *match_cross_plan(const struct gather *g, const struct cross_workflow *c, struct arena *a,
                             struct plan_input *ret)
{
    struct plan_source *sources = arena_new(a, (c->n_repositories + 1) * sizeof *sources);
    const char *problem = NULL;
    size_t n = 0;
    for (size_t i = 0; i < c->n_repositories; i++) {
        const struct gather_repo *r = gathered(g, c->repositories[i]);
        const struct gather_file *f = r ? file_named(r, c->name) : NULL;
        if (f && f->workflow)
            sources[n++] = (struct plan_source){f->workflow, c->repositories[i], true};
        else if (!problem)
            problem = f ? f->problem
                        : arena_fmt(a, "%s: %s", c->repositories[i],
                                    r && r->problem ? r->problem
                                                    : arena_fmt(a, "there is no .fettle/workflows/%s.yml", c->name));
    }
    *ret = (struct plan_input){.gather = g,
                               .name = c->name,
                               .file = "repositories.yaml",
                               .sources = sources,
                               .n_sources = n,
                               .repositories = c->repositories,
                               .n_repositories = c->n_repositories,
                               .coordination = c->coordination};
    return problem;
}

static void try_cross(struct engine *e, const struct undecided *u, const struct gather *g,
                      const struct cross_workflow *c, struct matched *m)
{
    AUTO(arena_free) struct arena a = {0};
    const char *reason = match_cross_reason(c, event_repo(e, u->event), u->event);
    if (!reason && u->own)
        reason = u->own; /* the short form has no word to allow it */
    if (!reason)
        reason = brake_asks(e, u->event, c->name, &a);
    if (reason) {
        add_reason(m, c->name, reason);
        return;
    }
    struct plan_input plan;
    const char *problem = match_cross_plan(g, c, &a, &plan);
    plan.delivery = u;
    if (problem) {
        broken_run(e, u, g, c->name, plan.file, problem);
        m->runs++;
    } else {
        start_run(e, &plan, m);
    }
}

/* Where its author looks. Not at other events: a failed status is an event itself, which would report it again. */
static bool reports_broken_files(const struct hook_event *ev)
{
    return same(ev->name, "push") || same(ev->name, "pull_request");
}

static void match_repo_files(struct engine *e, struct undecided *u, const struct gather *g, const struct repo *own,
                             struct matched *m)
{
    const struct gather_repo *r = own ? gathered(g, own->alias) : NULL;
    for (size_t i = 0; r && !e->conf->central_only && i < r->n_files; i++) {
        const struct gather_file *f = &r->files[i];
        if (match_cross_has(e->conf->repos, own, f->path))
            continue;
        if (f->workflow) {
            try_workflow(e, u, g, f->workflow, own->alias, m);
        } else if (!reports_broken_files(u->event)) {
            add_reason(m, f->path, f->problem);
        } else {
            broken_run(e, u, g, f->path, f->path, f->problem);
            m->runs++;
        }
    }
    if (r && r->failed != ERR_OK)
        add_reason(m, own->alias, r->problem ? r->problem : "cannot be read");
}

/* Were these the files of the default branch, read from where its own people write? */
static void learn(struct engine *e, const struct hook_event *ev, const struct repo *own, const struct gather_repo *r)
{
    bool on_default = !ev->ref || (strncmp(ev->ref, "refs/heads/", 11) == 0 && same(ev->ref + 11, own->default_branch));
    bool newest = !ev->after || (same(ev->name, "push") && is_trusted(ev));
    if (r && r->files_wanted && r->failed == ERR_OK && on_default && newest)
        standing_learn(e, own, r);
}

void match_all(struct engine *e, struct undecided *u, const struct gather *g, struct matched *ret)
{
    const struct repo *own = event_repo(e, u->event);
    enum wf_event kind;
    if (!trigger_event_of(u->event, &kind)) {
        buf_fmt(&ret->reasons, "workflows cannot start from \"%s\" in this version", u->event->name);
        return;
    }
    AUTO(arena_free) struct arena a = {0};
    struct glob_names paths;
    if (g && g->changed_known) {
        glob_names_make(&paths, g->changed.at, g->changed.n, &a);
        ret->paths = &paths;
    }
    for (size_t i = 0; i < e->conf->workflows->n; i++)
        try_workflow(e, u, g, e->conf->workflows->at[i], own ? own->alias : NULL, ret);
    if (own && !e->conf->central_only)
        learn(e, u->event, own, gathered(g, own->alias));
    match_repo_files(e, u, g, own, ret);
    for (size_t i = 0; i < e->conf->repos->n_cross; i++)
        try_cross(e, u, g, &e->conf->repos->cross[i], ret);
    ret->paths = NULL;
    if (!own && u->event->repo.id)
        add_reason(ret, u->event->repo.id, "not in repositories.yaml");
}
