/* SPDX-License-Identifier: Apache-2.0 */
/* Between the files of the emulated Gitea. */
#pragma once
#include "server/lab/change.h"
#include "server/lab/event.h"

void gitea_missing(struct lab_call *c); /* 404 */
void gitea_put_repo(struct lab_call *c, const struct lab_repo *r);
void gitea_put_labels(struct lab_call *c, struct lab_label *const *at, size_t n);
void gitea_put_pull(struct lab_call *c, const struct lab_repo *r, const struct lab_change *x);
struct lab_change *gitea_change_asked(struct lab_call *c); /* pulls/N: NULL after answering 404 */
struct lab_issue *gitea_issue_asked(struct lab_call *c);  /* issues/N: NULL after answering 404 */
/* False after answering 422: a name stands where only ids may. */
bool gitea_all_ids(struct lab_call *c, const struct jval *labels);
void gitea_take_labels(struct lab_call *c, struct lab_issue *i, const struct jval *labels);
