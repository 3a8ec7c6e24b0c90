/* SPDX-License-Identifier: Apache-2.0 */
/* `strategy.matrix`: from the text of a file to the legs of a job. GitHub's rules (docs: "Running variations of jobs in
 * a workflow"): all combinations of the lists, the last list turning fastest; `exclude` takes out those that have all
 * of its values; an `include` is added to every combination whose own values it does not change, and is a leg of its
 * own where there is none. Pure. */
#pragma once
#include "lang/text.h"

enum { MATRIX_LEGS = 256 };

struct matrix_leg {
    struct val values; /* object: the context `matrix` */
    const char *label; /* "1, a": what stands in brackets behind the job's name; "" = all values are empty */
};

/* The text of a file (wf_job.matrix: JSON whose strings may have expressions in them) evaluated. -1 ERR_INVALID, or
 * what the world says. The result lives in the arena or borrows from the contexts. */
MUST_USE int matrix_value(struct sv json, const struct expr_world *w, struct arena *a, struct val *ret, struct err *e);
/* 0 with at least one leg; -1 ERR_INVALID: no legs, more than MATRIX_LEGS, or not the form of a matrix. */
MUST_USE int matrix_expand(struct val matrix, struct arena *a, struct matrix_leg **ret, size_t *ret_n, struct err *e);
