/* SPDX-License-Identifier: Apache-2.0 */
/* The contexts of expressions (spec §4), out of rows and configuration. What was decided when the run was planned comes
 * from there (run_context.c), so that an expression means the same after a restart. */
#include "engine/scene.h"

struct val scene_json(struct scene *s, const char *json)
{
    struct jdoc *d = NULL;
    struct err ignored;
    if (!json || jdoc_parse(sv_of(json), NULL, &d, &ignored) < 0)
        return VAL_NONE;
    VEC_PUSH(&s->docs, d);
    return val_json(jdoc_root(d));
}

static struct val part_of_run(const struct scene *s, const char *key)
{
    const struct jval *v = jval_get(run_context(s->run), key);
    return v ? val_json(v) : VAL_NONE;
}

/* "caller / build" in a called workflow is `build` there. */
static const char *local_key(const struct scene *s, const char *key)
{
    size_t n = s->spec ? strlen(s->spec->prefix) : 0;
    return s->spec && strncmp(key, s->spec->prefix, n) == 0 ? key + n : key;
}

static struct val github(struct scene *s)
{
    struct val_object o = {.arena = s->a};
    struct val base = part_of_run(s, "github"), v;
    struct sv key;
    for (size_t i = 0; val_each(base, &i, &key, &v);)
        val_object_put(&o, key, v);
    if (s->job)
        val_object_putz(&o, "job", val_strz(local_key(s, job_asked(s->job)->row->key)));
    if (s->run->row->generation > 1 && base.kind == VAL_OBJECT) { /* the rest is as in the run that it repeats */
        char *id = arena_new(s->a, ID_TEXT);
        id_text(s->run->row->id, id);
        val_object_putz(&o, "run_id", val_strz(id));
        val_object_putz(&o, "run_attempt", val_number((double)s->run->row->generation));
    }
    return val_object_done(&o);
}

static struct val inputs(struct scene *s)
{
    struct live_job *caller = s->stage == SCENE_JOINED ? s->job : s->job ? job_caller(s->job) : NULL;
    struct val v = caller ? scene_json(s, caller->row->inputs) : part_of_run(s, "inputs");
    struct val_object none = {.arena = s->a};
    return v.kind == VAL_OBJECT ? v : val_object_done(&none);
}

static struct val result_and_outputs(struct scene *s, const struct job *j)
{
    struct val_object o = {.arena = s->a}, none = {.arena = s->a};
    struct val outputs = scene_json(s, j->outputs);
    val_object_putz(&o, "result", val_strz(result_word(job_counts_as(j))));
    val_object_putz(&o, "outputs", outputs.kind == VAL_OBJECT ? outputs : val_object_done(&none));
    return val_object_done(&o);
}

static struct val needs(struct scene *s)
{
    struct val_object o = {.arena = s->a};
    struct live_job *j = s->job ? job_asked(s->job) : NULL;
    for (size_t i = 0; j && i < j->n_needs; i++)
        val_object_putz(&o, local_key(s, j->needs[i]->row->key), result_and_outputs(s, j->needs[i]->row));
    return val_object_done(&o);
}

/* Of the called workflow, for its outputs. */
static struct val jobs(struct scene *s)
{
    struct val_object o = {.arena = s->a};
    for (size_t i = 0; s->stage == SCENE_JOINED && i < s->job->n_children; i++) {
        const struct live_job *c = s->job->children[i];
        const char *prefix = job_spec_of(s->job->children[i])->prefix;
        val_object_putz(&o, c->row->key + strlen(prefix), result_and_outputs(s, c->row));
    }
    return val_object_done(&o);
}

static struct val steps(struct scene *s)
{
    struct val_object o = {.arena = s->a}, none = {.arena = s->a};
    for (size_t i = 0; s->job && i < s->job->row->n_steps; i++) {
        const struct step *t = &s->job->row->steps[i];
        if (t->state != WORK_DONE || !t->key[0])
            continue;
        struct val_object one = {.arena = s->a};
        struct val outputs = scene_json(s, secret_unveil(s, t->outputs));
        val_object_putz(&one, "outcome", val_strz(result_word(t->outcome)));
        val_object_putz(&one, "conclusion", val_strz(result_word(t->conclusion)));
        val_object_putz(&one, "outputs", outputs.kind == VAL_OBJECT ? outputs : val_object_done(&none));
        val_object_putz(&o, t->key, val_object_done(&one));
    }
    return val_object_done(&o);
}

static struct val env(struct scene *s)
{
    struct val_object o = {.arena = s->a};
    const struct env_list *l = s->env;
    struct err ignored = {0};
    /* A text of the environment itself sees what is known so far. */
    if (!s->env_busy && s->job && scene_environment(s, &l, &ignored) < 0)
        l = NULL;
    for (size_t i = 0; l && i < l->list.n; i++)
        val_object_putz(&o, l->list.at[i].name, val_strz(l->list.at[i].value));
    return val_object_done(&o);
}

