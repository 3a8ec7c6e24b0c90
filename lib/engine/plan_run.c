/* SPDX-License-Identifier: Apache-2.0 */
/* A workflow and an event become a run: rows of jobs and steps with everything they need, so that a later change of
 * files or configuration does not touch a run under way. */
#include "engine/state.h"
#include "plan/graph.h"

enum { RUN_JOBS = 1024, RUN_STEPS = 65536, RUN_REPOSITORIES = 1000 };

struct planner {
    struct engine *e;
    const struct plan_input *in;
    const struct hook_event *ev;
    struct live_run *run;
    struct arena *a;
    const char *problem;
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

static void plan_head(struct planner *p)
{
    struct run *r = p->run->row;
    const struct hook_event *ev = p->ev;
    r->id = engine_id(p->e);
    r->delivery_id = p->in->delivery->id;
    r->workflow = arena_strdup(p->a, p->in->name);
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
    if (r->sha && r->repo_id)
        r->report_context = p->in->context ? arena_strdup(p->a, p->in->context)
                                           : arena_fmt(p->a, "fettle/%s", p->in->name);
    r->state = WORK_READY;
    r->created_at = p->e->now;
    /* A commit of an annotated tag is what the tag points at, once git has said so. */
    const char *alias = event_alias(p);
    for (size_t i = 0; p->in->gather && i < p->in->gather->n_repos; i++)
        if (same(p->in->gather->repos[i].alias, alias) && p->in->gather->repos[i].sha)
            r->sha = arena_strdup(p->a, p->in->gather->repos[i].sha);
}

/* Sets repository and commit of a job; a problem ends the planning. */
static void plan_place(struct planner *p, struct job *j, const char *alias)
{
    const char *own = event_alias(p);
    if (!alias || same(alias, own)) {
        j->repo_id = p->run->row->repo_id;
        j->repo_alias = arena_strdup(p->a, own);
        j->sha = p->run->row->sha;
        j->ref = p->run->row->ref;
        return;
    }
    const struct repo *r = repo_by_alias(p->e->conf->repos, sv_of(alias));
    if (!r) {
        p->problem = arena_fmt(p->a, "job %s: there is no repository \"%s\" in repositories.yaml", j->key, alias);
        return;
    }
    j->repo_id = arena_strdup(p->a, r->id);
    j->repo_alias = arena_strdup(p->a, r->alias);
    j->ref = arena_fmt(p->a, "refs/heads/%s", r->default_branch);
    for (size_t i = 0; p->in->gather && i < p->in->gather->n_repos; i++) {
        const struct gather_repo *g = &p->in->gather->repos[i];
        if (!same(g->alias, alias))
            continue;
        j->sha = arena_strdup(p->a, g->sha);
        if (!g->sha)
            p->problem = arena_fmt(p->a, "job %s: %s: %s", j->key, alias, g->problem ? g->problem : "cannot be read");
    }
}

struct env_list {
    VEC(struct action_input) list;
};

static void env_set(struct env_list *l, const char *name, const char *value)
{
    for (size_t i = 0; i < l->list.n; i++)
        if (strcmp(l->list.at[i].name, name) == 0) {
            l->list.at[i].value = value;
            return;
        }
    VEC_PUSH(&l->list, ((struct action_input){name, value}));
}

static void env_all(struct env_list *l, const struct wf_env *env)
{
    for (size_t i = 0; i < env->n; i++)
        env_set(l, env->names[i], env->values[i]);
}

static const char *short_ref(const char *ref)
{
    if (!ref)
        return "";
    for (int i = 0; i < 2; i++)
        if (ref && (ref = strchr(ref, '/')))
            ref++;
    return ref ? ref : "";
}

/* The same value under GitHub's name and ours. */
static void env_both(struct planner *p, struct env_list *l, const char *name, const char *value)
{
    env_set(l, arena_fmt(p->a, "GITHUB_%s", name), value ? value : "");
    env_set(l, arena_fmt(p->a, "FETTLE_%s", name), value ? value : "");
}

static void env_builtin(struct planner *p, struct env_list *l, const struct job *j)
{
    const struct run *r = p->run->row;
    const struct hook_event *ev = p->ev;
    char id[ID_TEXT];
    env_set(l, "CI", "true");
    env_set(l, "FETTLE", "true");
    env_both(p, l, "EVENT_NAME", r->event);
    env_both(p, l, "WORKFLOW", r->workflow);
    env_both(p, l, "JOB", j->key);
    env_both(p, l, "RUN_ID", arena_strdup(p->a, id_text(r->id, id)));
    env_both(p, l, "REPOSITORY", j->repo_id && strchr(j->repo_id, ':') ? strchr(j->repo_id, ':') + 1 : "");
    env_both(p, l, "SHA", j->sha);
    env_both(p, l, "REF", j->ref);
    env_both(p, l, "REF_NAME", short_ref(j->ref));
    env_both(p, l, "REF_TYPE", j->ref && strncmp(j->ref, "refs/tags/", 10) == 0 ? "tag" : "branch");
    env_both(p, l, "HEAD_REF", arena_strdup(p->a, ev->change.head_ref));
    env_both(p, l, "BASE_REF", arena_strdup(p->a, ev->change.base_ref));
    env_both(p, l, "ACTOR", arena_strdup(p->a, ev->sender.login));
    env_set(l, "FETTLE_REPOSITORY_ID", j->repo_id ? j->repo_id : "");
    env_set(l, "FETTLE_EVENT_REPOSITORY_ID", r->repo_id ? r->repo_id : "");
    env_set(l, "FETTLE_EVENT_ACTION", r->action ? r->action : "");
}

static void plan_step(struct planner *p, struct job *j, const struct workflow *w, const struct wf_job *wj, size_t no,
                      const struct env_list *builtin)
{
    const struct wf_step *ws = &wj->steps[no];
    struct step *s = &j->steps[no];
    *s = (struct step){.id = engine_id(p->e),
                       .job_id = j->id,
                       .no = (int)no,
                       .key = arena_strdup(p->a, ws->id ? ws->id : ""),
                       .name = arena_strdup(p->a, ws->name),
                       .kind = ws->kind,
                       .cond = ws->cond,
                       .continue_on_error = ws->continue_on_error,
                       .timeout_ms = ws->timeout_ms,
                       .version = 1};
    struct env_list env = {0};
    for (size_t i = 0; i < builtin->list.n; i++)
        VEC_PUSH(&env.list, builtin->list.at[i]);
    env_all(&env, &w->env);
    env_all(&env, &wj->env);
    env_all(&env, &ws->env);
    struct action_input *with = arena_new(p->a, (ws->with.n + 1) * sizeof *with);
    for (size_t i = 0; i < ws->with.n; i++)
        with[i] = (struct action_input){ws->with.names[i], ws->with.values[i]};
    struct step_spec spec = {.script = ws->run,
                             .shell = ws->shell,
                             .workdir = ws->workdir,
                             .uses = ws->kind == STEP_USES ? ws->uses : NULL,
                             .with = with,
                             .n_with = ws->with.n,
                             .env = env.list.at,
                             .n_env = env.list.n};
    AUTO(buf_free) struct buf json = {0};
    step_spec_write(&spec, &json);
    s->spec = arena_dup(p->a, buf_view(&json));
    VEC_FREE(&env.list);
}

static const char *job_key(struct planner *p, const struct plan_source *src, const char *key)
{
    return src->prefix ? arena_fmt(p->a, "%s/%s", src->alias, key) : arena_strdup(p->a, key);
}

static void plan_job(struct planner *p, const struct plan_source *src, const struct wf_job *wj, struct job *j,
                     size_t no)
{
    *j = (struct job){.id = engine_id(p->e),
                      .run_id = p->run->row->id,
                      .no = (int)no,
                      .key = job_key(p, src, wj->key),
                      .name = arena_strdup(p->a, wj->name ? wj->name : wj->key),
                      .cond = wj->cond,
                      .timeout_ms = wj->timeout_ms,
                      .version = 1};
    plan_place(p, j, wj->repo ? wj->repo : src->alias);
    j->needs = arena_new(p->a, (wj->n_needs + 1) * sizeof *j->needs);
    for (size_t i = 0; i < wj->n_needs; i++)
        j->needs[j->n_needs++] = job_key(p, src, wj->needs[i]);
    j->n_steps = wj->n_steps;
    j->steps = arena_new(p->a, (wj->n_steps + 1) * sizeof *j->steps);
    struct env_list builtin = {0};
    env_builtin(p, &builtin, j);
    for (size_t i = 0; i < wj->n_steps; i++)
        plan_step(p, j, src->workflow, wj, i, &builtin);
    VEC_FREE(&builtin.list);
}

struct mark { /* a job while coordination is worked out */
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

/* Takes a job into the run's memory. */
static void link_job(struct live_run *r, struct job *row)
{
    struct live_job *j = arena_new(&r->arena, sizeof *j);
    *j = (struct live_job){.row = row, .run = r};
    j->ready = (struct ready_node){.arrived = r->row->created_at, .run = r->row->id, .no = row->no};
    VEC_PUSH(&r->jobs, j);
    r->open_jobs += row->state != WORK_DONE;
}

static void link_needs(struct live_run *r, struct live_job *j, const struct map *by_key)
{
    j->needs = arena_new(&r->arena, (j->row->n_needs + 1) * sizeof(struct live_job *));
    for (size_t k = 0; k < j->row->n_needs; k++) {
        struct live_job *need = map_get(by_key, sv_of(j->row->needs[k]));
        if (!need)
            continue;
        j->needs[j->n_needs++] = need;
        j->open_needs += need->row->state != WORK_DONE;
        need->n_dependents++;
    }
}

static void link_dependents(struct live_run *r, size_t from)
{
    for (size_t i = from; i < r->jobs.n; i++) {
        struct live_job *j = r->jobs.at[i];
        j->dependents = arena_new(&r->arena, (j->n_dependents + 1) * sizeof(struct live_job *));
        j->n_dependents = 0;
    }
    for (size_t i = from; i < r->jobs.n; i++)
        for (size_t k = 0; k < r->jobs.at[i]->n_needs; k++) {
            struct live_job *need = r->jobs.at[i]->needs[k];
            need->dependents[need->n_dependents++] = r->jobs.at[i];
        }
}

void plan_link(struct live_run *r, size_t from)
{
    AUTO(map_free) struct map by_key = {0};
    for (size_t i = from; i < r->row->n_jobs; i++) {
        link_job(r, r->row->jobs[i]);
        map_put(&by_key, sv_of(r->row->jobs[i]->key), r->jobs.at[i]);
    }
    for (size_t i = from; i < r->jobs.n; i++)
        link_needs(r, r->jobs.at[i], &by_key);
    link_dependents(r, from);
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
    const struct plan_input *in = p->in;
    struct run *r = p->run->row;
    size_t n = 0;
    for (size_t i = 0; i < in->n_sources; i++)
        n += in->sources[i].workflow->n_jobs;
    r->jobs = arena_new(p->a, (n + 1) * sizeof *r->jobs);
    for (size_t i = 0; i < in->n_sources; i++)
        for (size_t k = 0; k < in->sources[i].workflow->n_jobs; k++, r->n_jobs++) {
            r->jobs[r->n_jobs] = arena_new(p->a, sizeof *r->jobs[0]);
            plan_job(p, &in->sources[i], &in->sources[i].workflow->jobs[k], r->jobs[r->n_jobs], r->n_jobs);
        }
    plan_coordination(p);
    if (!p->problem && n && !r->trusted && !p->e->conf->isolated)
        p->problem = "this change is not trusted, and steps are not isolated on this server (runner.isolation)";
}

struct live_run *plan_run(struct engine *e, const struct plan_input *in, const char **ret_problem)
{
    struct live_run *run = mem_new(sizeof *run);
    struct planner p = {.e = e, .in = in, .ev = in->delivery->event, .run = run, .a = &run->arena};
    run->row = arena_new(&run->arena, sizeof *run->row);
    run->row->version = 1;
    plan_head(&p);
    p.problem = too_large(p.a, in);
    if (!p.problem)
        plan_jobs(&p);
    if (p.problem)
        run->row->n_jobs = 0;
    plan_link(run, 0);
    map_put_id(&e->runs, run->row->id, run);
    *ret_problem = p.problem;
    return run;
}
