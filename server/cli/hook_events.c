/* SPDX-License-Identifier: Apache-2.0 */
#include "server/cli/hook_events.h"
#include <stdio.h>
#include <stdlib.h>
#include "base/file.h"
#include "server/gather_read.h"
#include "server/host.h"

struct needs {
    bool event[WF_EVENT_N], branches, tags, checks;
};

void hook_events_free(struct hook_events *x)
{
    VEC_FREE(&x->wanted);
    VEC_FREE(&x->of_app);
    arena_free(&x->arena);
}

/* ---- what workflows listen to ---- */

/* As trigger_match has it: where only one of the two is filtered, the other one starts nothing. */
static void need_push(const struct wf_trigger *t, struct needs *n)
{
    bool branches = t->branches.present || t->branches_ignore.present, tags = t->tags.present || t->tags_ignore.present;
    n->branches |= branches || !tags;
    n->tags |= tags || !branches;
}

static void need_workflow(const struct workflow *w, const char *alias, struct needs *n)
{
    bool listens = false;
    for (size_t i = 0; i < w->n_triggers; i++) {
        const struct wf_trigger *t = &w->triggers[i];
        if (t->repos.present && (!alias || !globs_match(&t->repos.globs, sv_of(alias))))
            continue;
        n->event[t->event] = true;
        listens = true;
        if (t->event == WF_PUSH)
            need_push(t, n);
    }
    n->checks |= listens && w->report.check;
}

/* ---- the repository's own files ---- */

struct mirror { /* a folder of our own: the server's mirrors are the server's */
    char dir[64];
    struct gits *gits;
};

static void mirror_close(struct mirror *m)
{
    struct err ignored = {0};
    gits_close(&m->gits);
    if (m->dir[0] && file_remove_tree(m->dir, &ignored) < 0)
        cli_fail(CLI_FAILED, "%s stays: %s", m->dir, ignored.msg);
}

static int fetch(struct desk *d, const struct conf_forge *f, const struct repo *r, struct mirror *m, struct err *e)
{
    AUTO(buf_free) struct buf token = {0};
    AUTO(arena_free) struct arena a = {0};
    struct git_remote remote;
    bool http = !r->url || sv_starts(sv_of(r->url), SV("http"));
    snprintf(m->dir, sizeof m->dir, "/tmp/fettle-connect-XXXXXX");
    if (!mkdtemp(m->dir)) {
        m->dir[0] = 0;
        return err_errno(e, "/tmp");
    }
    if (!app_remote(desk_conf(d), r->id, &a, &remote))
        return err_set(e, ERR_MISSING, "its forge is not in the configuration");
    if (f->has_app && http && desk_token(d, f, r->path, USE_FETCH, &token, e) < 0)
        return -1;
    if (token.n)
        remote.token = token.p;
    return gits_open(m->dir, &m->gits, e) < 0 ? -1 : git_fetch(m->gits, &remote, NULL, e);
}

static int read_files(struct desk *d, const struct repo *r, struct mirror *m, struct hook_events *x, struct needs *n,
                      struct err *e)
{
    struct gather_repo own = {.alias = r->alias, .id = r->id};
    const char *commit, *head = arena_fmt(&x->arena, "refs/heads/%s", r->default_branch);
    if (git_resolve(m->gits, r->id, head, &x->arena, &commit, e) < 0 ||
        gather_files(m->gits, &desk_conf(d)->repos, commit, &x->arena, &own, e) < 0)
        return -1;
    for (size_t i = 0; i < own.n_files; i++) {
        if (!own.files[i].workflow)
            return err_set(e, ERR_INVALID, "%s", own.files[i].problem);
        need_workflow(own.files[i].workflow, r->alias, n);
    }
    return 0;
}

/* Without them a hook would be made that forgets events which a workflow waits for. */
static int need_own(struct desk *d, const struct conf_forge *f, const struct repo *r, struct hook_events *x,
                    struct needs *n)
{
    AUTO(mirror_close) struct mirror m = {0};
    struct err e = {0};
    if (fetch(d, f, r, &m, &e) == 0 && read_files(d, r, &m, x, n, &e) == 0)
        return CLI_OK;
    return cli_fail(e.cls == ERR_DENIED    ? CLI_DENIED
                    : e.cls == ERR_INVALID ? CLI_INVALID
                                           : CLI_UNREACHABLE,
                    "the workflow files of %s cannot be read, so what they listen to is not known: %s; name the events "
                    "with --events",
                    r->id, e.msg);
}

/* ---- the forge's names ---- */

static bool is_needed(const struct hook_row *r, const struct needs *n)
{
    switch (r->kind) {
    case ROW_ALWAYS:
        return true;
    case ROW_BRANCHES:
        return n->branches;
    case ROW_TAGS:
        return n->tags;
    case ROW_RERUNS:
        return n->checks;
    case ROW_EVENT:
    case ROW_APP:
        break;
    }
    return n->event[r->event];
}

static bool is_among(const char *const *at, size_t n, const char *name)
{
    for (size_t i = 0; i < n; i++)
        if (strcmp(at[i], name) == 0)
            return true;
    return false;
}

static void name_events(const struct conf_forge *f, const struct needs *n, struct hook_events *ret)
{
    for (const struct hook_row *r = f->ops->hooks->rows; r->name; r++) {
        bool of_app = r->kind == ROW_APP || r->kind == ROW_RERUNS;
        if (!is_needed(r, n) || (r->kind == ROW_RERUNS && !f->has_app))
            continue;
        ret->listened |= n->event[r->event];
        if (of_app && !is_among(ret->of_app.at, ret->of_app.n, r->name))
            VEC_PUSH(&ret->of_app, r->name);
        if (!of_app && !is_among(ret->wanted.at, ret->wanted.n, r->name))
            VEC_PUSH(&ret->wanted, r->name);
    }
}

static const struct repo *repo_at(const struct conf *c, const struct conf_forge *f, const char *path)
{
    for (size_t i = 0; i < c->repos.n; i++)
        if (strcmp(c->repos.at[i].forge, f->name) == 0 && strcmp(c->repos.at[i].path, path) == 0)
            return &c->repos.at[i];
    return NULL;
}

int hook_events_find(struct desk *d, const struct conf_forge *f, const char *path, struct hook_events *ret)
{
    const struct conf *c = desk_conf(d);
    const struct repo *r = repo_at(c, f, path);
    struct needs n = {0};
    if (!f->ops->hooks)
        return cli_fail(CLI_USAGE, "%s: webhooks of a forge of kind %s are made by hand", f->name, f->kind);
    for (size_t i = 0; i < c->workflows.n; i++)
        need_workflow(c->workflows.at[i], r ? r->alias : NULL, &n);
    int rc = r ? need_own(d, f, r, ret, &n) : CLI_OK;
    if (rc == CLI_OK)
        name_events(f, &n, ret);
    return rc;
}

int hook_events_named(const struct conf_forge *f, struct sv list, struct hook_events *ret)
{
    struct sv one;
    ret->listened = true;
    while (sv_next(&list, ',', &one)) {
        const struct hook_row *r = f->ops->hooks ? f->ops->hooks->rows : NULL;
        while (r && r->name && !sv_is(sv_trim(one), r->name))
            r++;
        if (!r || !r->name)
            return cli_fail(CLI_USAGE, "%s has no event \"%.*s\" that fettle knows", f->kind, SV_ARG(one));
        if (!is_among(ret->wanted.at, ret->wanted.n, r->name))
            VEC_PUSH(&ret->wanted, r->name);
    }
    return CLI_OK;
}
