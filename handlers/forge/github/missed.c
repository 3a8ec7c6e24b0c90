/* SPDX-License-Identifier: Apache-2.0 */
/* GitHub REST API 2022-11-28, "Repository webhooks", "Organization webhooks", "GitHub App webhooks": hooks and their
 * deliveries of the last three days. GitHub never tries a delivery again by itself. A delivery's body is read from the
 * list, so that it is here whether or not GitHub can reach us. Pages by Link, newest first. An App has one webhook,
 * which has no number, and which no API switches on or off. */
#include <stdio.h>
#include "fmt/json.h"
#include "handlers/forge/github/github.h"
#include "handlers/forge/github/turns.h"

enum stage { REPO_HOOKS, ORG_HOOKS, APP_HOOK, NEXT_HOOK, ITEMS, BODIES, SWITCH };
static const msec_t OVERLAP_MS = 600000; /* deliveries are entered some time after they were tried */
static const struct json_limits body_limits = {.bytes = 64 << 20, .depth = 128, .nodes = 2000000};

static enum talk_next go_on(struct missed *m, struct api_request *ret);

/* The App's own token is another one each time: an answer that is kept for it would never be asked for again. */
static enum talk_next get(struct missed *m, struct api_request *ret)
{
    size_t n = 0;
    ret->method = "GET";
    for (; github_dialect.headers[n]; n++)
        ret->headers[n] = github_dialect.headers[n];
    if (m->of == MISSED_APP)
        ret->headers[n] = "Cache-Control: no-cache";
    m->calls++;
    return TALK_CALL;
}

static struct missed_hook *hook_at(struct missed *m)
{
    return &m->hooks.at[m->at];
}

static enum talk_next to(struct missed *m, enum stage stage, struct api_request *ret)
{
    m->stage = (int)stage;
    m->next = NULL;
    m->item = 0;
    m->pages = 0;
    return go_on(m, ret);
}

static enum talk_next next_hook(struct missed *m, struct api_request *ret)
{
    m->at++;
    VEC_CLEAR(&m->items);
    return to(m, NEXT_HOOK, ret);
}

/* What was found is on its way by now. */
static enum talk_next hook_done(struct missed *m, struct api_request *ret)
{
    struct missed_hook *h = hook_at(m);
    if (h->trouble != HOOK_DISABLED || !m->may_switch || !m->may_switch(m->ctx, h))
        return next_hook(m, ret);
    m->stage = SWITCH;
    buf_str(&ret->path, h->name);
    buf_str(&ret->body, "{\"active\":true}");
    enum talk_next next = get(m, ret);
    ret->method = "PATCH";
    return next;
}

/* A hook that was never looked through: what it missed before is nobody's. */
static enum talk_next ask_items(struct missed *m, struct api_request *ret)
{
    if (m->next)
        buf_str(&ret->path, m->next);
    else
        buf_fmt(&ret->path, "%s/deliveries?per_page=100", hook_at(m)->name);
    return get(m, ret);
}

static enum talk_next ask_body(struct missed *m, struct api_request *ret)
{
    if (m->item < m->items.n && m->calls >= MISSED_CALLS)
        hook_at(m)->since = m->items.at[m->item].at; /* the next conversation goes on here */
    if (m->item >= m->items.n || m->calls >= MISSED_CALLS)
        return hook_done(m, ret);
    buf_fmt(&ret->path, "%s/deliveries/%lld", hook_at(m)->name, (long long)m->items.at[m->item].id);
    return get(m, ret);
}

