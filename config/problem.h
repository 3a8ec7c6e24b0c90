/* SPDX-License-Identifier: Apache-2.0 */
/* Located problems in files, and how they are shown:
 *     ci.yml:7:5: error: unknown key "brances" (did you mean "branches"?) [unknown-key]
 *        7 |     brances: [main]
 *          |     ^~~~~~~
 */
#pragma once
#include "base/arena.h"
#include "base/suggest.h"
#include "base/vec.h"
#include "config/place.h"

enum problem_level { PROBLEM_ERROR, PROBLEM_WARNING };

struct problem {
    const char *file;
    struct ymark at, end; /* line 0 = the file as a whole */
    enum problem_level level;
    const char *code; /* literal: "unknown-key" */
    const char *text;
    const char *line; /* the source line or the part of it around the column, NULL if none */
    int shift;        /* characters of the source line left out in front of `line` */
};

/* A machine-made file can have an error on every line; nobody reads more than this. */
enum { PROBLEMS_MAX = 200 };

struct problems { /* at most PROBLEMS_MAX are kept, n_errors counts all */
    struct arena arena;
    VEC(struct problem) list;
    size_t n_errors;
};

/* source: NULL = no line is shown. */
void problem_add(struct problems *p, enum problem_level level, const char *file, struct places *source,
                 struct ymark at, struct ymark end, const char *code, const char *fmt, ...) PRINTF_LIKE(8, 9);
void problem_vadd(struct problems *p, enum problem_level level, const char *file, struct places *source,
                  struct ymark at, struct ymark end, const char *code, const char *fmt, va_list ap)
    PRINTF_LIKE(8, 0);
/* False: the list is full, and what is added is only counted. */
static inline bool problems_room(const struct problems *p)
{
    return p->list.n < PROBLEMS_MAX;
}
/* Brings the problems from index `from` on into the order of their positions; equal ones stay as added. */
void problems_sort(struct problems *p, size_t from);
void problems_write(const struct problems *p, struct buf *out); /* as above, in the order added */
void problems_free(struct problems *p);
