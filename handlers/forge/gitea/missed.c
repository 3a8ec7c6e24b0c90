/* SPDX-License-Identifier: Apache-2.0 */
/* Gitea and Forgejo API v1, repoListHooks and repoEditHook. There is no list of deliveries: only which hooks lead here,
 * and whether they are on. An edit sets the events, the filter of branches and the header of authorization whether or
 * not it names them (routers/api/v1/utils/hook.go, editHook), so all of them are said as they are. */
#include "fmt/json.h"
#include "handlers/forge/gitea/gitea.h"
#include "handlers/forge/gitea/turns.h"

enum stage { HOOKS, SWITCH };

static enum talk_next ask(struct missed *m, const char *method, struct api_request *ret)
{
    ret->method = method;
    for (size_t i = 0; gitea_dialect.headers[i]; i++)
        ret->headers[i] = gitea_dialect.headers[i];
    m->calls++;
    return TALK_CALL;
}

static void hooks_path(const struct missed *m, struct buf *out)
{
    buf_str(out, "/api/v1/repos/");
    talk_repo_path(m->repo, out);
    buf_str(out, "/hooks");
}

static enum talk_next ask_hooks(struct missed *m, struct api_request *ret)
{
    if (m->next) {
        buf_str(&ret->path, m->next);
    } else {
        hooks_path(m, &ret->path);
        buf_str(&ret->path, "?limit=50");
    }
    return ask(m, "GET", ret);
}

/* From the hook at m->at on: the next one that may be switched on. */
static enum talk_next ask_switch(struct missed *m, struct api_request *ret)
{
    for (m->stage = SWITCH; m->at < m->hooks.n; m->at++) {
        const struct missed_hook *h = &m->hooks.at[m->at];
        if (h->trouble != HOOK_DISABLED || !m->may_switch || !m->may_switch(m->ctx, h))
            continue;
        buf_str(&ret->path, h->name);
        buf_str(&ret->body, h->edit);
        return ask(m, "PATCH", ret);
    }
    return TALK_SENT;
}

static const char *edit_of(struct missed *m, const struct jval *x)
{
    AUTO(buf_free) struct buf json = {0};
    struct jout o = {.buf = &json};
    const struct jval *events = jval_get(x, "events");
    const char **names = arena_new(&m->arena, (jval_len(events) + 1) * sizeof *names);
    size_t n = 0;
    for (size_t i = 0; i < jval_len(events); i++)
        if (jval_str(jval_item(events, i)).p)
            names[n++] = arena_dup(&m->arena, jval_str(jval_item(events, i)));
    jout_open(&o, '{');
    jout_kbool(&o, "active", true);
    gitea_put_known_events(names, n, &o);
    gitea_put_kept(arena_dup(&m->arena, jval_str(jval_get(x, "branch_filter"))),
                   arena_dup(&m->arena, jval_str(jval_get(x, "authorization_header"))), &o);
    jout_close(&o, '}');
    return arena_dup(&m->arena, buf_view(&json));
}

static void read_hooks(struct missed *m, const struct jval *root)
{
    for (size_t i = 0; i < jval_len(root); i++) {
        AUTO(buf_free) struct buf path = {0};
        const struct jval *x = jval_item(root, i);
        struct sv url = jval_str(jval_at(x, "config", "url"));
        const struct missed_place *p = missed_place_of(m, url);
        int64_t id = 0;
        if (!p || !jval_int(jval_get(x, "id"), &id))
            continue;
        hooks_path(m, &path);
        struct missed_hook h = {.name = arena_fmt(&m->arena, "%s/%lld", path.p, (long long)id),
                                .source = arena_fmt(&m->arena, "%s %lld", p->path, (long long)m->repo_id),
                                .place = p->path,
                                .system = p->system,
                                .url = arena_dup(&m->arena, url),
                                .edit = edit_of(m, x),
                                .trouble = jval_bool(jval_get(x, "active")) == 0 ? HOOK_DISABLED : HOOK_WORKS};
        VEC_PUSH(&m->hooks, h);
    }
}

static enum talk_next hooks_read(struct missed *m, const struct api_reply *r, const struct jval *root,
                                 struct api_request *ret)
{
    AUTO(buf_free) struct buf path = {0};
    read_hooks(m, root);
    m->next = talk_below(&gitea_dialect, talk_link_next(r->link), &path) ? arena_dup(&m->arena, buf_view(&path)) : NULL;
    if (m->next && ++m->pages < MISSED_PAGES)
        return ask_hooks(m, ret);
    m->listed = !m->next;
    return ask_switch(m, ret);
}

/* Seeing hooks needs an administrator of the repository. */
static enum talk_next refused(struct missed *m, struct api_request *ret, struct err *e)
{
    const char *why = arena_strdup(&m->arena, e->msg);
    *e = (struct err){0};
    if (m->stage == HOOKS) {
        m->problem = why;
        return TALK_SENT;
    }
    m->hooks.at[m->at++].refused = why;
    return ask_switch(m, ret);
}

enum talk_next gitea_missed(struct missed *m, const struct api_reply *reply, struct api_request *ret, struct err *e)
{
    static const struct json_limits page_limits = {.bytes = 16 << 20, .depth = 32, .nodes = 200000};
    static const struct effect nothing;
    AUTO(jdoc_free) struct jdoc *doc = NULL;
    if (!reply)
        return ask_hooks(m, ret);
    if (reply->status != 200) {
        enum talk_next next = talk_refused(&nothing, reply, TURN_READS, e);
        return next == TALK_RETRY && e->cls != ERR_DENIED ? TALK_RETRY : refused(m, ret, e);
    }
    if (m->stage == SWITCH) {
        m->hooks.at[m->at++].mended = true;
        return ask_switch(m, ret);
    }
    if (jdoc_parse(reply->body, &page_limits, &doc, e) < 0)
        return refused(m, ret, e);
    return hooks_read(m, reply, jdoc_root(doc), ret);
}
