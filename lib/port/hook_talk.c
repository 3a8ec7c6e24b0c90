/* SPDX-License-Identifier: Apache-2.0 */
#include "port/hook_talk.h"

enum stage { AT_LIST, AT_CREATE, AT_CHANGE, AT_DELETE, AT_PING, STAGE_N };
enum { FULL_PAGE = 50 }; /* a page with fewer items is the last one, where no Link says so */
static const struct json_limits answer_limits = {.bytes = 16 << 20, .depth = 32, .nodes = 500000};

void hook_answer_free(struct hook_answer *a)
{
    VEC_FREE(&a->found);
    arena_free(&a->arena);
}

static const struct hook_wish *wish_of(const struct effect *x)
{
    return CONTAINER_OF(x, struct hook_wish, effect);
}

/* ---- what is wanted ---- */

bool hook_is_wanted(const struct hook_wish *w, const char *event)
{
    for (size_t i = 0; i < w->n_events; i++)
        if (strcmp(w->events[i], event) == 0)
            return true;
    return false;
}

bool hook_is_added(const struct hook_wish *w, const char *event)
{
    for (const struct hook_row *r = w->ops->rows; r->name; r++)
        if (r->more && hook_is_wanted(w, r->name) && sv_starts(sv_of(event), sv_of(r->more)))
            return true;
    return false;
}

bool hook_is_right(const struct hook_wish *w, const struct hook_found *f)
{
    size_t have = 0;
    for (size_t i = 0; i < f->n_events; i++) {
        have += hook_is_wanted(w, f->events[i]);
        if (!hook_is_wanted(w, f->events[i]) && !hook_is_added(w, f->events[i]))
            return false;
    }
    return have == w->n_events && f->active && f->json && f->verifies;
}

/* ---- the list ---- */

static void list_ask(const struct effect *x, struct effect_talk *t, struct api_request *ret)
{
    const struct hook_wish *w = wish_of(x);
    ret->method = "GET";
    w->ops->path(x->repo, &ret->path);
    buf_fmt(&ret->path, "%s%d", w->ops->page_query, t->page + 1);
}

static bool is_ours(const struct hook_wish *w, const char *url)
{
    struct sv a = sv_of(w->url), b = sv_of(url);
    return sv_eq(sv_ends(a, SV("/")) ? sv_cut(a, a.n - 1) : a, sv_ends(b, SV("/")) ? sv_cut(b, b.n - 1) : b);
}

static enum talk_next go_to(struct effect_talk *t, enum stage stage)
{
    t->stage = (int)stage;
    return TALK_CALL;
}

/* What comes when all is known, and after each change. t->own is nothing here: n_done counts. */
static enum talk_next decide(const struct hook_wish *w, struct effect_talk *t)
{
    struct hook_answer *a = w->answer;
    switch (w->verb) {
    case HOOK_SET:
        if (a->found.n == 0 && a->done == HOOK_NOTHING)
            return go_to(t, AT_CREATE);
        if (a->n_done < a->found.n)
            return go_to(t, a->n_done == 0 ? AT_CHANGE : AT_DELETE);
        return TALK_SENT;
    case HOOK_SECRET:
        return a->n_done < a->found.n ? go_to(t, AT_CHANGE) : TALK_SENT;
    case HOOK_REMOVE:
        return a->n_done < a->found.n ? go_to(t, AT_DELETE) : TALK_SENT;
    case HOOK_PING:
    case HOOK_LOOK:
        break;
    }
    return TALK_SENT;
}

static enum talk_next list_done(const struct effect *x, struct effect_talk *t, const struct api_reply *r, struct err *e)
{
    const struct hook_wish *w = wish_of(x);
    AUTO(jdoc_free) struct jdoc *doc = NULL;
    struct hook_found f;
    if (jdoc_parse(r->body, &answer_limits, &doc, e) < 0 || jval_kind(jdoc_root(doc)) != J_ARRAY) {
        err_set(e, ERR_TRANSIENT, "the list of hooks cannot be read");
        return TALK_RETRY;
    }
    size_t n = jval_len(jdoc_root(doc));
    for (size_t i = 0; i < n; i++) {
        f = (struct hook_found){0};
        if (w->ops->read(jval_item(jdoc_root(doc), i), &w->answer->arena, &f) && is_ours(w, f.url))
            VEC_PUSH(&w->answer->found, f);
    }
    bool more = r->link.p ? talk_link_next(r->link).p != NULL : n >= FULL_PAGE;
    if (more && ++t->page < TALK_PAGES)
        return TALK_CALL;
    return decide(w, t);
}

/* ---- writing ---- */

static void create_ask(const struct effect *x, struct effect_talk *t, struct api_request *ret)
{
    (void)t;
    const struct hook_wish *w = wish_of(x);
    ret->method = "POST";
    w->ops->path(x->repo, &ret->path);
    w->ops->put(w, NULL, &(struct jout){.buf = &ret->body});
}

static enum talk_next create_done(const struct effect *x, struct effect_talk *t, const struct api_reply *r,
                                  struct err *e)
{
    const struct hook_wish *w = wish_of(x);
    AUTO(jdoc_free) struct jdoc *doc = NULL;
    if (jdoc_parse(r->body, &answer_limits, &doc, e) < 0 || !jval_int(jval_get(jdoc_root(doc), "id"), &w->answer->id)) {
        err_set(e, ERR_UNCERTAIN, "the answer to the new hook cannot be read");
        return TALK_UNCERTAIN;
    }
    w->answer->done = HOOK_CREATED;
    w->answer->n_done++;
    return decide(w, t);
}

