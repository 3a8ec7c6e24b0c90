/* SPDX-License-Identifier: Apache-2.0 */
/* What open-or-update of an issue has in common at all forges. The issue is known by a hidden marker line at the end of
 * its body; it is found through the list of issues, never through search, whose index lags. Pure; any thread. */
#pragma once
#include "fmt/json.h"
#include "port/harmless.h"
#include "port/talk.h"

struct issue_words { /* how a forge calls things */
    const char *number, *body, *url;
    enum text_slash slash;
};

/* Members title and <words->body> of a request that creates or updates. */
void issue_put_texts(const struct effect *x, const struct issue_words *w, struct jout *j);
void issue_put_labels(const struct effect *x, struct jout *j); /* an array of names */

/* One page of the list: takes the oldest (smallest number) issue with the marker into t->remote_id and remote_url.
 * Pull requests in the list are passed over. Number of items on the page, or -1 if it cannot be read. */
int issue_scan(const struct effect *x, struct effect_talk *t, struct sv json, const struct issue_words *w);
/* A page came, for lists with Link headers: t->own is the path of the next page and the stage stays, else the stage is
 * `found` or `none`. A page that cannot be read is TALK_RETRY. After TALK_PAGES pages what was found counts. */
enum talk_next issue_listed(const struct effect *x, struct effect_talk *t, const struct api_reply *r,
                            const struct talk_dialect *d, const struct issue_words *w, int found, int none,
                            struct err *e);
/* The answer to a new issue: TALK_SENT, or TALK_UNCERTAIN when it cannot be read. */
enum talk_next issue_created(struct effect_talk *t, const struct api_reply *r, const struct issue_words *w,
                             struct err *e);
/* An update was refused: true if the known issue is gone (404, 410) and was not just seen in the list. Then it is
 * forgotten, and the list must be looked through. */
bool issue_gone(struct effect_talk *t, const struct api_reply *r);
/* True if the answer's `labels` (objects with a name, or texts) has every one of these. */
bool issue_has_labels(const char *const *labels, size_t n, struct sv json);
