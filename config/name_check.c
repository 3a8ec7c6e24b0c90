/* SPDX-License-Identifier: Apache-2.0 */
/* Names in expressions that the file itself declares: jobs, steps, outputs, inputs, keys of the matrix. */
#include "config/expr_check.h"
#include "config/secret_check.h"

static const char *meant(const struct use_check *c, const char *name, const char *const *names, size_t n)
{
    return did_you_mean(c->r, sv_of(name), names, n);
}

static const char *meant_of(const struct use_check *c, const char *name, const struct name_index *x)
{
    return meant(c, name, x->names.at, x->names.n);
}

static bool has(const struct name_index *x, const char *name)
{
    return name_index_find(x, sv_of(name)) >= 0;
}

static const struct wf_job *job_of(const struct use_check *c)
{
    return c->site->job >= 0 && (size_t)c->site->job < c->w->n_jobs ? &c->w->jobs[c->site->job] : NULL;
}

/* What a called workflow gives is in another file. */
static void output_note(const struct use_check *c, const struct expr_use *u, const struct wf_job *of)
{
    const struct call_output **list = &c->r->outputs[of - c->w->jobs];
    struct call_output *o = arena_new(c->r->arena, sizeof *o);
    *o = (struct call_output){*list, arena_strdup(c->r->arena, u->path[2]), c->site->node,
                              c->base + path_offset(c, u, 2)};
    *list = o;
}

/* needs.X.outputs.Y and jobs.X.outputs.Y */
static void output_check(const struct use_check *c, const struct expr_use *u, const struct wf_job *of)
{
    if (u->n < 2)
        return;
    if (!sv_ieq(sv_of(u->path[1]), SV("outputs")) && !sv_ieq(sv_of(u->path[1]), SV("result"))) {
        say_at_path(c, u, 1, "unknown-name", "a job has \"result\" and \"outputs\", and no \"%s\"", u->path[1]);
        return;
    }
    if (u->n < 3 || sv_ieq(sv_of(u->path[1]), SV("result")))
        return;
    if (of->uses) {
        output_note(c, u, of);
        return;
    }
    if (!declared_output(c->declared, of, u->path[2]))
        say_at_path(c, u, 2, "unknown-output", "the job \"%s\" declares no output \"%s\"%s", of->key, u->path[2],
                    of->outputs.n ? meant(c, u->path[2], of->outputs.names, of->outputs.n)
                                  : ": name it under \"outputs\" of that job");
}

static void needs_check(const struct use_check *c, const struct expr_use *u)
{
    const struct wf_job *j = job_of(c);
    if (u->n == 0 || !j)
        return;
    const struct name_index *needs = declared_needs(c->declared, j);
    const struct wf_job *of = declared_job(c->declared, u->path[0]);
    if (has(needs, u->path[0])) {
        if (of)
            output_check(c, u, of);
    } else if (of == j) {
        say_at_path(c, u, 0, "unknown-job", "the job \"%s\" cannot read its own result", j->key);
    } else if (of) {
        say_at_path(c, u, 0, "unknown-job", "the job \"%s\" does not wait for \"%s\": add it to its \"needs\"", j->key,
                    of->key);
    } else {
        say_at_path(c, u, 0, "unknown-job", "there is no job \"%s\" in \"needs\" of \"%s\"%s", u->path[0], j->key,
                    meant_of(c, u->path[0], needs));
    }
}

static void jobs_check(const struct use_check *c, const struct expr_use *u)
{
    if (u->n == 0)
        return;
    const struct wf_job *of = declared_job(c->declared, u->path[0]);
    if (of)
        output_check(c, u, of);
    else
        say_at_path(c, u, 0, "unknown-job", "there is no job \"%s\"%s", u->path[0],
                    meant_of(c, u->path[0], declared_jobs(c->declared)));
}

static bool has_run(const struct use_check *c, const struct wf_job *j, const struct wf_step *step)
{
    return c->site->step < 0 || step->line < j->steps[c->site->step].line;
}

static void step_member_check(const struct use_check *c, const struct expr_use *u)
{
    static const char *const members[] = {"outputs", "outcome", "conclusion"};
    for (size_t i = 0; i < ARRAY_LEN(members); i++)
        if (u->n < 2 || sv_ieq(sv_of(u->path[1]), sv_of(members[i])))
            return;
    say_at_path(c, u, 1, "unknown-name", "a step has \"outputs\", \"outcome\" and \"conclusion\", and no \"%s\"%s",
                u->path[1], did_you_mean(c->r, sv_of(u->path[1]), members, ARRAY_LEN(members)));
}

/* Ids of the steps that have run when the expression is asked. */
static const char *meant_step(const struct use_check *c, const char *id, const struct wf_job *j)
{
    const char **ids = arena_new(c->scratch, (j->n_steps + 1) * sizeof *ids);
    size_t n = 0;
    for (size_t i = 0; i < j->n_steps; i++)
        if (j->steps[i].id && has_run(c, j, &j->steps[i]))
            ids[n++] = j->steps[i].id;
    return meant(c, id, ids, n);
}

