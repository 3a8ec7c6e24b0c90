/* SPDX-License-Identifier: Apache-2.0 */
/* Labels of an issue or a pull request: what it has is read first, since a label is taken away by its id and one that
 * is there need not be looked up. */
#include "handlers/forge/gitea/turns.h"

static void list_ask(const struct effect *x, struct effect_talk *t, struct api_request *ret)
{
    (void)x;
    ret->method = "GET";
    gitea_issue_path(x, t, &ret->path);
    buf_str(&ret->path, "/labels");
}

static bool is_one_of(struct sv name, const char *const *names, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (sv_ieq(name, sv_of(names[i])))
            return true;
    return false;
}

static void take(const struct effect *x, struct label_ids *ids, const struct jval *v)
{
    int64_t id;
    struct sv name = jval_str(jval_get(v, "name"));
    if (!name.p || !jval_int(jval_get(v, "id"), &id) || id <= 0)
        return;
    for (size_t i = 0; i < ids->n; i++)
        if (sv_ieq(name, sv_of(ids->names[i])))
            ids->at[i] = LABEL_LEFT_OUT;
    if (is_one_of(name, x->label.remove, x->label.n_remove))
        ids->drop[ids->n_drop++] = id;
}

static enum talk_next go_on(struct effect_talk *t, const struct label_ids *ids)
{
    if (ids->dropped < ids->n_drop)
        t->stage = GITEA_DROP_LABEL;
    else if (gitea_label_wanted(ids) < ids->n)
        t->stage = GITEA_LABELS;
    else
        return TALK_SENT;
    return TALK_CALL;
}

static enum talk_next list_done(const struct effect *x, struct effect_talk *t, const struct api_reply *r, struct err *e)
{
    AUTO(jdoc_free) struct jdoc *doc = NULL;
    struct label_ids *ids = gitea_label_ids(x, t);
    if (jdoc_parse(r->body, NULL, &doc, e) < 0 || jval_kind(jdoc_root(doc)) != J_ARRAY) {
        err_set(e, ERR_TRANSIENT, "the list of labels cannot be read");
        return TALK_RETRY;
    }
    size_t n = jval_len(jdoc_root(doc));
    ids->drop = arena_new(&t->arena, (n + 1) * sizeof *ids->drop);
    for (size_t i = 0; i < n; i++)
        take(x, ids, jval_item(jdoc_root(doc), i));
    return go_on(t, ids);
}

const struct talk_turn gitea_thread_labels = {TURN_READS, list_ask, list_done, NULL};

static void drop_ask(const struct effect *x, struct effect_talk *t, struct api_request *ret)
{
    const struct label_ids *ids = t->own;
    ret->method = "DELETE";
    gitea_issue_path(x, t, &ret->path);
    buf_fmt(&ret->path, "/labels/%lld", (long long)ids->drop[ids->dropped]);
}

static enum talk_next drop_done(const struct effect *x, struct effect_talk *t, const struct api_reply *r, struct err *e)
{
    (void)x, (void)r, (void)e;
    struct label_ids *ids = t->own;
    ids->dropped++;
    return go_on(t, ids);
}

/* 422: the label itself was deleted since. */
static enum talk_next drop_refused(const struct effect *x, struct effect_talk *t, const struct api_reply *r,
                                   enum talk_next usual, struct err *e)
{
    bool gone = r->status == 404 || r->status == 422;
    return gone ? drop_done(x, t, r, e) : usual;
}

const struct talk_turn gitea_drop_label = {TURN_REPEATS, drop_ask, drop_done, drop_refused};
