/* SPDX-License-Identifier: Apache-2.0 */
/* A workflow and an event become a run: rows of jobs and steps with everything they need, so that a later change of
 * files or configuration does not touch a run under way. */
#include "core/trace.h"
#include "engine/involved.h"
#include "engine/judged.h"
#include "engine/scene.h"
#include "plan/graph.h"

enum { RUN_JOBS = 1024, RUN_STEPS = 65536, RUN_REPOSITORIES = 1000 };

struct planner {
    struct engine *e;
    const struct plan_input *in;
    const struct hook_event *ev;
    struct live_run *run;
    struct arena *a;
    const char *problem;
    bool *plain;     /* of each job: job_spec_is_plain */
    msec_t waits_ms; /* that people may let its jobs wait */
};

static bool same(const char *a, const char *b)
{
    return a && b && strcmp(a, b) == 0;
}

static const char *event_alias(const struct planner *p)
{
    const struct repo *r = p->ev->repo.id ? repo_by_id(p->e->conf->repos, sv_of(p->ev->repo.id)) : NULL;
    return r ? r->alias : NULL;
}

static bool has_checks(const struct engine *e, const char *repo_id)
{
    struct sv forge;
    const char *path;
    const struct lane *l = report_address(repo_id, &forge, &path) ? map_get(&e->lanes, forge) : NULL;
    return l && l->ops && l->ops->has_checks;
}

/* The same as that of the delivery, which is what caused it. */
static const char *run_trace(const struct planner *p)
{
    struct trace t;
    char kept[TRACE_KEPT];
    if (!trace_recall(p->in->delivery->trace, &t))
        return NULL;
    t.span[0] = 0;
    trace_keep(&t, kept);
    return arena_strdup(p->a, kept);
}

static void plan_head(struct planner *p)
{
    struct run *r = p->run->row;
    const struct hook_event *ev = p->ev;
    r->id = engine_id(p->e);
    r->delivery_id = p->in->delivery->id;
    r->workflow = arena_strdup(p->a, p->in->name);
    r->trace = run_trace(p);
    r->file = arena_strdup(p->a, p->in->file);
    r->event = arena_strdup(p->a, ev->name);
    r->action = arena_strdup(p->a, ev->action);
    r->repo_id = arena_strdup(p->a, ev->repo.id);
    r->sha = ev->after && !oid_is_zero(ev->after) ? arena_strdup(p->a, ev->after) : NULL;
    r->ref = arena_strdup(p->a, ev->ref);
    r->change = ev->change.present ? ev->change.number : 0;
    r->trusted = ev->trusted == YES;
    r->head_repo = ev->change.head_repo && !same(ev->change.head_repo, ev->repo.id)
                       ? arena_strdup(p->a, ev->change.head_repo)
                       : NULL;
    if (!r->ref && event_alias(p)) /* an event of no commit is about the default branch */
        r->ref = arena_fmt(p->a, "refs/heads/%s", repo_by_id(p->e->conf->repos, sv_of(ev->repo.id))->default_branch);
    r->state = WORK_READY;
    r->created_at = p->e->now;
    r->priority = PRIO_NORMAL;
    r->generation = 1;
    /* A commit of an annotated tag is what the tag points at, once git has said so. */
    const char *alias = event_alias(p);
    for (size_t i = 0; p->in->gather && i < p->in->gather->n_repos; i++)
        if (same(p->in->gather->repos[i].alias, alias) && !p->in->gather->repos[i].called &&
            p->in->gather->repos[i].sha) {
            r->sha = arena_strdup(p->a, p->in->gather->repos[i].sha);
            if (p->in->gather->repos[i].other_code)
                r->ref = arena_fmt(p->a, "refs/heads/%s", p->in->gather->repos[i].default_branch);
        }
    if (r->sha && r->repo_id)
        r->report_context =
            p->in->context ? arena_strdup(p->a, p->in->context) : arena_fmt(p->a, "fettle/%s", p->in->name);
    r->report_check = r->report_context && p->in->check && has_checks(p->e, r->repo_id);
    if (r->report_context && p->in->every)
        involved_take(p->e, p->in->delivery, p->in->repositories, p->in->n_repositories, p->run);
    r->tells = (r->report_context && r->change && p->in->comment ? RUN_TELLS_COMMENT : 0) |
               (p->in->unjudged ? RUN_TELLS_UNJUDGED : 0);
    r->verdict = arena_strdup(p->a, p->in->verdict);
    r->report_seq = judged_is_verdict(r) ? REPORT_HELD : 0;
}

