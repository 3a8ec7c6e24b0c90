/* SPDX-License-Identifier: Apache-2.0 */
/* GitLab's REST API v4, "Merge requests": reading. They have numbers of their own (iid). */
#include "server/lab/gitlab.h"

static const char *state_of(const struct lab_change *x)
{
    return x->merged ? "merged" : x->issue->closed ? "closed" : "opened";
}

static void put_texts(struct jout *j, const char *key, const struct lab_issue *i)
{
    jout_key(j, key);
    jout_open(j, '[');
    for (size_t k = 0; k < i->labels.n; k++)
        jout_strz(j, i->labels.at[k]->name);
    jout_close(j, ']');
}

void gitlab_put_change(struct lab_call *c, const struct lab_repo *r, const struct lab_change *x)
{
    struct jout *j = &c->j;
    const struct lab_issue *i = x->issue;
    AUTO(buf_free) struct buf url = {0};
    buf_fmt(&url, "%.*s/%s/-/merge_requests/%lld", SV_ARG(c->base), r->path, (long long)i->number);
    jout_open(j, '{');
    jout_kint(j, "id", i->id);
    jout_kint(j, "iid", i->number);
    jout_kint(j, "project_id", r->id);
    jout_kstrz(j, "title", i->title);
    jout_kstrz(j, "description", i->body);
    jout_kstrz(j, "state", state_of(x));
    call_time(c, "created_at", i->created);
    call_time(c, "updated_at", i->updated);
    call_time(c, "merged_at", x->merged_at);
    call_time(c, "closed_at", x->merged ? 0 : i->closed_at);
    jout_kstrz(j, "source_branch", x->head_ref);
    jout_kstrz(j, "target_branch", x->base_ref);
    jout_kint(j, "source_project_id", x->head_repo->id);
    jout_kint(j, "target_project_id", r->id);
    tell_who(c, "author", x->author);
    put_texts(j, "labels", i);
    jout_kbool(j, "draft", x->draft);
    jout_kbool(j, "work_in_progress", x->draft);
    jout_kstrz(j, "merge_status", "can_be_merged");
    jout_kstrz(j, "detailed_merge_status", x->draft ? "draft_status" : i->closed ? "not_open" : "mergeable");
    jout_kstrz(j, "sha", x->head_sha);
    jout_kstrz(j, "merge_commit_sha", x->merge_sha);
    jout_kstr(j, "web_url", buf_view(&url));
    jout_key(j, "diff_refs");
    jout_open(j, '{');
    jout_kstrz(j, "base_sha", x->base_sha);
    jout_kstrz(j, "head_sha", x->head_sha);
    jout_kstrz(j, "start_sha", x->base_sha);
    jout_close(j, '}');
    jout_close(j, '}');
}

struct lab_change *gitlab_change_asked(struct lab_call *c)
{
    int64_t n;
    struct lab_change *x = sv_int(c->segs[1], &n) ? change_find(c->repo, n) : NULL;
    if (!x)
        call_message(c, 404, "404 Not found");
    return x;
}

static void put_listed(struct lab_call *c, const struct lab_change *x)
{
    gitlab_put_change(c, c->repo, x);
}

static void list_changes(struct lab_call *c)
{
    call_changes(c, put_listed);
}

static void get_change(struct lab_call *c)
{
    const struct lab_change *x = gitlab_change_asked(c);
    if (!x)
        return;
    call_open(c, 200);
    put_listed(c, x);
}

const struct lab_row gitlab_change_rows[] = {
    {"GET", "merge_requests", list_changes},
    {"GET", "merge_requests/*", get_change},
    {NULL, NULL, NULL},
};
