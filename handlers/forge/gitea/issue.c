/* SPDX-License-Identifier: Apache-2.0 */
#include "handlers/forge/gitea/turns.h"
#include "port/issue_talk.h"

static const struct issue_words words = {
    .number = "number", .body = "body", .url = "html_url", .slash = SLASH_PLAIN};

/* ---- look ---- */

static void list_ask(const struct effect *x, struct effect_talk *t, struct api_request *ret)
{
    ret->method = "GET";
    gitea_repo_path(x, "/issues?state=", &ret->path);
    buf_fmt(&ret->path, "%s&type=issues&limit=50&page=%d", x->issue.close ? "open" : "all", t->page + 1);
}

/* Pages are counted up to an empty one: not every version sends Link, and a server may make its pages smaller. */
static enum talk_next list_done(const struct effect *x, struct effect_talk *t, const struct api_reply *r, struct err *e)
{
    int n = issue_scan(x, t, r->body, &words);
    if (n < 0) {
        err_set(e, ERR_TRANSIENT, "the list of issues cannot be read");
        return TALK_RETRY;
    }
    bool last = n == 0 || (r->link.p && !talk_link_next(r->link).p);
    if (++t->page < TALK_PAGES && !last)
        return TALK_CALL;
    if (x->issue.close && !t->remote_id[0])
        return TALK_SENT;
    t->stage = t->remote_id[0] ? GITEA_UPDATE : x->issue.n_labels ? GITEA_LABELS : GITEA_CREATE;
    return TALK_CALL;
}

const struct talk_turn gitea_list = {TURN_READS, list_ask, list_done, NULL};

/* The issue that we knew was deleted: look whether there is another one. */
static enum talk_next gone(const struct effect *x, struct effect_talk *t, const struct api_reply *r,
                           enum talk_next usual, struct err *e)
{
    (void)x, (void)e;
    if (!issue_gone(t, r))
        return usual;
    t->stage = GITEA_LIST;
    return TALK_CALL;
}

/* ---- is it open? ---- */

static void get_ask(const struct effect *x, struct effect_talk *t, struct api_request *ret)
{
    ret->method = "GET";
    gitea_issue_path(x, t, &ret->path);
}

static enum talk_next get_done(const struct effect *x, struct effect_talk *t, const struct api_reply *r, struct err *e)
{
    (void)x;
    AUTO(jdoc_free) struct jdoc *doc = NULL;
    if (jdoc_parse(r->body, NULL, &doc, e) < 0 || !jval_str(jval_get(jdoc_root(doc), "state")).p) {
        err_set(e, ERR_TRANSIENT, "the issue cannot be read");
        return TALK_RETRY;
    }
    if (!sv_is(jval_str(jval_get(jdoc_root(doc), "state")), "open"))
        return TALK_SENT;
    t->stage = GITEA_UPDATE;
    return TALK_CALL;
}

const struct talk_turn gitea_get = {TURN_READS, get_ask, get_done, gone};

/* ---- update ---- */

static void update_ask(const struct effect *x, struct effect_talk *t, struct api_request *ret)
{
    ret->method = "PATCH";
    gitea_issue_path(x, t, &ret->path);
    struct jout j = {.buf = &ret->body};
    jout_open(&j, '{');
    issue_put_texts(x, &words, &j);
    jout_kstrz(&j, "state", x->issue.close ? "closed" : "open");
    jout_close(&j, '}');
}

static enum talk_next update_done(const struct effect *x, struct effect_talk *t, const struct api_reply *r,
                                  struct err *e)
{
    (void)e;
    talk_remember(t, r->body, words.number, words.url);
    if (x->issue.close || issue_has_labels(x->issue.labels, x->issue.n_labels, r->body))
        return TALK_SENT;
    t->stage = GITEA_LABELS;
    return TALK_CALL;
}

const struct talk_turn gitea_update = {TURN_REPEATS, update_ask, update_done, gone};

/* ---- create ---- */

static void create_ask(const struct effect *x, struct effect_talk *t, struct api_request *ret)
{
    ret->method = "POST";
    gitea_repo_path(x, "/issues", &ret->path);
    struct jout j = {.buf = &ret->body};
    jout_open(&j, '{');
    issue_put_texts(x, &words, &j);
    if (x->issue.n_labels) {
        jout_key(&j, "labels");
        gitea_put_label_ids(t, &j);
    }
    jout_close(&j, '}');
}

static enum talk_next create_done(const struct effect *x, struct effect_talk *t, const struct api_reply *r,
                                  struct err *e)
{
    (void)x;
    return issue_created(t, r, &words, e);
}

const struct talk_turn gitea_create = {TURN_CREATES, create_ask, create_done, NULL};
