/* SPDX-License-Identifier: Apache-2.0 */
/* GitHub's webhooks of repositories and organizations, and where that of the App leads. */
#include "server/lab/github.h"
#include "server/lab/hook_api.h"

static void put_config(struct jout *j, const struct lab_hook *h)
{
    jout_open(j, '{');
    jout_kstrz(j, "content_type", h->form ? "form" : "json");
    jout_kstrz(j, "insecure_ssl", h->insecure ? "1" : "0");
    if (h->secret)
        jout_kstrz(j, "secret", "********");
    jout_kstrz(j, "url", h->url);
    jout_close(j, '}');
}

static void put_hook(struct lab_call *c, const struct lab_hook *h)
{
    struct jout *j = &c->j;
    jout_open(j, '{');
    jout_kstrz(j, "type", h->scope == HOOK_REPO ? "Repository" : "Organization");
    jout_kint(j, "id", h->id);
    jout_kstrz(j, "name", "web");
    jout_kbool(j, "active", h->active);
    jout_key(j, "events");
    jout_strs(j, h->events.at, h->events.n);
    jout_key(j, "config");
    put_config(j, h);
    call_time(c, "created_at", h->created);
    call_time(c, "updated_at", h->updated);
    jout_close(j, '}');
}

/* False after answering 422. */
static bool is_valid(struct lab_call *c)
{
    static const char *const app_alone[] = {"merge_group", "repository_dispatch", "installation"};
    const struct jval *events = jval_get(c->body, "events");
    for (size_t i = 0; i < jval_len(events); i++)
        for (size_t k = 0; k < ARRAY_LEN(app_alone); k++)
            if (sv_is(jval_str(jval_item(events, i)), app_alone[k])) {
                github_invalid(c, "Hook", "events", "custom", "The events are not supported by repository hooks.");
                return false;
            }
    return true;
}

/* What `config` does not name goes back to its default. */
static void take(struct lab_call *c, struct lab_hook *h)
{
    const struct jval *config = jval_get(c->body, "config");
    if (config) {
        struct sv secret = jval_str(jval_get(config, "secret"));
        hook_set_text(c->world, h, &h->url, jval_str(jval_get(config, "url")));
        hook_set_text(c->world, h, &h->secret, secret.p ? secret : SV(""));
        h->form = !sv_is(jval_str(jval_get(config, "content_type")), "json");
        h->insecure = sv_is(jval_str(jval_get(config, "insecure_ssl")), "1");
    }
    hook_events(c->world, h, jval_get(c->body, "events"));
    if (jval_bool(jval_get(c->body, "active")) >= 0)
        h->active = jval_true(jval_get(c->body, "active"));
    hook_edited(h, c->now);
}

static void list_hooks(struct lab_call *c)
{
    hook_list(c, put_hook);
}

static bool is_there(struct lab_call *c, struct sv url)
{
    struct lab_hook_place place = {LAB_GITHUB, HOOK_REPO, c->repo, SV_NONE};
    struct lab_hook **there;
    size_t n = hooks_at(c->world, &place, &there);
    bool found = false;
    for (size_t i = 0; i < n; i++)
        found |= sv_is(url, there[i]->url);
    mem_free(there);
    return found;
}

static void post_hook(struct lab_call *c)
{
    struct sv url = jval_str(jval_at(c->body, "config", "url"));
    if (!url.n) {
        github_invalid(c, "Hook", "url", "missing_field", NULL);
    } else if (is_there(c, url)) {
        github_invalid(c, "Hook", "url", "custom", "Hook already exists on this repository");
    } else if (is_valid(c)) {
        struct lab_hook *h = hook_made(c);
        take(c, h);
        if (!h->events.n)
            hook_event(c->world, h, "push");
        call_open(c, 201);
        put_hook(c, h);
    }
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
    if (!h || !is_valid(c))
        return;
    take(c, h);
    call_open(c, 200);
    put_hook(c, h);
}

static void ping_hook(struct lab_call *c)
{
    struct lab_hook *h = hook_asked(c);
    struct lab_call e;
    if (!h)
        return;
    struct jout *j = tell_open(&e, c);
    jout_kstrz(j, "zen", "Design for failure.");
    jout_kint(j, "hook_id", h->id);
    jout_key(j, "repository");
    github_put_repo(&e, c->repo);
    tell_who(&e, "sender", "lab-bot");
    tell_put(&e, &(struct lab_event){.event = "ping", .hook = h});
    c->status = 204;
}

/* The App has one, and is told of it no more than this: no number, and not whether it is on. */
static void get_app_config(struct lab_call *c)
{
    for (size_t i = 0; i < c->world->hooks.n; i++) {
        const struct lab_hook *h = c->world->hooks.at[i];
        if (h->forge != LAB_GITHUB || h->scope != HOOK_APP || h->removed)
            continue;
        put_config(call_open(c, 200), h);
        return;
    }
    call_message(c, 404, "Not Found");
}

const struct lab_row github_hook_rows[] = {
    {"GET", "hooks", list_hooks},
    {"POST", "hooks", post_hook},
    {"GET", "hooks/*", get_hook},
    {"PATCH", "hooks/*", patch_hook},
    {"DELETE", "hooks/*", hook_deleted},
    {"POST", "hooks/*/pings", ping_hook},
    {NULL, NULL, NULL},
};
const struct lab_row github_hook_tops[] = {
    {"GET", "orgs/*/hooks", list_hooks},
    {"GET", "orgs/*/hooks/*", get_hook},
    {"PATCH", "orgs/*/hooks/*", patch_hook},
    {"GET", "app/hook/config", get_app_config},
    {NULL, NULL, NULL},
};