static enum talk_next go_on(struct missed *m, struct api_request *ret)
{
    switch ((enum stage)m->stage) {
    case REPO_HOOKS:
        buf_str(&ret->path, "/repos/");
        talk_repo_path(m->repo, &ret->path);
        buf_str(&ret->path, "/hooks?per_page=100");
        return get(m, ret);
    case ORG_HOOKS:
        if (!m->owner)
            return to(m, NEXT_HOOK, ret);
        buf_str(&ret->path, "/orgs/");
        talk_repo_path(m->owner, &ret->path);
        buf_str(&ret->path, "/hooks?per_page=100");
        return get(m, ret);
    case APP_HOOK:
        buf_str(&ret->path, "/app/hook/config");
        return get(m, ret);
    case NEXT_HOOK:
        if (m->at >= m->hooks.n)
            return TALK_SENT;
        hook_at(m)->since = m->since(m->ctx, hook_at(m)->name);
        return to(m, ITEMS, ret);
    case ITEMS:
        return ask_items(m, ret);
    case BODIES:
        return ask_body(m, ret);
    case SWITCH:
        break;
    }
    return TALK_SENT;
}

static void read_hooks(struct missed *m, const struct jval *root, const char *scope)
{
    bool of_owner = m->stage == ORG_HOOKS;
    for (size_t i = 0; i < jval_len(root); i++) {
        const struct jval *x = jval_item(root, i);
        const struct missed_place *p = missed_place_of(m, jval_str(jval_at(x, "config", "url")));
        int64_t id = 0;
        if (!p || !jval_int(jval_get(x, "id"), &id))
            continue;
        struct missed_hook h = {.name = arena_fmt(&m->arena, "%s/hooks/%lld", scope, (long long)id),
                                .source = arena_fmt(&m->arena, "%lld", (long long)id),
                                .url = arena_dup(&m->arena, jval_str(jval_at(x, "config", "url"))),
                                .place = p->path,
                                .system = p->system,
                                .of_owner = of_owner,
                                .trouble = jval_bool(jval_get(x, "active")) == 0 ? HOOK_DISABLED : HOOK_WORKS};
        VEC_PUSH(&m->hooks, h);
    }
}

static void read_repo_hooks(struct missed *m, const struct jval *root)
{
    AUTO(buf_free) struct buf path = {0};
    buf_str(&path, "/repos/");
    talk_repo_path(m->repo, &path);
    read_hooks(m, root, path.p);
    m->listed = true;
}

/* GitHub tells an App its own hook's address alone: {"url", "content_type", …}. */
static void read_app_hook(struct missed *m, const struct jval *root)
{
    struct sv url = jval_str(jval_get(root, "url"));
    const struct missed_place *p = missed_place_of(m, url);
    if (p)
        VEC_PUSH(&m->hooks,
                 ((struct missed_hook){
                     .name = "/app/hook", .url = arena_dup(&m->arena, url), .place = p->path, .system = p->system}));
}

static msec_t time_of(const struct jval *x)
{
    msec_t at = 0;
    return when_parse(jval_str(jval_get(x, "delivered_at")), &at) ? at : 0;
}

/* True: the page goes back to what was looked through before. */
static bool read_items(struct missed *m, const struct jval *root, int64_t from)
{
    bool done = jval_len(root) == 0;
    for (size_t i = 0; i < jval_len(root); i++) {
        const struct jval *x = jval_item(root, i);
        int64_t code = 0;
        struct missed_item item = {.guid = arena_dup(&m->arena, jval_str(jval_get(x, "guid"))), .at = time_of(x)};
        if (!jval_int(jval_get(x, "id"), &item.id) || !item.guid)
            continue;
        (void)jval_int(jval_get(x, "status_code"), &code);
        item.ok = (code >= 200 && code < 400) || sv_is(jval_str(jval_get(x, "status")), "OK");
        msec_t *newest = item.ok ? &hook_at(m)->arrived : &hook_at(m)->failed;
        *newest = item.at >= m->up && item.at > *newest ? item.at : *newest;
        done |= item.at < from;
        if (item.at >= from)
            missed_item_add(m, &item);
    }
    return done;
}

