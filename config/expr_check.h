/* SPDX-License-Identifier: Apache-2.0 */
/* Expressions of a workflow file, checked when the whole file is known: their form, what they may name at their place,
 * and that what they name is there. */
#pragma once
#include "config/declared.h"
#include "config/workflow_parts.h"

/* Compiles all texts of r->sites. Problems stand where the text went wrong. */
void sites_check(struct reading *r, const struct workflow *w);

struct use_check { /* one expression */
    struct reading *r;
    const struct workflow *w;
    const struct expr_site *site;
    struct sv text; /* the expression */
    struct declared *declared;
    struct arena *scratch; /* of the compiled expression */
    size_t base;           /* where it begins in the node's text */
};
/* Is what it names there? Adds problems. */
void use_check(const struct use_check *c, const struct expr_use *u);
/* An error at the byte `at` of the expression, n characters long. */
void say_in_expr(const struct use_check *c, size_t at, int n, const char *code, const char *fmt, ...) PRINTF_LIKE(5, 6);
/* An error at the step `i` of the path of a use. */
void say_at_path(const struct use_check *c, const struct expr_use *u, size_t i, const char *code, const char *fmt, ...)
    PRINTF_LIKE(5, 6);
/* Where the step `i` of the path stands in the expression. */
size_t path_offset(const struct use_check *c, const struct expr_use *u, size_t i);
/* Members of contexts whose names are fixed; false when the context is none of these. */
bool member_check(const struct use_check *c, const struct expr_use *u);
