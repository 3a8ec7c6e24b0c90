/* SPDX-License-Identifier: Apache-2.0 */
/* GitLab's conversations. Paths and fields: GitLab REST API v4, "Commits" (statuses), "Issues", "Notes", "Merge
 * requests" and "Pipelines"; what the status endpoint does with states and pipelines: its CreateCommitStatusService. */
#pragma once
#include "fmt/json.h"
#include "port/talk.h"

enum gitlab_stage { /* indices of the turns */
    GITLAB_LOOK,          /* an earlier post may have arrived, or has: where is the status of that name? */
    GITLAB_STATUS,        /* post to the project of the effect */
    GITLAB_STATUS_SOURCE, /* refused there and the change comes from a fork: post to the source project */
    GITLAB_LIST,          /* look for an issue with our marker, page by page; t->own is the next page's path */
    GITLAB_GET,           /* it is to be closed: is t->remote_id open? */
    GITLAB_UPDATE,        /* write title, description and labels of t->remote_id */
    GITLAB_REOPEN,        /* it was closed */
    GITLAB_CREATE,        /* nothing found: a new issue */
    GITLAB_NOTES,         /* look for a note with our marker, page by page */
    GITLAB_EDIT_NOTE,
    GITLAB_DROP_NOTE,
    GITLAB_NOTE,          /* nothing found: a new note */
    GITLAB_CHANGES,       /* look for the open merge request of the branches */
    GITLAB_EDIT_CHANGE,
    GITLAB_LABEL_CHANGE,  /* it says all but lacks labels */
    GITLAB_CHANGE,        /* nothing found: a new one */
    GITLAB_LABEL,         /* add and take away labels, both at once */
    GITLAB_MERGE_LOOK,    /* an earlier try may have merged, or this one was refused: how does it stand? */
    GITLAB_MERGE,         /* while the head is the commit */
    GITLAB_PIPELINES,     /* an earlier try may have started one: which ones did an API call start? */
    GITLAB_VARIABLES,     /* has one of them our token? */
    GITLAB_PIPELINE,      /* start it */
    GITLAB_STAGE_N
};

extern const struct talk_dialect gitlab_dialect;
extern const struct talk_turn gitlab_look, gitlab_status, gitlab_status_source;                      /* status.c */
extern const struct talk_turn gitlab_list, gitlab_get, gitlab_update, gitlab_reopen, gitlab_create; /* issue.c */
extern const struct talk_turn gitlab_notes, gitlab_edit_note, gitlab_drop_note, gitlab_note;         /* comment.c */
extern const struct talk_turn gitlab_changes, gitlab_edit_change, gitlab_label_change, gitlab_change; /* pull.c */
extern const struct talk_turn gitlab_label;                                                          /* label.c */
extern const struct talk_turn gitlab_merge_look, gitlab_merge;                                       /* merge.c */
extern const struct talk_turn gitlab_pipelines, gitlab_variables, gitlab_pipeline;                   /* dispatch.c */

void gitlab_project_path(const struct effect *x, const char *below, struct buf *out);
void gitlab_thread_path(const struct effect *x, enum thread_kind at, int64_t number, struct buf *out);
/* A member with an array of names; nothing when there are none. A comma separates names here, also within one text of
 * an array, and so cannot be part of one: a blank takes its place. */
void gitlab_put_labels(const char *key, const char *const *at, size_t n, struct jout *j);

int gitlab_first_note(const struct effect *x, const struct effect_talk *t);
/* What can never be done here: TALK_DEAD and why, else TALK_CALL. */
enum talk_next gitlab_merge_check(const struct effect *x, struct err *e);
enum talk_next gitlab_dispatch_check(const struct effect *x, struct err *e);
