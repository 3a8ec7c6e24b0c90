/* SPDX-License-Identifier: Apache-2.0 */
/* Pull requests of a branch of the repository. The list cannot be asked for branches in every version, and asking for
 * one of a base and a head also gives closed ones: the open ones are gone through. Labels, which are ids, are added
 * once it is there. */
#include "fmt/enc.h"
#include "handlers/forge/gitea/turns.h"
#include "port/pull_talk.h"

static const struct pull_words words = {.number = "number",
                                        .body = "body",
                                        .url = "html_url",
                                        .head = {"head", "ref"},
                                        .base = {"base", "ref"},
                                        .head_repo = {"head", "repo_id"},
                                        .base_repo = {"base", "repo_id"},
                                        .draft = "WIP: ",
                                        .slash = SLASH_PLAIN,
                                        .update = GITEA_EDIT_PULL,
                                        .labels = GITEA_LABELS,
                                        .create = GITEA_PULL};

static void list_ask(const struct effect *x, struct effect_talk *t, struct api_request *ret)
{
    ret->method = "GET";
    gitea_repo_path(x, "/pulls", &ret->path);
    buf_fmt(&ret->path, "?state=open&limit=50&page=%d", t->page + 1);
}

static bool is_empty(struct sv json)
{
    AUTO(jdoc_free) struct jdoc *doc = NULL;
    struct err ignored = {0};
    return jdoc_parse(json, NULL, &doc, &ignored) < 0 || !jval_len(jdoc_root(doc));
}

/* Looking up labels keeps its own notes where the search had its. */
static enum talk_next then(struct effect_talk *t, enum talk_next next)
{
    if (next == TALK_CALL && t->stage == GITEA_LABELS)
        t->own = NULL;
    return next;
}

static enum talk_next list_done(const struct effect *x, struct effect_talk *t, const struct api_reply *r, struct err *e)
{
    enum talk_next next = pull_listed(x, t, r, &words, e);
    bool none = (next == TALK_CALL && t->stage == GITEA_PULL) || (next == TALK_RETRY && e->cls == ERR_CONFLICT);
    bool last = r->link.p && !talk_link_next(r->link).p;
    if (none && !last && !is_empty(r->body) && ++t->page < TALK_PAGES) {
        t->stage = GITEA_PULLS;
        return TALK_CALL;
    }
    return then(t, next);
}

static void edit_ask(const struct effect *x, struct effect_talk *t, struct api_request *ret)
{
    ret->method = "PATCH";
    gitea_repo_path(x, "/pulls/", &ret->path);
    url_put(&ret->path, sv_of(t->remote_id));
    struct jout j = {.buf = &ret->body};
    jout_open(&j, '{');
    pull_put_texts(x, t, &words, &j);
    jout_close(&j, '}');
}

static void create_ask(const struct effect *x, struct effect_talk *t, struct api_request *ret)
{
    ret->method = "POST";
    gitea_repo_path(x, "/pulls", &ret->path);
    struct jout j = {.buf = &ret->body};
    jout_open(&j, '{');
    jout_kstrz(&j, "head", x->pull.head);
    jout_kstrz(&j, "base", x->pull.base);
    pull_put_texts(x, t, &words, &j);
    jout_close(&j, '}');
}

static enum talk_next written(const struct effect *x, struct effect_talk *t, const struct api_reply *r, struct err *e)
{
    return then(t, pull_written(x, t, r, &words, e));
}

/* 409 "pull request already exists for these targets" */
static enum talk_next create_refused(const struct effect *x, struct effect_talk *t, const struct api_reply *r,
                                     enum talk_next usual, struct err *e)
{
    (void)x, (void)e;
    if (r->status != 409)
        return usual;
    t->page = 0;
    return pull_exists(t, GITEA_PULLS);
}

const struct talk_turn gitea_pulls = {TURN_READS, list_ask, list_done, NULL};
const struct talk_turn gitea_edit_pull = {TURN_REPEATS, edit_ask, written, NULL};
const struct talk_turn gitea_pull = {TURN_CREATES, create_ask, written, create_refused};