static void steps_check(const struct use_check *c, const struct expr_use *u)
{
    const struct wf_job *j = job_of(c);
    if (u->n == 0 || !j)
        return;
    const struct wf_step *step = declared_step(c->declared, j, u->path[0]);
    if (step && has_run(c, j, step))
        step_member_check(c, u);
    else if (step)
        say_at_path(c, u, 0, "unknown-step", "the step \"%s\" has not run yet: it stands further down, or is this one",
                    u->path[0]);
    else if (!only_counted(c->r))
        say_at_path(c, u, 0, "unknown-step", "no step of this job has the id \"%s\"%s", u->path[0],
                    meant_step(c, u->path[0], j));
}

static void matrix_check(const struct use_check *c, const struct expr_use *u)
{
    const struct wf_job *j = job_of(c);
    if (!j)
        return;
    if (!j->matrix) {
        /* The matrix itself may be wrong: that has been said. */
        if (!c->r->problems->n_errors)
            say_in_expr(c, u->at, 6, "unknown-name", "the job \"%s\" has no matrix: write one under \"strategy\"",
                        j->key);
        return;
    }
    if (u->n == 0)
        return;
    const struct name_index *keys = declared_matrix(c->declared, j);
    if (keys && !has(keys, u->path[0]))
        say_at_path(c, u, 0, "unknown-name", "the matrix has no key \"%s\"%s", u->path[0],
                    meant_of(c, u->path[0], keys));
}

static void inputs_check(const struct use_check *c, const struct expr_use *u)
{
    if (u->n == 0)
        return;
    const struct name_index *inputs = declared_inputs(c->declared);
    if (has(inputs, u->path[0]))
        return;
    if (inputs->names.n == 0)
        say_at_path(c, u, 0, "unknown-input",
                    "the workflow declares no input \"%s\": name it under \"inputs\" of "
                    "workflow_dispatch or workflow_call",
                    u->path[0]);
    else
        say_at_path(c, u, 0, "unknown-input", "there is no input \"%s\"%s", u->path[0],
                    meant_of(c, u->path[0], inputs));
}

static bool is_declared_secret(const struct workflow *w, const char *name)
{
    for (size_t i = 0; i < w->n_triggers; i++)
        for (size_t k = 0; k < w->triggers[i].n_secrets; k++)
            if (sv_ieq(sv_of(w->triggers[i].secrets[k].name), sv_of(name)))
                return true;
    return false;
}

/* Which there are, other files say (config/secret_check.h); these the server file refuses. */
static void secrets_check(const struct use_check *c, const struct expr_use *u)
{
    const char *name = u->n ? arena_strdup(c->r->arena, u->path[0]) : NULL;
    struct secret_use *x = arena_new(c->r->arena, sizeof *x);
    size_t at = c->base + (name ? path_offset(c, u, 0) : u->at);
    *x = (struct secret_use){*c->r->secrets, name, c->site->node, at, c->site->job};
    *c->r->secrets = x;
    if (name && secret_is_reserved(sv_of(name)) && !is_declared_secret(c->w, name))
        say_warning_at(c->r, secret_use_mark(c->r, x), (int)strlen(name), "unknown-secret",
                       "secrets.%s is always empty: no token is made for a run, and names that begin with GITHUB_ or "
                       "FETTLE_ are not given; put one of your own under \"secrets\" of the server file", name);
}

static bool context_check(const struct use_check *c, const struct expr_use *u)
{
    static const char *const functions[] = {"success",    "failure",   "cancelled", "always", "contains",
                                            "startswith", "endswith",  "format",    "join",   "tojson",
                                            "fromjson",   "hashfiles", NULL};
    const struct expr_scope *s = &scopes[c->site->scope];
    if (scope_has(c->site->scope, u->context))
        return true;
    const char *where = scope_of_context(sv_of(u->context));
    int n = (int)strlen(u->context);
    if (where)
        say_in_expr(c, u->at, n, "context-not-available", "\"%s\" cannot be read in %s: it is there %s", u->context,
                    s->where, where);
    else if (is_one_of(sv_of(u->context), functions))
        say_in_expr(c, u->at, n, "unknown-context", "\"%s\" is a function: write %s()", u->context, u->context);
    else
        say_in_expr(c, u->at, n, "unknown-context", "there is no context \"%s\"%s", u->context,
                    did_you_mean(c->r, sv_of(u->context), s->contexts, words_count(s->contexts)));
    return false;
}

void use_check(const struct use_check *c, const struct expr_use *u)
{
    static const struct {
        const char *context;
        void (*check)(const struct use_check *c, const struct expr_use *u);
    } rows[] = {
        {"needs", needs_check},   {"jobs", jobs_check},     {"steps", steps_check},
        {"matrix", matrix_check}, {"inputs", inputs_check},
        {"secrets", secrets_check},
    };
    if (!context_check(c, u) || member_check(c, u))
        return;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++)
        if (strcmp(u->context, rows[i].context) == 0)
            rows[i].check(c, u);
}
