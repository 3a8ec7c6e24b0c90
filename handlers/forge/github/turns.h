/* SPDX-License-Identifier: Apache-2.0 */
/* GitHub's conversations. Paths and fields: GitHub REST API 2022-11-28, "Commit statuses" and "Issues". */
#pragma once
#include "port/talk.h"

enum github_stage { /* indices of github_turns */
    GITHUB_LOOK,       /* an earlier post may have arrived: look through the rows of the commit */
    GITHUB_STATUS,     /* post the status */
    GITHUB_LIST,       /* look for an issue with our marker, page by page; t->own is the next page's path */
    GITHUB_UPDATE,     /* write title and body of t->remote_id, open it again */
    GITHUB_CREATE,     /* nothing found: a new issue */
    GITHUB_ADD_LABELS, /* an updated issue lacks labels; those of people stay */
    GITHUB_STAGE_N
};

extern const struct talk_dialect github_dialect;

extern const struct talk_turn github_look, github_status;                                  /* status.c */
extern const struct talk_turn github_list, github_update, github_create, github_add_labels; /* issue.c */
