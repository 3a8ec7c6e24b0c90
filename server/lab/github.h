/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of the emulated GitHub share. */
#pragma once
#include "server/lab/change.h"
#include "server/lab/event.h"

/* 422 with one entry in `errors`; message may be NULL. */
void github_invalid(struct lab_call *c, const char *resource, const char *field, const char *code, const char *message);

void github_missing(struct lab_call *c); /* 404 */
/* The account of every token may unless it was said to be less: then labels are dropped without a word, or refused. */
bool github_may_push(const struct lab_call *c);
void github_put_repo(struct lab_call *c, const struct lab_repo *r);
void github_put_issue(struct lab_call *c, const struct lab_issue *i);
struct lab_issue *github_issue_asked(struct lab_call *c); /* issues/N: NULL after answering 404 */
void github_take_labels(struct lab_call *c, struct lab_issue *i, const struct jval *names);
/* github_pull.c. In a list what takes a look at the code is left out: merged, mergeable. */
enum lab_detail { IN_LIST, WHOLE };
void github_put_pull(struct lab_call *c, const struct lab_repo *r, const struct lab_change *x, enum lab_detail detail);
void github_put_labels(struct lab_call *c, struct lab_label *const *at, size_t n);
bool github_conflicts(const struct lab_change *x);
struct lab_change *github_change_asked(struct lab_call *c); /* pulls/N: NULL after answering 404 */
