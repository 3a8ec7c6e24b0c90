/* SPDX-License-Identifier: Apache-2.0 */
/* Gitea's webhooks: off unless it is said, and a name that stands for several is answered with all of them. An edit
 * sets events, filter and header whether or not it says them (routers/api/v1/utils/hook.go, editHook). */
#include "server/lab/gitea.h"
#include "server/lab/hook_api.h"

static const char *const families[][8] = {
    {"pull_request", "pull_request_assign", "pull_request_label", "pull_request_milestone", "pull_request_sync",
     "pull_request_review_request"},
    {"pull_request_review", "pull_request_review_approved", "pull_request_review_rejected",
     "pull_request_review_comment"},
    {"issues", "issue_assign", "issue_label", "issue_milestone", "issue_comment"},
};

static void put_hook(struct lab_call *c, const struct lab_hook *h)
{
    struct jout *j = &c->j;
    jout_open(j, '{');
    jout_kint(j, "id", h->id);
    jout_kstrz(j, "type", "gitea");
    jout_kstrz(j, "branch_filter", h->branches ? h->branches : "*");
    jout_key(j, "config");
    jout_open(j, '{');
    jout_kstrz(j, "content_type", h->form ? "form" : "json");
    jout_kstrz(j, "url", h->url);
    jout_close(j, '}');
    jout_key(j, "events");
    jout_strs(j, h->events.at, h->events.n);
    jout_kstrz(j, "authorization_header", h->authorization ? h->authorization : "");
    jout_kbool(j, "active", h->active);
    call_time(c, "created_at", h->created);
    call_time(c, "updated_at", h->updated);
    jout_close(j, '}');
}

static struct sv or_empty(struct sv text)
{
    return text.p ? text : SV("");
}

/* A name alone is the whole family; with _only behind it itself alone. */
static void take_events(struct lab_call *c, struct lab_hook *h)
{
    const struct jval *names = jval_get(c->body, "events");
    VEC_CLEAR(&h->events);
    if (jval_len(names))
        hook_events(c->world, h, names);
    else
        hook_event(c->world, h, "push");
    for (size_t i = 0; i < ARRAY_LEN(families); i++)
        for (size_t k = 1; hook_has(h, families[i][0]) && families[i][k]; k++)
            hook_event(c->world, h, families[i][k]);
    for (size_t i = 0; i < h->events.n; i++) {
        struct sv name = sv_of(h->events.at[i]);
        if (sv_ends(name, SV("_only")))
            h->events.at[i] = arena_dup(&c->world->arena, sv_cut(name, name.n - strlen("_only")));
    }
}

static void take(struct lab_call *c, struct lab_hook *h)
{
    const struct jval *config = jval_get(c->body, "config");
    struct sv type = jval_str(jval_get(config, "content_type"));
    hook_set_text(c->world, h, &h->url, jval_str(jval_get(config, "url")));
    hook_set_text(c->world, h, &h->secret, jval_str(jval_get(config, "secret")));
    hook_set_text(c->world, h, &h->authorization, or_empty(call_text(c, "authorization_header")));
    hook_set_text(c->world, h, &h->branches, or_empty(call_text(c, "branch_filter")));
    if (type.n)
        h->form = sv_is(type, "form");
    take_events(c, h);
    if (jval_bool(jval_get(c->body, "active")) >= 0)
        h->active = jval_true(jval_get(c->body, "active"));
    hook_edited(h, c->now);
}

static void list_hooks(struct lab_call *c)
{
    hook_list(c, put_hook);
}

static void post_hook(struct lab_call *c)
{
    const struct jval *config = jval_get(c->body, "config");
    if (!call_text(c, "type").n || !jval_str(jval_get(config, "url")).n ||
        !jval_str(jval_get(config, "content_type")).n) {
        call_message(c, 422, "type, config.url and config.content_type are required");
        return;
    }
    struct lab_hook *h = hook_made(c);
    h->active = false;
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

static void patch_hook(struct lab_call *c)
{
    struct lab_hook *h = hook_asked(c);
    if (!h)
        return;
    take(c, h);
    call_open(c, 200);
    put_hook(c, h);
}

/* A push of the newest commit, that changes nothing. */
static void test_hook(struct lab_call *c)
{
    struct lab_hook *h = hook_asked(c);
    struct lab_call e;
    static const char sha[] = "da1560886d4f094c3e6c9ef40349f7d38b5d27d7";
    if (!h)
        return;
    struct jout *j = tell_open(&e, c);
    jout_kstrz(j, "ref", "refs/heads/main");
    jout_kstrz(j, "before", sha);
    jout_kstrz(j, "after", sha);
    jout_key(j, "commits");
    jout_open(j, '[');
    jout_close(j, ']');
    jout_key(j, "repository");
    gitea_put_repo(&e, c->repo);
    tell_who(&e, "sender", "lab-bot");
    tell_put(&e, &(struct lab_event){.event = "push", .hook = h});
    c->status = 204;
}

const struct lab_row gitea_hook_rows[] = {
    {"GET", "hooks", list_hooks},
    {"POST", "hooks", post_hook},
    {"GET", "hooks/*", get_hook},
    {"PATCH", "hooks/*", patch_hook},
    {"DELETE", "hooks/*", hook_deleted},
    {"POST", "hooks/*/tests", test_hook},
    {NULL, NULL, NULL},
};