/* ---- texts that are evaluated now ---- */

static int64_t next_number(struct engine *e, const char *name)
{
    int64_t *known = map_get(&e->numbers, sv_of(name));
    if (!known) {
        known = mem_new(sizeof *known);
        *known = e->ports.run_number ? e->ports.run_number(e->ports.ctx, name) : 0;
        map_put(&e->numbers, sv_of(name), known);
    }
    return ++*known;
}

static void plan_number(struct planner *p)
{
    struct run *r = p->run->row;
    const char *name = arena_fmt(p->a, "%s\n%s", r->repo_id ? r->repo_id : "", r->workflow);
    r->number = next_number(p->e, name);
    if (!p->e->out)
        return; /* somebody only wants to see the plan */
    struct change *c = change_add(engine_changes(p->e), CHANGE_NUMBER);
    c->number.name = name;
    c->number.number = r->number;
}

static int plan_group(struct planner *p, struct scene *s, const struct wf_concurrency *c, struct err *e)
{
    struct run *r = p->run->row;
    const char *group;
    if (!c->group)
        return 0;
    if (scene_text(s, "concurrency", c->group, &group, e) < 0)
        return -1;
    r->group = group && group[0] ? arena_strdup(p->a, group) : NULL;
    r->queue_all = c->queue_all;
    return c->cancel_in_progress ? scene_flag(s, "cancel-in-progress", c->cancel_in_progress, &p->run->cancels, e) : 0;
}

static const char *priority_text(const struct workflow *w, const char *event)
{
    for (size_t i = 0; i < w->priority_by_event.n; i++)
        if (same(w->priority_by_event.names[i], event))
            return w->priority_by_event.values[i];
    return w->priority;
}

/* An expression that gives nothing says nothing. */
static int plan_priority(struct planner *p, struct scene *s, const struct workflow *w, struct err *e)
{
    const char *text;
    if (scene_text(s, "priority", priority_text(w, p->ev->name), &text, e) < 0)
        return -1;
    if (!text || !text[0])
        return 0;
    for (int i = 0; i < PRIO_N; i++)
        if (same(text, priority_name[i])) {
            p->run->row->priority = (enum priority)i;
            return 0;
        }
    return err_set(e, ERR_INVALID, "%s: priority: \"%.100s\" is none of critical, high, normal, low", w->file, text);
}

/* What the longest of its files may take. */
static void plan_limits(struct planner *p)
{
    static const msec_t DAY_MS = 24 * 3600000, MOST_MS = 35LL * 24 * 3600000;
    struct live_run *r = p->run;
    for (size_t i = 0; i < p->in->n_sources; i++) {
        const struct wf_limits *l = &p->in->sources[i].workflow->limits;
        msec_t run = l->run_ms ? l->run_ms : DAY_MS + p->waits_ms;
        run = run < MOST_MS ? run : MOST_MS;
        r->limits.run_ms = run > r->limits.run_ms ? run : r->limits.run_ms;
        bool longer = l->queue_ms == 0 || l->queue_ms > r->limits.queue_ms;
        if (i == 0 || (r->limits.queue_ms && longer))
            r->limits.queue_ms = l->queue_ms;
    }
}

/* Of several files that make one run the first one says its name, its group and its priority. */
static void plan_texts(struct planner *p)
{
    AUTO(arena_free) struct arena a = {0};
    const struct workflow *w = p->in->n_sources ? p->in->sources[0].workflow : NULL;
    struct scene s;
    struct err err = {0};
    const char *name = NULL;
    if (!w || p->problem)
        return;
    scene_open(&s, SCENE_RUN, p->e, p->run, NULL, &a);
    if (scene_text(&s, "run-name", w->run_name, &name, &err) < 0 || plan_group(p, &s, &w->concurrency, &err) < 0 ||
        plan_priority(p, &s, w, &err) < 0)
        p->problem = arena_strdup(p->a, err.msg);
    scene_close(&s);
    if (name && name[0])
        p->run->row->name = arena_dup(p->a, sv_cut_utf8(sv_of(name), 500));
}

