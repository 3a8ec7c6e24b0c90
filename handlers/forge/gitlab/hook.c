/* SPDX-License-Identifier: Apache-2.0 */
/* GitLab API v4, "Project webhooks": an event is a switch of its own. What we neither want nor find on is not
 * mentioned, so that versions that do not know it take the request; push_events_branch_filter stays as it is. */
#include "fmt/enc.h"
#include "handlers/forge/gitlab/gitlab.h"
#include "handlers/forge/gitlab/turns.h"
#include "port/hook_talk.h"

#define SIGNING "whsec_"
enum { KEY_BYTES = 32, KEY_TEXT = 44 };

static const struct hook_row rows[] = {
    {ROW_BRANCHES, WF_PUSH, "push_events", NULL},
    {ROW_TAGS, WF_PUSH, "tag_push_events", NULL},
    {ROW_EVENT, WF_PULL_REQUEST, "merge_requests_events", NULL},
    {ROW_EVENT, WF_PULL_REQUEST_REVIEW, "merge_requests_events", NULL},
    {ROW_EVENT, WF_ISSUES, "issues_events", NULL},
    {ROW_EVENT, WF_ISSUES, "confidential_issues_events", NULL},
    {ROW_ALWAYS, WF_ISSUE_COMMENT, "note_events", NULL}, /* /fettle retest */
    {ROW_EVENT, WF_ISSUE_COMMENT, "confidential_note_events", NULL},
    {ROW_EVENT, WF_RELEASE, "releases_events", NULL},
    {ROW_EVENT, WF_PIPELINE, "pipeline_events", NULL},
    {ROW_EVENT, WF_JOB, "job_events", NULL},
    {ROW_EVENT, WF_PUSH, NULL, NULL},
};

static void path(const char *repo, struct buf *out)
{
    buf_str(out, "/api/v4/projects/");
    url_put(out, sv_of(repo));
    buf_str(out, "/hooks");
}

static void put_events(const struct hook_wish *w, const struct hook_found *old, struct jout *j)
{
    for (size_t i = 0; i < w->n_events; i++)
        jout_kbool(j, w->events[i], true);
    for (size_t i = 0; old && i < old->n_events; i++)
        if (!hook_is_wanted(w, old->events[i]))
            jout_kbool(j, old->events[i], false);
    if (!old && !hook_is_wanted(w, "push_events")) /* on unless it is said */
        jout_kbool(j, "push_events", false);
}

static bool signs(const char *secret)
{
    return sv_starts(sv_of(secret), SV(SIGNING));
}

/* OpenAPI description of 19.5, signing_token: "whsec_<base64> format encoding a 32-byte key". What another sender signs
 * with may be of any length: it is looked at where a hook is written, and not where one is checked. */
static int check(const struct hook_wish *w, struct err *e)
{
    uint8_t key[KEY_TEXT / 4 * 3];
    struct sv text = sv_of(w->secret);
    size_t n = 0;
    if (!signs(w->secret))
        return 0;
    text = sv_from(text, sizeof SIGNING - 1);
    if (text.n == KEY_TEXT && base64_get(text, key, &n) && n == KEY_BYTES)
        return 0;
    return err_set(e, ERR_INVALID,
                   "the secret begins with " SIGNING ", and GitLab takes a signing token of %d bytes in base64 alone: "
                   "echo " SIGNING "$(openssl rand -base64 %d)",
                   KEY_BYTES, KEY_BYTES);
}

/* A secret that begins with whsec_ signs; any other is sent along as it is. */
static void put(const struct hook_wish *w, const struct hook_found *old, struct jout *j)
{
    jout_open(j, '{');
    jout_kstrz(j, "url", w->url);
    jout_kstrz(j, signs(w->secret) ? "signing_token" : "token", w->secret);
    if (w->verb != HOOK_SECRET) {
        jout_kbool(j, "enable_ssl_verification", true);
        put_events(w, old, j);
    }
    jout_close(j, '}');
}

/* Answers have one more (API::Entities::Hook) that no request about the webhook of a project can change. */
static bool is_switch(struct sv key)
{
    return sv_ends(key, SV("_events")) && !sv_is(key, "repository_update_events");
}

static bool read(const struct jval *item, struct arena *a, struct hook_found *ret)
{
    struct sv key;
    const struct jval *value;
    ret->url = arena_dup(a, jval_str(jval_get(item, "url")));
    if (!ret->url || !jval_int(jval_get(item, "id"), &ret->id))
        return false;
    ret->json = true;
    ret->active = !sv_is(jval_str(jval_get(item, "alert_status")), "disabled");
    ret->verifies = jval_bool(jval_get(item, "enable_ssl_verification")) != 0;
    ret->events = arena_new(a, (jval_len(item) + 1) * sizeof *ret->events);
    for (size_t at = 0; jval_each(item, &at, &key, &value);)
        if (is_switch(key) && jval_true(value))
            ret->events[ret->n_events++] = arena_dup(a, key);
    return true;
}

const struct hook_ops gitlab_hooks = {
    .rows = rows,
    .dialect = &gitlab_dialect,
    .path = path,
    .page_query = "?per_page=100&page=",
    .change = "PUT",
    .ping = "/test/push_events",
    .ping_event = "Push Hook",
    .check = check,
    .put = put,
    .read = read,
};
