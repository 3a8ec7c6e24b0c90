/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/job_spec.h"
#include "engine/policy_json.h"
#include "lang/text.h"

static void put_texts(struct jout *o, const char *key, const struct wf_env *env)
{
    if (env->n == 0)
        return;
    jout_key(o, key);
    jout_open(o, '[');
    for (size_t i = 0; i < env->n; i++) {
        jout_open(o, '[');
        jout_strz(o, env->names[i]);
        jout_strz(o, env->values[i]);
        jout_close(o, ']');
    }
    jout_close(o, ']');
}

static void put_list(struct jout *o, const char *key, const char *const *at, size_t n)
{
    if (n == 0)
        return;
    jout_key(o, key);
    jout_strs(o, at, n);
}

static void put_z(struct jout *o, const char *key, const char *z)
{
    if (z)
        jout_kstrz(o, key, z);
}

static void put_flag(struct jout *o, const char *key, bool v)
{
    if (v)
        jout_kbool(o, key, true);
}

static void put_steps(struct jout *o, const struct job_spec *s)
{
    jout_key(o, "steps");
    jout_open(o, '[');
    for (size_t i = 0; i < s->n_steps; i++) {
        const struct step *t = &s->steps[i];
        jout_open(o, '{');
        jout_kstrz(o, "key", t->key);
        jout_kstrz(o, "name", t->name);
        jout_kint(o, "kind", t->kind);
        jout_kint(o, "cond", t->cond);
        jout_kbool(o, "continue", t->continue_on_error);
        jout_kint(o, "timeout", t->timeout_ms);
        jout_kstrz(o, "spec", t->spec);
        jout_close(o, '}');
    }
    jout_close(o, ']');
}

enum with_steps { WITHOUT_STEPS, WITH_STEPS };

static void put_spec(struct jout *o, const struct job_spec *s, enum with_steps steps);

static void put_callee(struct jout *o, const struct callee *c)
{
    jout_key(o, "callee");
    jout_open(o, '{');
    put_z(o, "name", c->name);
    put_z(o, "file", c->file);
    put_z(o, "alias", c->alias);
    jout_key(o, "inputs");
    jout_open(o, '[');
    for (size_t i = 0; i < c->n_inputs; i++) {
        jout_open(o, '{');
        jout_kstrz(o, "name", c->inputs[i].name);
        jout_kint(o, "type", c->inputs[i].type);
        jout_kbool(o, "required", c->inputs[i].required);
        put_z(o, "preset", c->inputs[i].preset);
        jout_close(o, '}');
    }
    jout_close(o, ']');
    jout_key(o, "secrets");
    jout_open(o, '[');
    for (size_t i = 0; i < c->n_secrets; i++) {
        jout_open(o, '{');
        jout_kstrz(o, "name", c->secrets[i].name);
        jout_kbool(o, "required", c->secrets[i].required);
        jout_close(o, '}');
    }
    jout_close(o, ']');
    put_texts(o, "outputs", &c->outputs);
    jout_key(o, "jobs");
    jout_open(o, '[');
    for (size_t i = 0; i < c->n_jobs; i++)
        put_spec(o, &c->jobs[i], WITH_STEPS);
    jout_close(o, ']');
    jout_close(o, '}');
}

static void put_permissions(struct jout *o, const struct wf_permissions *p)
{
    if (!p->said)
        return;
    jout_key(o, "permissions");
    jout_open(o, '[');
    for (int i = 0; i < PERM_N; i++)
        jout_int(o, p->at[i]);
    jout_close(o, ']');
}

static void put_job(struct jout *o, const struct wf_job *j)
{
    jout_kstrz(o, "key", j->key);
    put_z(o, "name", j->name);
    put_z(o, "repo", j->repo);
    put_list(o, "needs", j->needs, j->n_needs);
    put_list(o, "runs_on", j->runs_on, j->n_runs_on);
    if (j->cond != COND_SUCCESS)
        jout_kint(o, "cond", j->cond);
    put_z(o, "if", j->cond_text);
    put_texts(o, "env", &j->env);
    jout_kint(o, "timeout_ms", j->timeout_ms);
    put_z(o, "timeout", j->timeout_text);
    put_z(o, "continue", j->continue_text);
    put_flag(o, "continue_on_error", j->continue_on_error);
    put_z(o, "matrix", j->matrix);
    put_z(o, "fail_fast", j->fail_fast);
    put_z(o, "max_parallel", j->max_parallel);
    put_texts(o, "outputs", &j->outputs);
    put_z(o, "shell", j->defaults.shell);
    put_z(o, "workdir", j->defaults.workdir);
    put_z(o, "group", j->concurrency.group);
    put_z(o, "cancel", j->concurrency.cancel_in_progress);
    put_flag(o, "queue_all", j->concurrency.queue_all);
    put_z(o, "environment", j->environment);
    put_z(o, "environment_url", j->environment_url);
    put_z(o, "uses", j->uses);
    put_texts(o, "with", &j->with);
    put_texts(o, "secrets", &j->secrets);
    put_flag(o, "inherit", j->secrets_inherit);
    job_policy_write(o, j);
    jout_kint(o, "line", j->line);
}

static void put_spec(struct jout *o, const struct job_spec *s, enum with_steps steps)
{
    jout_open(o, '{');
    put_job(o, &s->job);
    put_z(o, "file", s->file);
    put_z(o, "alias", s->alias);
    put_z(o, "prefix", s->prefix);
    put_texts(o, "workflow_env", &s->workflow_env);
    put_permissions(o, &s->permissions);
    if (steps == WITH_STEPS || s->job.matrix)
        put_steps(o, s);
    if (s->callee)
        put_callee(o, s->callee);
    if (s->n_fixes) {
        jout_key(o, "fixes");
        jout_open(o, '[');
        for (size_t i = 0; i < s->n_fixes; i++)
            put_spec(o, &s->fixes[i], WITH_STEPS);
        jout_close(o, ']');
    }
    jout_close(o, '}');
}

void job_spec_write(const struct job_spec *s, struct buf *out)
{
    struct jout o = {.buf = out};
    put_spec(&o, s, WITHOUT_STEPS);
}

const struct job_spec *job_spec_fix(const struct job_spec *s, const char *key)
{
    for (size_t i = 0; i < s->n_fixes; i++)
        if (strcmp(s->fixes[i].job.key, key) == 0)
            return &s->fixes[i];
    return NULL;
}

enum job_kind job_spec_kind(const struct job_spec *s)
{
    return s->job.matrix ? JOB_MATRIX : s->job.uses ? JOB_CALL : JOB_STEPS;
}

static bool has_expr(const char *z)
{
    return z && text_has_expr(sv_of(z));
}

bool job_spec_is_plain(const struct job_spec *s)
{
    const struct wf_job *j = &s->job;
    return job_spec_kind(s) == JOB_STEPS && j->cond != COND_EXPR && !has_expr(j->name) && !has_expr(j->repo) &&
           j->n_runs_on == 0 && !j->timeout_text && !j->continue_text && !j->concurrency.group &&
           !j->environment && !j->approve.present && j->resources.slots <= 1 && j->resources.n_locks == 0;
}
