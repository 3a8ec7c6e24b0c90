/* SPDX-License-Identifier: Apache-2.0 */
/* Beside a mirror, <mirror>.pushed/: a folder "in-XXXXXX" for each pack that is being looked through, and "ids/<id>",
 * an empty file whose time says when an id came. A ref of its own has no time: git gc packs it. */
#pragma once
#include "base/clk.h"
#include "base/err.h"
#include "base/str.h"

#define PUSHED_REFS "refs/fettle/pushed/"

struct pushed_place {
    const char *mirror; /* borrowed */
    char *dir;          /* objects of the pack: <dir>/pack */
    char *lines;        /* a file in it, for what git reads line by line */
};

MUST_USE int pushed_place_make(const char *mirror, struct pushed_place *ret, struct err *e);
void pushed_place_drop(struct pushed_place *p); /* and all that is in it; fits AUTO(pushed_place_drop) */
/* The variables with which git writes objects there and reads those of the mirror too. */
void pushed_place_env(const struct pushed_place *p, struct buf *ret_objects, struct buf *ret_borrowed);
/* Its packs become the mirror's: git sees one when its index is there, so that comes last. */
MUST_USE int pushed_place_move(const struct pushed_place *p, struct err *e);

/* The id came now. */
MUST_USE int pushed_mark(const char *mirror, struct sv oid, struct err *e);
