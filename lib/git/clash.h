/* SPDX-License-Identifier: Apache-2.0 */
/* What libgit2's merge of trees could not decide: one clash a file, with the sides of a renamed one brought together.
 */
#pragma once
#include <git2.h>
#include "base/vec.h"
#include "git/mirror.h"

enum clash_side { CLASH_BASE, CLASH_OURS, CLASH_THEIRS, CLASH_SIDES };

struct clash {                      /* text in the arena */
    const char *path;               /* of the outcome: where a side renamed the file, the new one */
    const char *names[CLASH_SIDES]; /* NULL = that side has no such file */
    git_oid ids[CLASH_SIDES];
    uint32_t modes[CLASH_SIDES];
    const char *why; /* it cannot be resolved by its text; NULL = perhaps */
};
struct clashes {
    VEC(struct clash) v;
};

struct clash_texts {
    struct buf of[CLASH_SIDES];
};

enum { CLASH_FILES = 500 };

/* ERR_INVALID beyond CLASH_FILES. */
MUST_USE int clash_list(git_index *index, struct arena *a, struct clashes *ret, struct err *e);
/* The texts of a clash without `why`. 1: a file is too large, and c->why says so. */
MUST_USE int clash_read(git_repository *repo, struct clash *c, struct clash_texts *ret, struct err *e);
void clash_texts_free(struct clash_texts *t);
/* The file is merged: its entries leave the index, and the text takes their place. */
MUST_USE int clash_settle(git_repository *repo, git_index *index, const struct clash *c, struct sv text, struct err *e);
/* Fills e from what libgit2 said last; returns -1. */
int clash_said(struct err *e, const char *what);
