/* SPDX-License-Identifier: Apache-2.0 */
#include "config/declared.h"
#include "fmt/yaml.h"
#include "lang/json_value.h"

struct declared {
    const struct workflow *w;
    struct name_index jobs, inputs;
    VEC(const struct wf_job *) job_at; /* as in jobs.names */
    struct name_index *outputs;        /* by index of the job */
    const struct wf_job *job;          /* whose parts these are: */
    struct name_index needs, steps, matrix;
    VEC(const struct wf_step *) step_at; /* as in steps.names */
    struct arena keys;                   /* of the matrix */
    bool inputs_made, needs_made, steps_made, matrix_made, matrix_known;
};

struct declared *declared_new(const struct workflow *w)
{
    struct declared *d = mem_new(sizeof *d);
    *d = (struct declared){.w = w};
    d->jobs.fold = d->inputs.fold = d->needs.fold = d->steps.fold = d->matrix.fold = NAMES_ANY_CASE;
    d->outputs = mem_new(w->n_jobs * sizeof *d->outputs);
    for (size_t i = 0; i < w->n_jobs; i++) {
        d->outputs[i].fold = NAMES_ANY_CASE;
        if (name_index_add(&d->jobs, w->jobs[i].key) == d->job_at.n)
            VEC_PUSH(&d->job_at, &w->jobs[i]);
    }
    return d;
}

static void forget_job(struct declared *d)
{
    name_index_free(&d->needs);
    name_index_free(&d->steps);
    name_index_free(&d->matrix);
    VEC_FREE(&d->step_at);
    arena_free(&d->keys);
    d->needs_made = d->steps_made = d->matrix_made = false;
}

void declared_free(struct declared **dp)
{
    struct declared *d = *dp;
    if (!d)
        return;
    forget_job(d);
    name_index_free(&d->jobs);
    name_index_free(&d->inputs);
    VEC_FREE(&d->job_at);
    for (size_t i = 0; i < d->w->n_jobs; i++)
        name_index_free(&d->outputs[i]);
    mem_free(d->outputs);
    mem_free(d);
    *dp = NULL;
}

static void turn_to(struct declared *d, const struct wf_job *j)
{
    if (d->job != j)
        forget_job(d);
    d->job = j;
}

const struct name_index *declared_jobs(struct declared *d)
{
    return &d->jobs;
}

const struct wf_job *declared_job(struct declared *d, const char *key)
{
    ptrdiff_t at = name_index_find(&d->jobs, sv_of(key));
    return at < 0 ? NULL : d->job_at.at[at];
}

const struct name_index *declared_inputs(struct declared *d)
{
    for (size_t i = 0; i < d->w->n_triggers && !d->inputs_made; i++) {
        const struct wf_trigger *t = &d->w->triggers[i];
        for (size_t k = 0; k < t->n_inputs; k++)
            name_index_add(&d->inputs, t->inputs[k].name);
        if (t->commands.present) {
            name_index_add(&d->inputs, "command");
            name_index_add(&d->inputs, "arguments");
        }
    }
    d->inputs_made = true;
    return &d->inputs;
}

const struct name_index *declared_needs(struct declared *d, const struct wf_job *j)
{
    turn_to(d, j);
    for (size_t i = 0; i < j->n_needs && !d->needs_made; i++)
        name_index_add(&d->needs, j->needs[i]);
    d->needs_made = true;
    return &d->needs;
}

static void steps_make(struct declared *d, const struct wf_job *j)
{
    for (size_t i = 0; i < j->n_steps; i++) {
        const struct wf_step *s = &j->steps[i];
        size_t at = s->id ? name_index_add(&d->steps, s->id) : 0;
        if (s->id && at == d->step_at.n)
            VEC_PUSH(&d->step_at, s);
        else if (s->id && s->line < d->step_at.at[at]->line)
            d->step_at.at[at] = s;
    }
    d->steps_made = true;
}

const struct wf_step *declared_step(struct declared *d, const struct wf_job *j, const char *id)
{
    turn_to(d, j);
    if (!d->steps_made)
        steps_make(d, j);
    ptrdiff_t at = name_index_find(&d->steps, sv_of(id));
    return at < 0 ? NULL : d->step_at.at[at];
}

static void key_add(struct declared *d, struct sv key)
{
    if (name_index_find(&d->matrix, key) < 0)
        name_index_add(&d->matrix, arena_dup(&d->keys, key));
}

static bool entries_add(struct declared *d, struct val include)
{
    struct sv key;
    struct val one;
    if (include.kind != VAL_ARRAY)
        return false;
    for (size_t i = 0; i < val_len(include); i++) {
        struct val entry = include.arr.items[i];
        if (entry.kind != VAL_OBJECT)
            return false;
        for (size_t at = 0; val_each(entry, &at, &key, &one);)
            key_add(d, key);
    }
    return true;
}

/* The text was written from the file, so all of it is read. */
static bool matrix_keys(struct declared *d, struct sv text)
{
    AUTO(arena_free) struct arena a = {0};
    struct val root, value;
    struct sv key;
    size_t at = 0;
    if (json_value(text, YAML_NODES, &a, &root, &at) < 0 || root.kind != VAL_OBJECT)
        return false;
    for (at = 0; val_each(root, &at, &key, &value);) {
        if (sv_is(key, "include") && !entries_add(d, value))
            return false;
        if (!sv_is(key, "include") && !sv_is(key, "exclude"))
            key_add(d, key);
    }
    return true;
}

const struct name_index *declared_matrix(struct declared *d, const struct wf_job *j)
{
    turn_to(d, j);
    if (!d->matrix_made)
        d->matrix_known = matrix_keys(d, sv_of(j->matrix));
    d->matrix_made = true;
    return d->matrix_known ? &d->matrix : NULL;
}

bool declared_output(struct declared *d, const struct wf_job *j, const char *name)
{
    struct name_index *x = &d->outputs[j - d->w->jobs];
    bool made = x->names.n > 0;
    for (size_t i = 0; i < j->outputs.n && !made; i++)
        name_index_add(x, j->outputs.names[i]);
    return name_index_find(x, sv_of(name)) >= 0;
}
