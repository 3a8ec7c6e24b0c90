/* SPDX-License-Identifier: Apache-2.0 */
#include "handlers/forge/github/turns.h"
#include "fmt/enc.h"
#include "port/issue_talk.h"

enum { NOTHING = GITHUB_STAGE_N }; /* no open issue is there to be closed */
static const struct issue_words words = {.number = "number", .body = "body", .url = "html_url", .slash = SLASH_PLAIN};

static void issues_path(const struct effect *x, struct api_request *ret)
{
    buf_str(&ret->path, "/repos/");
    talk_repo_path(x->repo, &ret->path);
    buf_str(&ret->path, "/issues");
}

static void one_path(const struct effect *x, const struct effect_talk *t, struct api_request *ret)
{
    issues_path(x, ret);
    buf_chr(&ret->path, '/');
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
    issues_path(x, ret);
    buf_str(&ret->path, x->issue.close ? "?state=open" : "?state=all");
    buf_str(&ret->path, "&sort=created&direction=desc&per_page=100");
}

static enum talk_next list_done(const struct effect *x, struct effect_talk *t, const struct api_reply *r, struct err *e)
{
    int found = x->issue.close ? GITHUB_CLOSE : GITHUB_UPDATE, none = x->issue.close ? NOTHING : GITHUB_CREATE;
    enum talk_next next = issue_listed(x, t, r, &github_dialect, &words, found, none, e);
    return next == TALK_CALL && t->stage == NOTHING ? TALK_SENT : next;
}

const struct talk_turn github_list = {TURN_READS, list_ask, list_done, NULL};

/* ---- update ---- */

static void update_ask(const struct effect *x, struct effect_talk *t, struct api_request *ret)
{
    ret->method = "PATCH";
    one_path(x, t, ret);
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
    t->stage = GITHUB_ADD_LABELS;
    return TALK_CALL;
}

/* The issue we knew was deleted or moved away: look whether there is another one. */
static enum talk_next update_refused(const struct effect *x, struct effect_talk *t, const struct api_reply *r,
                                     enum talk_next usual, struct err *e)
{
    (void)x, (void)e;
    if (!issue_gone(t, r))
        return usual;
    t->stage = GITHUB_LIST;
    return TALK_CALL;
}

const struct talk_turn github_update = {TURN_REPEATS, update_ask, update_done, update_refused};

static void labels_ask(const struct effect *x, struct effect_talk *t, struct api_request *ret)
{
    ret->method = "POST";
    one_path(x, t, ret);
    buf_str(&ret->path, "/labels");
    struct jout j = {.buf = &ret->body};
    jout_open(&j, '{');
    jout_key(&j, "labels");
    issue_put_labels(x, &j);
    jout_close(&j, '}');
}

static enum talk_next labels_done(const struct effect *x, struct effect_talk *t, const struct api_reply *r,
                                  struct err *e)
{
    (void)x, (void)t, (void)r, (void)e;
    return TALK_SENT;
}

/* GitHub itself drops labels silently from a new issue where we may not set them: the issue is what counts. */
static enum talk_next labels_refused(const struct effect *x, struct effect_talk *t, const struct api_reply *r,
                                     enum talk_next usual, struct err *e)
{
    (void)x, (void)t, (void)r, (void)e;
    return usual == TALK_DEAD ? TALK_SENT : usual;
}

const struct talk_turn github_add_labels = {TURN_REPEATS, labels_ask, labels_done, labels_refused};

/* ---- create ---- */

static void create_ask(const struct effect *x, struct effect_talk *t, struct api_request *ret)
{
    (void)t;
    ret->method = "POST";
    issues_path(x, ret);
    struct jout j = {.buf = &ret->body};
    jout_open(&j, '{');
    issue_put_texts(x, &words, &j);
    if (x->issue.n_labels) {
        jout_key(&j, "labels");
        issue_put_labels(x, &j);
    }
    jout_close(&j, '}');
}

static enum talk_next create_done(const struct effect *x, struct effect_talk *t, const struct api_reply *r,
                                  struct err *e)
{
    (void)x;
    return issue_created(t, r, &words, e);
}

const struct talk_turn github_create = {TURN_CREATES, create_ask, create_done, NULL};

/* ---- close: what is closed already, or gone, stays as it is ---- */

static void get_ask(const struct effect *x, struct effect_talk *t, struct api_request *ret)
{
    ret->method = "GET";
    one_path(x, t, ret);
}

static enum talk_next get_done(const struct effect *x, struct effect_talk *t, const struct api_reply *r, struct err *e)
{
    AUTO(jdoc_free) struct jdoc *doc = NULL;
    (void)x;
    struct sv state = jdoc_parse(r->body, NULL, &doc, e) < 0 ? SV_NONE : jval_str(jval_get(jdoc_root(doc), "state"));
    if (!state.n) {
        err_set(e, ERR_TRANSIENT, "the issue cannot be read");
        return TALK_RETRY;
    }
    talk_remember(t, r->body, words.number, words.url);
    t->stage = GITHUB_CLOSE;
    return sv_is(state, "open") ? TALK_CALL : TALK_SENT;
}

const struct talk_turn github_close_get = {TURN_READS, get_ask, get_done, update_refused};

static void close_ask(const struct effect *x, struct effect_talk *t, struct api_request *ret)
{
    AUTO(buf_free) struct buf body = {0};
    struct jout j = {.buf = &ret->body};
    ret->method = "PATCH";
    one_path(x, t, ret);
    harmless_body(x->issue.body, x->issue.marker, words.slash, &body);
    jout_open(&j, '{');
    jout_kstr(&j, words.body, buf_view(&body));
    jout_kstrz(&j, "state", "closed");
    jout_kstrz(&j, "state_reason", "completed");
    jout_close(&j, '}');
}

static enum talk_next close_done(const struct effect *x, struct effect_talk *t, const struct api_reply *r,
                                 struct err *e)
{
    (void)x, (void)e;
    talk_remember(t, r->body, words.number, words.url);
    return TALK_SENT;
}

static enum talk_next close_refused(const struct effect *x, struct effect_talk *t, const struct api_reply *r,
                                    enum talk_next usual, struct err *e)
{
    (void)x, (void)t, (void)e;
    return r->status == 404 || r->status == 410 ? TALK_SENT : usual;
}

const struct talk_turn github_close = {TURN_REPEATS, close_ask, close_done, close_refused};