static struct val vars(struct scene *s)
{
    struct val_object o = {.arena = s->a};
    for (size_t i = 0; i < s->e->conf->n_vars; i++)
        val_object_putz(&o, s->e->conf->vars[i].name, val_strz(s->e->conf->vars[i].value));
    return val_object_done(&o);
}

static struct val job(struct scene *s)
{
    struct val_object o = {.arena = s->a};
    const struct job *row = s->job ? s->job->row : NULL;
    if (!row)
        return VAL_NONE;
    const char *status = job_is_cancelled(s->e, s->job)                      ? "cancelled"
                         : conclusion_failed(steps_conclusion(s->e, s->job)) ? "failure"
                                                                             : "success";
    val_object_putz(&o, "status", val_strz(status));
    val_object_putz(&o, "key", val_strz(row->key));
    val_object_putz(&o, "name", val_strz(row->name));
    return val_object_done(&o);
}

static struct val runner(struct scene *s)
{
    struct val_object o = {.arena = s->a};
    val_object_putz(&o, "os", val_strz("Linux"));
#if defined(__aarch64__)
    val_object_putz(&o, "arch", val_strz("ARM64"));
#else
    val_object_putz(&o, "arch", val_strz("X64"));
#endif
    val_object_putz(&o, "name", val_strz("fettle"));
    val_object_putz(&o, "environment", val_strz("self-hosted"));
    val_object_putz(&o, "temp", val_strz("/tmp"));
    return val_object_done(&o);
}

static struct val repo(struct scene *s)
{
    struct val_object o = {.arena = s->a};
    const struct job *row = s->job ? s->job->row : NULL;
    const char *id = row ? row->repo_id : s->run->row->repo_id;
    const struct repo *r = id ? repo_by_id(s->e->conf->repos, sv_of(id)) : NULL;
    const char *colon = id ? strchr(id, ':') : NULL;
    val_object_putz(&o, "alias", val_strz(row ? row->repo_alias : r ? r->alias : NULL));
    val_object_putz(&o, "id", val_strz(id));
    val_object_putz(&o, "full_name", val_strz(colon ? colon + 1 : NULL));
    val_object_putz(&o, "default_branch", val_strz(r ? r->default_branch : NULL));
    val_object_putz(&o, "sha", val_strz(row ? row->sha : s->run->row->sha));
    val_object_putz(&o, "ref", val_strz(row ? row->ref : s->run->row->ref));
    return val_object_done(&o);
}

static struct val run(struct scene *s)
{
    struct val_object o = {.arena = s->a};
    const struct run *r = s->run->row;
    const char *id = arena_new(s->a, ID_TEXT), *url = s->e->conf->public_url;
    id_text(r->id, (char *)id);
    val_object_putz(&o, "id", val_strz(id));
    val_object_putz(&o, "number", val_number((double)r->number));
    val_object_putz(&o, "attempt", val_number((double)r->generation));
    val_object_putz(&o, "workflow", val_strz(r->workflow));
    val_object_putz(&o, "url", val_strz(url ? arena_fmt(s->a, "%s/runs/%s", url, id) : NULL));
    val_object_putz(&o, "trusted", val_bool(r->trusted));
    return val_object_done(&o);
}

static struct val history(struct scene *s)
{
    struct val_object o = {.arena = s->a};
    return val_object_done(&o);
}

static struct val event(struct scene *s)
{
    return part_of_run(s, "event");
}

static struct val matrix(struct scene *s)
{
    return s->job ? scene_json(s, s->job->row->matrix) : VAL_NONE;
}

/* A job without a matrix is the only one of its kind, as GitHub's runner says. */
static struct val strategy(struct scene *s)
{
    if (!s->job || s->job->row->strategy)
        return s->job ? scene_json(s, s->job->row->strategy) : VAL_NONE;
    struct val_object o = {.arena = s->a};
    val_object_putz(&o, "fail-fast", val_bool(true));
    val_object_putz(&o, "job-index", val_number(0));
    val_object_putz(&o, "job-total", val_number(1));
    val_object_putz(&o, "max-parallel", val_number(1));
    return val_object_done(&o);
}

bool scene_context(void *scene, const char *name, struct val *ret)
{
    static const struct {
        const char *name;
        struct val (*make)(struct scene *s);
    } contexts[] = {
        {"github", github}, {"event", event},       {"inputs", inputs}, {"needs", needs},
        {"steps", steps},   {"env", env},           {"vars", vars},     {"secrets", scene_secrets},
        {"matrix", matrix}, {"strategy", strategy}, {"job", job},       {"jobs", jobs},
        {"runner", runner}, {"repo", repo},         {"run", run},       {"history", history},
    };
    for (size_t i = 0; i < ARRAY_LEN(contexts); i++)
        if (strcmp(contexts[i].name, name) == 0) {
            *ret = contexts[i].make(scene);
            return true;
        }
    return false;
}
