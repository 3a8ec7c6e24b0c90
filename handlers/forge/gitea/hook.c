/* SPDX-License-Identifier: Apache-2.0 */
/* Gitea API v1, "repoCreateHook" and what belongs to it; Forgejo has the same. */
#include "handlers/forge/gitea/gitea.h"
#include "handlers/forge/gitea/turns.h"
#include "port/hook_talk.h"

/* One name stands for all of its kind, and the answers spell them out. */
static const struct hook_row rows[] = {
    {ROW_EVENT, WF_PUSH, "push", NULL},
    {ROW_EVENT, WF_PULL_REQUEST, "pull_request", "pull_request_"},
    {ROW_EVENT, WF_PULL_REQUEST_REVIEW, "pull_request_review", "pull_request_review_"},
    {ROW_EVENT, WF_ISSUES, "issues", "issue_"},
    {ROW_ALWAYS, WF_ISSUE_COMMENT, "issue_comment", NULL}, /* /fettle retest */
    {ROW_ALWAYS, WF_ISSUE_COMMENT, "pull_request_comment", NULL},
    {ROW_EVENT, WF_CREATE, "create", NULL},
    {ROW_EVENT, WF_DELETE, "delete", NULL},
    {ROW_EVENT, WF_RELEASE, "release", NULL},
    {ROW_EVENT, WF_STATUS, "status", NULL},
    {ROW_EVENT, WF_WORKFLOW_RUN, "workflow_run", NULL},
    {ROW_EVENT, WF_JOB, "workflow_job", NULL},
    {ROW_ALWAYS, WF_REPOSITORY, "repository", NULL},
    {ROW_EVENT, WF_PUSH, NULL, NULL},
};

static void path(const char *repo, struct buf *out)
{
    buf_str(out, "/api/v1/repos/");
    talk_repo_path(repo, out);
    buf_str(out, "/hooks");
}

/* A name that stands for a whole family in a wish is one of it in an answer; reviews are asked for by the family. */
void gitea_put_known_events(const char *const *names, size_t n, struct jout *o)
{
    static const char *const reviews[] = {"pull_request_review_approved", "pull_request_review_rejected",
                                          "pull_request_review_comment"};
    bool reviewed = false;
    jout_key(o, "events");
    jout_open(o, '[');
    for (size_t i = 0; i < n; i++) {
        bool alone = strcmp(names[i], "pull_request") == 0 || strcmp(names[i], "issues") == 0;
        AUTO(buf_free) struct buf name = {0};
        buf_fmt(&name, "%s%s", names[i], alone ? "_only" : "");
        jout_str(o, buf_view(&name));
        for (size_t k = 0; k < ARRAY_LEN(reviews); k++)
            reviewed |= strcmp(names[i], reviews[k]) == 0;
    }
    if (reviewed)
        jout_strz(o, "pull_request_review");
    jout_close(o, ']');
}

void gitea_put_kept(const char *branches, const char *authorization, struct jout *o)
{
    if (branches)
        jout_kstrz(o, "branch_filter", branches);
    if (authorization)
        jout_kstrz(o, "authorization_header", authorization);
}

/* A hook that says nothing of `active` is off. Whether certificates are verified is the server's own setting. An edit
 * sets events, filter and header whether or not it names them (routers/api/v1/utils/hook.go, editHook). */
static void put(const struct hook_wish *w, const struct hook_found *old, struct jout *j)
{
    jout_open(j, '{');
    if (!old)
        jout_kstrz(j, "type", "gitea");
    hook_put_config(w, NULL, NULL, j);
    if (w->verb != HOOK_SECRET) {
        hook_put_events(w, j);
        jout_kbool(j, "active", true);
    } else if (old) {
        gitea_put_known_events(old->events, old->n_events, j);
    }
    if (old)
        gitea_put_kept(old->branches, old->authorization, j);
    jout_close(j, '}');
}

static bool read(const struct jval *item, struct arena *a, struct hook_found *ret)
{
    ret->verifies = true;
    ret->branches = arena_dup(a, jval_str(jval_get(item, "branch_filter")));
    ret->authorization = arena_dup(a, jval_str(jval_get(item, "authorization_header")));
    return hook_read_config(item, a, ret);
}

const struct hook_ops gitea_hooks = {
    .rows = rows,
    .dialect = &gitea_dialect,
    .path = path,
    .page_query = "?limit=50&page=",
    .change = "PATCH",
    .ping = "/tests",
    .ping_event = "push",
    .put = put,
    .read = read,
};