/* ---- jobs ---- */

static void plan_job(struct planner *p, const struct plan_source *src, const struct wf_job *wj, struct spec_maker *m)
{
    struct run *r = p->run->row;
    struct job_spec spec;
    const char *prefix = src->prefix ? arena_fmt(m->a, "%s/", src->alias) : "";
    spec_of_job(m, src->workflow, wj, (struct call_place){src->alias, NULL}, prefix, NULL, &spec);
    if (m->problem) {
        p->problem = arena_strdup(p->a, m->problem);
        return;
    }
    struct job *j = job_of_spec(p->e, p->a, r->id, &spec, (int)r->n_jobs);
    const char *alias = wj->repo && !text_has_expr(sv_of(wj->repo)) ? wj->repo : src->alias;
    job_place(p->e, p->run, p->in->gather, j, alias, p->a, &p->problem);
    p->plain[r->n_jobs] = job_spec_is_plain(&spec);
    r->jobs[r->n_jobs++] = j;
}

struct mark {       /* a job while coordination is worked out */
    ptrdiff_t repo; /* index among the repositories of the run; -1 = none of them */
    bool silent;    /* says nothing with `needs` */
    bool behind;    /* must wait for the job looked at, directly or through others */
    VEC(size_t) dependents;
};

/* Every job once, however many ways lead to it: a dense graph has more ways than there is time. */
static void mark_behind(struct mark *marks, size_t n, size_t at, size_t *pending)
{
    size_t n_pending = 1;
    for (size_t i = 0; i < n; i++)
        marks[i].behind = false;
    pending[0] = at;
    while (n_pending) {
        const struct mark *m = &marks[pending[--n_pending]];
        for (size_t i = 0; i < m->dependents.n; i++)
            if (!marks[m->dependents.at[i]].behind) {
                marks[m->dependents.at[i]].behind = true;
                pending[n_pending++] = m->dependents.at[i];
            }
    }
}

static ptrdiff_t repo_at(const struct plan_input *in, const char *alias)
{
    for (size_t i = 0; i < in->n_repositories; i++)
        if (same(in->repositories[i], alias))
            return (ptrdiff_t)i;
    return -1;
}

static void marks_fill(const struct plan_input *in, const struct run *r, struct mark *marks)
{
    AUTO(map_free) struct map by_key = {0};
    for (size_t i = 0; i < r->n_jobs; i++) {
        marks[i].repo = repo_at(in, r->jobs[i]->repo_alias);
        marks[i].silent = r->jobs[i]->n_needs == 0;
        map_put(&by_key, sv_of(r->jobs[i]->key), &marks[i]);
    }
    for (size_t i = 0; i < r->n_jobs; i++)
        for (size_t k = 0; k < r->jobs[i]->n_needs; k++) {
            struct mark *need = map_get(&by_key, sv_of(r->jobs[i]->needs[k]));
            if (need)
                VEC_PUSH(&need->dependents, i);
        }
}

