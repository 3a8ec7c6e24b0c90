/* SPDX-License-Identifier: Apache-2.0 */
/* Between the files of the emulated GitLab. */
#pragma once
#include "server/lab/change.h"
#include "server/lab/event.h"

void gitlab_invalid(struct lab_call *c, int status, const char *error); /* {"error": …} */
struct lab_change *gitlab_change_asked(struct lab_call *c); /* merge_requests/IID: NULL after answering 404 */
void gitlab_put_change(struct lab_call *c, const struct lab_repo *r, const struct lab_change *x);
void gitlab_put_project(struct lab_call *c, const char *key, const struct lab_repo *r); /* as in payloads */
/* The last segment, and all before it. */
struct sv gitlab_name_of(const struct lab_repo *r);
struct sv gitlab_space_of(const struct lab_repo *r);
/* labels, add_labels and remove_labels of the body, each a text with commas or an array: false if there is none. */
bool gitlab_edit_labels(struct lab_call *c, struct lab_issue *i);
/* Appends the text without its quick actions, which are carried out. */
void gitlab_quick_actions(const struct lab_call *c, struct lab_issue *i, struct sv text, struct buf *out);
