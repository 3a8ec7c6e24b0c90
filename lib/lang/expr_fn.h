/* SPDX-License-Identifier: Apache-2.0 */
/* The functions of expressions, and an evaluation as they see it; for expr_*.c only. */
#pragma once
#include "lang/expr_tree.h"

struct evaluation {
    const struct expr_world *world;
    struct arena *arena;
    struct err *e;
    size_t work; /* up to EXPR_WORK */
    size_t made; /* bytes of values made, up to EXPR_RESULT */
    size_t text; /* bytes of text put together, up to EXPR_TEXT */
};

struct call {
    const struct node *node;
    const struct val *args; /* evaluated; not of `case` */
    size_t n;
};

enum function_kind {
    FUNCTION_PURE,
    FUNCTION_STATUS, /* of the world; makes an `if` one that asks for the status itself */
    FUNCTION_WORLD,
    FUNCTION_LABELS, /* looks into the context `event` */
    FUNCTION_LAZY    /* evaluates its arguments itself */
};

struct function {
    const char *name; /* as GitHub writes it */
    const char *key;  /* in lower case */
    size_t min, max;
    enum function_kind kind;
    int (*call)(struct evaluation *v, const struct call *c, struct val *ret);
    /* Looks at arguments that are literals, when compiled; NULL = nothing to see. */
    int (*check)(const struct node *n, struct arena *arena, struct err *e);
};
extern const struct function functions[]; /* name NULL at the end */
const struct function *function_named(struct sv name);
static inline bool function_asks_world(const struct function *f)
{
    return f->kind == FUNCTION_STATUS || f->kind == FUNCTION_WORLD;
}

/* expr_eval.c; all return -1 with v->e filled on failure. */
int evaluate(struct evaluation *v, const struct node *n, struct val *ret);
int eval_fail(struct evaluation *v, const struct node *n, const char *fmt, ...) PRINTF_LIKE(3, 4);
int eval_work(struct evaluation *v, const struct node *n, size_t steps);
int eval_made(struct evaluation *v, const struct node *n, size_t bytes);
int eval_text(struct evaluation *v, const struct node *n, size_t bytes);
bool val_is_primitive(struct val v);
/* Text for a message: what is no literal may hold a secret and is not told. */
struct sv arg_shown(const struct node *call, size_t i, struct sv value);

/* expr_fn_text.c */
int fn_contains(struct evaluation *v, const struct call *c, struct val *ret);
int fn_starts_with(struct evaluation *v, const struct call *c, struct val *ret);
int fn_ends_with(struct evaluation *v, const struct call *c, struct val *ret);
int fn_format(struct evaluation *v, const struct call *c, struct val *ret);
int fn_join(struct evaluation *v, const struct call *c, struct val *ret);
/* expr_fn_json.c */
int fn_to_json(struct evaluation *v, const struct call *c, struct val *ret);
int fn_from_json(struct evaluation *v, const struct call *c, struct val *ret);
/* expr_fn_match.c */
int fn_glob(struct evaluation *v, const struct call *c, struct val *ret);
int fn_glob_check(const struct node *n, struct arena *arena, struct err *e);
int fn_semver(struct evaluation *v, const struct call *c, struct val *ret);
int fn_semver_check(const struct node *n, struct arena *arena, struct err *e);
int fn_has_label(struct evaluation *v, const struct call *c, struct val *ret);
