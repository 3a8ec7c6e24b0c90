/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/job_spec.h"
#include "engine/policy_json.h"

struct spec_reading {
    struct arena *a;
    bool bad;
};

static const char *get_z(struct spec_reading *r, const struct jval *v, const char *key)
{
    return arena_dup(r->a, jval_str(jval_get(v, key)));
}

static int64_t get_int(const struct jval *v, const char *key)
{
    int64_t n = 0;
    return jval_int(jval_get(v, key), &n) ? n : 0;
}

/* An enum of ours: what is out of bounds is damage. */
static int get_enum(struct spec_reading *r, const struct jval *v, const char *key, int n)
{
    int64_t x = get_int(v, key);
    r->bad |= x < 0 || x >= n;
    return r->bad ? 0 : (int)x;
}

static bool get_flag(const struct jval *v, const char *key)
{
    return jval_true(jval_get(v, key));
}

static struct wf_env get_texts(struct spec_reading *r, const struct jval *v, const char *key)
{
    const struct jval *list = jval_get(v, key);
    size_t n = jval_len(list);
    struct wf_env env = {.names = arena_new(r->a, (n + 1) * sizeof(char *)),
                         .values = arena_new(r->a, (n + 1) * sizeof(char *)),
                         .n = n};
    for (size_t i = 0; i < n; i++) {
        const struct jval *pair = jval_item(list, i);
        env.names[i] = arena_dup(r->a, jval_str(jval_item(pair, 0)));
        env.values[i] = arena_dup(r->a, jval_str(jval_item(pair, 1)));
        r->bad |= !env.names[i] || !env.values[i];
    }
    return env;
}

static const char **get_list(struct spec_reading *r, const struct jval *v, const char *key, size_t *ret_n)
{
    const struct jval *list = jval_get(v, key);
    size_t n = jval_len(list);
    const char **at = arena_new(r->a, (n + 1) * sizeof *at);
    for (size_t i = 0; i < n; i++) {
        at[i] = arena_dup(r->a, jval_str(jval_item(list, i)));
        r->bad |= !at[i];
    }
    *ret_n = n;
    return at;
}

static void get_steps(struct spec_reading *r, const struct jval *v, struct job_spec *s)
{
    const struct jval *list = jval_get(v, "steps");
    s->n_steps = jval_len(list);
    s->steps = arena_new(r->a, (s->n_steps + 1) * sizeof *s->steps);
    for (size_t i = 0; i < s->n_steps; i++) {
        const struct jval *x = jval_item(list, i);
        struct step *t = &s->steps[i];
        t->key = get_z(r, x, "key");
        t->name = get_z(r, x, "name");
        t->kind = (enum wf_step_kind)get_enum(r, x, "kind", STEP_USES + 1);
        t->cond = (enum wf_cond)get_enum(r, x, "cond", COND_EXPR + 1);
        t->continue_on_error = get_flag(x, "continue");
        t->timeout_ms = get_int(x, "timeout");
        t->spec = get_z(r, x, "spec");
        r->bad |= !t->key || !t->name || !t->spec;
    }
}

static void get_spec(struct spec_reading *r, const struct jval *v, struct job_spec *s);

static struct callee *get_callee(struct spec_reading *r, const struct jval *v)
{
    struct callee *c = arena_new(r->a, sizeof *c);
    const struct jval *inputs = jval_get(v, "inputs"), *secrets = jval_get(v, "secrets"), *jobs = jval_get(v, "jobs");
    c->name = get_z(r, v, "name");
    c->file = get_z(r, v, "file");
    c->alias = get_z(r, v, "alias");
    c->n_inputs = jval_len(inputs);
    c->inputs = arena_new(r->a, (c->n_inputs + 1) * sizeof *c->inputs);
    for (size_t i = 0; i < c->n_inputs; i++) {
        const struct jval *x = jval_item(inputs, i);
        c->inputs[i].name = get_z(r, x, "name");
        c->inputs[i].type = (enum wf_input_type)get_enum(r, x, "type", INPUT_ENVIRONMENT + 1);
        c->inputs[i].required = get_flag(x, "required");
        c->inputs[i].preset = get_z(r, x, "preset");
        r->bad |= !c->inputs[i].name;
    }
    c->n_secrets = jval_len(secrets);
    c->secrets = arena_new(r->a, (c->n_secrets + 1) * sizeof *c->secrets);
    for (size_t i = 0; i < c->n_secrets; i++) {
        c->secrets[i].name = get_z(r, jval_item(secrets, i), "name");
        c->secrets[i].required = get_flag(jval_item(secrets, i), "required");
        r->bad |= !c->secrets[i].name;
    }
    c->outputs = get_texts(r, v, "outputs");
    c->n_jobs = jval_len(jobs);
    c->jobs = arena_new(r->a, (c->n_jobs + 1) * sizeof *c->jobs);
    for (size_t i = 0; i < c->n_jobs; i++)
        get_spec(r, jval_item(jobs, i), &c->jobs[i]);
    r->bad |= !c->name || !c->file;
    return c;
}

