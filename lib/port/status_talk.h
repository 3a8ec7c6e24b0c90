/* SPDX-License-Identifier: Apache-2.0 */
/* Posting a status, and looking for one whose post may have arrived, where the forge keeps every row: GitHub and
 * Gitea. A second row of the same is no harm to the commit, but it is sent to everybody who listens to the
 * repository. Pure; any thread. */
#pragma once
#include "port/talk.h"

enum status_case { STATUS_CASE_COUNTS, STATUS_CASE_IGNORED }; /* are contexts compared with their case? */

struct status_words { /* how a forge calls things, in a row of its list */
    const char *state[2];      /* member names, the first that is there; NULL = only one */
    const char *const *words;  /* by enum status_state */
    size_t description_chars;  /* longer ones were cut by us */
    enum status_case context;
};

/* The body of the post: state, context, description (one line, cut), target_url where there is one. */
void status_put(const struct effect *x, const struct status_words *w, struct buf *out);
/* The post was taken: remembers its row. */
enum talk_next status_posted(const struct effect *x, struct effect_talk *t, const struct api_reply *r, struct err *e);
/* The list came, newest first: TALK_SENT when our status is in it, else the stage is `post`. A status with an address
 * is its run's own, so any row will do: a newer one of another run must not be covered again. Without an address only
 * the newest of the context can be told from what an earlier run said. A list that cannot be read is TALK_RETRY. */
enum talk_next status_looked(const struct effect *x, struct effect_talk *t, const struct api_reply *r,
                             const struct status_words *w, int post, struct err *e);
/* The list was refused: not allowed to look, or the commit is not known yet. A second row is the lesser evil. */
enum talk_next status_look_refused(struct effect_talk *t, enum talk_next usual, int post);
