/* SPDX-License-Identifier: Apache-2.0 */
/* What happens, as Gitea and Forgejo tell it. A rename or transfer is told to nobody. */
#include "server/lab/gitea.h"

static void put_end(struct lab_call *e, const char *who)
{
    jout_key(&e->j, "repository");
    gitea_put_repo(e, e->repo);
    tell_who(e, "sender", who);
}

static void put_commit(struct lab_call *e, const struct lab_commit *m)
{
    struct jout *j = &e->j;
    jout_open(j, '{');
    jout_kstrz(j, "id", m->sha);
    jout_kstrz(j, "message", m->message);
    call_time(e, "timestamp", m->at);
    for (size_t i = 0; i < 3; i++) {
        jout_key(j, (const char *const[]){"added", "removed", "modified"}[i]);
        jout_strs(j, NULL, 0);
    }
    jout_close(j, '}');
}

static void tell_ref(const struct lab_call *c, const struct lab_push *p, bool is_branch, const char *event)
{
    struct lab_call e;
    struct jout *j = tell_open(&e, c);
    jout_kstr(j, "ref", sv_from(sv_of(p->ref), strlen(is_branch ? "refs/heads/" : "refs/tags/")));
    jout_kstrz(j, "ref_type", is_branch ? "branch" : "tag");
    jout_kstrz(j, "pusher_type", "user");
    if (strcmp(event, "create") == 0)
        jout_kstrz(j, "sha", p->after);
    put_end(&e, p->who);
    tell_put(&e, &(struct lab_event){.event = event, .ref = p->ref});
}

/* A deleted ref is told by `delete` alone. */
static void push(const struct lab_call *c, const struct lab_push *p)
{
    struct lab_call e;
    bool created = strcmp(p->before, ZERO_OID) == 0, deleted = strcmp(p->after, ZERO_OID) == 0;
    bool is_branch = sv_starts(sv_of(p->ref), SV("refs/heads/"));
    const struct lab_commit *m = commit_find(c->repo, sv_of(p->after));
    if (created || deleted)
        tell_ref(c, p, is_branch, created ? "create" : "delete");
    if (deleted)
        return;
    struct jout *j = tell_open(&e, c);
    jout_kstrz(j, "ref", p->ref);
    jout_kstrz(j, "before", p->before);
    jout_kstrz(j, "after", p->after);
    jout_kstrz(j, "compare_url", "");
    jout_key(j, "commits");
    jout_open(j, '[');
    if (m && is_branch)
        put_commit(&e, m);
    jout_close(j, ']');
    jout_kint(j, "total_commits", m && is_branch ? 1 : 0);
    jout_key(j, "head_commit");
    if (m)
        put_commit(&e, m);
    else
        jout_null(j);
    tell_who(&e, "pusher", p->who);
    put_end(&e, p->who);
    tell_put(&e, &(struct lab_event){.event = "push", .ref = p->ref});
}

static void pushes(const struct lab_call *c, const struct lab_push *p, size_t n)
{
    for (size_t i = 0; i < n; i++)
        push(c, &p[i]);
}

static void change(const struct lab_call *c, const struct lab_change_told *t)
{
    struct lab_call e;
    bool sync = strcmp(t->action, "synchronize") == 0, label = strcmp(t->action, "labeled") == 0;
    struct jout *j = tell_open(&e, c);
    jout_kstrz(j, "action", sync ? "synchronized" : label ? "label_updated" : t->action);
    jout_kint(j, "number", t->change->issue->number);
    jout_key(j, "pull_request");
    gitea_put_pull(&e, c->repo, t->change);
    put_end(&e, t->who);
    tell_put(&e, &(struct lab_event){.event = sync    ? "pull_request_sync"
                                              : label ? "pull_request_label"
                                                      : "pull_request"});
}

static void repo(const struct lab_call *c, const struct lab_repo_told *t)
{
    struct lab_call e;
    if (t->what != REPO_CREATED && t->what != REPO_DELETED)
        return;
    struct jout *j = tell_open(&e, c);
    jout_kstrz(j, "action", t->what == REPO_CREATED ? "created" : "deleted");
    put_end(&e, t->who);
    tell_put(&e, &(struct lab_event){.event = "repository"});
}

const struct lab_teller gitea_teller = {push, pushes, change, repo};
