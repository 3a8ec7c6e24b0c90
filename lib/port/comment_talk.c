/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include "port/comment_talk.h"
#include "fmt/json.h"

enum { CANDIDATES = 8 };
static const struct json_limits page_limits = {.bytes = 64 << 20, .depth = 32, .nodes = 500000};

struct candidate {
    int64_t id;
    const char *url;
    bool same; /* it says already what is to be said */
};

struct comment_talk {                /* effect_talk.own */
    bool listed;                     /* the whole list was read */
    const char *next;                /* path of its next page */
    int64_t refused;                 /* was known, and is not ours to write */
    struct candidate at[CANDIDATES]; /* with the marker, the oldest first */
    size_t n;
};

static struct comment_talk *own(struct effect_talk *t)
{
    if (!t->own)
        t->own = arena_new(&t->arena, sizeof(struct comment_talk));
    return t->own;
}

static enum talk_next go(struct effect_talk *t, int stage)
{
    t->stage = stage;
    return TALK_CALL;
}

int comment_first(const struct effect *x, const struct effect_talk *t, const struct comment_words *w)
{
    return !t->remote_id[0] ? w->list : x->comment.remove ? w->remove : w->edit;
}

void comment_put(const struct effect *x, const struct comment_words *w, struct buf *out)
{
    AUTO(buf_free) struct buf text = {0};
    struct jout j = {.buf = out};
    harmless_body(x->comment.body, x->comment.marker, w->slash, &text);
    jout_open(&j, '{');
    jout_kstr(&j, w->body, buf_view(&text));
    jout_close(&j, '}');
}

/* ---- list ---- */

const char *comment_page(const struct effect_talk *t)
{
    return t->own ? ((const struct comment_talk *)t->own)->next : NULL;
}

static void keep(struct comment_talk *k, struct candidate c)
{
    size_t i = k->n;
    while (i && k->at[i - 1].id > c.id)
        i--;
    if (i == CANDIDATES || (i < k->n && k->at[i].id == c.id))
        return;
    k->n += k->n < CANDIDATES;
    memmove(&k->at[i + 1], &k->at[i], (k->n - i - 1) * sizeof *k->at);
    k->at[i] = c;
}

int comment_scan(const struct effect *x, struct effect_talk *t, struct sv json, const struct comment_words *w,
                 struct err *e)
{
    AUTO(jdoc_free) struct jdoc *doc = NULL;
    AUTO(buf_free) struct buf want = {0};
    struct comment_talk *k = own(t);
    if (jdoc_parse(json, &page_limits, &doc, e) < 0 || jval_kind(jdoc_root(doc)) != J_ARRAY)
        return err_set(e, ERR_TRANSIENT, "the list of comments cannot be read");
    harmless_body(x->comment.body, x->comment.marker, w->slash, &want);
    size_t n = jval_len(jdoc_root(doc));
    for (size_t i = 0; i < n; i++) {
        const struct jval *v = jval_item(jdoc_root(doc), i);
        struct sv body = jval_str(jval_get(v, w->body));
        struct candidate c = {.same = sv_eq(body, buf_view(&want))};
        if (!is_marked(body, x->comment.marker) || !jval_int(jval_get(v, "id"), &c.id) || c.id <= 0 ||
            c.id == k->refused)
            continue;
        c.url = w->url ? arena_dup(&t->arena, jval_str(jval_get(v, w->url))) : NULL;
        keep(k, c);
    }
    return (int)n;
}

static void forget(struct effect_talk *t)
{
    t->remote_id[0] = t->remote_url[0] = 0;
}

static enum talk_next none_left(const struct effect *x, struct effect_talk *t, const struct comment_words *w,
                                struct err *e)
{
    forget(t);
    if (!x->comment.remove)
        return go(t, w->create);
    if (!own(t)->refused)
        return TALK_SENT;
    err_set(e, ERR_DENIED, "the comment is not ours to remove");
    return TALK_DEAD;
}

enum talk_next comment_scanned(const struct effect *x, struct effect_talk *t, const struct comment_words *w,
                               struct err *e)
{
    struct comment_talk *k = own(t);
    k->listed = true;
    if (!k->n)
        return none_left(x, t, w, e);
    struct candidate c = k->at[0];
    memmove(&k->at[0], &k->at[1], --k->n * sizeof *k->at);
    snprintf(t->remote_id, sizeof t->remote_id, "%lld", (long long)c.id);
    snprintf(t->remote_url, sizeof t->remote_url, "%s", c.url && strlen(c.url) < sizeof t->remote_url ? c.url : "");
    if (c.same && !x->comment.remove)
        return TALK_SENT;
    return go(t, x->comment.remove ? w->remove : w->edit);
}

enum talk_next comment_listed(const struct effect *x, struct effect_talk *t, const struct api_reply *r,
                              const struct comment_words *w, struct err *e)
{
    AUTO(buf_free) struct buf next = {0};
    if (comment_scan(x, t, r->body, w, e) < 0)
        return TALK_RETRY;
    if (++t->page >= TALK_PAGES || !talk_below(w->dialect, talk_link_next(r->link), &next))
        return comment_scanned(x, t, w, e);
    own(t)->next = arena_dup(&t->arena, buf_view(&next));
    return TALK_CALL;
}

/* ---- answers ---- */

enum talk_next comment_written(const struct effect *x, struct effect_talk *t, const struct api_reply *r,
                               const struct comment_words *w, struct err *e)
{
    (void)x;
    if (talk_remember(t, r->body, "id", w->url) || t->stage != w->create)
        return TALK_SENT;
    err_set(e, ERR_UNCERTAIN, "the answer to the new comment cannot be read");
    return TALK_UNCERTAIN;
}

enum talk_next comment_refused(const struct effect *x, struct effect_talk *t, const struct api_reply *r,
                               enum talk_next usual, const struct comment_words *w, struct err *e)
{
    struct comment_talk *k = own(t);
    bool gone = r->status == 404 || r->status == 410;
    if (usual != TALK_DEAD || (!gone && r->status != 403))
        return usual;
    if (gone && x->comment.remove)
        return comment_removed(t);
    if (!gone)
        sv_int(sv_of(t->remote_id), &k->refused);
    if (k->listed)
        return comment_scanned(x, t, w, e);
    forget(t);
    return go(t, w->list);
}

enum talk_next comment_removed(struct effect_talk *t)
{
    forget(t);
    return TALK_SENT;
}
