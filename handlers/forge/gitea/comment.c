/* SPDX-License-Identifier: Apache-2.0 */
/* Comments beneath an issue or a pull request, whose numbers are of one kind. The list has no pages; one comment goes
 * by its own number, whatever it is beneath. */
#include "fmt/enc.h"
#include "handlers/forge/gitea/turns.h"
#include "port/comment_talk.h"

static const struct comment_words words = {.body = "body",
                                           .url = "html_url",
                                           .slash = SLASH_PLAIN,
                                           .dialect = &gitea_dialect,
                                           .list = GITEA_COMMENTS,
                                           .edit = GITEA_EDIT_COMMENT,
                                           .remove = GITEA_DROP_COMMENT,
                                           .create = GITEA_COMMENT};

int gitea_first_comment(const struct effect *x, const struct effect_talk *t)
{
    return comment_first(x, t, &words);
}

static void comments_path(const struct effect *x, struct api_request *ret)
{
    gitea_repo_path(x, "/issues/", &ret->path);
    buf_fmt(&ret->path, "%lld/comments", (long long)x->comment.number);
}

static void one_path(const struct effect *x, const struct effect_talk *t, struct api_request *ret)
{
    gitea_repo_path(x, "/issues/comments/", &ret->path);
    url_put(&ret->path, sv_of(t->remote_id));
}

static void list_ask(const struct effect *x, struct effect_talk *t, struct api_request *ret)
{
    ret->method = "GET";
    if (comment_page(t))
        buf_str(&ret->path, comment_page(t));
    else
        comments_path(x, ret);
}

static enum talk_next list_done(const struct effect *x, struct effect_talk *t, const struct api_reply *r, struct err *e)
{
    return comment_listed(x, t, r, &words, e);
}

static void edit_ask(const struct effect *x, struct effect_talk *t, struct api_request *ret)
{
    ret->method = "PATCH";
    one_path(x, t, ret);
    comment_put(x, &words, &ret->body);
}

static void drop_ask(const struct effect *x, struct effect_talk *t, struct api_request *ret)
{
    ret->method = "DELETE";
    one_path(x, t, ret);
}

static void create_ask(const struct effect *x, struct effect_talk *t, struct api_request *ret)
{
    (void)t;
    ret->method = "POST";
    comments_path(x, ret);
    comment_put(x, &words, &ret->body);
}

static enum talk_next written(const struct effect *x, struct effect_talk *t, const struct api_reply *r, struct err *e)
{
    return comment_written(x, t, r, &words, e);
}

static enum talk_next removed(const struct effect *x, struct effect_talk *t, const struct api_reply *r, struct err *e)
{
    (void)x, (void)r, (void)e;
    return comment_removed(t);
}

static enum talk_next refused(const struct effect *x, struct effect_talk *t, const struct api_reply *r,
                              enum talk_next usual, struct err *e)
{
    return comment_refused(x, t, r, usual, &words, e);
}

const struct talk_turn gitea_comments = {TURN_READS, list_ask, list_done, NULL};
const struct talk_turn gitea_edit_comment = {TURN_REPEATS, edit_ask, written, refused};
const struct talk_turn gitea_drop_comment = {TURN_REPEATS, drop_ask, removed, refused};
const struct talk_turn gitea_comment = {TURN_CREATES, create_ask, written, NULL};
