/* SPDX-License-Identifier: Apache-2.0 */
/* A change from a branch of the same repository. Fields: GitHub REST API 2022-11-28, "Pull requests"; labels are those
 * of the issue that it is as well. */
#include "handlers/forge/github/turns.h"
#include "fmt/enc.h"
#include "port/pull_talk.h"

static const struct pull_words words = {.number = "number",
                                        .body = "body",
                                        .url = "html_url",
                                        .head = {"head", "ref"},
                                        .base = {"base", "ref"},
                                        .head_repo = {"head", "repo", "id"},
                                        .base_repo = {"base", "repo", "id"},
                                        .slash = SLASH_PLAIN,
                                        .update = GITHUB_PULL_UPDATE,
                                        .labels = GITHUB_PULL_LABELS,
                                        .create = GITHUB_PULL_CREATE};

/* ---- look ---- */

/* `head` is a user and a branch. When GitHub says that there is one and it was not in the list, the owner of the
 * repository has another name by now: then every change into the base is looked at. */
static void list_ask(const struct effect *x, struct effect_talk *t, struct api_request *ret)
{
    struct sv repo = sv_of(x->repo);
    ptrdiff_t slash = sv_chr(repo, '/');
    ret->method = "GET";
    github_repo_path(x, "/pulls?state=open&base=", &ret->path);
    url_put(&ret->path, sv_of(x->pull.base));
    buf_str(&ret->path, "&per_page=100");
    if (pull_is_told(t))
        return;
    buf_str(&ret->path, "&head=");
    url_put(&ret->path, slash < 0 ? repo : sv_cut(repo, (size_t)slash));
    buf_chr(&ret->path, ':');
    url_put(&ret->path, sv_of(x->pull.head));
}

static enum talk_next list_done(const struct effect *x, struct effect_talk *t, const struct api_reply *r, struct err *e)
{
    return pull_listed(x, t, r, &words, e);
}

const struct talk_turn github_pull_list = {TURN_READS, list_ask, list_done, NULL};

static enum talk_next written(const struct effect *x, struct effect_talk *t, const struct api_reply *r, struct err *e)
{
    return pull_written(x, t, r, &words, e);
}

/* ---- update ---- */

static void update_ask(const struct effect *x, struct effect_talk *t, struct api_request *ret)
{
    struct jout j = {.buf = &ret->body};
    ret->method = "PATCH";
    github_repo_path(x, "/pulls/", &ret->path);
    url_put(&ret->path, sv_of(t->remote_id));
    jout_open(&j, '{');
    pull_put_texts(x, t, &words, &j);
    jout_close(&j, '}');
}

const struct talk_turn github_pull_update = {TURN_REPEATS, update_ask, written, NULL};

static void labels_ask(const struct effect *x, struct effect_talk *t, struct api_request *ret)
{
    struct jout j = {.buf = &ret->body};
    ret->method = "POST";
    github_repo_path(x, "/issues/", &ret->path);
    url_put(&ret->path, sv_of(t->remote_id));
    buf_str(&ret->path, "/labels");
    jout_open(&j, '{');
    jout_key(&j, "labels");
    jout_strs(&j, x->pull.labels, x->pull.n_labels);
    jout_close(&j, '}');
}

static enum talk_next labels_done(const struct effect *x, struct effect_talk *t, const struct api_reply *r,
                                  struct err *e)
{
    (void)x, (void)t, (void)r, (void)e;
    return TALK_SENT;
}

/* The change is what counts. */
static enum talk_next labels_refused(const struct effect *x, struct effect_talk *t, const struct api_reply *r,
                                     enum talk_next usual, struct err *e)
{
    (void)x, (void)t, (void)r, (void)e;
    return usual == TALK_DEAD ? TALK_SENT : usual;
}

const struct talk_turn github_pull_labels = {TURN_REPEATS, labels_ask, labels_done, labels_refused};

/* ---- create ---- */

static void create_ask(const struct effect *x, struct effect_talk *t, struct api_request *ret)
{
    struct jout j = {.buf = &ret->body};
    ret->method = "POST";
    github_repo_path(x, "/pulls", &ret->path);
    jout_open(&j, '{');
    pull_put_texts(x, t, &words, &j);
    jout_kstrz(&j, "head", x->pull.head);
    jout_kstrz(&j, "base", x->pull.base);
    if (x->pull.draft && !pull_is_ready(t))
        jout_kbool(&j, "draft", true);
    jout_close(&j, '}');
}

static bool says(const struct api_reply *r, struct sv words_of_github)
{
    return sv_find(r->body, words_of_github) >= 0;
}

static bool is_unknown_head(const struct api_reply *r)
{
    AUTO(jdoc_free) struct jdoc *doc = NULL;
    struct err ignored = {0};
    if (jdoc_parse(r->body, NULL, &doc, &ignored) < 0)
        return false;
    const struct jval *errors = jval_get(jdoc_root(doc), "errors");
    for (size_t i = 0; i < jval_len(errors); i++) {
        const struct jval *v = jval_item(errors, i);
        if (sv_is(jval_str(jval_get(v, "field")), "head") && sv_is(jval_str(jval_get(v, "code")), "invalid"))
            return true;
    }
    return false;
}

static enum talk_next create_refused(const struct effect *x, struct effect_talk *t, const struct api_reply *r,
                                     enum talk_next usual, struct err *e)
{
    if (r->status != 422 || usual != TALK_DEAD)
        return usual;
    if (says(r, SV("pull request already exists")))
        return pull_exists(t, GITHUB_PULL_LIST);
    if (says(r, SV("No commits between"))) {
        err_set(e, ERR_INVALID, "%s has no commit that %s lacks: there is no change to open", x->pull.head,
                x->pull.base);
        return TALK_DEAD;
    }
    if (x->pull.draft && !pull_is_ready(t) && says(r, SV("raft pull requests are not supported"))) {
        pull_make_ready(t);
        return TALK_CALL;
    }
    if (is_unknown_head(r)) { /* just pushed, and not known everywhere */
        e->cls = ERR_MISSING;
        return TALK_RETRY;
    }
    return usual;
}

const struct talk_turn github_pull_create = {TURN_CREATES, create_ask, written, create_refused};
