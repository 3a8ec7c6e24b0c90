/* SPDX-License-Identifier: Apache-2.0 */
/* Merge requests of a branch of the project. A draft is one by the words in front of its title. */
#include "fmt/enc.h"
#include "handlers/forge/gitlab/turns.h"
#include "port/pull_talk.h"

static const struct pull_words words = {.number = "iid",
                                        .body = "description",
                                        .url = "web_url",
                                        .head = {"source_branch"},
                                        .base = {"target_branch"},
                                        .head_repo = {"source_project_id"},
                                        .base_repo = {"target_project_id"},
                                        .draft = "Draft: ",
                                        .slash = SLASH_RUNS,
                                        .update = GITLAB_EDIT_CHANGE,
                                        .labels = GITLAB_LABEL_CHANGE,
                                        .create = GITLAB_CHANGE};

static void one_path(const struct effect *x, const struct effect_talk *t, struct api_request *ret)
{
    gitlab_project_path(x, "/merge_requests/", &ret->path);
    url_put(&ret->path, sv_of(t->remote_id));
}

static void list_ask(const struct effect *x, struct effect_talk *t, struct api_request *ret)
{
    (void)t;
    ret->method = "GET";
    gitlab_project_path(x, "/merge_requests?state=opened&source_branch=", &ret->path);
    url_put(&ret->path, sv_of(x->pull.head));
    buf_str(&ret->path, "&target_branch=");
    url_put(&ret->path, sv_of(x->pull.base));
    buf_str(&ret->path, "&per_page=100");
}

static enum talk_next list_done(const struct effect *x, struct effect_talk *t, const struct api_reply *r, struct err *e)
{
    return pull_listed(x, t, r, &words, e);
}

static void edit_ask(const struct effect *x, struct effect_talk *t, struct api_request *ret)
{
    ret->method = "PUT";
    one_path(x, t, ret);
    struct jout j = {.buf = &ret->body};
    jout_open(&j, '{');
    pull_put_texts(x, t, &words, &j);
    gitlab_put_labels("add_labels", x->pull.labels, x->pull.n_labels, &j);
    jout_close(&j, '}');
}

static void label_ask(const struct effect *x, struct effect_talk *t, struct api_request *ret)
{
    ret->method = "PUT";
    one_path(x, t, ret);
    struct jout j = {.buf = &ret->body};
    jout_open(&j, '{');
    gitlab_put_labels("add_labels", x->pull.labels, x->pull.n_labels, &j);
    jout_close(&j, '}');
}

static void create_ask(const struct effect *x, struct effect_talk *t, struct api_request *ret)
{
    ret->method = "POST";
    gitlab_project_path(x, "/merge_requests", &ret->path);
    struct jout j = {.buf = &ret->body};
    jout_open(&j, '{');
    jout_kstrz(&j, "source_branch", x->pull.head);
    jout_kstrz(&j, "target_branch", x->pull.base);
    pull_put_texts(x, t, &words, &j);
    gitlab_put_labels("labels", x->pull.labels, x->pull.n_labels, &j);
    jout_close(&j, '}');
}

/* Labels went with the texts: whether the answer shows them or calls them otherwise, they are not sent again. */
static enum talk_next written(const struct effect *x, struct effect_talk *t, const struct api_reply *r, struct err *e)
{
    enum talk_next next = pull_written(x, t, r, &words, e);
    return next == TALK_CALL && t->stage == GITLAB_LABEL_CHANGE ? TALK_SENT : next;
}

/* 409 "Another open merge request already exists for this source branch: !5" */
static enum talk_next create_refused(const struct effect *x, struct effect_talk *t, const struct api_reply *r,
                                     enum talk_next usual, struct err *e)
{
    (void)x, (void)e;
    return r->status == 409 ? pull_exists(t, GITLAB_CHANGES) : usual;
}

const struct talk_turn gitlab_changes = {TURN_READS, list_ask, list_done, NULL};
const struct talk_turn gitlab_edit_change = {TURN_REPEATS, edit_ask, written, NULL};
const struct talk_turn gitlab_label_change = {TURN_REPEATS, label_ask, written, NULL};
const struct talk_turn gitlab_change = {TURN_CREATES, create_ask, written, create_refused};
