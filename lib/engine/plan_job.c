/* SPDX-License-Identifier: Apache-2.0 */
/* Jobs of a file become specifications and rows. */
#include "engine/policy.h"
#include "engine/scene.h"
#include "lang/text.h"

enum { CALLS_DEEP = 4 };

static bool same(const char *a, const char *b)
{
    return a && b && strcmp(a, b) == 0;
}

static const char *expr_only(const char *z)
{
    return z && text_has_expr(sv_of(z)) ? z : NULL;
}

/* ---- steps ---- */

static void pairs_of(struct arena *a, const struct wf_env *env, struct action_input **ret, size_t *ret_n)
{
    *ret = arena_new(a, (env->n + 1) * sizeof **ret);
    *ret_n = env->n;
    for (size_t i = 0; i < env->n; i++)
        (*ret)[i] = (struct action_input){env->names[i], env->values[i]};
}

static struct step step_of(struct arena *a, const struct wf_step *ws, const struct wf_defaults *defaults)
{
    struct step s = {.key = arena_strdup(a, ws->id ? ws->id : ""),
                     .name = arena_strdup(a, ws->name ? ws->name : "step"),
                     .kind = ws->kind,
                     .cond = ws->cond,
                     .continue_on_error = ws->continue_on_error,
                     .timeout_ms = ws->timeout_ms};
    struct step_spec spec = {.script = ws->run,
                             .shell = ws->shell ? ws->shell : defaults->shell,
                             .workdir = ws->workdir ? ws->workdir : defaults->workdir,
                             .reports = ws->reports,
                             .uses = ws->kind == STEP_USES ? ws->uses : NULL,
                             .cond_text = ws->cond == COND_EXPR ? ws->cond_text : NULL,
                             .name = expr_only(ws->name),
                             .timeout_text = ws->timeout_text,
                             .continue_text = ws->continue_text,
                             .retry = ws->retry,
                             .once = ws->once,
                             .checkpoint = ws->checkpoint,
                             .limits = ws->limits,
                             .line = ws->line};
    AUTO(buf_free) struct buf json = {0};
    pairs_of(a, &ws->with, &spec.with, &spec.n_with);
    pairs_of(a, &ws->env, &spec.env, &spec.n_env);
    step_spec_write(&spec, &json);
    s.spec = arena_dup(a, buf_view(&json));
    return s;
}

/* What `cache` does at the end of the job. Its key is that of the step it follows. */
static struct step post_of(struct arena *a, const struct step *of, const struct wf_step *ws, size_t no,
                           const char *uses)
{
    struct step s = {.key = "",
                     .name = arena_fmt(a, "Post %s", of->name),
                     .kind = STEP_USES,
                     .cond = COND_SUCCESS,
                     .timeout_ms = ws->timeout_ms};
    struct action_input with[] = {{"path", ""}, {"key", "-"}};
    struct step_spec spec = {.uses = uses, .with = with, .n_with = 2, .line = ws->line, .post = (int)no + 1};
    AUTO(buf_free) struct buf json = {0};
    for (size_t i = 0; i < ws->with.n; i++)
        if (strcmp(ws->with.names[i], "path") == 0)
            with[0].value = ws->with.values[i];
    pairs_of(a, &ws->env, &spec.env, &spec.n_env);
    step_spec_write(&spec, &json);
    s.spec = arena_dup(a, buf_view(&json));
    return s;
}

static void steps_of(struct spec_maker *m, const struct wf_job *wj, const struct wf_defaults *d, struct job_spec *ret)
{
    ret->steps = arena_new(m->a, (2 * wj->n_steps + 1) * sizeof *ret->steps);
    for (size_t i = 0; i < wj->n_steps; i++)
        ret->steps[i] = step_of(m->a, &wj->steps[i], d);
    ret->n_steps = wj->n_steps;
    for (size_t i = wj->n_steps; i-- > 0;) { /* the last one first, as at GitHub */
        const struct wf_step *ws = &wj->steps[i];
        const struct action_ops *ops = ws->kind == STEP_USES ? action_find(sv_of(ws->uses)) : NULL;
        if (ops && ops->post)
            ret->steps[ret->n_steps++] = post_of(m->a, &ret->steps[i], ws, i, ops->post);
    }
    m->n_steps += ret->n_steps;
}

/* ---- specifications ---- */

/* What is not said is what the one around it has; more than that it cannot have. */
static struct wf_permissions permissions_of(const struct workflow *w, const struct wf_job *j,
                                            const struct wf_permissions *limit)
{
    struct wf_permissions p = j->permissions.said ? j->permissions : w->permissions;
    if (!limit || !limit->said)
        return p;
    if (!p.said)
        return *limit;
    for (int i = 0; i < PERM_N; i++)
        if (p.at[i] > limit->at[i])
            p.at[i] = limit->at[i];
    return p;
}

