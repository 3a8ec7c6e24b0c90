/* SPDX-License-Identifier: Apache-2.0 */
#include "fmt/enc.h"
#include "handlers/forge/gitlab/turns.h"
#include "port/issue_talk.h"

static const struct issue_words words = {
    .number = "iid", .body = "description", .url = "web_url", .slash = SLASH_RUNS};

static void issues_path(const struct effect *x, struct api_request *ret)
{
    buf_str(&ret->path, "/api/v4/projects/");
    url_put(&ret->path, sv_of(x->repo));
    buf_str(&ret->path, "/issues");
}

static void one_path(const struct effect *x, const struct effect_talk *t, struct api_request *ret)
{
    issues_path(x, ret);
    buf_chr(&ret->path, '/');
    url_put(&ret->path, sv_of(t->remote_id));
}

/* A comma separates labels here and so cannot be part of one. */
static void put_labels(const struct effect *x, const char *key, struct jout *j)
{
    AUTO(buf_free) struct buf list = {0};
    for (size_t i = 0; i < x->issue.n_labels; i++) {
        if (i)
            buf_chr(&list, ',');
        for (const char *c = x->issue.labels[i]; *c; c++)
            buf_chr(&list, *c == ',' ? ' ' : *c);
    }
    if (list.n)
        jout_kstr(j, key, buf_view(&list));
}

/* ---- look ---- */

static void list_ask(const struct effect *x, struct effect_talk *t, struct api_request *ret)
{
    ret->method = "GET";
    if (t->own) {
        buf_str(&ret->path, t->own);
        return;
    }
    issues_path(x, ret);
    buf_str(&ret->path, "?state=all&order_by=created_at&sort=desc&per_page=100");
}

static enum talk_next list_done(const struct effect *x, struct effect_talk *t, const struct api_reply *r,
                                struct err *e)
{
    return issue_listed(x, t, r, &gitlab_dialect, &words, GITLAB_UPDATE, GITLAB_CREATE, e);
}

const struct talk_turn gitlab_list = {TURN_READS, list_ask, list_done, NULL};

/* ---- update ---- */

static void update_ask(const struct effect *x, struct effect_talk *t, struct api_request *ret)
{
    ret->method = "PUT";
    one_path(x, t, ret);
    struct jout j = {.buf = &ret->body};
    jout_open(&j, '{');
    issue_put_texts(x, &words, &j);
    put_labels(x, "add_labels", &j);
    jout_close(&j, '}');
}

static enum talk_next update_done(const struct effect *x, struct effect_talk *t, const struct api_reply *r,
                                  struct err *e)
{
    (void)x;
    AUTO(jdoc_free) struct jdoc *doc = NULL;
    talk_remember(t, r->body, words.number, words.url);
    if (jdoc_parse(r->body, NULL, &doc, e) < 0 || !sv_is(jval_str(jval_get(jdoc_root(doc), "state")), "closed"))
        return TALK_SENT;
    t->stage = GITLAB_REOPEN;
    return TALK_CALL;
}

static enum talk_next update_refused(const struct effect *x, struct effect_talk *t, const struct api_reply *r,
                                     enum talk_next usual, struct err *e)
{
    (void)x, (void)e;
    if (!issue_gone(t, r))
        return usual;
    t->stage = GITLAB_LIST;
    return TALK_CALL;
}

const struct talk_turn gitlab_update = {TURN_REPEATS, update_ask, update_done, update_refused};

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
    issues_path(x, ret);
    struct jout j = {.buf = &ret->body};
    jout_open(&j, '{');
    issue_put_texts(x, &words, &j);
    put_labels(x, "labels", &j);
    jout_close(&j, '}');
}

static enum talk_next create_done(const struct effect *x, struct effect_talk *t, const struct api_reply *r,
                                  struct err *e)
{
    (void)x;
    return issue_created(t, r, &words, e);
}

const struct talk_turn gitlab_create = {TURN_CREATES, create_ask, create_done, NULL};
