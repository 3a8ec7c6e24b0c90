/* SPDX-License-Identifier: Apache-2.0 */
#include "handlers/forge/github/turns.h"
#include "fmt/enc.h"
#include "fmt/json.h"
#include "port/status_talk.h"

enum { DESCRIPTION_CHARS = 140 }; /* one more is refused with 422 */

static const char *const state_word[STATUS_STATE_N] = {
    [STATUS_QUEUED] = "pending", [STATUS_RUNNING] = "pending", [STATUS_SUCCESS] = "success",
    [STATUS_FAILED] = "failure", [STATUS_ERROR] = "error",     [STATUS_TIMED_OUT] = "error",
    [STATUS_CANCELLED] = "error", [STATUS_SKIPPED] = "success",
};

static const struct status_words row_words = {.state = {"state"},
                                              .words = state_word,
                                              .description_chars = DESCRIPTION_CHARS,
                                              .context = STATUS_CASE_IGNORED};

static void status_ask(const struct effect *x, struct effect_talk *t, struct api_request *ret)
{
    (void)t;
    ret->method = "POST";
    buf_str(&ret->path, "/repos/");
    talk_repo_path(x->repo, &ret->path);
    buf_str(&ret->path, "/statuses/");
    url_put(&ret->path, sv_of(x->status.sha));
    status_put(x, &row_words, &ret->body);
}

/* If it stays away, it never was there. */
bool github_no_commit(const struct api_reply *r, struct err *e)
{
    if (r->status != 422 || sv_find(r->body, SV("No commit found")) < 0)
        return false;
    e->cls = ERR_MISSING;
    return true;
}

static enum talk_next status_refused(const struct effect *x, struct effect_talk *t, const struct api_reply *r,
                                     enum talk_next usual, struct err *e)
{
    (void)x, (void)t;
    return github_no_commit(r, e) ? TALK_RETRY : usual;
}

const struct talk_turn github_status = {TURN_CREATES, status_ask, status_posted, status_refused};

/* ---- look: a repeated status would be a second row, and a second webhook to everybody ---- */

static void look_ask(const struct effect *x, struct effect_talk *t, struct api_request *ret)
{
    (void)t;
    ret->method = "GET";
    buf_str(&ret->path, "/repos/");
    talk_repo_path(x->repo, &ret->path);
    buf_str(&ret->path, "/commits/");
    url_put(&ret->path, sv_of(x->status.sha));
    buf_str(&ret->path, "/statuses?per_page=100");
}

static enum talk_next look_done(const struct effect *x, struct effect_talk *t, const struct api_reply *r,
                                struct err *e)
{
    return status_looked(x, t, r, &row_words, GITHUB_STATUS, e);
}

static enum talk_next look_refused(const struct effect *x, struct effect_talk *t, const struct api_reply *r,
                                   enum talk_next usual, struct err *e)
{
    (void)x, (void)r, (void)e;
    return status_look_refused(t, usual, GITHUB_STATUS);
}

const struct talk_turn github_look = {TURN_READS, look_ask, look_done, look_refused};
