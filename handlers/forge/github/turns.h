/* SPDX-License-Identifier: Apache-2.0 */
/* GitHub's conversations. Paths and fields: GitHub REST API 2022-11-28, "Commit statuses", "Issues", "Check runs";
 * of the others in their files. */
#pragma once
#include "port/talk.h"

enum github_stage { /* indices of the turns */
    GITHUB_LOOK,       /* an earlier post may have arrived: look through the rows of the commit */
    GITHUB_STATUS,     /* post the status */
    GITHUB_LIST,       /* look for an issue with our marker, page by page; t->own is the next page's path */
    GITHUB_UPDATE,     /* write title and body of t->remote_id, open it again */
    GITHUB_CREATE,     /* nothing found: a new issue */
    GITHUB_ADD_LABELS, /* an updated issue lacks labels; those of people stay */
    GITHUB_CLOSE_GET,  /* an issue is to be closed that is known: is it open? */
    GITHUB_CLOSE,      /* write its last word and close it */
    GITHUB_CHECK_LIST,   /* look for our check run of the commit, page by page; none: create it */
    GITHUB_CHECK_GET,    /* an earlier write to t->remote_id may have arrived: how far did it get? */
    GITHUB_CHECK_CREATE, /* a new check run */
    GITHUB_CHECK_UPDATE, /* write over t->remote_id, as often as there are batches of annotations */
    GITHUB_COMMENT_LIST,   /* look for the comment with our marker, page by page */
    GITHUB_COMMENT_EDIT,   /* write over t->remote_id */
    GITHUB_COMMENT_REMOVE, /* delete t->remote_id */
    GITHUB_COMMENT_CREATE, /* a new comment */
    GITHUB_LABEL_LIST,   /* some are to be removed: which of them are there? */
    GITHUB_LABEL_REMOVE, /* one of those */
    GITHUB_LABEL_ADD,    /* all that are to be there */
    GITHUB_PULL_LIST,   /* look for the open change of head and base */
    GITHUB_PULL_UPDATE, /* write title and body of t->remote_id */
    GITHUB_PULL_LABELS, /* it lacks labels; those of people stay */
    GITHUB_PULL_CREATE, /* a new change */
    GITHUB_MERGE_LOOK, /* an earlier try may have arrived, or was refused: is it merged? */
    GITHUB_MERGE,      /* merge while the head is the commit meant */
    GITHUB_DISPATCH_LOOK,     /* the answer was lost: does a run of the workflow show our token? */
    GITHUB_DISPATCH_WORKFLOW, /* start a workflow */
    GITHUB_DISPATCH_EVENT,    /* tell everybody who listens */
    GITHUB_STAGE_N
};

/* talk.c */
extern const struct talk_dialect github_dialect;
extern const struct talk_dialect github_hook_dialect; /* webhooks are not of repositories alone */
void github_repo_path(const struct effect *x, const char *below, struct buf *out); /* "/repos/acme/web" and below */

/* status.c */
extern const struct talk_turn github_look, github_status;
/* A commit that was just pushed may not have reached the replica that answered: to be tried again, as *e says. */
bool github_no_commit(const struct api_reply *r, struct err *e);

/* issue.c */
extern const struct talk_turn github_list, github_update, github_create, github_add_labels;
extern const struct talk_turn github_close_get, github_close;

/* check.c */
extern const struct talk_turn github_check_list, github_check_get, github_check_create, github_check_update;
bool github_check_wrote(const struct effect_talk *t); /* since the conversation began */

/* comment.c */
extern const struct talk_turn github_comment_list, github_comment_edit, github_comment_remove, github_comment_create;
int github_comment_first(const struct effect *x, const struct effect_talk *t);

/* label.c */
extern const struct talk_turn github_label_list, github_label_remove, github_label_add;
bool github_label_nothing(const struct effect *x); /* no label is named */

/* pull.c, merge.c */
extern const struct talk_turn github_pull_list, github_pull_update, github_pull_labels, github_pull_create;
extern const struct talk_turn github_merge_look, github_merge;

/* dispatch.c */
extern const struct talk_turn github_dispatch_look, github_dispatch_workflow, github_dispatch_event;
/* 0, or -1: it is known without asking that it cannot be sent, or must not be sent again. */
int github_dispatch_may(const struct effect *x, const struct effect_talk *t, struct err *e);
