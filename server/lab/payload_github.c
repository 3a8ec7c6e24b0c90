/* SPDX-License-Identifier: Apache-2.0 */
/* What happens, as GitHub tells it: push, pull_request, create, delete, repository. */
#include "server/lab/github.h"

enum { TAGS_TOLD = 3 };

static void put_end(struct lab_call *e, const char *who)
{
    jout_key(&e->j, "repository");
    github_put_repo(e, e->repo);
    tell_who(e, "sender", who);
}

static void put_commit(struct lab_call *e, const struct lab_commit *m)
{
    struct jout *j = &e->j;
    jout_open(j, '{');
    jout_kstrz(j, "id", m->sha);
    jout_kbool(j, "distinct", true);
    jout_kstrz(j, "message", m->message);
    call_time(e, "timestamp", m->at);
    jout_key(j, "author");
    jout_open(j, '{');
    jout_kstrz(j, "name", m->author);
    jout_kstrz(j, "username", m->author);
    jout_close(j, '}');
    for (size_t i = 0; i < 3; i++) {
        jout_key(j, (const char *const[]){"added", "removed", "modified"}[i]);
        jout_strs(j, NULL, 0);
    }
    jout_close(j, '}');
}

static void put_commits(struct lab_call *e, const struct lab_push *p, bool is_branch)
{
    struct jout *j = &e->j;
    const struct lab_commit *m = commit_find(e->repo, sv_of(p->after));
    jout_key(j, "commits");
    jout_open(j, '[');
    if (m && is_branch)
        put_commit(e, m);
    jout_close(j, ']');
    jout_key(j, "head_commit");
    if (m)
        put_commit(e, m);
    else
        jout_null(j);
}

/* Branches and tags that come or go are told a second time, with their short name. */
static void tell_ref(const struct lab_call *c, const struct lab_push *p, bool is_branch, const char *event)
{
    struct lab_call e;
    struct jout *j = tell_open(&e, c);
    jout_kstr(j, "ref", sv_from(sv_of(p->ref), strlen(is_branch ? "refs/heads/" : "refs/tags/")));
    jout_kstrz(j, "ref_type", is_branch ? "branch" : "tag");
    if (strcmp(event, "create") == 0)
        jout_kstrz(j, "master_branch", c->repo->default_branch);
    jout_kstrz(j, "pusher_type", "user");
    put_end(&e, p->who);
    tell_put(&e, &(struct lab_event){.event = event});
}

static void push(const struct lab_call *c, const struct lab_push *p)
{
    struct lab_call e;
    struct jout *j = tell_open(&e, c);
    bool created = strcmp(p->before, ZERO_OID) == 0, deleted = strcmp(p->after, ZERO_OID) == 0;
    bool is_branch = sv_starts(sv_of(p->ref), SV("refs/heads/"));
    jout_kstrz(j, "ref", p->ref);
    jout_kstrz(j, "before", p->before);
    jout_kstrz(j, "after", p->after);
    jout_kbool(j, "created", created);
    jout_kbool(j, "deleted", deleted);
    jout_kbool(j, "forced", p->forced);
    jout_key(j, "base_ref");
    jout_null(j);
    put_commits(&e, p, is_branch);
    jout_key(j, "pusher");
    jout_open(j, '{');
    jout_kstrz(j, "name", p->who);
    jout_close(j, '}');
    put_end(&e, p->who);
    tell_put(&e, &(struct lab_event){.event = "push"});
    if (created || deleted)
        tell_ref(c, p, is_branch, created ? "create" : "delete");
}

/* More than three tags at once are told to nobody. */
static void pushes(const struct lab_call *c, const struct lab_push *p, size_t n)
{
    bool tags = n && sv_starts(sv_of(p->ref), SV("refs/tags/"));
    for (size_t i = 0; !(tags && n > TAGS_TOLD) && i < n; i++)
        push(c, &p[i]);
}

static void change(const struct lab_call *c, const struct lab_change_told *t)
{
    struct lab_call e;
    struct jout *j = tell_open(&e, c);
    jout_kstrz(j, "action", t->action);
    jout_kint(j, "number", t->change->issue->number);
    if (strcmp(t->action, "synchronize") == 0) {
        jout_kstrz(j, "before", t->before);
        jout_kstrz(j, "after", t->change->head_sha);
    }
    if (strcmp(t->action, "edited") == 0) {
        jout_key(j, "changes");
        jout_open(j, '{');
        jout_close(j, '}');
    }
    if (t->label) {
        jout_key(j, "label");
        jout_open(j, '{');
        jout_kint(j, "id", t->label->id);
        jout_kstrz(j, "name", t->label->name);
        jout_kstrz(j, "color", t->label->color);
        jout_close(j, '}');
    }
    jout_key(j, "pull_request");
    github_put_pull(&e, c->repo, t->change, WHOLE);
    put_end(&e, t->who);
    tell_put(&e, &(struct lab_event){.event = "pull_request", .action = t->action});
}

static void put_from(struct jout *j, enum lab_moved what, struct sv from)
{
    ptrdiff_t slash = sv_rchr(from, '/');
    struct sv owner = sv_cut(from, (size_t)(slash < 0 ? 0 : slash)), name = sv_from(from, (size_t)(slash + 1));
    jout_key(j, "changes");
    jout_open(j, '{');
    jout_key(j, what == REPO_RENAMED ? "repository" : "owner");
    jout_open(j, '{');
    jout_key(j, what == REPO_RENAMED ? "name" : "from");
    jout_open(j, '{');
    if (what == REPO_RENAMED) {
        jout_kstr(j, "from", name);
    } else {
        jout_key(j, "organization");
        jout_open(j, '{');
        jout_kstr(j, "login", owner);
        jout_kint(j, "id", login_id(owner));
        jout_close(j, '}');
    }
    jout_close(j, '}');
    jout_close(j, '}');
    jout_close(j, '}');
}

static void repo(const struct lab_call *c, const struct lab_repo_told *t)
{
    static const char *const actions[] = {"created", "renamed", "transferred", "deleted"};
    struct lab_call e;
    struct jout *j = tell_open(&e, c);
    jout_kstrz(j, "action", actions[t->what]);
    if (t->from)
        put_from(j, t->what, sv_of(t->from));
    put_end(&e, t->who);
    tell_put(&e, &(struct lab_event){.event = "repository", .action = actions[t->what]});
}

const struct lab_teller github_teller = {push, pushes, change, repo};
