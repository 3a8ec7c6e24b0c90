/* SPDX-License-Identifier: Apache-2.0 */
/* Between the files of the emulated GitLab. */
#pragma once
#include "server/lab/call.h"

void gitlab_invalid(struct lab_call *c, int status, const char *error); /* {"error": …} */

lab_turn gitlab_post_status, gitlab_list_statuses;                                        /* gitlab_status.c */
lab_turn gitlab_list_issues, gitlab_get_issue, gitlab_post_issue, gitlab_put_issue;       /* gitlab_issue.c */
lab_turn gitlab_list_labels, gitlab_post_label;
