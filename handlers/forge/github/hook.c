/* SPDX-License-Identifier: Apache-2.0 */
/* GitHub REST API 2022-11-28, "Repository webhooks"; which events reach them: GitHub docs, "Webhook events and
 * payloads" (merge_group, repository_dispatch and the asking for another check run reach an App's own webhook alone).
 */
#include "handlers/forge/github/github.h"
#include "handlers/forge/github/turns.h"
#include "port/hook_talk.h"

static const struct hook_row rows[] = {
    {ROW_EVENT, WF_PUSH, "push", NULL},
    {ROW_EVENT, WF_PULL_REQUEST, "pull_request", NULL},
    {ROW_EVENT, WF_PULL_REQUEST_REVIEW, "pull_request_review", NULL},
    {ROW_EVENT, WF_ISSUES, "issues", NULL},
    {ROW_ALWAYS, WF_ISSUE_COMMENT, "issue_comment", NULL}, /* /fettle retest */
    {ROW_EVENT, WF_CREATE, "create", NULL},
    {ROW_EVENT, WF_DELETE, "delete", NULL},
    {ROW_EVENT, WF_RELEASE, "release", NULL},
    {ROW_EVENT, WF_STATUS, "status", NULL},
    {ROW_EVENT, WF_CHECK_RUN, "check_run", NULL},
    {ROW_EVENT, WF_CHECK_SUITE, "check_suite", NULL},
    {ROW_EVENT, WF_WORKFLOW_RUN, "workflow_run", NULL},
    {ROW_ALWAYS, WF_REPOSITORY, "repository", NULL}, /* a repository gets another name, or another owner */
    {ROW_APP, WF_MERGE_GROUP, "merge_group", NULL},
    {ROW_APP, WF_REPOSITORY_DISPATCH, "repository_dispatch", NULL},
    {ROW_RERUNS, WF_CHECK_RUN, "check_run", NULL},
    {ROW_RERUNS, WF_CHECK_SUITE, "check_suite", NULL},
    {ROW_EVENT, WF_PUSH, NULL, NULL},
};

static void path(const char *repo, struct buf *out)
{
    buf_str(out, "/repos/");
    talk_repo_path(repo, out);
    buf_str(out, "/hooks");
}

static void put(const struct hook_wish *w, const struct hook_found *old, struct jout *j)
{
    jout_open(j, '{');
    if (!old)
        jout_kstrz(j, "name", "web");
    hook_put_config(w, "insecure_ssl", "0", j);
    if (w->verb != HOOK_SECRET) {
        hook_put_events(w, j);
        jout_kbool(j, "active", true);
    }
    jout_close(j, '}');
}

static bool read(const struct jval *item, struct arena *a, struct hook_found *ret)
{
    const struct jval *insecure = jval_at(item, "config", "insecure_ssl");
    int64_t n;
    ret->verifies = !sv_is(jval_str(insecure), "1") && !(jval_int(insecure, &n) && n != 0);
    return hook_read_config(item, a, ret);
}

const struct hook_ops github_hooks = {
    .rows = rows,
    .dialect = &github_hook_dialect,
    .path = path,
    .page_query = "?per_page=100&page=",
    .change = "PATCH",
    .ping = "/pings",
    .ping_event = "ping",
    .put = put,
    .read = read,
};
