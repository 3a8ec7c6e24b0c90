/* SPDX-License-Identifier: Apache-2.0 */
/* GitLab's project webhooks: a switch an event. */
#include "server/lab/gitlab.h"
#include "server/lab/hook_api.h"

static const struct {
    const char *name, *event; /* of the API, of the header */
} switches[] = {
    {"push_events", "Push Hook"},
    {"tag_push_events", "Tag Push Hook"},
    {"issues_events", "Issue Hook"},
    {"confidential_issues_events", "Confidential Issue Hook"},
    {"note_events", "Note Hook"},
    {"confidential_note_events", "Confidential Note Hook"},
    {"merge_requests_events", "Merge Request Hook"},
    {"job_events", "Job Hook"},
    {"pipeline_events", "Pipeline Hook"},
    {"wiki_page_events", "Wiki Page Hook"},
    {"releases_events", "Release Hook"},
    {"deployment_events", "Deployment Hook"},
};

static void put_hook(struct lab_call *c, const struct lab_hook *h)
{
    struct jout *j = &c->j;
    jout_open(j, '{');
    jout_kint(j, "id", h->id);
    jout_kstrz(j, "url", h->url);
    jout_kint(j, "project_id", c->repo->id);
    for (size_t i = 0; i < ARRAY_LEN(switches); i++)
        jout_kbool(j, switches[i].name, hook_has(h, switches[i].event));
    jout_kstrz(j, "push_events_branch_filter", h->branches ? h->branches : "");
    jout_kbool(j, "enable_ssl_verification", !h->insecure);
    jout_kstrz(j, "alert_status", hook_alert_text(h, c->now));
    call_time(c, "disabled_until", h->disabled_until);
    jout_kbool(j, "token_present", h->secret != NULL);
    jout_kbool(j, "signing_token_present", h->signing != NULL);
    call_time(c, "created_at", h->created);
    jout_close(j, '}');
}

static void turn_off(struct lab_hook *h, const char *event)
{
    for (size_t i = 0; i < h->events.n; i++)
        if (strcmp(h->events.at[i], event) == 0) {
            VEC_REMOVE(&h->events, i);
            return;
        }
}

static void take(struct lab_call *c, struct lab_hook *h)
{
    hook_set_text(c->world, h, &h->url, call_text(c, "url"));
    hook_set_text(c->world, h, &h->branches, call_text(c, "push_events_branch_filter"));
    hook_set_text(c->world, h, &h->secret, call_text(c, "token"));
    hook_set_text(c->world, h, &h->signing, call_text(c, "signing_token"));
    if (jval_bool(jval_get(c->body, "enable_ssl_verification")) >= 0)
        h->insecure = !jval_true(jval_get(c->body, "enable_ssl_verification"));
    for (size_t i = 0; i < ARRAY_LEN(switches); i++) {
        int on = jval_bool(jval_get(c->body, switches[i].name));
        if (on == 1)
            hook_event(c->world, h, switches[i].event);
        else if (on == 0)
            turn_off(h, switches[i].event);
    }
    hook_edited(h, c->now);
}

static void list_hooks(struct lab_call *c)
{
    hook_list(c, put_hook);
}

static void post_hook(struct lab_call *c)
{
    if (!call_text(c, "url").n) {
        gitlab_invalid(c, 400, "url is missing");
        return;
    }
    struct lab_hook *h = hook_made(c);
    hook_event(c->world, h, "Push Hook");
    take(c, h);
    call_open(c, 201);
    put_hook(c, h);
}

static void get_hook(struct lab_call *c)
{
    const struct lab_hook *h = hook_asked(c);
    if (!h)
        return;
    call_open(c, 200);
    put_hook(c, h);
}

static void put_hook_again(struct lab_call *c)
{
    struct lab_hook *h = hook_asked(c);
    if (!h)
        return;
    if (!call_text(c, "url").n) {
        gitlab_invalid(c, 400, "url is missing");
        return;
    }
    take(c, h);
    call_open(c, 200);
    put_hook(c, h);
}

/* A push of the newest commit, as GitLab makes one up: it changes nothing. */
static void test_hook(struct lab_call *c)
{
    struct lab_hook *h = hook_asked(c);
    struct lab_call e;
    static const char sha[] = "da1560886d4f094c3e6c9ef40349f7d38b5d27d7";
    if (!h)
        return;
    struct jout *j = tell_open(&e, c);
    jout_kstrz(j, "object_kind", "push");
    jout_kstrz(j, "event_name", "push");
    jout_kstrz(j, "before", sha);
    jout_kstrz(j, "after", sha);
    jout_kstrz(j, "checkout_sha", sha);
    jout_kstrz(j, "ref", "refs/heads/main");
    jout_kint(j, "user_id", 1);
    jout_kstrz(j, "user_username", "lab-bot");
    jout_kint(j, "project_id", c->repo->id);
    jout_key(j, "project");
    jout_open(j, '{');
    jout_kint(j, "id", c->repo->id);
    jout_kstrz(j, "path_with_namespace", c->repo->path);
    jout_kstrz(j, "default_branch", "main");
    jout_close(j, '}');
    jout_key(j, "commits");
    jout_open(j, '[');
    jout_close(j, ']');
    jout_kint(j, "total_commits_count", 0);
    tell_put(&e, &(struct lab_event){.event = "Push Hook", .hook = h});
    call_message(c, 201, "201 Created");
}

const struct lab_row gitlab_hook_rows[] = {
    {"GET", "hooks", list_hooks},
    {"POST", "hooks", post_hook},
    {"GET", "hooks/*", get_hook},
    {"PUT", "hooks/*", put_hook_again},
    {"DELETE", "hooks/*", hook_deleted},
    {"POST", "hooks/*/test/push_events", test_hook},
    {NULL, NULL, NULL},
};
