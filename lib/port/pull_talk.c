/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include "port/pull_talk.h"
#include "port/issue_talk.h"

static const struct json_limits page_limits = {.bytes = 64 << 20, .depth = 32, .nodes = 500000};

struct pull_talk { /* effect_talk.own */
    bool told;     /* the forge said that there is one */
    bool there;    /* it was found */
    bool draft;    /* and its title says that it is a draft */
    bool ready;    /* drafts are not allowed */
};

static struct pull_talk *own(struct effect_talk *t)
{
    if (!t->own)
        t->own = arena_new(&t->arena, sizeof(struct pull_talk));
    return t->own;
}

void pull_first(struct effect_talk *t)
{
    t->remote_id[0] = t->remote_url[0] = 0;
}

/* ---- texts ---- */

static void put_title(const struct effect *x, struct effect_talk *t, const struct pull_words *w, struct buf *out)
{
    AUTO(buf_free) struct buf whole = {0};
    bool draft = own(t)->there ? own(t)->draft : x->pull.draft && !own(t)->ready;
    if (draft && w->draft && !sv_istarts(sv_of(x->pull.title), sv_of(w->draft)))
        buf_str(&whole, w->draft);
    buf_str(&whole, x->pull.title);
    harmless_title(whole.p, out);
}

void pull_put_texts(const struct effect *x, struct effect_talk *t, const struct pull_words *w, struct jout *j)
{
    AUTO(buf_free) struct buf title = {0}, body = {0};
    put_title(x, t, w, &title);
    harmless_body(x->pull.body, x->pull.marker, w->slash, &body);
    jout_kstr(j, "title", buf_view(&title));
    jout_kstr(j, w->body, buf_view(&body));
}

static bool says_the_same(const struct effect *x, struct effect_talk *t, const struct jval *v,
                          const struct pull_words *w)
{
    AUTO(buf_free) struct buf title = {0}, body = {0};
    put_title(x, t, w, &title);
    harmless_body(x->pull.body, x->pull.marker, w->slash, &body);
    return sv_eq(jval_str(jval_get(v, "title")), buf_view(&title)) &&
           sv_eq(jval_str(jval_get(v, w->body)), buf_view(&body));
}

/* ---- list ---- */

static bool is_wanted(const struct effect *x, const struct jval *v, const struct pull_words *w)
{
    int64_t head, base;
    return sv_is(jval_str(jval_path(v, w->head)), x->pull.head) &&
           sv_is(jval_str(jval_path(v, w->base)), x->pull.base) && jval_int(jval_path(v, w->head_repo), &head) &&
           jval_int(jval_path(v, w->base_repo), &base) && head == base;
}

static const struct jval *find(const struct effect *x, const struct jval *list, const struct pull_words *w)
{
    const struct jval *ret = NULL;
    int64_t best = 0, number;
    for (size_t i = 0; i < jval_len(list); i++) {
        const struct jval *v = jval_item(list, i);
        if (!is_wanted(x, v, w) || !jval_int(jval_get(v, w->number), &number) || number <= 0)
            continue;
        if (!ret || number < best) {
            ret = v;
            best = number;
        }
    }
    return ret;
}

static enum talk_next label(const struct effect *x, struct effect_talk *t, struct sv json, const struct pull_words *w)
{
    if (issue_has_labels(x->pull.labels, x->pull.n_labels, json))
        return TALK_SENT;
    t->stage = w->labels;
    return TALK_CALL;
}

static enum talk_next found(const struct effect *x, struct effect_talk *t, const struct jval *v,
                            const struct pull_words *w)
{
    AUTO(buf_free) struct buf json = {0};
    struct pull_talk *k = own(t);
    jout_val(&(struct jout){.buf = &json}, v);
    talk_remember(t, buf_view(&json), w->number, w->url);
    k->there = true;
    k->draft = w->draft && sv_istarts(jval_str(jval_get(v, "title")), sv_of(w->draft));
    if (!is_marked(jval_str(jval_get(v, w->body)), x->pull.marker))
        return TALK_SENT;
    if (says_the_same(x, t, v, w))
        return label(x, t, buf_view(&json), w);
    t->stage = w->update;
    return TALK_CALL;
}

enum talk_next pull_listed(const struct effect *x, struct effect_talk *t, const struct api_reply *r,
                           const struct pull_words *w, struct err *e)
{
    AUTO(jdoc_free) struct jdoc *doc = NULL;
    if (jdoc_parse(r->body, &page_limits, &doc, e) < 0 || jval_kind(jdoc_root(doc)) != J_ARRAY) {
        err_set(e, ERR_TRANSIENT, "the list of changes cannot be read");
        return TALK_RETRY;
    }
    const struct jval *v = find(x, jdoc_root(doc), w);
    if (v)
        return found(x, t, v, w);
    if (own(t)->told) {
        err_set(e, ERR_CONFLICT, "the forge says that there is an open change, and does not list it");
        return TALK_RETRY;
    }
    t->stage = w->create;
    return TALK_CALL;
}

/* ---- answers ---- */

enum talk_next pull_written(const struct effect *x, struct effect_talk *t, const struct api_reply *r,
                            const struct pull_words *w, struct err *e)
{
    if (!talk_remember(t, r->body, w->number, w->url) && t->stage == w->create) {
        err_set(e, ERR_UNCERTAIN, "the answer to the new change cannot be read");
        return TALK_UNCERTAIN;
    }
    return label(x, t, r->body, w);
}

enum talk_next pull_exists(struct effect_talk *t, int list)
{
    own(t)->told = true;
    t->stage = list;
    return TALK_CALL;
}

bool pull_is_told(const struct effect_talk *t)
{
    const struct pull_talk *k = t->own;
    return k && k->told;
}

void pull_make_ready(struct effect_talk *t)
{
    own(t)->ready = true;
}

bool pull_is_ready(const struct effect_talk *t)
{
    const struct pull_talk *k = t->own;
    return k && k->ready;
}