/* Jobs that say nothing with `needs` wait for all jobs of the repositories that come before theirs. */
static void plan_coordination(struct planner *p)
{
    struct run *r = p->run->row;
    size_t n = p->in->n_repositories;
    if (n < 2 || p->in->coordination == COORD_NONE)
        return;
    bool *before = mem_new(n * n * sizeof *before);
    struct mark *marks = mem_new((r->n_jobs + 1) * sizeof *marks);
    size_t *pending = mem_new((r->n_jobs + 1) * sizeof *pending);
    coordination_edges(p->e->conf->repos, p->in->repositories, n, p->in->coordination, before);
    marks_fill(p->in, r, marks);
    for (size_t i = 0; i < r->n_jobs; i++) {
        struct job *j = r->jobs[i];
        if (marks[i].repo < 0 || !marks[i].silent)
            continue;
        mark_behind(marks, r->n_jobs, i, pending);
        j->needs = arena_new(p->a, r->n_jobs * sizeof *j->needs);
        for (size_t k = 0; k < r->n_jobs; k++)
            if (marks[k].repo >= 0 && before[(size_t)marks[k].repo * n + (size_t)marks[i].repo] && !marks[k].behind) {
                j->needs[j->n_needs++] = r->jobs[k]->key;
                VEC_PUSH(&marks[k].dependents, i);
            }
    }
    for (size_t i = 0; i < r->n_jobs; i++)
        VEC_FREE(&marks[i].dependents);
    mem_free(before);
    mem_free(marks);
    mem_free(pending);
}

/* A file of a megabyte can say more than memory, the store and a chain of calls through all jobs should bear. */
static const char *too_large(struct arena *a, const struct plan_input *in)
{
    size_t jobs = 0, steps = 0;
    for (size_t i = 0; i < in->n_sources; i++)
        for (size_t k = 0; k < in->sources[i].workflow->n_jobs; k++, jobs++)
            steps += in->sources[i].workflow->jobs[k].n_steps;
    if (jobs > RUN_JOBS || steps > RUN_STEPS || in->n_repositories > RUN_REPOSITORIES)
        return arena_fmt(a, "%zu jobs, %zu steps and %zu repositories are too many for one run (at most %d, %d, %d)",
                         jobs, steps, in->n_repositories, RUN_JOBS, RUN_STEPS, RUN_REPOSITORIES);
    return NULL;
}

static void plan_jobs(struct planner *p)
{
    AUTO(arena_free) struct arena scratch = {0};
    const struct plan_input *in = p->in;
    struct run *r = p->run->row;
    struct spec_maker m = {.e = p->e, .a = &scratch, .gather = in->gather, .own = event_alias(p)};
    size_t n = 0;
    for (size_t i = 0; i < in->n_sources; i++)
        n += in->sources[i].workflow->n_jobs;
    r->jobs = arena_new(p->a, (n + 1) * sizeof *r->jobs);
    p->plain = arena_new(p->a, n + 1);
    for (size_t i = 0; i < in->n_sources; i++)
        for (size_t k = 0; k < in->sources[i].workflow->n_jobs && !p->problem; k++) {
            if (!in->sources[i].workflow->jobs[k].standby)
                plan_job(p, &in->sources[i], &in->sources[i].workflow->jobs[k], &m);
            if (m.n_jobs > RUN_JOBS || m.n_steps > RUN_STEPS)
                p->problem = arena_fmt(p->a, "with the workflows that it calls it has more than %d jobs or %d steps",
                                       RUN_JOBS, RUN_STEPS);
        }
    p->waits_ms = m.waits_ms;
    if (p->problem)
        return;
    plan_coordination(p);
    if (n && !r->trusted && !p->e->conf->isolated)
        p->problem = "this change is not trusted, and steps are not isolated on this server (runner.isolation)";
}

struct live_run *plan_run(struct engine *e, const struct plan_input *in, const char **ret_problem)
{
    struct live_run *run = mem_new(sizeof *run);
    struct planner p = {.e = e, .in = in, .ev = in->delivery->event, .run = run, .a = &run->arena};
    run->row = arena_new(&run->arena, sizeof *run->row);
    run->row->version = 1;
    run->claim = (struct claim){.run = run};
    plan_head(&p);
    plan_number(&p);
    p.problem = too_large(p.a, in);
    if (!p.problem)
        plan_jobs(&p);
    plan_limits(&p);
    if (!p.problem)
        p.problem = run_context_make(e, run, in);
    plan_texts(&p);
    if (p.problem)
        run->row->n_jobs = 0;
    plan_link(run, 0);
    for (size_t i = 0; i < run->jobs.n; i++)
        run->jobs.at[i]->plain = p.plain[i];
    map_put_id(&e->runs, run->row->id, run);
    *ret_problem = p.problem;
    return run;
}
