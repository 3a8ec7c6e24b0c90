/* SPDX-License-Identifier: Apache-2.0 */
/* Gitea's API v1: pull requests, reading. They share their numbers with issues. */
#include "server/lab/gitea.h"

static void put_side(struct lab_call *c, const char *key, const char *ref, const char *sha, const struct lab_repo *r)
{
    struct jout *j = &c->j;
    jout_key(j, key);
    jout_open(j, '{');
    jout_kstrz(j, "label", ref);
    jout_kstrz(j, "ref", ref);
    jout_kstrz(j, "sha", sha);
    jout_kint(j, "repo_id", r->id);
    jout_key(j, "repo");
    gitea_put_repo(c, r);
    jout_close(j, '}');
}

void gitea_put_pull(struct lab_call *c, const struct lab_repo *r, const struct lab_change *x)
{
    struct jout *j = &c->j;
    const struct lab_issue *i = x->issue;
    AUTO(buf_free) struct buf url = {0};
    buf_fmt(&url, "%.*s/%s/pulls/%lld", SV_ARG(c->base), r->path, (long long)i->number);
    jout_open(j, '{');
    jout_kint(j, "id", i->id);
    jout_kstr(j, "html_url", buf_view(&url));
    jout_kint(j, "number", i->number);
    tell_who(c, "user", x->author);
    jout_kstrz(j, "title", i->title);
    jout_kstrz(j, "body", i->body ? i->body : "");
    jout_key(j, "labels");
    gitea_put_labels(c, i->labels.at, i->labels.n);
    jout_kstrz(j, "state", i->closed ? "closed" : "open");
    jout_kbool(j, "draft", x->draft);
    jout_kbool(j, "mergeable", !i->closed);
    jout_kbool(j, "merged", x->merged);
    call_time(c, "merged_at", x->merged_at);
    jout_kstrz(j, "merge_commit_sha", x->merge_sha);
    jout_kstrz(j, "merge_base", x->base_sha);
    put_side(c, "base", x->base_ref, x->base_sha, r);
    put_side(c, "head", x->head_ref, x->head_sha, x->head_repo);
    call_time(c, "created_at", i->created);
    call_time(c, "updated_at", i->updated);
    call_time(c, "closed_at", i->closed_at);
    jout_close(j, '}');
}

struct lab_change *gitea_change_asked(struct lab_call *c)
{
    int64_t n;
    struct lab_change *x = sv_int(c->segs[1], &n) ? change_find(c->repo, n) : NULL;
    if (!x)
        gitea_missing(c);
    return x;
}

static void put_listed(struct lab_call *c, const struct lab_change *x)
{
    gitea_put_pull(c, c->repo, x);
}

static void list_pulls(struct lab_call *c)
{
    call_changes(c, put_listed);
}

static void get_pull(struct lab_call *c)
{
    const struct lab_change *x = gitea_change_asked(c);
    if (!x)
        return;
    call_open(c, 200);
    put_listed(c, x);
}

const struct lab_row gitea_pull_rows[] = {
    {"GET", "pulls", list_pulls},
    {"GET", "pulls/*", get_pull},
    {NULL, NULL, NULL},
};
