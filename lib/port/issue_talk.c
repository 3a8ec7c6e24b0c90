/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include "port/issue_talk.h"

static const struct json_limits page_limits = {.bytes = 64 << 20, .depth = 32, .nodes = 500000};

void issue_put_texts(const struct effect *x, const struct issue_words *w, struct jout *j)
{
    AUTO(buf_free) struct buf title = {0}, body = {0};
    harmless_title(x->issue.title, &title);
    harmless_body(x->issue.body, x->issue.marker, w->slash, &body);
    jout_kstr(j, "title", buf_view(&title));
    jout_kstr(j, w->body, buf_view(&body));
}

void issue_put_labels(const struct effect *x, struct jout *j)
{
    jout_open(j, '[');
    for (size_t i = 0; i < x->issue.n_labels; i++)
        jout_strz(j, x->issue.labels[i]);
    jout_close(j, ']');
}

static void keep_if_older(struct effect_talk *t, const struct jval *v, const struct issue_words *w)
{
    int64_t number, known;
    if (!jval_int(jval_get(v, w->number), &number) || number <= 0)
        return;
    if (sv_int(sv_of(t->remote_id), &known) && known <= number)
        return;
    snprintf(t->remote_id, sizeof t->remote_id, "%lld", (long long)number);
    struct sv url = jval_str(jval_get(v, w->url));
    snprintf(t->remote_url, sizeof t->remote_url, "%.*s", SV_ARG(url.n < sizeof t->remote_url ? url : SV_NONE));
}

int issue_scan(const struct effect *x, struct effect_talk *t, struct sv json, const struct issue_words *w)
{
    struct err ignored = {0};
    AUTO(jdoc_free) struct jdoc *doc = NULL;
    if (jdoc_parse(json, &page_limits, &doc, &ignored) < 0 || jval_kind(jdoc_root(doc)) != J_ARRAY)
        return -1;
    size_t n = jval_len(jdoc_root(doc));
    for (size_t i = 0; i < n; i++) {
        const struct jval *v = jval_item(jdoc_root(doc), i);
        if (jval_kind(jval_get(v, "pull_request")) == J_OBJECT)
            continue;
        if (sv_find(jval_str(jval_get(v, w->body)), sv_of(x->issue.marker)) >= 0)
            keep_if_older(t, v, w);
    }
    return (int)n;
}

enum talk_next issue_listed(const struct effect *x, struct effect_talk *t, const struct api_reply *r,
                            const struct talk_dialect *d, const struct issue_words *w, int found, int none,
                            struct err *e)
{
    AUTO(buf_free) struct buf next = {0};
    if (issue_scan(x, t, r->body, w) < 0) {
        err_set(e, ERR_TRANSIENT, "the list of issues cannot be read");
        return TALK_RETRY;
    }
    if (++t->page < TALK_PAGES && talk_below(d, talk_link_next(r->link), &next)) {
        t->own = arena_dup(&t->arena, buf_view(&next));
        return TALK_CALL;
    }
    t->stage = t->remote_id[0] ? found : none;
    return TALK_CALL;
}

enum talk_next issue_created(struct effect_talk *t, const struct api_reply *r, const struct issue_words *w,
                             struct err *e)
{
    if (talk_remember(t, r->body, w->number, w->url))
        return TALK_SENT;
    err_set(e, ERR_UNCERTAIN, "the answer to the new issue cannot be read");
    return TALK_UNCERTAIN;
}

bool issue_gone(struct effect_talk *t, const struct api_reply *r)
{
    if ((r->status != 404 && r->status != 410) || t->page)
        return false;
    t->remote_id[0] = t->remote_url[0] = 0;
    return true;
}

static bool has_label(const struct jval *labels, const char *name)
{
    for (size_t i = 0; i < jval_len(labels); i++) {
        const struct jval *v = jval_item(labels, i);
        struct sv s = jval_kind(v) == J_OBJECT ? jval_str(jval_get(v, "name")) : jval_str(v);
        if (sv_ieq(s, sv_of(name)))
            return true;
    }
    return false;
}

bool issue_has_labels(const char *const *labels, size_t n, struct sv json)
{
    struct err ignored = {0};
    AUTO(jdoc_free) struct jdoc *doc = NULL;
    if (!n)
        return true;
    if (jdoc_parse(json, &page_limits, &doc, &ignored) < 0)
        return false;
    for (size_t i = 0; i < n; i++)
        if (!has_label(jval_get(jdoc_root(doc), "labels"), labels[i]))
            return false;
    return true;
}
