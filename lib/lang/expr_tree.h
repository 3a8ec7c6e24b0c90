/* SPDX-License-Identifier: Apache-2.0 */
/* The inside of expressions, for expr_*.c and text.c only: tokens and the tree. */
#pragma once
#include "lang/expr.h"

enum token_kind {
    TOKEN_END,
    TOKEN_VALUE, /* null, a boolean, a number, a string */
    TOKEN_NAME,
    TOKEN_DOT,
    TOKEN_STAR,
    TOKEN_COMMA,
    TOKEN_OPEN, /* ( */
    TOKEN_CLOSE,
    TOKEN_OPEN_INDEX, /* [ */
    TOKEN_CLOSE_INDEX,
    TOKEN_NOT,
    TOKEN_AND,
    TOKEN_OR,
    TOKEN_EQUAL,
    TOKEN_UNEQUAL,
    TOKEN_LESS,
    TOKEN_LESS_EQUAL,
    TOKEN_GREATER,
    TOKEN_GREATER_EQUAL
};

struct token {
    enum token_kind kind;
    size_t at;
    struct sv text; /* as written */
    struct val value;
};

struct lexer {
    struct sv text;
    struct arena *arena; /* of strings with escapes */
    size_t at;
    enum token_kind last;
};
/* -1: the bytes of ret->text make no token. */
MUST_USE int lexer_next(struct lexer *l, struct token *ret);
bool name_is_plain(struct sv s); /* can stand behind a dot */

enum node_kind {
    NODE_VALUE,
    NODE_CONTEXT,
    NODE_CALL,
    NODE_INDEX, /* args: what, by what */
    NODE_STAR,  /* the index of `.*` and `[*]` */
    NODE_NOT,
    NODE_AND, /* two or more args */
    NODE_OR,
    NODE_EQUAL,
    NODE_UNEQUAL,
    NODE_LESS,
    NODE_LESS_EQUAL,
    NODE_GREATER,
    NODE_GREATER_EQUAL
};

struct function;
struct node {
    enum node_kind kind;
    size_t at;    /* byte in the text */
    size_t depth; /* 1 for a leaf */
    struct val value;
    const char *name; /* of a context, in lower case */
    const struct function *function;
    const struct node **args;
    size_t n;
};

struct expr {
    const struct node *root; /* NULL: the empty expression */
};

/* The same as expr_compile, but all places are counted from `base`. */
MUST_USE int expr_compile_at(struct sv text, size_t base, const struct expr_scope *scope, struct arena *arena,
                             const struct expr **ret, struct err *e);
/* success() && x; x may be NULL or empty: success() */
const struct expr *expr_after_success(const struct expr *x, struct arena *arena);
/* Depth first, parents before children. */
void node_walk(const struct node *n, void (*each)(void *ctx, const struct node *n), void *ctx);
