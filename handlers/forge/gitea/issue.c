/* SPDX-License-Identifier: Apache-2.0 */
#include "handlers/forge/gitea/turns.h"
#include "port/issue_talk.h"

static const struct issue_words words = {
    .number = "number", .body = "body", .url = "html_url", .slash = SLASH_PLAIN};

/* ---- look ---- */

static void list_ask(const struct effect *x, struct effect_talk *t, struct api_request *ret)
{
    ret->method = "GET";
    gitea_repo_path(x, "/issues", &ret->path);
    buf_fmt(&ret->path, "?state=all&type=issues&limit=50&page=%d", t->page + 1);
}

/* Pages are counted up to an empty one: not every version sends Link, and a server may make its pages smaller. */
static enum talk_next list_done(const struct effect *x, struct effect_talk *t, const struct api_reply *r,
                                struct err *e)
{
    int n = issue_scan(x, t, r->body, &words);
    if (n < 0) {
        err_set(e, ERR_TRANSIENT, "the list of issues cannot be read");
        return TALK_RETRY;
    }
    bool last = n == 0 || (r->link.p && !talk_link_next(r->link).p);
    if (++t->page < TALK_PAGES && !last)
        return TALK_CALL;
    t->stage = t->remote_id[0] ? GITEA_UPDATE : x->issue.n_labels ? GITEA_LABELS : GITEA_CREATE;
    return TALK_CALL;
}

const struct talk_turn gitea_list = {TURN_READS, list_ask, list_done, NULL};

/* ---- update ---- */

static void update_ask(const struct effect *x, struct effect_talk *t, struct api_request *ret)
{
    ret->method = "PATCH";
    gitea_issue_path(x, t, &ret->path);
    struct jout j = {.buf = &ret->body};
    jout_open(&j, '{');
    issue_put_texts(x, &words, &j);
    jout_kstrz(&j, "state", "open");
    jout_close(&j, '}');
}

static enum talk_next update_done(const struct effect *x, struct effect_talk *t, const struct api_reply *r,
                                  struct err *e)
{
    (void)e;
    talk_remember(t, r->body, words.number, words.url);
    if (issue_has_labels(x->issue.labels, x->issue.n_labels, r->body))
        return TALK_SENT;
    t->stage = GITEA_LABELS;
    return TALK_CALL;
}

static enum talk_next update_refused(const struct effect *x, struct effect_talk *t, const struct api_reply *r,
                                     enum talk_next usual, struct err *e)
{
    (void)x, (void)e;
    if (!issue_gone(t, r))
        return usual;
    t->stage = GITEA_LIST;
    return TALK_CALL;
}

const struct talk_turn gitea_update = {TURN_REPEATS, update_ask, update_done, update_refused};

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
        gitea_put_label_ids(x, t, &j);
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
