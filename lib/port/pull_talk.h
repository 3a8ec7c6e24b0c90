/* SPDX-License-Identifier: Apache-2.0 */
/* What opening a change, or writing over the open one, has in common at all forges. There can be one open change for a
 * head and a base, so looking for it is the answer to every doubt: it is looked for first, whatever number is known,
 * since that one may be merged or closed by now. An open one without our marker is somebody else's: its number is
 * remembered, its texts and labels are left alone. Pure; any thread. */
#pragma once
#include "fmt/json.h"
#include "port/harmless.h"
#include "port/talk.h"

struct pull_words { /* how a forge calls things; paths of members end with NULL */
    const char *number, *body, *url;
    const char *head[3], *base[3];           /* branches: {"head", "ref"} */
    const char *head_repo[4], *base_repo[4]; /* numbers of their repositories: a fork's branch is another one */
    const char *draft; /* words in front of the title of a draft, where those make it one; NULL elsewhere */
    enum text_slash slash;
    int update, labels, create; /* stages: the turns of the forge */
};

/* Forgets what is known of an earlier one; to be called before the first turn, which is the forge's list. */
void pull_first(struct effect_talk *t);
/* The open changes of head and base (any others are passed over) came: updates, adds labels, creates or is content. */
enum talk_next pull_listed(const struct effect *x, struct effect_talk *t, const struct api_reply *r,
                           const struct pull_words *w, struct err *e);
/* Members title and <words->body>, for update and create. Whether it is a draft is for people once it is open. */
void pull_put_texts(const struct effect *x, struct effect_talk *t, const struct pull_words *w, struct jout *j);
/* update, create: TALK_SENT when the answer has all labels, else the stage `labels`, which adds them; TALK_UNCERTAIN
 * when what was created cannot be read. */
enum talk_next pull_written(const struct effect *x, struct effect_talk *t, const struct api_reply *r,
                            const struct pull_words *w, struct err *e);
/* create was refused because there is one: looks again with the stage `list`; TALK_RETRY when it is not listed. */
enum talk_next pull_exists(struct effect_talk *t, int list);
bool pull_is_told(const struct effect_talk *t); /* has that been said in this conversation? */
/* create was refused because drafts are not allowed: it is no draft from now on. */
void pull_make_ready(struct effect_talk *t);
bool pull_is_ready(const struct effect_talk *t);
