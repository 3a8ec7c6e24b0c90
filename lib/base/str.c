/* SPDX-License-Identifier: Apache-2.0 */
#include "base/str.h"
#include <stdio.h>
#include <stdlib.h>
#include <strings.h>

bool sv_eq(struct sv a, struct sv b)
{
    return a.n == b.n && (a.n == 0 || memcmp(a.p, b.p, a.n) == 0);
}

bool sv_is(struct sv a, const char *z)
{
    /* Most words differ in their first letter. */
    if (!z || a.n == 0)
        return a.n == 0 && (!z || !*z);
    return a.p[0] == *z && sv_eq(a, sv_of(z));
}

bool sv_ieq(struct sv a, struct sv b)
{
    /* Letters that are equal but for case differ in one bit: most calls end at the first. */
    if (a.n != b.n || (a.n && ((a.p[0] ^ b.p[0]) & ~0x20)))
        return false;
    return a.n == 0 || strncasecmp(a.p, b.p, a.n) == 0;
}

bool sv_starts(struct sv s, struct sv prefix)
{
    return s.n >= prefix.n && sv_eq(sv_cut(s, prefix.n), prefix);
}

bool sv_istarts(struct sv s, struct sv prefix)
{
    return s.n >= prefix.n && sv_ieq(sv_cut(s, prefix.n), prefix);
}

bool sv_ends(struct sv s, struct sv suffix)
{
    return s.n >= suffix.n && sv_eq(sv_from(s, s.n - suffix.n), suffix);
}

ptrdiff_t sv_find(struct sv s, struct sv part)
{
    if (part.n == 0)
        return 0;
    const char *at = s.n ? memmem(s.p, s.n, part.p, part.n) : NULL;
    return at ? at - s.p : -1;
}

ptrdiff_t sv_chr(struct sv s, char c)
{
    const char *at = s.n ? memchr(s.p, c, s.n) : NULL;
    return at ? at - s.p : -1;
}

ptrdiff_t sv_rchr(struct sv s, char c)
{
    const char *at = s.n ? memrchr(s.p, c, s.n) : NULL;
    return at ? at - s.p : -1;
}

struct sv sv_from(struct sv s, size_t at)
{
    if (at >= s.n)
        return (struct sv){s.p ? s.p + s.n : "", 0};
    return (struct sv){s.p + at, s.n - at};
}

struct sv sv_cut(struct sv s, size_t n)
{
    return (struct sv){s.p, s.n < n ? s.n : n};
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

struct sv sv_trim(struct sv s)
{
    while (s.n && is_blank(s.p[0]))
        s.p++, s.n--;
    while (s.n && is_blank(s.p[s.n - 1]))
        s.n--;
    return s;
}

bool sv_next(struct sv *rest, char c, struct sv *ret)
{
    if (!rest->p)
        return false;
    ptrdiff_t at = sv_chr(*rest, c);
    if (at < 0) {
        *ret = *rest;
        *rest = SV_NONE;
        return true;
    }
    *ret = sv_cut(*rest, (size_t)at);
    *rest = (struct sv){rest->p + at + 1, rest->n - (size_t)at - 1};
    return true;
}

bool sv_int(struct sv s, int64_t *ret)
{
    bool neg = s.n && s.p[0] == '-';
    if (neg)
        s = sv_from(s, 1);
    if (s.n == 0 || s.n > 19)
        return false;
    uint64_t v = 0;
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] < '0' || s.p[i] > '9')
            return false;
        v = v * 10 + (uint64_t)(s.p[i] - '0');
    }
    if (v > (uint64_t)INT64_MAX + (neg ? 1 : 0))
        return false;
    *ret = neg ? (int64_t)(0 - v) : (int64_t)v;
    return true;
}

struct sv sv_cut_utf8(struct sv s, size_t n)
{
    if (s.n <= n)
        return s;
    while (n > 0 && ((unsigned char)s.p[n] & 0xc0) == 0x80)
        n--;
    return sv_cut(s, n);
}