static const struct hook_found *turn_of(const struct hook_wish *w)
{
    return &w->answer->found.at[w->answer->n_done];
}

static void one_path(const struct hook_wish *w, int64_t id, const char *tail, struct buf *out)
{
    w->ops->path(w->effect.repo, out);
    buf_fmt(out, "/%lld%s", (long long)id, tail);
}

static void change_ask(const struct effect *x, struct effect_talk *t, struct api_request *ret)
{
    (void)t;
    const struct hook_wish *w = wish_of(x);
    ret->method = w->ops->change;
    one_path(w, turn_of(w)->id, "", &ret->path);
    w->ops->put(w, turn_of(w), &(struct jout){.buf = &ret->body});
}

static enum talk_next change_done(const struct effect *x, struct effect_talk *t, const struct api_reply *r,
                                  struct err *e)
{
    (void)r, (void)e;
    const struct hook_wish *w = wish_of(x);
    bool right = w->verb == HOOK_SECRET || hook_is_right(w, turn_of(w));
    w->answer->id = turn_of(w)->id;
    w->answer->done = right ? HOOK_KEPT : HOOK_REPAIRED;
    w->answer->n_done++;
    return decide(w, t);
}

static void delete_ask(const struct effect *x, struct effect_talk *t, struct api_request *ret)
{
    (void)t;
    const struct hook_wish *w = wish_of(x);
    ret->method = "DELETE";
    one_path(w, turn_of(w)->id, "", &ret->path);
}

static enum talk_next deleted(const struct hook_wish *w, struct effect_talk *t)
{
    w->answer->done = w->verb == HOOK_SET ? HOOK_REPAIRED : HOOK_REMOVED;
    w->answer->n_done++;
    return decide(w, t);
}

static enum talk_next delete_done(const struct effect *x, struct effect_talk *t, const struct api_reply *r,
                                  struct err *e)
{
    (void)r, (void)e;
    return deleted(wish_of(x), t);
}

/* Somebody else was faster. */
static enum talk_next delete_refused(const struct effect *x, struct effect_talk *t, const struct api_reply *r,
                                     enum talk_next usual, struct err *e)
{
    (void)e;
    return r->status == 404 ? deleted(wish_of(x), t) : usual;
}

/* ---- trying ---- */

static void ping_ask(const struct effect *x, struct effect_talk *t, struct api_request *ret)
{
    (void)t;
    const struct hook_wish *w = wish_of(x);
    ret->method = "POST";
    one_path(w, w->id, w->ops->ping, &ret->path);
}

static enum talk_next ping_done(const struct effect *x, struct effect_talk *t, const struct api_reply *r, struct err *e)
{
    (void)t, (void)r, (void)e;
    wish_of(x)->answer->done = HOOK_PINGED;
    return TALK_SENT;
}

enum talk_next hook_talk(const struct hook_wish *w, struct effect_talk *t, const struct api_reply *reply,
                         struct api_request *ret_request, struct err *e)
{
    static const struct talk_turn turns[STAGE_N] = {
        [AT_LIST] = {TURN_READS, list_ask, list_done, NULL},
        [AT_CREATE] = {TURN_CREATES, create_ask, create_done, NULL},
        [AT_CHANGE] = {TURN_REPEATS, change_ask, change_done, NULL},
        [AT_DELETE] = {TURN_REPEATS, delete_ask, delete_done, delete_refused},
        [AT_PING] = {TURN_READS, ping_ask, ping_done, NULL}, /* twice is only one more delivery */
    };
    bool writes = w->verb == HOOK_SET || w->verb == HOOK_SECRET;
    if (!reply && writes && w->ops->check && w->ops->check(w, e) < 0)
        return TALK_DEAD;
    if (!reply)
        t->stage = w->verb == HOOK_PING ? AT_PING : AT_LIST;
    return talk_turns(w->ops->dialect, turns, &w->effect, t, reply, ret_request, e);
}

/* ---- for the forges ---- */

void hook_put_config(const struct hook_wish *w, const char *key, const char *value, struct jout *j)
{
    jout_key(j, "config");
    jout_open(j, '{');
    jout_kstrz(j, "url", w->url);
    jout_kstrz(j, "content_type", "json");
    jout_kstrz(j, "secret", w->secret);
    if (key)
        jout_kstrz(j, key, value);
    jout_close(j, '}');
}

void hook_put_events(const struct hook_wish *w, struct jout *j)
{
    jout_key(j, "events");
    jout_strs(j, w->events, w->n_events);
}

bool hook_read_config(const struct jval *item, struct arena *a, struct hook_found *ret)
{
    const struct jval *config = jval_get(item, "config"), *events = jval_get(item, "events");
    ret->url = arena_dup(a, jval_str(jval_get(config, "url")));
    if (!ret->url || !jval_int(jval_get(item, "id"), &ret->id))
        return false;
    ret->active = jval_true(jval_get(item, "active"));
    ret->json = sv_is(jval_str(jval_get(config, "content_type")), "json");
    ret->events = arena_new(a, (jval_len(events) + 1) * sizeof *ret->events);
    for (size_t i = 0; i < jval_len(events); i++)
        if (jval_str(jval_item(events, i)).p)
            ret->events[ret->n_events++] = arena_dup(a, jval_str(jval_item(events, i)));
    return true;
}
