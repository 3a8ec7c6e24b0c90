/* SPDX-License-Identifier: Apache-2.0 */
/* Secrets: who sees them, and that no row does. Where a step put the value of a secret into an output or a variable,
 * the row has the mark \1NAME\2 in its place, and what is read from it has the value again. */
#include "engine/scene.h"

enum { CALLERS = 8 };

static bool listed(const char *const *list, size_t n, const char *name)
{
    for (size_t i = 0; name && i < n; i++)
        if (strcmp(list[i], name) == 0)
            return true;
    return false;
}

static const char *environment_of(struct scene *s)
{
    struct err ignored = {0};
    const char *text = s->spec ? s->spec->job.environment : NULL;
    if (!text || s->environment || s->environment_busy)
        return s->environment;
    s->environment_busy = true; /* its name cannot be a secret */
    if (scene_text(s, "environment", text, &text, &ignored) < 0)
        text = NULL;
    s->environment_busy = false;
    const struct engine_environment *x = text ? deploy_find(s->e, text) : NULL;
    s->environment = x && deploy_may(x, s->run->row) ? x->name : NULL;
    return s->environment;
}

/* The repositories that a secret is for are those whose workflows may read it: a file of another one that says `repo:`
 * gets nothing by that. A file of the server's folder speaks for the repository that its job works on. */
static struct val configured(struct scene *s, const char *environment)
{
    struct val_object o = {.arena = s->a};
    const struct engine_conf *c = s->e->conf;
    const char *repo = s->spec && s->spec->alias ? s->spec->alias : s->job ? s->job->row->repo_alias : NULL;
    for (size_t i = 0; i < c->n_secrets; i++) {
        const struct engine_secret *x = &c->secrets[i];
        if ((x->n_repos == 0 || listed(x->repos, x->n_repos, repo)) &&
            (x->n_environments == 0 || listed(x->environments, x->n_environments, environment)))
            val_object_putz(&o, x->name, val_strz(x->value));
    }
    return val_object_done(&o);
}

static struct val secrets_at(struct scene *s, const char *environment, int depth);

/* A called workflow sees what its caller hands it, and nothing else. */
static struct val handed(struct scene *s, struct live_job *caller, const char *environment, int depth)
{
    struct val_object o = {.arena = s->a};
    struct scene up;
    struct err e = {0};
    scene_open(&up, SCENE_JOB, s->e, s->run, caller, s->a);
    up.depth = depth;
    const struct wf_job *j = &up.spec->job;
    struct val all = j->secrets_inherit ? secrets_at(&up, environment, depth + 1) : VAL_NONE, v;
    for (size_t i = 0; !j->secrets_inherit && i < j->secrets.n; i++)
        if (scene_value(&up, "secrets", j->secrets.values[i], &v, &e) == 0)
            val_object_putz(&o, j->secrets.names[i], val_string(arena_sv(s->a, val_to_string(v, s->a))));
    scene_close(&up);
    return j->secrets_inherit ? all : val_object_done(&o);
}

static struct val secrets_at(struct scene *s, const char *environment, int depth)
{
    struct live_job *caller = s->job ? job_caller(s->job) : NULL;
    struct val_object none = {.arena = s->a};
    if (!s->run->row->trusted || depth > CALLERS)
        return val_object_done(&none);
    return caller ? handed(s, caller, environment, depth) : configured(s, environment);
}

struct val scene_secrets(struct scene *s)
{
    return secrets_at(s, environment_of(s), s->depth);
}

/* ---- hiding ---- */

/* Nothing that is empty, and nothing at all of a run that saw none. */
static bool hides(const struct scene *s, const struct engine_secret *x)
{
    return s->run->row->trusted && x->value && x->value[0];
}

const char *const *scene_masks(struct scene *s)
{
    const struct engine_conf *c = s->e->conf;
    const char **masks = arena_new(s->a, (c->n_secrets + 1) * sizeof *masks);
    size_t n = 0;
    for (size_t i = 0; i < c->n_secrets; i++)
        if (hides(s, &c->secrets[i]))
            masks[n++] = arena_strdup(s->a, c->secrets[i].value);
    return n ? masks : NULL;
}

bool secret_within(struct scene *s, const char *text)
{
    for (size_t i = 0; text && i < s->e->conf->n_secrets; i++)
        if (hides(s, &s->e->conf->secrets[i]) && strstr(text, s->e->conf->secrets[i].value))
            return true;
    return false;
}

static const char *replace(struct arena *a, const char *text, const char *what, struct sv with)
{
    AUTO(buf_free) struct buf out = {0};
    size_t n = strlen(what);
    const char *at;
    if (!strstr(text, what))
        return text;
    while ((at = strstr(text, what))) {
        buf_add(&out, text, (size_t)(at - text));
        buf_sv(&out, with);
        text = at + n;
    }
    buf_str(&out, text);
    return arena_dup(a, buf_view(&out));
}

const char *secret_veil(struct scene *s, const char *text)
{
    const struct engine_conf *c = s->e->conf;
    for (size_t i = 0; text && i < c->n_secrets; i++)
        if (hides(s, &c->secrets[i]))
            text = replace(s->a, text, c->secrets[i].value, sv_of(arena_fmt(s->a, "\1%s\2", c->secrets[i].name)));
    return text;
}

/* In JSON, where the mark is escaped and the value has to be. */
const char *secret_unveil(struct scene *s, const char *json)
{
    const struct engine_conf *c = s->e->conf;
    if (!json || !strstr(json, "\\u0001"))
        return json;
    for (size_t i = 0; i < c->n_secrets; i++) {
        AUTO(buf_free) struct buf escaped = {0};
        struct jout o = {.buf = &escaped};
        if (!hides(s, &c->secrets[i]))
            continue;
        jout_strz(&o, c->secrets[i].value);
        struct sv inner = sv_n(escaped.p + 1, escaped.n - 2); /* without its quotes */
        json = replace(s->a, json, arena_fmt(s->a, "\\u0001%s\\u0002", c->secrets[i].name), inner);
    }
    return json;
}
