/* SPDX-License-Identifier: Apache-2.0 */
/* GitHub's conversations. Paths and fields: GitHub REST API 2022-11-28, "Commit statuses", "Issues", "Check runs". */
#pragma once
#include "port/talk.h"

enum github_stage { /* indices of github_turns */
    GITHUB_LOOK,       /* an earlier post may have arrived: look through the rows of the commit */
    GITHUB_STATUS,     /* post the status */
    GITHUB_LIST,       /* look for an issue with our marker, page by page; t->own is the next page's path */
    GITHUB_UPDATE,     /* write title and body of t->remote_id, open it again */
    GITHUB_CREATE,     /* nothing found: a new issue */
    GITHUB_ADD_LABELS, /* an updated issue lacks labels; those of people stay */
    GITHUB_CHECK_LIST,   /* look for our check run of the commit, page by page; none: create it */
    GITHUB_CHECK_GET,    /* an earlier write to t->remote_id may have arrived: how far did it get? */
    GITHUB_CHECK_CREATE, /* a new check run */
    GITHUB_CHECK_UPDATE, /* write over t->remote_id, as often as there are batches of annotations */
    GITHUB_STAGE_N
};

extern const struct talk_dialect github_dialect;

/* status.c */
extern const struct talk_turn github_look, github_status;
/* A commit that was just pushed may not have reached the replica that answered: to be tried again, as *e says. */
bool github_no_commit(const struct api_reply *r, struct err *e);

/* issue.c */
extern const struct talk_turn github_list, github_update, github_create, github_add_labels;

/* check.c */
extern const struct talk_turn github_check_list, github_check_get, github_check_create, github_check_update;
bool github_check_wrote(const struct effect_talk *t); /* since the conversation began */
