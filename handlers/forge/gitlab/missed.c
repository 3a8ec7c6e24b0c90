/* SPDX-License-Identifier: Apache-2.0 */
/* GitLab REST API v4, "Project webhooks": hooks of a project, and their events of the last seven days, newest first,
 * each with what was sent. It has no time, but its number rises. Hooks that failed are disabled, for a while or for
 * good (alert_status). Pages by Link. */
#include "fmt/enc.h"
#include "fmt/json.h"
#include "handlers/forge/gitlab/gitlab.h"
#include "handlers/forge/gitlab/turns.h"

enum stage { HOOKS, NEXT_HOOK, EVENTS, MEND };
static const struct json_limits page_limits = {.bytes = 64 << 20, .depth = 128, .nodes = 2000000};

static enum talk_next get(struct missed *m, struct api_request *ret)
{
    ret->method = "GET";
    for (size_t i = 0; gitlab_dialect.headers[i]; i++)
        ret->headers[i] = gitlab_dialect.headers[i];
    m->calls++;
    return TALK_CALL;
}

static const char *project(struct missed *m)
{
    AUTO(buf_free) struct buf b = {0};
    buf_str(&b, "/api/v4/projects/");
    if (m->repo_id)
        buf_fmt(&b, "%lld", (long long)m->repo_id);
    else
        url_put(&b, sv_of(m->repo));
    return arena_dup(&m->arena, buf_view(&b));
}

static enum talk_next go_on(struct missed *m, struct api_request *ret)
{
    if (m->stage == HOOKS) {
        buf_fmt(&ret->path, "%s/hooks?per_page=100", project(m));
        return get(m, ret);
    }
    if (m->stage == NEXT_HOOK) {
        if (m->at >= m->hooks.n)
            return TALK_SENT;
        m->hooks.at[m->at].since = m->since(m->ctx, m->hooks.at[m->at].name);
        m->stage = EVENTS;
        m->next = NULL;
        m->pages = 0;
        VEC_CLEAR(&m->items);
    }
    if (m->next)
        buf_str(&ret->path, m->next);
    else
        buf_fmt(&ret->path, "%s/events?per_page=20", m->hooks.at[m->at].name);
    return get(m, ret);
}

/* A hook that was given up, or rests, works again when it is edited: it gets the address that it has. */
static enum talk_next mend(struct missed *m, struct api_request *ret)
{
    const struct missed_hook *h = &m->hooks.at[m->at];
    struct jout o = {.buf = &ret->body};
    m->stage = MEND;
    buf_str(&ret->path, h->name);
    jout_open(&o, '{');
    jout_kstrz(&o, "url", h->url);
    jout_close(&o, '}');
    enum talk_next next = get(m, ret);
    ret->method = "PUT";
    return next;
}

static void read_hooks(struct missed *m, const struct jval *root)
{
    for (size_t i = 0; i < jval_len(root); i++) {
        const struct jval *x = jval_item(root, i);
        const struct missed_place *p = missed_place_of(m, jval_str(jval_get(x, "url")));
        struct sv alert = jval_str(jval_get(x, "alert_status"));
        int64_t id = 0;
        if (!p || !jval_int(jval_get(x, "id"), &id))
            continue;
        struct missed_hook h = {.name = arena_fmt(&m->arena, "%s/hooks/%lld", project(m), (long long)id),
                                .place = p->path,
                                .system = p->system,
                                .until = arena_dup(&m->arena, jval_str(jval_get(x, "disabled_until"))),
                                .url = arena_dup(&m->arena, jval_str(jval_get(x, "url"))),
                                .trouble = sv_is(alert, "disabled")               ? HOOK_DISABLED
                                           : sv_is(alert, "temporarily_disabled") ? HOOK_RESTING
                                                                                  : HOOK_WORKS};
        VEC_PUSH(&m->hooks, h);
    }
}

static bool is_success(const struct jval *x)
{
    int64_t code = 0;
    const struct jval *status = jval_get(x, "response_status");
    if (!jval_int(status, &code) && !sv_int(jval_str(status), &code))
        return false;
    return code >= 200 && code < 400;
}

