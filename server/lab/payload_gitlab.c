/* SPDX-License-Identifier: Apache-2.0 */
/* What happens, as GitLab tells it: to the hooks of projects and groups, and in another form to system hooks. */
#include "server/lab/gitlab.h"

enum { VISIBLE_PRIVATE = 0, VISIBLE_PUBLIC = 20, REFS_TOLD = 3 };

void gitlab_put_project(struct lab_call *e, const char *key, const struct lab_repo *r)
{
    struct jout *j = &e->j;
    AUTO(buf_free) struct buf url = {0};
    buf_fmt(&url, "%.*s/%s", SV_ARG(e->base), r->path);
    jout_key(j, key);
    jout_open(j, '{');
    jout_kint(j, "id", r->id);
    jout_kstr(j, "name", gitlab_name_of(r));
    jout_kstr(j, "namespace", gitlab_space_of(r));
    jout_kstrz(j, "path_with_namespace", r->path);
    jout_kstrz(j, "default_branch", r->default_branch);
    jout_kint(j, "visibility_level", r->is_private ? VISIBLE_PRIVATE : VISIBLE_PUBLIC);
    jout_kstr(j, "web_url", buf_view(&url));
    buf_str(&url, ".git");
    jout_kstr(j, "git_http_url", buf_view(&url));
    jout_close(j, '}');
}

static void put_commits(struct lab_call *e, const struct lab_commit *m)
{
    struct jout *j = &e->j;
    jout_key(j, "commits");
    jout_open(j, '[');
    if (m) {
        jout_open(j, '{');
        jout_kstrz(j, "id", m->sha);
        jout_kstrz(j, "message", m->message);
        jout_kstrz(j, "title", m->message);
        call_time(e, "timestamp", m->at);
        for (size_t i = 0; i < 3; i++) {
            jout_key(j, (const char *const[]){"added", "removed", "modified"}[i]);
            jout_strs(j, NULL, 0);
        }
        jout_close(j, '}');
    }
    jout_close(j, ']');
    jout_kint(j, "total_commits_count", m ? 1 : 0);
}

static void put_who(struct jout *j, const char *who)
{
    jout_kint(j, "user_id", login_id(sv_of(who)));
    jout_kstrz(j, "user_name", who);
    jout_kstrz(j, "user_username", who);
}

/* The system hook's form has no object_kind. */
static void put_push(struct lab_call *e, const struct lab_push *p, bool is_tag, bool system)
{
    struct jout *j = &e->j;
    bool deleted = strcmp(p->after, ZERO_OID) == 0;
    const char *kind = is_tag ? "tag_push" : "push";
    if (!system)
        jout_kstrz(j, "object_kind", kind);
    jout_kstrz(j, "event_name", kind);
    jout_kstrz(j, "before", p->before);
    jout_kstrz(j, "after", p->after);
    jout_kstrz(j, "ref", p->ref);
    jout_kbool(j, "ref_protected", false);
    jout_kstrz(j, "checkout_sha", deleted ? NULL : p->after);
    put_who(j, p->who);
    jout_kint(j, "project_id", e->repo->id);
    gitlab_put_project(e, "project", e->repo);
    put_commits(e, is_tag ? NULL : commit_find(e->repo, sv_of(p->after)));
}

/* One for all refs of a push. */
static void tell_update(const struct lab_call *c, const struct lab_push *p, size_t n)
{
    struct lab_call e;
    struct jout *j = tell_open(&e, c);
    jout_kstrz(j, "event_name", "repository_update");
    put_who(j, p->who);
    jout_kint(j, "project_id", c->repo->id);
    gitlab_put_project(&e, "project", c->repo);
    jout_key(j, "changes");
    jout_open(j, '[');
    for (size_t i = 0; i < n; i++) {
        jout_open(j, '{');
        jout_kstrz(j, "before", p[i].before);
        jout_kstrz(j, "after", p[i].after);
        jout_kstrz(j, "ref", p[i].ref);
        jout_close(j, '}');
    }
    jout_close(j, ']');
    jout_key(j, "refs");
    jout_open(j, '[');
    for (size_t i = 0; i < n; i++)
        jout_strz(j, p[i].ref);
    jout_close(j, ']');
    tell_put(&e, &(struct lab_event){.event = "Repository Update Hook", .system = true});
}

static void tell_push(const struct lab_call *c, const struct lab_push *p)
{
    struct lab_call e;
    bool is_tag = sv_starts(sv_of(p->ref), SV("refs/tags/"));
    const char *event = is_tag ? "Tag Push Hook" : "Push Hook";
    tell_open(&e, c);
    put_push(&e, p, is_tag, false);
    tell_put(&e, &(struct lab_event){.event = event, .ref = p->ref});
    tell_open(&e, c);
    put_push(&e, p, is_tag, true);
    tell_put(&e, &(struct lab_event){.event = event, .system = true});
}

