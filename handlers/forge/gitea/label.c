/* SPDX-License-Identifier: Apache-2.0 */
/* Labels are ids: the repository's list is read until every name is known, and what is missing is made. A label that
 * cannot be had is left out, as other forges do it: the issue is what counts. */
#include "handlers/forge/gitea/turns.h"
#include "port/issue_talk.h"

enum { LABEL_WANTED = 0, LABEL_REFUSED = -1 };
struct label_ids { /* t->own while labels are looked up */
    int page;
    size_t making;  /* index of the label that is being made */
    int64_t at[];   /* one a label of the effect: its id, LABEL_WANTED or LABEL_REFUSED */
};

static struct label_ids *ids_of(const struct effect *x, struct effect_talk *t)
{
    if (!t->own)
        t->own = arena_new(&t->arena, sizeof(struct label_ids) + x->issue.n_labels * sizeof(int64_t));
    return t->own;
}

/* The first label without an id, n_labels if there is none. */
static size_t wanted(const struct effect *x, const struct label_ids *ids)
{
    size_t i = 0;
    while (i < x->issue.n_labels && ids->at[i] != LABEL_WANTED)
        i++;
    return i;
}

static enum talk_next go_on(const struct effect *x, struct effect_talk *t, struct label_ids *ids)
{
    ids->making = wanted(x, ids);
    t->stage = ids->making < x->issue.n_labels ? GITEA_NEW_LABEL : t->remote_id[0] ? GITEA_ADD_LABELS : GITEA_CREATE;
    return TALK_CALL;
}

void gitea_put_label_ids(const struct effect *x, const struct effect_talk *t, struct jout *j)
{
    const struct label_ids *ids = t->own;
    jout_open(j, '[');
    for (size_t i = 0; ids && i < x->issue.n_labels; i++)
        if (ids->at[i] > 0)
            jout_int(j, ids->at[i]);
    jout_close(j, ']');
}

static void learn(const struct effect *x, struct label_ids *ids, const struct jval *v)
{
    int64_t id;
    struct sv name = jval_str(jval_get(v, "name"));
    if (!jval_int(jval_get(v, "id"), &id) || id <= 0)
        return;
    for (size_t i = 0; i < x->issue.n_labels; i++)
        if (ids->at[i] == LABEL_WANTED && sv_ieq(name, sv_of(x->issue.labels[i])))
            ids->at[i] = id;
}

/* ---- read ---- */

static void list_ask(const struct effect *x, struct effect_talk *t, struct api_request *ret)
{
    ret->method = "GET";
    gitea_repo_path(x, "/labels", &ret->path);
    buf_fmt(&ret->path, "?limit=50&page=%d", ids_of(x, t)->page + 1);
}

static enum talk_next list_done(const struct effect *x, struct effect_talk *t, const struct api_reply *r,
                                struct err *e)
{
    AUTO(jdoc_free) struct jdoc *doc = NULL;
    struct label_ids *ids = ids_of(x, t);
    if (jdoc_parse(r->body, NULL, &doc, e) < 0 || jval_kind(jdoc_root(doc)) != J_ARRAY) {
        err_set(e, ERR_TRANSIENT, "the list of labels cannot be read");
        return TALK_RETRY;
    }
    size_t n = jval_len(jdoc_root(doc));
    for (size_t i = 0; i < n; i++)
        learn(x, ids, jval_item(jdoc_root(doc), i));
    if (n && ++ids->page < TALK_PAGES && wanted(x, ids) < x->issue.n_labels)
        return TALK_CALL;
    return go_on(x, t, ids);
}

static enum talk_next list_refused(const struct effect *x, struct effect_talk *t, const struct api_reply *r,
                                   enum talk_next usual, struct err *e)
{
    (void)r, (void)e;
    if (usual != TALK_DEAD)
        return usual;
    struct label_ids *ids = ids_of(x, t);
    for (size_t i = 0; i < x->issue.n_labels; i++)
        if (ids->at[i] == LABEL_WANTED)
            ids->at[i] = LABEL_REFUSED;
    return go_on(x, t, ids);
}

const struct talk_turn gitea_labels = {TURN_READS, list_ask, list_done, list_refused};

/* ---- make ---- */

static void new_ask(const struct effect *x, struct effect_talk *t, struct api_request *ret)
{
    ret->method = "POST";
    gitea_repo_path(x, "/labels", &ret->path);
    struct jout j = {.buf = &ret->body};
    jout_open(&j, '{');
    jout_kstrz(&j, "name", x->issue.labels[ids_of(x, t)->making]);
    jout_kstrz(&j, "color", "#ededed");
    jout_close(&j, '}');
}

static enum talk_next new_done(const struct effect *x, struct effect_talk *t, const struct api_reply *r,
                               struct err *e)
{
    AUTO(jdoc_free) struct jdoc *doc = NULL;
    struct label_ids *ids = ids_of(x, t);
    if (jdoc_parse(r->body, NULL, &doc, e) == 0)
        learn(x, ids, jdoc_root(doc));
    if (ids->at[ids->making] == LABEL_WANTED)
        ids->at[ids->making] = LABEL_REFUSED;
    return go_on(x, t, ids);
}

static enum talk_next new_refused(const struct effect *x, struct effect_talk *t, const struct api_reply *r,
                                  enum talk_next usual, struct err *e)
{
    (void)r, (void)e;
    if (usual != TALK_DEAD)
        return usual;
    struct label_ids *ids = ids_of(x, t);
    ids->at[ids->making] = LABEL_REFUSED;
    return go_on(x, t, ids);
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
    gitea_put_label_ids(x, t, &j);
    jout_close(&j, '}');
}

static enum talk_next add_done(const struct effect *x, struct effect_talk *t, const struct api_reply *r,
                               struct err *e)
{
    (void)x, (void)t, (void)r, (void)e;
    return TALK_SENT;
}

static enum talk_next add_refused(const struct effect *x, struct effect_talk *t, const struct api_reply *r,
                                  enum talk_next usual, struct err *e)
{
    (void)x, (void)t, (void)r, (void)e;
    return usual == TALK_DEAD ? TALK_SENT : usual;
}

const struct talk_turn gitea_add_labels = {TURN_REPEATS, add_ask, add_done, add_refused};
