/* SPDX-License-Identifier: Apache-2.0 */
/* Text with expressions in it: "build ${{ matrix.os }}". Text that is one expression and nothing else (blanks around
 * do not count) has the expression's value, whatever its kind; else the parts are joined as strings. Pure. */
#pragma once
#include "lang/expr.h"

struct text;

/* False = plain text: no ${{ in it. */
bool text_has_expr(struct sv raw);
/* 0, or -1 ERR_INVALID with e->code = the byte in raw: an unclosed ${{, or what expr_compile says. */
MUST_USE int text_compile(struct sv raw, const struct expr_scope *scope, struct arena *arena, const struct text **ret,
                          struct err *e);
MUST_USE int text_eval(const struct text *t, const struct expr_world *w, struct arena *a, struct val *ret,
                       struct err *e);
/* Compiles and evaluates at once, for text out of rows that was checked when its file was read. */
MUST_USE int text_value(struct sv raw, const struct expr_world *w, struct arena *a, struct val *ret, struct err *e);
/* The condition of an `if`: the text with or without ${{ }} around it, "" or NULL = success(), and success() && in
 * front of what asks for no status itself. */
MUST_USE int cond_compile(struct sv raw, const struct expr_scope *scope, struct arena *arena, const struct expr **ret,
                          struct err *e);
/* The expressions of a text, in order; NULL beyond the end. */
const struct expr *text_expr(const struct text *t, size_t i);