static const struct wf_trigger *call_trigger(const struct workflow *w)
{
    for (size_t i = 0; i < w->n_triggers; i++)
        if (w->triggers[i].event == WF_WORKFLOW_CALL)
            return &w->triggers[i];
    return NULL;
}

static const char *way_text(const struct spec_maker *m, const struct workflow *last)
{
    AUTO(buf_free) struct buf b = {0};
    for (size_t i = 0; i < m->depth; i++)
        buf_fmt(&b, "%s -> ", m->way[i]->file);
    buf_str(&b, last->file);
    return arena_dup(m->a, buf_view(&b));
}

static struct callee *callee_of(struct spec_maker *m, const struct workflow *w, const struct wf_job *wj,
                                struct call_place from, const char *prefix, const struct job_spec *caller)
{
    const char *problem = NULL;
    struct call_place at;
    const struct workflow *called = call_find(m->e, m->gather, from, wj->uses, m->a, &at, &problem);
    const struct wf_trigger *t = called ? call_trigger(called) : NULL;
    if (!called && call_is_unknown(m->gather, from, wj->uses, m->a))
        return NULL;
    if (!called)
        problem = arena_fmt(m->a, "uses: %s", problem ? problem : "it is broken");
    else if (!t)
        problem = arena_fmt(m->a, "uses: %s has no `on: workflow_call`", called->file);
    for (size_t i = 0; called && i < m->depth; i++)
        if (m->way[i] == called)
            problem = arena_fmt(m->a, "uses: a cycle of calls: %s", way_text(m, called));
    if (!problem && m->depth > CALLS_DEEP)
        problem = arena_fmt(m->a, "uses: calls are at most %d deep: %s", CALLS_DEEP, way_text(m, called));
    if (problem) {
        if (!m->problem)
            m->problem = arena_fmt(m->a, "%s:%d: %s", w->file, wj->line, problem);
        return NULL;
    }
    struct callee *c = arena_new(m->a, sizeof *c);
    *c = (struct callee){.name = called->name,
                         .file = called->file,
                         .alias = at.alias,
                         .inputs = t->inputs,
                         .n_inputs = t->n_inputs,
                         .secrets = t->secrets,
                         .n_secrets = t->n_secrets,
                         .outputs = t->outputs};
    c->jobs = arena_new(m->a, (called->n_jobs + 1) * sizeof *c->jobs);
    const char *inner = arena_fmt(m->a, "%s%s / ", prefix, wj->key);
    m->way[m->depth++] = called;
    for (size_t i = 0; i < called->n_jobs && !m->problem; i++)
        if (!called->jobs[i].standby)
            spec_of_job(m, called, &called->jobs[i], at, inner, caller, &c->jobs[c->n_jobs++]);
    m->depth--;
    return c;
}

/* Nothing mends what mends: it has no recovery of its own. */
static void fix_of(struct spec_maker *m, const struct workflow *w, const char *key, struct call_place from,
                   const char *prefix, const struct job_spec *caller, struct job_spec *ret)
{
    size_t depth = m->depth;
    struct wf_recovery *none = arena_new(m->a, sizeof *none);
    for (size_t i = 0; i < w->n_jobs; i++) {
        struct wf_job j = w->jobs[i];
        if (!j.standby || strcmp(j.key, key) != 0)
            continue;
        j.recovery = none;
        spec_of_job(m, w, &j, from, prefix, caller, &ret->fixes[ret->n_fixes++]);
    }
    m->depth = depth;
}

/* Jobs that its recovery calls; a recovery that it has from its caller calls those of the caller's file. */
static void fixes_of(struct spec_maker *m, const struct workflow *w, const struct wf_job *wj, struct call_place from,
                     const char *prefix, const struct job_spec *caller, struct job_spec *ret)
{
    const struct wf_job *j = &ret->job;
    if (caller && j->recovery == caller->job.recovery && j->recovery != wj->recovery && j->recovery != w->recovery) {
        ret->fixes = caller->fixes;
        ret->n_fixes = caller->n_fixes;
        return;
    }
    ret->fixes = arena_new(m->a, (j->n_recovery + 1) * sizeof *ret->fixes);
    for (size_t i = 0; i < j->n_recovery; i++) {
        const char *key = j->recovery[i].fix_job;
        if (key && !job_spec_fix(ret, key))
            fix_of(m, w, key, from, prefix, caller, ret);
    }
}

