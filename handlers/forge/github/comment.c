/* SPDX-License-Identifier: Apache-2.0 */
/* Comments of issues and of changes are the same here. Fields: GitHub REST API 2022-11-28, "Issue comments". */
#include "handlers/forge/github/turns.h"
#include "fmt/enc.h"
#include "port/comment_talk.h"

static const struct comment_words words = {.body = "body",
                                           .url = "html_url",
                                           .slash = SLASH_PLAIN,
                                           .dialect = &github_dialect,
                                           .list = GITHUB_COMMENT_LIST,
                                           .edit = GITHUB_COMMENT_EDIT,
                                           .remove = GITHUB_COMMENT_REMOVE,
                                           .create = GITHUB_COMMENT_CREATE};

int github_comment_first(const struct effect *x, const struct effect_talk *t)
{
    return comment_first(x, t, &words);
}

static void thread_path(const struct effect *x, struct api_request *ret)
{
    github_repo_path(x, "/issues/", &ret->path);
    buf_int(&ret->path, x->comment.number);
    buf_str(&ret->path, "/comments");
}

static void one_path(const struct effect *x, const struct effect_talk *t, struct api_request *ret)
{
    github_repo_path(x, "/issues/comments/", &ret->path);
    url_put(&ret->path, sv_of(t->remote_id));
}

static enum talk_next written(const struct effect *x, struct effect_talk *t, const struct api_reply *r, struct err *e)
{
    return comment_written(x, t, r, &words, e);
}

static enum talk_next refused(const struct effect *x, struct effect_talk *t, const struct api_reply *r,
                              enum talk_next usual, struct err *e)
{
    return comment_refused(x, t, r, usual, &words, e);
}

static void list_ask(const struct effect *x, struct effect_talk *t, struct api_request *ret)
{
    const char *page = comment_page(t);
    ret->method = "GET";
    if (page) {
        buf_str(&ret->path, page);
        return;
    }
    thread_path(x, ret);
    buf_str(&ret->path, "?per_page=100");
}

static enum talk_next list_done(const struct effect *x, struct effect_talk *t, const struct api_reply *r, struct err *e)
{
    return comment_listed(x, t, r, &words, e);
}

const struct talk_turn github_comment_list = {TURN_READS, list_ask, list_done, NULL};

static void edit_ask(const struct effect *x, struct effect_talk *t, struct api_request *ret)
{
    ret->method = "PATCH";
    one_path(x, t, ret);
    comment_put(x, &words, &ret->body);
}

const struct talk_turn github_comment_edit = {TURN_REPEATS, edit_ask, written, refused};

static void remove_ask(const struct effect *x, struct effect_talk *t, struct api_request *ret)
{
    ret->method = "DELETE";
    one_path(x, t, ret);
}

static enum talk_next remove_done(const struct effect *x, struct effect_talk *t, const struct api_reply *r,
                                  struct err *e)
{
    (void)x, (void)r, (void)e;
    return comment_removed(t);
}

const struct talk_turn github_comment_remove = {TURN_REPEATS, remove_ask, remove_done, refused};

static void create_ask(const struct effect *x, struct effect_talk *t, struct api_request *ret)
{
    (void)t;
    ret->method = "POST";
    thread_path(x, ret);
    comment_put(x, &words, &ret->body);
}

const struct talk_turn github_comment_create = {TURN_CREATES, create_ask, written, NULL};
