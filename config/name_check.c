/* SPDX-License-Identifier: Apache-2.0 */
/* Names in expressions that the file itself declares: jobs, steps, outputs, inputs, keys of the matrix. */
#include "config/expr_check.h"
#include "config/secret_check.h"
#include "fmt/json.h"

static void list_add(struct name_list *l, const char *name)
{
    if (l->n < NAMES_MAX)
        l->at[l->n++] = name;
}

static bool list_has(const struct name_list *l, const char *name)
{
    for (size_t i = 0; i < l->n; i++)
        if (sv_ieq(sv_of(l->at[i]), sv_of(name)))
            return true;
    return false;
}

static const char *meant(const struct use_check *c, const char *name, const struct name_list *l)
{
    return did_you_mean(c->r, sv_of(name), l->at, l->n);
}

static const struct wf_job *job_of(const struct use_check *c)
{
    return c->site->job >= 0 && (size_t)c->site->job < c->w->n_jobs ? &c->w->jobs[c->site->job] : NULL;
}

static const struct wf_job *job_named(const struct workflow *w, const char *key)
{
    for (size_t i = 0; i < w->n_jobs; i++)
        if (sv_ieq(sv_of(w->jobs[i].key), sv_of(key)))
            return &w->jobs[i];
    return NULL;
}

/* What a called workflow gives is in another file. */
static void output_note(const struct use_check *c, const struct expr_use *u, const struct wf_job *of)
{
    struct call_output *o = arena_new(c->r->arena, sizeof *o);
    *o = (struct call_output){*c->r->outputs, of->key, arena_strdup(c->r->arena, u->path[2]), c->site->node,
                              c->base + path_offset(c, u, 2)};
    *c->r->outputs = o;
}

/* needs.X.outputs.Y and jobs.X.outputs.Y */
static void output_check(const struct use_check *c, const struct expr_use *u, const struct wf_job *of)
{
    struct name_list l = {0};
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
    for (size_t i = 0; i < of->outputs.n; i++)
        list_add(&l, of->outputs.names[i]);
    if (!list_has(&l, u->path[2]))
        say_at_path(c, u, 2, "unknown-output", "the job \"%s\" declares no output \"%s\"%s", of->key, u->path[2],
                    l.n ? meant(c, u->path[2], &l) : ": name it under \"outputs\" of that job");
}

static void needs_check(const struct use_check *c, const struct expr_use *u)
{
    const struct wf_job *j = job_of(c);
    struct name_list l = {0};
    if (u->n == 0 || !j)
        return;
    for (size_t i = 0; i < j->n_needs; i++)
        list_add(&l, j->needs[i]);
    const struct wf_job *of = job_named(c->w, u->path[0]);
    if (list_has(&l, u->path[0])) {
        if (of)
            output_check(c, u, of);
    } else if (of == j) {
        say_at_path(c, u, 0, "unknown-job", "the job \"%s\" cannot read its own result", j->key);
    } else if (of) {
        say_at_path(c, u, 0, "unknown-job", "the job \"%s\" does not wait for \"%s\": add it to its \"needs\"", j->key,
                    of->key);
    } else {
        say_at_path(c, u, 0, "unknown-job", "there is no job \"%s\" in \"needs\" of \"%s\"%s", u->path[0], j->key,
                    meant(c, u->path[0], &l));
    }
}

static void jobs_check(const struct use_check *c, const struct expr_use *u)
{
    struct name_list l = {0};
    if (u->n == 0)
        return;
    const struct wf_job *of = job_named(c->w, u->path[0]);
    if (of) {
        output_check(c, u, of);
        return;
    }
    for (size_t i = 0; i < c->w->n_jobs; i++)
        list_add(&l, c->w->jobs[i].key);
    say_at_path(c, u, 0, "unknown-job", "there is no job \"%s\"%s", u->path[0], meant(c, u->path[0], &l));
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

static void steps_check(const struct use_check *c, const struct expr_use *u)
{
    const struct wf_job *j = job_of(c);
    struct name_list before = {0}, after = {0};
    if (u->n == 0 || !j)
        return;
    for (size_t i = 0; i < j->n_steps; i++)
        if (j->steps[i].id) {
            bool earlier = c->site->step < 0 || j->steps[i].line < j->steps[c->site->step].line;
            list_add(earlier ? &before : &after, j->steps[i].id);
        }
    if (list_has(&before, u->path[0]))
        step_member_check(c, u);
    else if (list_has(&after, u->path[0]))
        say_at_path(c, u, 0, "unknown-step", "the step \"%s\" has not run yet: it stands further down, or is this one",
                    u->path[0]);
    else
        say_at_path(c, u, 0, "unknown-step", "no step of this job has the id \"%s\"%s", u->path[0],
                    meant(c, u->path[0], &before));
}

/* Keys of a literal matrix, those of `include` too; false when they are not all known. */
static bool matrix_keys(const struct jdoc *doc, struct arena *a, struct name_list *l)
{
    const struct jval *root = jdoc_root(doc), *value, *one;
    struct sv key, inner;
    size_t at = 0, in;
    if (jval_kind(root) != J_OBJECT)
        return false;
    while (jval_each(root, &at, &key, &value)) {
        bool include = sv_is(key, "include");
        if (!include && !sv_is(key, "exclude"))
            list_add(l, arena_dup(a, key));
        if (include && jval_kind(value) != J_ARRAY)
            return false;
        for (size_t i = 0; include && i < jval_len(value); i++) {
            if (jval_kind(jval_item(value, i)) != J_OBJECT)
                return false;
            for (in = 0; jval_each(jval_item(value, i), &in, &inner, &one);)
                list_add(l, arena_dup(a, inner));
        }
    }
    return true;
}

/* Read once a job: its expressions come one after the other. */
static const struct matrix_names *matrix_of(const struct use_check *c, const struct wf_job *j)
{
    struct matrix_names *m = c->matrix;
    struct jdoc *doc = NULL;
    struct err e = {0};
    if (m->job == j)
        return m;
    *m = (struct matrix_names){.job = j};
    if (jdoc_parse(sv_of(j->matrix), NULL, &doc, &e) == 0)
        m->known = matrix_keys(doc, c->r->arena, &m->list);
    jdoc_free(&doc);
    return m;
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
    const struct matrix_names *m = matrix_of(c, j);
    if (m->known && !list_has(&m->list, u->path[0]))
        say_at_path(c, u, 0, "unknown-name", "the matrix has no key \"%s\"%s", u->path[0],
                    meant(c, u->path[0], &m->list));
}

static void inputs_check(const struct use_check *c, const struct expr_use *u)
{
    struct name_list l = {0};
    if (u->n == 0)
        return;
    for (size_t i = 0; i < c->w->n_triggers; i++) {
        const struct wf_trigger *t = &c->w->triggers[i];
        for (size_t k = 0; k < t->n_inputs; k++)
            list_add(&l, t->inputs[k].name);
        if (t->commands.present) {
            list_add(&l, "command");
            list_add(&l, "arguments");
        }
    }
    if (list_has(&l, u->path[0]))
        return;
    if (l.n == 0)
        say_at_path(c, u, 0, "unknown-input",
                    "the workflow declares no input \"%s\": name it under \"inputs\" of "
                    "workflow_dispatch or workflow_call",
                    u->path[0]);
    else
        say_at_path(c, u, 0, "unknown-input", "there is no input \"%s\"%s", u->path[0], meant(c, u->path[0], &l));
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
    const char *where = scope_of_context(sv_of(u->context));
    int n = (int)strlen(u->context);
    if (scope_has(c->site->scope, u->context))
        return true;
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
