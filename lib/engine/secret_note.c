/* SPDX-License-Identifier: Apache-2.0 */
/* A secret that is not there is the empty text, as on GitHub, and nobody sees why a step fails by it. So the first step
 * of a run whose texts read one gets a warning among its annotations. A run that is not trusted has none at all, which
 * needs no saying; nor has a secret that a called workflow declares as one that may be left out. */
#include "engine/scene.h"

struct asked {
    struct arena *a;      /* of the names */
    VEC(const char *) v; /* names after `secrets.`, each once */
};

static void ask_use(void *ctx, const struct expr_use *u)
{
    struct asked *q = ctx;
    if (!sv_ieq(sv_of(u->context), SV("secrets")) || u->n == 0)
        return;
    for (size_t i = 0; i < q->v.n; i++)
        if (sv_ieq(sv_of(q->v.at[i]), sv_of(u->path[0])))
            return;
    VEC_PUSH(&q->v, arena_strdup(q->a, u->path[0]));
}

static void ask_text(struct asked *q, const char *raw)
{
    AUTO(arena_free) struct arena a = {0};
    static const struct expr_scope any = {.where = "a text"};
    const struct text *t;
    const struct expr *x;
    struct err ignored;
    if (!raw || !strcasestr(raw, "secrets") || text_compile(sv_of(raw), &any, &a, &t, &ignored) < 0)
        return;
    for (size_t i = 0; (x = text_expr(t, i)); i++)
        expr_each_use(x, ask_use, q);
}

static void ask_env(struct asked *q, const struct wf_env *env)
{
    for (size_t i = 0; i < env->n; i++)
        ask_text(q, env->values[i]);
}

static void ask_step(struct asked *q, const struct step_spec *t)
{
    const char *const texts[] = {t->name, t->shell, t->workdir, t->timeout_text, t->continue_text};
    for (size_t i = 0; i < ARRAY_LEN(texts); i++)
        ask_text(q, texts[i]);
    for (size_t i = 0; i < t->n_env; i++)
        ask_text(q, t->env[i].value);
    for (size_t i = 0; i < t->n_with; i++)
        ask_text(q, t->with[i].value);
}

/* ---- why a secret is empty ---- */

static bool may_be_left_out(const struct callee *c, const char *name)
{
    for (size_t i = 0; i < c->n_secrets; i++)
        if (sv_ieq(sv_of(c->secrets[i].name), sv_of(name)))
            return !c->secrets[i].required;
    return false;
}

static const char *handed_text(const struct wf_job *j, const char *name)
{
    for (size_t i = 0; i < j->secrets.n; i++)
        if (sv_ieq(sv_of(j->secrets.names[i]), sv_of(name)))
            return j->secrets.values[i];
    return NULL;
}

static const char *why_empty(struct scene *s, const char *name);

/* The first secret in what the caller hands over that it has not got itself. */
static const char *why_handed_empty(struct scene *s, struct live_job *caller, const char *text)
{
    struct scene up;
    const char *why = NULL;
    scene_open(&up, SCENE_JOB, s->e, s->run, caller, s->a);
    struct asked q = {.a = s->a};
    ask_text(&q, text);
    for (size_t i = 0; i < q.v.n && !why; i++)
        why = why_empty(&up, q.v.at[i]);
    VEC_FREE(&q.v);
    scene_close(&up);
    return why;
}

/* NULL: it is not empty, or may be. Calls are a few levels deep. */
static const char *why_empty(struct scene *s, const char *name)
{
    struct val v = val_get(scene_secrets(s), sv_of(name), s->a);
    struct live_job *caller = job_caller(s->job);
    if (v.kind == VAL_STRING && v.str.n)
        return NULL;
    const struct job_spec *from = caller ? job_spec_of(caller) : NULL;
    if (from && from->callee && may_be_left_out(from->callee, name) && !handed_text(&from->job, name))
        return NULL;
    if (!from || from->job.secrets_inherit)
        return arena_fmt(s->a, "this server has no secret \"%s\" for this job", name);
    const char *text = handed_text(&from->job, name);
    return text ? why_handed_empty(s, caller, text) : "the workflow that calls this one does not hand it over";
}

/* ---- the annotations ---- */

/* Names of secrets are one whatever their case. */
static bool is_said(const struct run *r, const char *text)
{
    for (size_t i = 0; i < r->n_jobs; i++)
        for (size_t k = 0; k < r->jobs[i]->n_steps; k++) {
            const char *notes = r->jobs[i]->steps[k].notes;
            if (notes && strcasestr(notes, text))
                return true;
        }
    return false;
}

static bool put_note(struct scene *s, struct jout *o, const char *name, const char *why)
{
    AUTO(buf_free) struct buf text = {0};
    struct jout t = {.buf = &text};
    jout_strz(&t, arena_fmt(s->a, "secrets.%s is empty: %s", name, why));
    if (is_said(s->run->row, text.p))
        return false;
    jout_open(o, '{');
    jout_kstrz(o, "level", "warning");
    jout_kstrz(o, "file", s->spec->file);
    if (s->step_spec->line)
        jout_kint(o, "line", s->step_spec->line);
    jout_kstrz(o, "title", "a secret is not there");
    jout_key(o, "text");
    jout_raw(o, buf_view(&text));
    jout_close(o, '}');
    return true;
}

const char *secret_notes(struct scene *s)
{
    AUTO(buf_free) struct buf json = {0};
    struct jout o = {.buf = &json};
    struct asked q = {.a = s->a};
    bool any = false;
    if (!s->run->row->trusted)
        return NULL;
    ask_env(&q, &s->spec->workflow_env);
    ask_env(&q, &s->spec->job.env);
    ask_step(&q, s->step_spec);
    jout_open(&o, '[');
    for (size_t i = 0; i < q.v.n; i++) {
        const char *why = why_empty(s, q.v.at[i]);
        any |= why && put_note(s, &o, q.v.at[i], why);
    }
    jout_close(&o, ']');
    VEC_FREE(&q.v);
    return any ? arena_dup(s->a, buf_view(&json)) : NULL;
}
