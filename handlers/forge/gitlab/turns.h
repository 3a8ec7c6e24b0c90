/* SPDX-License-Identifier: Apache-2.0 */
/* GitLab's conversations. Paths and fields: GitLab REST API v4, "Commits" (statuses) and "Issues"; what the status
 * endpoint does with states and pipelines: its CreateCommitStatusService. */
#pragma once
#include "port/talk.h"

enum gitlab_stage { /* indices of the turns */
    GITLAB_LOOK,          /* an earlier post may have arrived: compare the newest status of the name */
    GITLAB_STATUS,        /* post to the project of the effect */
    GITLAB_STATUS_SOURCE, /* refused there and the change comes from a fork: post to the source project */
    GITLAB_LIST,          /* look for an issue with our marker, page by page; t->own is the next page's path */
    GITLAB_UPDATE,        /* write title, description and labels of t->remote_id */
    GITLAB_REOPEN,        /* it was closed */
    GITLAB_CREATE,        /* nothing found: a new issue */
    GITLAB_STAGE_N
};

extern const struct talk_dialect gitlab_dialect;
extern const struct talk_turn gitlab_look, gitlab_status, gitlab_status_source;               /* status.c */
extern const struct talk_turn gitlab_list, gitlab_update, gitlab_reopen, gitlab_create; /* issue.c */