static enum talk_next items_read(struct missed *m, const struct api_reply *r, const struct jval *root,
                                 struct api_request *ret)
{
    struct missed_hook *h = hook_at(m);
    AUTO(buf_free) struct buf path = {0};
    int64_t before = m->since(m->ctx, h->name), newest = time_of(jval_item(root, 0));
    int64_t from = before ? before - OVERLAP_MS : INT64_MAX;
    if (!m->next) /* the newest of all is on the first page */
        h->since = newest > before ? newest : before ? before : m->now;
    struct sv next = talk_link_next(r->link);
    bool done = read_items(m, root, from);
    m->next =
        !done && next.p && talk_below(&github_hook_dialect, next, &path) ? arena_dup(&m->arena, buf_view(&path)) : NULL;
    if (m->next && ++m->pages < MISSED_PAGES)
        return go_on(m, ret);
    missed_items_left(m);
    return to(m, BODIES, ret);
}

static void read_body(struct missed *m, const struct jval *root)
{
    AUTO(buf_free) struct buf json = {0};
    const struct jval *payload = jval_at(root, "request", "payload");
    const struct missed_item *item = &m->items.at[m->item];
    struct jout o = {.buf = &json};
    if (jval_kind(payload) != J_OBJECT)
        return;
    jout_val(&o, payload);
    struct missed_delivery d = {.guid = item->guid,
                                .event = arena_dup(&m->arena, jval_str(jval_get(root, "event"))),
                                .place = hook_at(m)->place,
                                .system = hook_at(m)->system,
                                .payload = arena_sv(&m->arena, buf_view(&json)),
                                .at = item->at};
    if (d.event)
        VEC_PUSH(&m->found, d);
}

static enum talk_next taken(struct missed *m, const struct api_reply *r, const struct jval *root,
                            struct api_request *ret)
{
    switch ((enum stage)m->stage) {
    case REPO_HOOKS:
        read_repo_hooks(m, root);
        return to(m, ORG_HOOKS, ret);
    case ORG_HOOKS:
        read_hooks(m, root, arena_fmt(&m->arena, "/orgs/%s", m->owner));
        m->owner_listed = true;
        return to(m, NEXT_HOOK, ret);
    case APP_HOOK:
        read_app_hook(m, root);
        return to(m, NEXT_HOOK, ret);
    case ITEMS:
        return items_read(m, r, root, ret);
    case BODIES:
        read_body(m, root);
        m->item++;
        return go_on(m, ret);
    case SWITCH:
        hook_at(m)->mended = true;
        return next_hook(m, ret);
    case NEXT_HOOK:
        break;
    }
    return TALK_DEAD;
}

/* Most credentials may not see hooks: then there is the state of the repository to go by. */
static enum talk_next refused(struct missed *m, struct api_request *ret, struct err *e)
{
    struct err why = *e;
    *e = (struct err){0};
    if (m->stage == REPO_HOOKS) {
        m->problem = arena_strdup(&m->arena, why.msg);
        return to(m, ORG_HOOKS, ret);
    }
    if (m->stage == ORG_HOOKS || m->stage == APP_HOOK)
        return to(m, NEXT_HOOK, ret);
    if (m->stage == SWITCH) {
        hook_at(m)->refused = arena_strdup(&m->arena, why.msg);
        return next_hook(m, ret);
    }
    if (m->stage == BODIES) { /* too old by now */
        m->item++;
        return go_on(m, ret);
    }
    hook_at(m)->since = 0;
    return hook_done(m, ret);
}

enum talk_next github_missed(struct missed *m, const struct api_reply *reply, struct api_request *ret, struct err *e)
{
    static const struct effect nothing;
    AUTO(jdoc_free) struct jdoc *doc = NULL;
    if (!reply)
        return to(m, m->of == MISSED_APP ? APP_HOOK : REPO_HOOKS, ret);
    if (reply->status != 200) {
        enum talk_next next = talk_refused(&nothing, reply, TURN_READS, e);
        return next == TALK_RETRY && e->cls != ERR_DENIED ? TALK_RETRY : refused(m, ret, e);
    }
    if (jdoc_parse(reply->body, &body_limits, &doc, e) < 0)
        return refused(m, ret, e);
    return taken(m, reply, jdoc_root(doc), ret);
}