void spec_of_job(struct spec_maker *m, const struct workflow *w, const struct wf_job *wj, struct call_place from,
                 const char *prefix, const struct job_spec *caller, struct job_spec *ret)
{
    *ret = (struct job_spec){.job = *wj,
                             .file = w->file,
                             .alias = from.alias,
                             .prefix = prefix,
                             .workflow_env = w->env,
                             .permissions = permissions_of(w, wj, caller ? &caller->permissions : NULL)};
    policy_inherit(&ret->job, w, caller ? &caller->job : NULL);
    const struct engine_environment *target = wj->environment ? deploy_find(m->e, wj->environment) : NULL;
    m->waits_ms += policy_waits(&ret->job, target ? target->approve : NULL);
    if (m->depth == 0)
        m->way[m->depth++] = w;
    struct wf_defaults *d = &ret->job.defaults;
    d->shell = d->shell ? d->shell : w->defaults.shell;
    d->workdir = d->workdir ? d->workdir : w->defaults.workdir;
    m->n_jobs++;
    steps_of(m, wj, d, ret);
    fixes_of(m, w, wj, from, prefix, caller, ret);
    if (wj->uses)
        ret->callee = callee_of(m, w, wj, from, prefix, ret);
    if (m->depth == 1)
        m->depth = 0;
}

/* ---- rows ---- */

struct job *job_of_spec(struct engine *e, struct arena *a, int64_t run, const struct job_spec *s, int no)
{
    const struct wf_job *wj = &s->job;
    struct job *j = arena_new(a, sizeof *j);
    AUTO(buf_free) struct buf json = {0};
    job_spec_write(s, &json);
    *j = (struct job){.id = engine_id(e),
                      .run_id = run,
                      .no = no,
                      .kind = job_spec_kind(s),
                      .key = arena_fmt(a, "%s%s", s->prefix, wj->key),
                      .spec = arena_dup(a, buf_view(&json)),
                      .cond = wj->cond,
                      .continue_on_error = wj->continue_on_error,
                      .timeout_ms = wj->timeout_ms,
                      .tries = 1,
                      .estimate_ms = wj->estimate_ms,
                      .slots = wj->resources.slots > 1 ? wj->resources.slots : 1,
                      .queue_ms = wj->limits.queue_ms,
                      .version = 1};
    j->name = wj->name && !expr_only(wj->name) ? arena_strdup(a, wj->name)
              : wj->name                       ? j->key
                                               : arena_strdup(a, wj->key);
    j->needs = arena_new(a, (wj->n_needs + 1) * sizeof *j->needs);
    for (size_t i = 0; i < wj->n_needs; i++)
        j->needs[j->n_needs++] = arena_fmt(a, "%s%s", s->prefix, wj->needs[i]);
    if (j->kind != JOB_STEPS)
        return j;
    j->n_steps = s->n_steps;
    j->steps = arena_new(a, (s->n_steps + 1) * sizeof *j->steps);
    for (size_t i = 0; i < s->n_steps; i++) {
        j->steps[i] = s->steps[i];
        j->steps[i].key = arena_strdup(a, s->steps[i].key);
        j->steps[i].name = arena_strdup(a, s->steps[i].name);
        j->steps[i].spec = arena_strdup(a, s->steps[i].spec);
        j->steps[i].id = engine_id(e);
        j->steps[i].job_id = j->id;
        j->steps[i].no = (int)i;
        j->steps[i].version = 1;
    }
    return j;
}

/* Where its commit is known: gathered now, or when the run was planned. */
static const char *commit_of(struct live_run *r, const struct gather *g, const char *alias, struct arena *a,
                             const char **ret_problem)
{
    for (size_t i = 0; g && i < g->n_repos; i++) {
        const struct gather_repo *x = &g->repos[i];
        if (!same(x->alias, alias) || x->called)
            continue;
        if (!x->sha && !g->offline)
            *ret_problem = arena_fmt(a, "%s: %s", alias, x->problem ? x->problem : "cannot be read");
        return x->sha;
    }
    return g ? NULL : arena_dup(a, jval_str(jval_at(run_context(r), "repos", alias)));
}

bool job_place(struct engine *e, struct live_run *r, const struct gather *g, struct job *j, const char *alias,
               struct arena *a, const char **ret_problem)
{
    struct arena *keep = &r->arena;
    const struct repo *own = r->row->repo_id ? repo_by_id(e->conf->repos, sv_of(r->row->repo_id)) : NULL;
    if (!alias || (own && same(alias, own->alias))) {
        j->repo_id = r->row->repo_id;
        j->repo_alias = own ? arena_strdup(keep, own->alias) : NULL;
        j->sha = r->row->sha;
        j->ref = r->row->ref;
        return true;
    }
    const struct repo *x = repo_by_alias(e->conf->repos, sv_of(alias));
    const char *problem = NULL;
    if (!x) {
        *ret_problem = arena_fmt(a, "job %s: there is no repository \"%s\" in repositories.yaml", j->key, alias);
        return false;
    }
    j->repo_id = arena_strdup(keep, x->id);
    j->repo_alias = arena_strdup(keep, x->alias);
    j->ref = arena_fmt(keep, "refs/heads/%s", x->default_branch);
    j->sha = arena_strdup(keep, commit_of(r, g, alias, a, &problem));
    if (problem)
        *ret_problem = arena_fmt(a, "job %s: %s", j->key, problem);
    return !problem;
}