static void get_permissions(struct spec_reading *r, const struct jval *v, struct wf_permissions *p)
{
    int64_t x;
    p->said = v != NULL;
    for (size_t i = 0; v && i < PERM_N; i++) {
        r->bad |= !jval_int(jval_item(v, i), &x) || x < 0 || x > ACCESS_WRITE;
        p->at[i] = r->bad ? ACCESS_NONE : (enum wf_access)x;
    }
}

static void get_job(struct spec_reading *r, const struct jval *v, struct wf_job *j)
{
    j->key = get_z(r, v, "key");
    j->name = get_z(r, v, "name");
    j->repo = get_z(r, v, "repo");
    j->needs = get_list(r, v, "needs", &j->n_needs);
    j->runs_on = get_list(r, v, "runs_on", &j->n_runs_on);
    j->cond = (enum wf_cond)get_enum(r, v, "cond", COND_EXPR + 1);
    j->cond_text = get_z(r, v, "if");
    j->env = get_texts(r, v, "env");
    j->timeout_ms = get_int(v, "timeout_ms");
    j->timeout_text = get_z(r, v, "timeout");
    j->continue_text = get_z(r, v, "continue");
    j->continue_on_error = get_flag(v, "continue_on_error");
    j->matrix = get_z(r, v, "matrix");
    j->fail_fast = get_z(r, v, "fail_fast");
    j->max_parallel = get_z(r, v, "max_parallel");
    j->outputs = get_texts(r, v, "outputs");
    j->defaults.shell = get_z(r, v, "shell");
    j->defaults.workdir = get_z(r, v, "workdir");
    j->concurrency.group = get_z(r, v, "group");
    j->concurrency.cancel_in_progress = get_z(r, v, "cancel");
    j->concurrency.queue_all = get_flag(v, "queue_all");
    j->environment = get_z(r, v, "environment");
    j->environment_url = get_z(r, v, "environment_url");
    j->uses = get_z(r, v, "uses");
    j->with = get_texts(r, v, "with");
    j->secrets = get_texts(r, v, "secrets");
    j->secrets_inherit = get_flag(v, "inherit");
    j->line = (int)get_int(v, "line");
    r->bad |= !j->key || !job_policy_read(v, r->a, j);
}

static void get_spec(struct spec_reading *r, const struct jval *v, struct job_spec *s)
{
    const struct jval *callee = jval_get(v, "callee");
    get_job(r, v, &s->job);
    s->file = get_z(r, v, "file");
    s->alias = get_z(r, v, "alias");
    s->prefix = get_z(r, v, "prefix");
    s->workflow_env = get_texts(r, v, "workflow_env");
    get_permissions(r, jval_get(v, "permissions"), &s->permissions);
    get_steps(r, v, s);
    s->callee = callee ? get_callee(r, callee) : NULL;
    const struct jval *fixes = jval_get(v, "fixes");
    s->n_fixes = jval_len(fixes);
    s->fixes = s->n_fixes ? arena_new(r->a, s->n_fixes * sizeof *s->fixes) : NULL;
    for (size_t i = 0; i < s->n_fixes; i++)
        get_spec(r, jval_item(fixes, i), &s->fixes[i]);
    r->bad |= !s->file || !s->prefix;
}

int job_spec_read(const char *json, struct arena *a, struct job_spec **ret, struct err *e)
{
    AUTO(jdoc_free) struct jdoc *d = NULL;
    struct spec_reading r = {.a = a};
    *ret = arena_new(a, sizeof **ret);
    if (jdoc_parse(sv_of(json), NULL, &d, e) < 0)
        return err_add(e, "job");
    get_spec(&r, jdoc_root(d), *ret);
    return r.bad ? err_set(e, ERR_BUG, "job: damaged specification") : 0;
}
