/* SPDX-License-Identifier: Apache-2.0 */
/* Labels of an issue or a change. Adding one that is there changes nothing; one that is not there cannot be removed, so
 * it is read first which of them are. Fields: GitHub REST API 2022-11-28, "Labels". */
#include "handlers/forge/github/turns.h"
#include "fmt/enc.h"
#include "fmt/json.h"
#include "port/issue_talk.h"

struct label_talk {      /* effect_talk.own */
    const char **remove; /* those that are there */
    size_t at, n;
    bool complete; /* none has to be added */
};

bool github_label_nothing(const struct effect *x)
{
    return !x->label.n_add && !x->label.n_remove;
}

static void labels_path(const struct effect *x, struct api_request *ret)
{
    github_repo_path(x, "/issues/", &ret->path);
    buf_int(&ret->path, x->label.number);
    buf_str(&ret->path, "/labels");
}

/* ---- what is there ---- */

static void list_ask(const struct effect *x, struct effect_talk *t, struct api_request *ret)
{
    (void)t;
    ret->method = "GET";
    labels_path(x, ret);
    buf_str(&ret->path, "?per_page=100"); /* an issue has no more */
}

static enum talk_next go_on(const struct effect *x, struct effect_talk *t)
{
    const struct label_talk *k = t->own;
    t->stage = k->at < k->n ? GITHUB_LABEL_REMOVE : GITHUB_LABEL_ADD;
    return k->at < k->n || (x->label.n_add && !k->complete) ? TALK_CALL : TALK_SENT;
}

static enum talk_next list_done(const struct effect *x, struct effect_talk *t, const struct api_reply *r, struct err *e)
{
    const struct label_body *b = &x->label;
    AUTO(jdoc_free) struct jdoc *doc = NULL;
    AUTO(buf_free) struct buf json = {0};
    struct jout j = {.buf = &json};
    if (jdoc_parse(r->body, NULL, &doc, e) < 0 || jval_kind(jdoc_root(doc)) != J_ARRAY) {
        err_set(e, ERR_TRANSIENT, "the labels cannot be read");
        return TALK_RETRY;
    }
    jout_open(&j, '{');
    jout_key(&j, "labels");
    jout_val(&j, jdoc_root(doc));
    jout_close(&j, '}');
    struct label_talk *k = t->own = arena_new(&t->arena, sizeof *k);
    k->remove = arena_new(&t->arena, (b->n_remove + 1) * sizeof *k->remove);
    for (size_t i = 0; i < b->n_remove; i++)
        if (issue_has_labels(&b->remove[i], 1, buf_view(&json)))
            k->remove[k->n++] = b->remove[i];
    k->complete = issue_has_labels(b->add, b->n_add, buf_view(&json));
    return go_on(x, t);
}

const struct talk_turn github_label_list = {TURN_READS, list_ask, list_done, NULL};

/* ---- remove ---- */

static void remove_ask(const struct effect *x, struct effect_talk *t, struct api_request *ret)
{
    const struct label_talk *k = t->own;
    ret->method = "DELETE";
    labels_path(x, ret);
    buf_chr(&ret->path, '/');
    url_put(&ret->path, sv_of(k->remove[k->at]));
}

static enum talk_next remove_done(const struct effect *x, struct effect_talk *t, const struct api_reply *r,
                                  struct err *e)
{
    struct label_talk *k = t->own;
    (void)r, (void)e;
    k->at++;
    return go_on(x, t);
}

static enum talk_next remove_refused(const struct effect *x, struct effect_talk *t, const struct api_reply *r,
                                     enum talk_next usual, struct err *e)
{
    return r->status == 404 ? remove_done(x, t, r, e) : usual;
}

const struct talk_turn github_label_remove = {TURN_REPEATS, remove_ask, remove_done, remove_refused};

/* ---- add ---- */

static void add_ask(const struct effect *x, struct effect_talk *t, struct api_request *ret)
{
    struct jout j = {.buf = &ret->body};
    (void)t;
    ret->method = "POST";
    labels_path(x, ret);
    jout_open(&j, '{');
    jout_key(&j, "labels");
    jout_strs(&j, x->label.add, x->label.n_add);
    jout_close(&j, '}');
}

static enum talk_next add_done(const struct effect *x, struct effect_talk *t, const struct api_reply *r, struct err *e)
{
    (void)x, (void)t, (void)r, (void)e;
    return TALK_SENT;
}

const struct talk_turn github_label_add = {TURN_REPEATS, add_ask, add_done, NULL};
