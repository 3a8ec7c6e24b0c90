/* SPDX-License-Identifier: Apache-2.0 */
/* Notes beneath an issue or a merge request. System notes ("added 1 commit") are in the list too; they carry no marker.
 */
#include "fmt/enc.h"
#include "handlers/forge/gitlab/turns.h"
#include "port/comment_talk.h"

static const struct comment_words words = {.body = "body",
                                           .slash = SLASH_RUNS,
                                           .dialect = &gitlab_dialect,
                                           .list = GITLAB_NOTES,
                                           .edit = GITLAB_EDIT_NOTE,
                                           .remove = GITLAB_DROP_NOTE,
                                           .create = GITLAB_NOTE};

int gitlab_first_note(const struct effect *x, const struct effect_talk *t)
{
    return comment_first(x, t, &words);
}

static void notes_path(const struct effect *x, struct api_request *ret)
{
    gitlab_thread_path(x, x->comment.at, x->comment.number, &ret->path);
    buf_str(&ret->path, "/notes");
}

static void one_path(const struct effect *x, const struct effect_talk *t, struct api_request *ret)
{
    notes_path(x, ret);
    buf_chr(&ret->path, '/');
    url_put(&ret->path, sv_of(t->remote_id));
}

static void list_ask(const struct effect *x, struct effect_talk *t, struct api_request *ret)
{
    ret->method = "GET";
    if (comment_page(t)) {
        buf_str(&ret->path, comment_page(t));
        return;
    }
    notes_path(x, ret);
    buf_str(&ret->path, "?order_by=created_at&sort=asc&per_page=100");
}

static enum talk_next list_done(const struct effect *x, struct effect_talk *t, const struct api_reply *r, struct err *e)
{
    return comment_listed(x, t, r, &words, e);
}

static void edit_ask(const struct effect *x, struct effect_talk *t, struct api_request *ret)
{
    ret->method = "PUT";
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
    notes_path(x, ret);
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

const struct talk_turn gitlab_notes = {TURN_READS, list_ask, list_done, NULL};
const struct talk_turn gitlab_edit_note = {TURN_REPEATS, edit_ask, written, refused};
const struct talk_turn gitlab_drop_note = {TURN_REPEATS, drop_ask, removed, refused};
const struct talk_turn gitlab_note = {TURN_CREATES, create_ask, written, NULL};
