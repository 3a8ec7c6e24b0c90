/* SPDX-License-Identifier: Apache-2.0 */
/* Conversations with Gitea, Forgejo and Gogs. Paths and fields: Gitea API v1, "repoCreateStatus" and "issue*". */
#pragma once
#include "fmt/json.h"
#include "port/talk.h"

enum gitea_stage { /* indices of the turns */
    GITEA_LOOK,      /* an earlier post may have arrived: look through the rows of the commit */
    GITEA_STATUS,    /* post the status */
    GITEA_LIST,      /* look for an issue with our marker, page by page */
    GITEA_UPDATE,    /* write title and body of t->remote_id, open it again */
    GITEA_LABELS,    /* labels are ids here: read the repository's, page by page */
    GITEA_NEW_LABEL, /* one that the repository lacks */
    GITEA_CREATE,    /* nothing found: a new issue with its labels */
    GITEA_ADD_LABELS, /* an updated issue lacks labels; those of people stay */
    GITEA_STAGE_N
};

extern const struct talk_dialect gitea_dialect;
extern const struct talk_turn gitea_look, gitea_status;                            /* status.c */
extern const struct talk_turn gitea_list, gitea_update, gitea_create;              /* issue.c */
extern const struct talk_turn gitea_labels, gitea_new_label, gitea_add_labels;     /* label.c */

void gitea_repo_path(const struct effect *x, const char *below, struct buf *out);
void gitea_issue_path(const struct effect *x, const struct effect_talk *t, struct buf *out); /* of t->remote_id */
/* The ids learned so far, as a JSON array. */
void gitea_put_label_ids(const struct effect *x, const struct effect_talk *t, struct jout *j);