/* Header names as they were sent; older versions have no Idempotency-Key, and then a delivery has no name here. */
static struct sv sent_header(const struct jval *x, struct sv name)
{
    struct sv key;
    const struct jval *value;
    for (size_t at = 0; jval_each(jval_get(x, "request_headers"), &at, &key, &value);)
        if (sv_ieq(key, name))
            return jval_str(value);
    return SV_NONE;
}

static void keep(struct missed *m, const struct jval *x, struct missed_item *item)
{
    AUTO(buf_free) struct buf json = {0};
    struct jout o = {.buf = &json};
    const struct jval *data = jval_get(x, "request_data");
    const char *event = arena_dup(&m->arena, sent_header(x, SV("X-Gitlab-Event")));
    if (item->ok || !event || jval_kind(data) != J_OBJECT)
        return;
    jout_val(&o, data);
    struct missed_delivery *d = arena_new(&m->arena, sizeof *d);
    *d = (struct missed_delivery){.guid = item->guid,
                                  .event = event,
                                  .place = m->hooks.at[m->at].place,
                                  .system = m->hooks.at[m->at].system,
                                  .payload = arena_sv(&m->arena, buf_view(&json))};
    item->more = d;
}

/* True: the page goes back to what was looked through before. */
static bool read_events(struct missed *m, const struct jval *root, int64_t from)
{
    bool done = jval_len(root) == 0;
    for (size_t i = 0; i < jval_len(root); i++) {
        const struct jval *x = jval_item(root, i);
        struct missed_item item = {.guid = arena_dup(&m->arena, sent_header(x, SV("Idempotency-Key"))),
                                   .ok = is_success(x)};
        if (!jval_int(jval_get(x, "id"), &item.id))
            continue;
        done |= item.id <= from;
        if (item.id <= from || !item.guid)
            continue;
        keep(m, x, &item);
        missed_item_add(m, &item);
    }
    return done;
}

static enum talk_next events_read(struct missed *m, const struct api_reply *r, const struct jval *root,
                                  struct api_request *ret)
{
    struct missed_hook *h = &m->hooks.at[m->at];
    AUTO(buf_free) struct buf path = {0};
    int64_t from = m->since(m->ctx, h->name), newest = 0;
    if (jval_int(jval_get(jval_item(root, 0), "id"), &newest) && newest > h->since)
        h->since = newest;
    h->since = h->since ? h->since : 1;
    struct sv next = talk_link_next(r->link);
    bool done = read_events(m, root, from ? from : INT64_MAX);
    m->next =
        !done && next.p && talk_below(&gitlab_dialect, next, &path) ? arena_dup(&m->arena, buf_view(&path)) : NULL;
    if (m->next && ++m->pages < MISSED_PAGES * 5)
        return go_on(m, ret);
    missed_items_left(m);
    for (size_t i = 0; i < m->items.n; i++)
        if (m->items.at[i].more)
            VEC_PUSH(&m->found, *(const struct missed_delivery *)m->items.at[i].more);
    if (h->trouble != HOOK_WORKS)
        return mend(m, ret);
    m->at++;
    m->stage = NEXT_HOOK;
    return go_on(m, ret);
}

enum talk_next gitlab_missed(struct missed *m, const struct api_reply *reply, struct api_request *ret, struct err *e)
{
    static const struct effect nothing;
    AUTO(jdoc_free) struct jdoc *doc = NULL;
    if (!reply)
        return go_on(m, ret);
    bool ok = reply->status == 200;
    if (m->stage == MEND) {
        if (!ok)
            m->hooks.at[m->at].refused = arena_fmt(&m->arena, "the forge answered %d", reply->status);
        m->hooks.at[m->at++].mended = ok;
        m->stage = NEXT_HOOK;
        return go_on(m, ret);
    }
    if (!ok && talk_refused(&nothing, reply, TURN_READS, e) == TALK_RETRY && e->cls != ERR_DENIED)
        return TALK_RETRY;
    if (ok && jdoc_parse(reply->body, &page_limits, &doc, e) == 0) {
        if (m->stage == EVENTS)
            return events_read(m, reply, jdoc_root(doc), ret);
        read_hooks(m, jdoc_root(doc));
        m->listed = true;
    } else if (m->stage == HOOKS) {
        m->problem = arena_strdup(&m->arena, e->msg);
    } else {
        m->hooks.at[m->at++].since = 0;
    }
    *e = (struct err){0};
    m->stage = NEXT_HOOK;
    return go_on(m, ret);
}