struct sv sv_cut_chars(struct sv s, size_t n)
{
    size_t i = 0;
    for (; i < s.n; i++)
        if (((unsigned char)s.p[i] & 0xc0) != 0x80 && n-- == 0)
            break;
    return sv_cut(s, i);
}

/* Length of the well-formed sequence at p, 0 if there is none. Ranges of RFC 3629 §4. */
static size_t utf8_len(const unsigned char *p, size_t n)
{
    unsigned char c = p[0];
    if (c < 0x80)
        return 1;
    size_t len = c >= 0xf0 ? 4 : c >= 0xe0 ? 3 : 2;
    if (c < 0xc2 || c > 0xf4 || n < len)
        return 0;
    unsigned char lo = c == 0xe0 ? 0xa0 : c == 0xf0 ? 0x90 : 0x80;
    unsigned char hi = c == 0xed ? 0x9f : c == 0xf4 ? 0x8f : 0xbf;
    if (p[1] < lo || p[1] > hi)
        return 0;
    for (size_t i = 2; i < len; i++)
        if ((p[i] & 0xc0) != 0x80)
            return 0;
    return len;
}

/* How many bytes of ASCII come first, eight at a time. */
static size_t ascii_run(const unsigned char *p, size_t n)
{
    size_t i = 0;
    for (uint64_t eight; i + sizeof eight <= n; i += sizeof eight) {
        memcpy(&eight, p + i, sizeof eight);
        if (eight & 0x8080808080808080u)
            break;
    }
    while (i < n && p[i] < 0x80)
        i++;
    return i;
}

ptrdiff_t sv_bad_utf8(struct sv s)
{
    const unsigned char *p = (const unsigned char *)s.p;
    for (size_t i = 0; i < s.n;) {
        i += ascii_run(p + i, s.n - i);
        if (i == s.n)
            break;
        size_t len = utf8_len(p + i, s.n - i);
        if (len == 0)
            return (ptrdiff_t)i;
        i += len;
    }
    return -1;
}

char *sv_dup(struct sv s)
{
    return s.p ? mem_dup(s.p, s.n) : NULL;
}

void buf_reserve(struct buf *b, size_t more)
{
    size_t need = b->n + more + 1;
    if (need <= b->cap)
        return;
    size_t cap = b->cap ? b->cap * 2 : 128;
    while (cap < need)
        cap *= 2;
    b->p = mem_resize(b->p, cap, 1);
    b->cap = cap;
    b->p[b->n] = 0;
}

void buf_add(struct buf *b, const void *p, size_t n)
{
    buf_reserve(b, n);
    if (n)
        memcpy(b->p + b->n, p, n);
    b->n += n;
    b->p[b->n] = 0;
}

void buf_sv(struct buf *b, struct sv s)
{
    buf_add(b, s.p, s.n);
}

void buf_str(struct buf *b, const char *z)
{
    buf_add(b, z, strlen(z));
}

void buf_chr(struct buf *b, char c)
{
    buf_add(b, &c, 1);
}

void buf_vfmt(struct buf *b, const char *fmt, va_list ap)
{
    va_list again;
    va_copy(again, ap);
    buf_reserve(b, 1);
    size_t room = b->cap - b->n;
    int n = vsnprintf(b->p + b->n, room, fmt, ap);
    MUST(n >= 0);
    if ((size_t)n >= room) {
        buf_reserve(b, (size_t)n);
        vsnprintf(b->p + b->n, (size_t)n + 1, fmt, again);
    }
    va_end(again);
    b->n += (size_t)n;
}

void buf_fmt(struct buf *b, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    buf_vfmt(b, fmt, ap);
    va_end(ap);
}

void buf_int(struct buf *b, int64_t v)
{
    char text[24];
    int n = snprintf(text, sizeof text, "%lld", (long long)v);
    buf_add(b, text, (size_t)n);
}

void buf_clear(struct buf *b)
{
    b->n = 0;
    if (b->p)
        b->p[0] = 0;
}

void buf_free(struct buf *b)
{
    free(b->p);
    *b = (struct buf){0};
}

char *buf_take(struct buf *b)
{
    buf_reserve(b, 0);
    char *p = b->p;
    *b = (struct buf){0};
    return p;
}
