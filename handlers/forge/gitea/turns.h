/* SPDX-License-Identifier: Apache-2.0 */
/* Conversations with Gitea, Forgejo and Gogs. Paths and fields: Gitea API v1, the operations "repoCreateStatus",
 * "issue*", "repo*PullRequest*" and "ActionsDispatchWorkflow". */
#pragma once
#include "fmt/json.h"
#include "port/talk.h"

enum gitea_stage { /* indices of the turns */
    GITEA_LOOK,          /* an earlier post may have arrived: look through the rows of the commit */
    GITEA_STATUS,        /* post the status */
    GITEA_LIST,          /* look for an issue with our marker, page by page */
    GITEA_GET,           /* it is to be closed: is t->remote_id open? */
    GITEA_UPDATE,        /* write title and body of t->remote_id, open or close it */
    GITEA_LABELS,        /* labels are ids here: read the repository's, page by page */
    GITEA_NEW_LABEL,     /* one that the repository lacks */
    GITEA_CREATE,        /* nothing found: a new issue with its labels */
    GITEA_ADD_LABELS,    /* what was there lacks labels; those of people stay */
    GITEA_COMMENTS,      /* look for a comment with our marker */
    GITEA_EDIT_COMMENT,
    GITEA_DROP_COMMENT,
    GITEA_COMMENT,       /* nothing found: a new comment */
    GITEA_PULLS,         /* look for the open pull request of the branches, page by page */
    GITEA_EDIT_PULL,
    GITEA_PULL,          /* nothing found: a new one */
    GITEA_THREAD_LABELS, /* which labels has it, and which ids have those that are to go? */
    GITEA_DROP_LABEL,    /* one of them */
    GITEA_MERGE_LOOK,    /* an earlier try may have merged, or this one was refused: how does it stand? */
    GITEA_MERGE,         /* while the head is the commit */
    GITEA_DISPATCH,      /* start a workflow by its file name */
    GITEA_STAGE_N
};

extern const struct talk_dialect gitea_dialect;
extern const struct talk_turn gitea_look, gitea_status;                                    /* status.c */
extern const struct talk_turn gitea_list, gitea_get, gitea_update, gitea_create;           /* issue.c */
extern const struct talk_turn gitea_labels, gitea_new_label, gitea_add_labels;             /* label.c */
extern const struct talk_turn gitea_comments, gitea_edit_comment, gitea_drop_comment, gitea_comment; /* comment.c */
extern const struct talk_turn gitea_pulls, gitea_edit_pull, gitea_pull;                     /* pull.c */
extern const struct talk_turn gitea_thread_labels, gitea_drop_label;                       /* relabel.c */
extern const struct talk_turn gitea_merge_look, gitea_merge;                               /* merge.c */
extern const struct talk_turn gitea_dispatch;                                              /* dispatch.c */

/* hook.c: of a hook as it is, for an edit that leaves it so */
void gitea_put_known_events(const char *const *names, size_t n, struct jout *o);
void gitea_put_kept(const char *branches, const char *authorization, struct jout *o); /* NULL = it has none */

void gitea_repo_path(const struct effect *x, const char *below, struct buf *out);
void gitea_issue_path(const struct effect *x, const struct effect_talk *t, struct buf *out); /* of t->remote_id */

enum { LABEL_WANTED = 0, LABEL_LEFT_OUT = -1 };
struct label_ids { /* t->own while labels are looked up */
    int page;
    size_t making;              /* index of the label that is being made */
    int64_t *drop;              /* ids that are to be taken away: relabel.c */
    size_t n_drop, dropped;
    size_t n;
    const char *const *names; /* those the effect wants; compared in any case */
    int64_t at[];             /* one a name: its id, LABEL_WANTED or LABEL_LEFT_OUT */
};
struct label_ids *gitea_label_ids(const struct effect *x, struct effect_talk *t);
size_t gitea_label_wanted(const struct label_ids *ids); /* the first without an id; n if there is none */
/* The ids learned so far, as a JSON array. */
void gitea_put_label_ids(const struct effect_talk *t, struct jout *j);

int gitea_first_comment(const struct effect *x, const struct effect_talk *t);
/* What can never be done here: TALK_DEAD and why, else TALK_CALL. */
enum talk_next gitea_dispatch_check(const struct effect *x, const struct effect_talk *t, struct err *e);
