/* SPDX-License-Identifier: Apache-2.0 */
#include "fmt/enc.h"
#include "handlers/forge/gitea/turns.h"
#include "port/status_talk.h"

enum { DESCRIPTION_CHARS = 255 };

static const char *const state_word[STATUS_STATE_N] = {
    [STATUS_QUEUED] = "pending", [STATUS_RUNNING] = "pending", [STATUS_SUCCESS] = "success",
    [STATUS_FAILED] = "failure", [STATUS_ERROR] = "error",     [STATUS_TIMED_OUT] = "error",
    [STATUS_CANCELLED] = "error", [STATUS_SKIPPED] = "success",
};

/* "status" in every version so far; "state" is what the request calls it. */
static const struct status_words row_words = {.state = {"status", "state"},
                                              .words = state_word,
                                              .description_chars = DESCRIPTION_CHARS,
                                              .context = STATUS_CASE_COUNTS};

static void status_ask(const struct effect *x, struct effect_talk *t, struct api_request *ret)
{
    (void)t;
    ret->method = "POST";
    gitea_repo_path(x, "/statuses/", &ret->path);
    url_put(&ret->path, sv_of(x->status.sha));
    status_put(x, &row_words, &ret->body);
}

const struct talk_turn gitea_status = {TURN_CREATES, status_ask, status_posted, NULL};

/* ---- look: a repeated status would be a second row, and a second webhook to everybody ---- */

static void look_ask(const struct effect *x, struct effect_talk *t, struct api_request *ret)
{
    (void)t;
    ret->method = "GET";
    gitea_repo_path(x, "/commits/", &ret->path);
    url_put(&ret->path, sv_of(x->status.sha));
    buf_str(&ret->path, "/statuses?sort=recentupdate&limit=50");
}

static enum talk_next look_done(const struct effect *x, struct effect_talk *t, const struct api_reply *r,
                                struct err *e)
{
    return status_looked(x, t, r, &row_words, GITEA_STATUS, e);
}

static enum talk_next look_refused(const struct effect *x, struct effect_talk *t, const struct api_reply *r,
                                   enum talk_next usual, struct err *e)
{
    (void)x, (void)r, (void)e;
    return status_look_refused(t, usual, GITEA_STATUS);
}

const struct talk_turn gitea_look = {TURN_READS, look_ask, look_done, look_refused};
