/* SPDX-License-Identifier: Apache-2.0 */
/* Labels are ids: the repository's list is read until every name is known, and what is missing is made. A label that
 * cannot be had is left out, as other forges do it: the issue is what counts. */
#include "handlers/forge/gitea/turns.h"
#include "port/issue_talk.h"

static const char **names_of(const struct effect *x, size_t *ret_n)
{
    *ret_n = x->kind == EFFECT_LABEL ? x->label.n_add : x->kind == EFFECT_PULL ? x->pull.n_labels : x->issue.n_labels;
    return x->kind == EFFECT_LABEL ? x->label.add : x->kind == EFFECT_PULL ? x->pull.labels : x->issue.labels;
}

struct label_ids *gitea_label_ids(const struct effect *x, struct effect_talk *t)
{
    if (!t->own) {
        size_t n;
        const char **names = names_of(x, &n);
        struct label_ids *ids = arena_new(&t->arena, sizeof *ids + n * sizeof ids->at[0]);
        ids->names = names;
        ids->n = n;
        t->own = ids;
    }
    return t->own;
}

size_t gitea_label_wanted(const struct label_ids *ids)
{
    size_t i = 0;
    while (i < ids->n && ids->at[i] != LABEL_WANTED)
        i++;
    return i;
}

/* Where the labels are what it is all about, one that cannot be had is a refusal. */
static bool may_lack(const struct effect *x)
{
    return x->kind != EFFECT_LABEL;
}

static enum talk_next go_on(struct effect_talk *t, struct label_ids *ids)
{
    ids->making = gitea_label_wanted(ids);
    t->stage = ids->making < ids->n ? GITEA_NEW_LABEL : t->remote_id[0] ? GITEA_ADD_LABELS : GITEA_CREATE;
    return TALK_CALL;
}

void gitea_put_label_ids(const struct effect_talk *t, struct jout *j)
{
    const struct label_ids *ids = t->own;
    jout_open(j, '[');
    for (size_t i = 0; ids && i < ids->n; i++)
        if (ids->at[i] > 0)
            jout_int(j, ids->at[i]);
    jout_close(j, ']');
}

static void learn(struct label_ids *ids, const struct jval *v)
{
    int64_t id;
    struct sv name = jval_str(jval_get(v, "name"));
    if (!jval_int(jval_get(v, "id"), &id) || id <= 0)
        return;
    for (size_t i = 0; i < ids->n; i++)
        if (ids->at[i] == LABEL_WANTED && sv_ieq(name, sv_of(ids->names[i])))
            ids->at[i] = id;
}

/* ---- read ---- */

static void list_ask(const struct effect *x, struct effect_talk *t, struct api_request *ret)
{
    ret->method = "GET";
    gitea_repo_path(x, "/labels", &ret->path);
    buf_fmt(&ret->path, "?limit=50&page=%d", gitea_label_ids(x, t)->page + 1);
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
    for (size_t i = 0; i < n; i++)
        learn(ids, jval_item(jdoc_root(doc), i));
    if (n && ++ids->page < TALK_PAGES && gitea_label_wanted(ids) < ids->n)
        return TALK_CALL;
    return go_on(t, ids);
}

static enum talk_next list_refused(const struct effect *x, struct effect_talk *t, const struct api_reply *r,
                                   enum talk_next usual, struct err *e)
{
    (void)r, (void)e;
    if (usual != TALK_DEAD || !may_lack(x))
        return usual;
    struct label_ids *ids = gitea_label_ids(x, t);
    for (size_t i = 0; i < ids->n; i++)
        if (ids->at[i] == LABEL_WANTED)
            ids->at[i] = LABEL_LEFT_OUT;
    return go_on(t, ids);
}

const struct talk_turn gitea_labels = {TURN_READS, list_ask, list_done, list_refused};

/* ---- make ---- */

static void new_ask(const struct effect *x, struct effect_talk *t, struct api_request *ret)
{
    ret->method = "POST";
    gitea_repo_path(x, "/labels", &ret->path);
    struct jout j = {.buf = &ret->body};
    jout_open(&j, '{');
    jout_kstrz(&j, "name", gitea_label_ids(x, t)->names[gitea_label_ids(x, t)->making]);
    jout_kstrz(&j, "color", "#ededed");
    jout_close(&j, '}');
}

static enum talk_next new_done(const struct effect *x, struct effect_talk *t, const struct api_reply *r, struct err *e)
{
    AUTO(jdoc_free) struct jdoc *doc = NULL;
    struct label_ids *ids = gitea_label_ids(x, t);
    if (jdoc_parse(r->body, NULL, &doc, e) == 0)
        learn(ids, jdoc_root(doc));
    if (ids->at[ids->making] == LABEL_WANTED)
        ids->at[ids->making] = LABEL_LEFT_OUT;
    return go_on(t, ids);
}

static enum talk_next new_refused(const struct effect *x, struct effect_talk *t, const struct api_reply *r,
                                  enum talk_next usual, struct err *e)
{
    (void)r, (void)e;
    if (usual != TALK_DEAD || !may_lack(x))
        return usual;
    struct label_ids *ids = gitea_label_ids(x, t);
    ids->at[ids->making] = LABEL_LEFT_OUT;
    return go_on(t, ids);
}

/* The next conversation reads the list again, so a lost answer makes no second label. */
const struct talk_turn gitea_new_label = {TURN_READS, new_ask, new_done, new_refused};

/* ---- add to an issue that was there ---- */

static void add_ask(const struct effect *x, struct effect_talk *t, struct api_request *ret)
{
    ret->method = "POST";
    gitea_issue_path(x, t, &ret->path);
    buf_str(&ret->path, "/labels");
    struct jout j = {.buf = &ret->body};
    jout_open(&j, '{');
    jout_key(&j, "labels");
    gitea_put_label_ids(t, &j);
    jout_close(&j, '}');
}

static enum talk_next add_done(const struct effect *x, struct effect_talk *t, const struct api_reply *r, struct err *e)
{
    (void)x, (void)t, (void)r, (void)e;
    return TALK_SENT;
}

static enum talk_next add_refused(const struct effect *x, struct effect_talk *t, const struct api_reply *r,
                                  enum talk_next usual, struct err *e)
{
    (void)x, (void)t, (void)r, (void)e;
    return usual == TALK_DEAD && may_lack(x) ? TALK_SENT : usual;
}

const struct talk_turn gitea_add_labels = {TURN_REPEATS, add_ask, add_done, add_refused};
