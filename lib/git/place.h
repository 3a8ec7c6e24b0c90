/* SPDX-License-Identifier: Apache-2.0 */
/* A folder that is made beside its place and appears there in one step, whole, whatever was there before. */
#pragma once
#include "base/err.h"

/* The path is not empty, no option, and without a slash at its end: ERR_INVALID otherwise. */
MUST_USE int place_check(const char *dir, struct err *e);
/* Fills the folder `tmp`, which is not there yet. */
typedef int place_make_fn(void *ctx, const char *tmp, struct err *e);
/* Makes the folders above `dir`, removes what earlier calls left beside it when they were killed, and puts in place
 * what `make` has made. What was at `dir` is gone then; after a failure it is still there. */
MUST_USE int place_tree(const char *dir, place_make_fn *make, void *ctx, struct err *e);