/* push_event_hooks_limit: above it there are no push events, for system hooks neither. */
static void pushes(const struct lab_call *c, const struct lab_push *p, size_t n)
{
    for (size_t i = 0; n <= REFS_TOLD && i < n; i++)
        tell_push(c, &p[i]);
    tell_update(c, p, n);
}

static void push(const struct lab_call *c, const struct lab_push *p)
{
    pushes(c, p, 1);
}

/* ---- merge requests ---- */

static void put_labels(struct jout *j, const struct lab_issue *i)
{
    jout_key(j, "labels");
    jout_open(j, '[');
    for (size_t k = 0; k < i->labels.n; k++) {
        jout_open(j, '{');
        jout_kint(j, "id", i->labels.at[k]->id);
        jout_kstrz(j, "title", i->labels.at[k]->name);
        jout_close(j, '}');
    }
    jout_close(j, ']');
}

static void put_attributes(struct lab_call *e, const struct lab_change_told *t, const char *action)
{
    struct jout *j = &e->j;
    const struct lab_change *x = t->change;
    AUTO(buf_free) struct buf url = {0};
    buf_fmt(&url, "%.*s/%s/-/merge_requests/%lld", SV_ARG(e->base), e->repo->path, (long long)x->issue->number);
    jout_key(j, "object_attributes");
    jout_open(j, '{');
    jout_kint(j, "id", x->issue->id);
    jout_kint(j, "iid", x->issue->number);
    jout_kstrz(j, "title", x->issue->title);
    jout_kstrz(j, "description", x->issue->body);
    jout_kstrz(j, "state", x->merged ? "merged" : x->issue->closed ? "closed" : "opened");
    jout_kstrz(j, "source_branch", x->head_ref);
    jout_kstrz(j, "target_branch", x->base_ref);
    jout_kint(j, "source_project_id", x->head_repo->id);
    jout_kint(j, "target_project_id", e->repo->id);
    gitlab_put_project(e, "source", x->head_repo);
    gitlab_put_project(e, "target", e->repo);
    jout_key(j, "last_commit");
    jout_open(j, '{');
    jout_kstrz(j, "id", x->head_sha);
    jout_close(j, '}');
    jout_kbool(j, "draft", x->draft);
    jout_kbool(j, "work_in_progress", x->draft);
    call_time(e, "created_at", x->issue->created);
    call_time(e, "updated_at", x->issue->updated);
    jout_kstrz(j, "merge_commit_sha", x->merge_sha);
    jout_kstr(j, "url", buf_view(&url));
    jout_kstrz(j, "action", action);
    if (strcmp(t->action, "synchronize") == 0)
        jout_kstrz(j, "oldrev", t->before);
    jout_close(j, '}');
}

static void change(const struct lab_call *c, const struct lab_change_told *t)
{
    const char *action = strcmp(t->action, "opened") == 0     ? "open"
                         : strcmp(t->action, "reopened") == 0 ? "reopen"
                         : strcmp(t->action, "closed") == 0   ? t->change->merged ? "merge" : "close"
                                                              : "update";
    for (int system = 0; system < 2; system++) {
        struct lab_call e;
        struct jout *j = tell_open(&e, c);
        jout_kstrz(j, "object_kind", "merge_request");
        jout_kstrz(j, "event_type", "merge_request");
        tell_who(&e, "user", t->who);
        gitlab_put_project(&e, "project", c->repo);
        put_attributes(&e, t, action);
        put_labels(j, t->change->issue);
        jout_key(j, "changes");
        jout_open(j, '{');
        jout_close(j, '}');
        tell_put(&e, &(struct lab_event){.event = "Merge Request Hook", .system = system});
    }
}

/* ---- projects: told to system hooks alone ---- */

static void repo(const struct lab_call *c, const struct lab_repo_told *t)
{
    static const char *const names[] = {"project_create", "project_rename", "project_transfer", "project_destroy"};
    struct lab_call e;
    struct jout *j = tell_open(&e, c);
    jout_kstrz(j, "event_name", names[t->what]);
    call_time(&e, "created_at", c->now);
    call_time(&e, "updated_at", c->now);
    jout_kstr(j, "name", gitlab_name_of(c->repo));
    jout_kstr(j, "path", gitlab_name_of(c->repo));
    jout_kstrz(j, "path_with_namespace", c->repo->path);
    if (t->from)
        jout_kstrz(j, "old_path_with_namespace", t->from);
    jout_kint(j, "project_id", c->repo->id);
    jout_kstrz(j, "owner_name", t->who);
    jout_kstrz(j, "project_visibility", c->repo->is_private ? "private" : "public");
    tell_put(&e, &(struct lab_event){.event = "System Hook", .system = true});
}

const struct lab_teller gitlab_teller = {push, pushes, change, repo};
