/* SPDX-License-Identifier: Apache-2.0 */
/* Text: `struct sv` borrows bytes (no NUL promised), `struct buf` owns and grows. */
#pragma once
#include <stdarg.h>
#include <string.h>
#include "base/mem.h"

struct sv {
    const char *p; /* NULL = absent; "" = present and empty */
    size_t n;
};

#define SV(lit) ((struct sv){"" lit, sizeof(lit) - 1})
#define SV_NONE ((struct sv){NULL, 0})
#define SV_ARG(s) ((int)(s).n), ((s).p ? (s).p : "") /* for "%.*s" */

static inline struct sv sv_n(const char *p, size_t n)
{
    return (struct sv){p, n};
}
static inline struct sv sv_of(const char *z) /* borrows; NULL gives SV_NONE */
{
    return (struct sv){z, z ? strlen(z) : 0};
}
bool sv_eq(struct sv a, struct sv b);
bool sv_is(struct sv a, const char *z);
bool sv_ieq(struct sv a, struct sv b); /* ASCII case only */
bool sv_starts(struct sv s, struct sv prefix);
bool sv_istarts(struct sv s, struct sv prefix);
bool sv_ends(struct sv s, struct sv suffix);
ptrdiff_t sv_find(struct sv s, struct sv part); /* index or -1 */
ptrdiff_t sv_chr(struct sv s, char c);
ptrdiff_t sv_rchr(struct sv s, char c);
struct sv sv_from(struct sv s, size_t at); /* s[at..]; empty beyond the end */
struct sv sv_cut(struct sv s, size_t n);   /* at most the first n bytes */
struct sv sv_trim(struct sv s);            /* blanks, tabs, CR, LF on both ends */
/* Takes the part before `c` off the front of *rest; false when nothing is left. */
bool sv_next(struct sv *rest, char c, struct sv *ret);
/* Decimal, optional '-', nothing else, no overflow. */
bool sv_int(struct sv s, int64_t *ret);
/* At most n bytes, never in the middle of a UTF-8 sequence. */
struct sv sv_cut_utf8(struct sv s, size_t n);
/* At most n code points. */
struct sv sv_cut_chars(struct sv s, size_t n);
/* Index of the first byte that is not well-formed UTF-8 (RFC 3629), or -1. */
ptrdiff_t sv_bad_utf8(struct sv s);
char *sv_dup(struct sv s); /* NUL-terminated; absent gives NULL; caller frees */

struct buf {
    char *p; /* NUL-terminated whenever not NULL */
    size_t n, cap;
};

void buf_reserve(struct buf *b, size_t more);
void buf_add(struct buf *b, const void *p, size_t n);
void buf_sv(struct buf *b, struct sv s);
void buf_str(struct buf *b, const char *z);
void buf_chr(struct buf *b, char c);
void buf_fmt(struct buf *b, const char *fmt, ...) PRINTF_LIKE(2, 3);
void buf_vfmt(struct buf *b, const char *fmt, va_list ap) PRINTF_LIKE(2, 0);
void buf_int(struct buf *b, int64_t v);
void buf_clear(struct buf *b);    /* keeps the memory */
void buf_free(struct buf *b);     /* fits AUTO(buf_free) struct buf b = {0}; */
char *buf_take(struct buf *b);    /* NUL-terminated, never NULL; caller frees; b is empty after */
static inline struct sv buf_view(const struct buf *b) /* borrowed until the next change of b */
{
    return (struct sv){b->p ? b->p : "", b->n};
}
