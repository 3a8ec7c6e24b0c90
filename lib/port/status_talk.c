/* SPDX-License-Identifier: Apache-2.0 */
#include "port/status_talk.h"
#include "fmt/json.h"

static const struct json_limits page_limits = {.bytes = 16 << 20, .depth = 32, .nodes = 500000};

static struct sv present(struct sv s)
{
    return s.p ? s : SV("");
}

static bool is_ours(const struct effect *x, const struct jval *row, const struct status_words *w)
{
    struct sv context = present(jval_str(jval_get(row, "context"))), want = sv_of(x->status.context);
    return w->context == STATUS_CASE_IGNORED ? sv_ieq(context, want) : sv_eq(context, want);
}

static struct sv state_of(const struct jval *row, const struct status_words *w)
{
    for (size_t i = 0; i < ARRAY_LEN(w->state) && w->state[i]; i++) {
        struct sv s = jval_str(jval_get(row, w->state[i]));
        if (s.p)
            return s;
    }
    return SV("");
}

static bool is_same(const struct effect *x, const struct jval *row, const struct status_words *w)
{
    AUTO(buf_free) struct buf line = {0};
    const struct status_body *s = &x->status;
    talk_line(s->description, w->description_chars, &line);
    return sv_is(state_of(row, w), w->words[s->state]) &&
           sv_eq(present(jval_str(jval_get(row, "description"))), present(buf_view(&line))) &&
           sv_eq(present(jval_str(jval_get(row, "target_url"))), present(sv_of(s->target_url)));
}

static bool is_there(const struct effect *x, const struct jval *list, const struct status_words *w)
{
    for (size_t i = 0; i < jval_len(list); i++) {
        const struct jval *row = jval_item(list, i);
        if (!is_ours(x, row, w))
            continue;
        if (is_same(x, row, w))
            return true;
        if (!x->status.target_url)
            return false;
    }
    return false;
}

enum talk_next status_looked(const struct effect *x, struct effect_talk *t, const struct api_reply *r,
                             const struct status_words *w, int post, struct err *e)
{
    struct err ignored = {0};
    AUTO(jdoc_free) struct jdoc *doc = NULL;
    if (jdoc_parse(r->body, &page_limits, &doc, &ignored) < 0 || jval_kind(jdoc_root(doc)) != J_ARRAY) {
        err_set(e, ERR_TRANSIENT, "the list of statuses cannot be read");
        return TALK_RETRY;
    }
    if (is_there(x, jdoc_root(doc), w))
        return TALK_SENT;
    t->stage = post;
    return TALK_CALL;
}

enum talk_next status_look_refused(struct effect_talk *t, enum talk_next usual, int post)
{
    if (usual != TALK_DEAD)
        return usual;
    t->stage = post;
    return TALK_CALL;
}

void status_put(const struct effect *x, const struct status_words *w, struct buf *out)
{
    AUTO(buf_free) struct buf line = {0};
    const struct status_body *s = &x->status;
    struct jout j = {.buf = out};
    talk_line(s->description, w->description_chars, &line);
    jout_open(&j, '{');
    jout_kstrz(&j, "state", w->words[s->state]);
    jout_kstrz(&j, "context", s->context);
    jout_kstr(&j, "description", buf_view(&line));
    if (s->target_url)
        jout_kstrz(&j, "target_url", s->target_url);
    jout_close(&j, '}');
}

enum talk_next status_posted(const struct effect *x, struct effect_talk *t, const struct api_reply *r, struct err *e)
{
    (void)x, (void)e;
    talk_remember(t, r->body, "id", NULL);
    return TALK_SENT;
}
