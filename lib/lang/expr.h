/* SPDX-License-Identifier: Apache-2.0 */
/* The expression language of workflow files, without the ${{ }} around it: GitHub's operators, coercions and functions
 * (docs: "Evaluate expressions") and glob() semver() changed() hasLabel(). Compiled once into an arena, evaluated
 * any number of times, with limits on length, depth, work and the size of results. Pure: contexts, and the functions
 * that need the world, come from the caller. */
#pragma once
#include "lang/value.h"

enum {
    EXPR_LENGTH = 21000, /* of one expression, in characters of UTF-16 as GitHub counts them */
    EXPR_DEPTH = 50,     /* of the tree; `a && b && c` is one node, brackets are none */
    EXPR_RESULT = 10 << 20, /* bytes of all values made in one evaluation */
    EXPR_TEXT = 1 << 19, /* bytes that format() and join() put together in one evaluation: they multiply what they
                          * are given, and GitHub ends an expression there (1 MiB of its two-byte characters) */
    EXPR_WORK = 1000000, /* nodes visited and items looked at in one evaluation */
    EXPR_STEP_BYTES = 256 /* as much text counts as one item looked at */
};

struct expr;

/* What an expression may name at the place where it stands. Names are compared without regard to case. */
struct expr_scope {
    const char *const *contexts;  /* NULL at the end; NULL = any name */
    const char *const *functions; /* of the special ones below that are allowed, NULL at the end; NULL = all */
    const char *where;            /* for the message: "\"if\" of a job" */
};

/* 0 with *ret in the arena; -1 ERR_INVALID with e->code = the byte in `text` (counted from 0) where it went wrong. An
 * unknown name says what it could have been ("did you mean"). `text` is copied. An empty text is null. */
MUST_USE int expr_compile(struct sv text, const struct expr_scope *scope, struct arena *arena, const struct expr **ret,
                          struct err *e);

/* A byte's place as GitHub tells it in "Located at position …": in characters of UTF-16, from 1. */
size_t expr_place(struct sv text, size_t byte);

/* The contexts and the special functions at the moment of an evaluation. */
struct expr_world {
    void *ctx;
    /* A context by its name (lower case); false = there is none of this name (its value is then null). */
    bool (*context)(void *ctx, const char *name, struct val *ret);
    /* success failure cancelled always hashFiles changed: called with their arguments. 0, or -1 with e filled; e->cls
     * ERR_TRANSIENT means "the answer is on its way, evaluate again then" (hashFiles). NULL = these are errors. */
    int (*special)(void *ctx, const char *name, const struct val *args, size_t n, struct arena *a, struct val *ret,
                   struct err *e);
};
/* The result lives in the arena `a` or borrows from the contexts. -1: ERR_INVALID (e->code = the byte) or what the
 * world said. */
MUST_USE int expr_eval(const struct expr *x, const struct expr_world *w, struct arena *a, struct val *ret,
                       struct err *e);

/* Does it call one of success() failure() cancelled() always()? If not, an `if` means success() && (…). */
bool expr_has_status(const struct expr *x);
/* Calls `each` for every context name it reads, with the static path behind it: "github", {"event","action"}. An index
 * that is not a literal, or `.*`, ends the path; whole = the context itself is used as a value there (toJSON(github)).
 * The strings live as long as x. */
struct expr_use {
    const char *context;
    const char *const *path;
    size_t n;
    size_t at;            /* byte in the text */
    const size_t *places; /* of the steps of the path; NULL: a function stands for them */
};
void expr_each_use(const struct expr *x, void (*each)(void *ctx, const struct expr_use *u), void *ctx);
bool expr_calls(const struct expr *x, const char *function); /* lower case */
/* As text again, fully bracketed only where needed; parsing that gives the same tree. */
void expr_write(const struct expr *x, struct buf *out);
