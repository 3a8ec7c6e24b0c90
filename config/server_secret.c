/* SPDX-License-Identifier: Apache-2.0 */
#include "config/secret_check.h"
#include "config/workflow_parts.h"

struct folder_check {
    const struct conf *c;
    struct set_check set;
    const char **names; /* of the server's secrets */
};

static const struct conf_work_secret *secret_named(const struct conf *c, const char *name)
{
    for (size_t i = 0; i < c->n_secrets; i++)
        if (sv_ieq(sv_of(c->secrets[i].name), sv_of(name)))
            return &c->secrets[i];
    return NULL;
}

static bool is_listed(const char *const *list, size_t n, const char *name)
{
    for (size_t i = 0; i < n; i++)
        if (sv_ieq(sv_of(list[i]), sv_of(name)))
            return true;
    return false;
}

static const char *listed(struct arena *a, const char *const *list, size_t n)
{
    AUTO(buf_free) struct buf b = {0};
    for (size_t i = 0; i < n; i++)
        buf_fmt(&b, "%s%s", i ? ", " : "", list[i]);
    return arena_dup(a, sv_cut_utf8(buf_view(&b), 200));
}

static bool is_literal(const char *text)
{
    return sv_find(sv_of(text), SV("${{")) < 0;
}

/* Why the job has not got the secret, whatever the event is; NULL = it may. What a caller hands on is read for the
 * caller's repository, and for the environment of the job that reads it. */
static const char *out_of_reach(struct arena *a, const struct conf_work_secret *x, const struct wf_job *j, bool handed)
{
    if (x->n_repos && !handed && j->repo && is_literal(j->repo) && !is_listed(x->repos, x->n_repos, j->repo))
        return arena_fmt(a, "the repositories %s, and the job \"%s\" is of \"%s\"", listed(a, x->repos, x->n_repos),
                         j->key, j->repo);
    if (!x->n_environments || (j->environment && !is_literal(j->environment)))
        return NULL;
    if (!j->environment)
        return arena_fmt(a, "jobs of the environments %s, and the job \"%s\" names no \"environment\"",
                         listed(a, x->environments, x->n_environments), j->key);
    if (!is_listed(x->environments, x->n_environments, j->environment))
        return arena_fmt(a, "jobs of the environments %s, and the job \"%s\" is of \"%s\"",
                         listed(a, x->environments, x->n_environments), j->key, j->environment);
    return NULL;
}

/* `env` of the workflow is that of all its jobs: it is told when none of them has the secret. */
static const char *out_of_all_reach(struct arena *a, const struct conf_work_secret *x, const struct workflow *w,
                                    bool handed)
{
    const char *why = NULL;
    for (size_t i = 0; i < w->n_jobs; i++) {
        const char *one = w->jobs[i].uses ? NULL : out_of_reach(a, x, &w->jobs[i], handed);
        if (!one && !w->jobs[i].uses)
            return NULL;
        why = why ? why : one;
    }
    return why;
}

static void use_check(const struct folder_check *f, size_t i, const struct secret_use *u, bool handed)
{
    struct reading *r = &f->set.reading[i];
    const struct workflow *w = f->set.files[i].w;
    const struct conf_work_secret *x = secret_named(f->c, u->name);
    int n = (int)strlen(u->name);
    if (!x) {
        say_warning_at(r, secret_use_mark(r, u), n, "unknown-secret",
                       "the server file has no secret \"%s\"%s: it is empty when this runs", u->name,
                       did_you_mean(r, sv_of(u->name), f->names, f->c->n_secrets));
        return;
    }
    const char *why = u->job < 0 || (size_t)u->job >= w->n_jobs ? out_of_all_reach(r->arena, x, w, handed)
                                                                : out_of_reach(r->arena, x, &w->jobs[u->job], handed);
    if (why)
        say_warning_at(r, secret_use_mark(r, u), n, "secret-not-available",
                       "the secret \"%s\" is for %s: it is empty when this runs", x->name, why);
}

static bool is_declared(const struct wf_trigger *t, const char *name)
{
    for (size_t i = 0; i < t->n_secrets; i++)
        if (sv_ieq(sv_of(t->secrets[i].name), sv_of(name)))
            return true;
    return false;
}

/* A workflow that is only called has what its callers hand it: the server's secrets by `inherit` alone. */
static void file_check(const struct folder_check *f, size_t i)
{
    const struct workflow_file *x = &f->set.files[i];
    const struct wf_trigger *t = call_declaration(x->w);
    bool handed = t && x->w->n_triggers == 1;
    size_t before = f->set.reading[i].problems->list.n;
    if (handed && !is_called_inheriting(&f->set, x))
        return;
    for (const struct secret_use *u = x->secrets; u; u = u->next)
        if (u->name && !secret_is_reserved(sv_of(u->name)) && !(handed && is_declared(t, u->name)))
            use_check(f, i, u, handed);
    problems_sort(f->set.reading[i].problems, before);
}

/* ---- secrets that nobody reads ---- */

static bool may_be_read(const struct folder_check *f, const char *name)
{
    for (size_t i = 0; i < f->set.n; i++) {
        if (!f->set.files[i].w)
            return true; /* it has errors: who knows what it reads */
        for (const struct secret_use *u = f->set.files[i].secrets; u; u = u->next)
            if (!u->name || sv_ieq(sv_of(u->name), sv_of(name)))
                return true;
    }
    return false;
}

static void unread_check(const struct folder_check *f, const char *file, struct problems *p)
{
    for (size_t i = 0; i < f->c->n_secrets; i++) {
        const struct conf_work_secret *x = &f->c->secrets[i];
        if (!may_be_read(f, x->name)) /* without its line, as all of this section */
            problem_add(p, PROBLEM_WARNING, file, NULL, x->node->at, x->node->end, "unused-secret",
                        "no workflow of the server's folder reads the secret \"%s\", and there are no repositories",
                        x->name);
    }
}

void server_secrets_check(struct conf *c, const char *server_file, struct workflow_file *files, size_t n,
                          struct problems *problems)
{
    struct folder_check f = {.c = c, .set = {.files = files, .n = n, .arena = &c->arena}};
    f.set.reading = arena_new(&c->arena, (n + 1) * sizeof *f.set.reading);
    f.names = arena_new(&c->arena, (c->n_secrets + 1) * sizeof *f.names);
    for (size_t i = 0; i < c->n_secrets; i++)
        f.names[i] = c->secrets[i].name;
    for (size_t i = 0; i < n; i++)
        f.set.reading[i] = reading_again(&files[i], &c->arena, problems);
    for (size_t i = 0; i < n; i++)
        if (files[i].w)
            file_check(&f, i);
    if (c->repos.n == 0)
        unread_check(&f, server_file, problems);
}
