/* SPDX-License-Identifier: Apache-2.0 */
#include "fmt/enc.h"
#include "handlers/forge/gitlab/turns.h"
#include "port/issue_talk.h"

static const struct issue_words words = {
    .number = "iid", .body = "description", .url = "web_url", .slash = SLASH_RUNS};

static void one_path(const struct effect *x, const struct effect_talk *t, struct api_request *ret)
{
    gitlab_project_path(x, "/issues/", &ret->path);
    url_put(&ret->path, sv_of(t->remote_id));
}

/* ---- look ---- */

static void list_ask(const struct effect *x, struct effect_talk *t, struct api_request *ret)
{
    ret->method = "GET";
    if (t->own) {
        buf_str(&ret->path, t->own);
        return;
    }
    gitlab_project_path(x, "/issues?state=", &ret->path);
    buf_str(&ret->path, x->issue.close ? "opened" : "all");
    buf_str(&ret->path, "&order_by=created_at&sort=desc&per_page=100");
}

static enum talk_next list_done(const struct effect *x, struct effect_talk *t, const struct api_reply *r, struct err *e)
{
    enum talk_next next = issue_listed(x, t, r, &gitlab_dialect, &words, GITLAB_UPDATE, GITLAB_CREATE, e);
    return x->issue.close && next == TALK_CALL && t->stage == GITLAB_CREATE ? TALK_SENT : next;
}

const struct talk_turn gitlab_list = {TURN_READS, list_ask, list_done, NULL};

/* The issue that we knew was deleted or moved away: look whether there is another one. */
static enum talk_next gone(const struct effect *x, struct effect_talk *t, const struct api_reply *r,
                           enum talk_next usual, struct err *e)
{
    (void)x, (void)e;
    if (!issue_gone(t, r))
        return usual;
    t->stage = GITLAB_LIST;
    return TALK_CALL;
}

/* ---- is it open? ---- */

static void get_ask(const struct effect *x, struct effect_talk *t, struct api_request *ret)
{
    ret->method = "GET";
    one_path(x, t, ret);
}

static enum talk_next get_done(const struct effect *x, struct effect_talk *t, const struct api_reply *r, struct err *e)
{
    (void)x;
    AUTO(jdoc_free) struct jdoc *doc = NULL;
    if (jdoc_parse(r->body, NULL, &doc, e) < 0 || !jval_str(jval_get(jdoc_root(doc), "state")).p) {
        err_set(e, ERR_TRANSIENT, "the issue cannot be read");
        return TALK_RETRY;
    }
    if (!sv_is(jval_str(jval_get(jdoc_root(doc), "state")), "opened"))
        return TALK_SENT;
    t->stage = GITLAB_UPDATE;
    return TALK_CALL;
}

const struct talk_turn gitlab_get = {TURN_READS, get_ask, get_done, gone};

/* ---- update ---- */

static void update_ask(const struct effect *x, struct effect_talk *t, struct api_request *ret)
{
    ret->method = "PUT";
    one_path(x, t, ret);
    struct jout j = {.buf = &ret->body};
    jout_open(&j, '{');
    issue_put_texts(x, &words, &j);
    gitlab_put_labels("add_labels", x->issue.labels, x->issue.n_labels, &j);
    if (x->issue.close)
        jout_kstrz(&j, "state_event", "close");
    jout_close(&j, '}');
}

static enum talk_next update_done(const struct effect *x, struct effect_talk *t, const struct api_reply *r,
                                  struct err *e)
{
    AUTO(jdoc_free) struct jdoc *doc = NULL;
    talk_remember(t, r->body, words.number, words.url);
    if (x->issue.close)
        return TALK_SENT;
    if (jdoc_parse(r->body, NULL, &doc, e) < 0 || !sv_is(jval_str(jval_get(jdoc_root(doc), "state")), "closed"))
        return TALK_SENT;
    t->stage = GITLAB_REOPEN;
    return TALK_CALL;
}

const struct talk_turn gitlab_update = {TURN_REPEATS, update_ask, update_done, gone};

/* An event of its own that people are told of: only for an issue that was closed. */
static void reopen_ask(const struct effect *x, struct effect_talk *t, struct api_request *ret)
{
    ret->method = "PUT";
    one_path(x, t, ret);
    struct jout j = {.buf = &ret->body};
    jout_open(&j, '{');
    jout_kstrz(&j, "state_event", "reopen");
    jout_close(&j, '}');
}

static enum talk_next reopen_done(const struct effect *x, struct effect_talk *t, const struct api_reply *r,
                                  struct err *e)
{
    (void)x, (void)t, (void)r, (void)e;
    return TALK_SENT;
}

const struct talk_turn gitlab_reopen = {TURN_REPEATS, reopen_ask, reopen_done, NULL};

/* ---- create ---- */

static void create_ask(const struct effect *x, struct effect_talk *t, struct api_request *ret)
{
    (void)t;
    ret->method = "POST";
    gitlab_project_path(x, "/issues", &ret->path);
    struct jout j = {.buf = &ret->body};
    jout_open(&j, '{');
    issue_put_texts(x, &words, &j);
    gitlab_put_labels("labels", x->issue.labels, x->issue.n_labels, &j);
    jout_close(&j, '}');
}

static enum talk_next create_done(const struct effect *x, struct effect_talk *t, const struct api_reply *r,
                                  struct err *e)
{
    (void)x;
    return issue_created(t, r, &words, e);
}

const struct talk_turn gitlab_create = {TURN_CREATES, create_ask, create_done, NULL};
