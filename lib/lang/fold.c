/* SPDX-License-Identifier: Apache-2.0 */
#include "lang/fold.h"
#include "fmt/utf8.h"

enum { NO_CHARACTER = 0x110000 }; /* + a byte that is no UTF-8 */

static uint32_t upper(uint32_t c)
{
    if (c < 0x80)
        return c >= 'a' && c <= 'z' ? c - 32 : c;
    size_t low = 0, high = fold_ranges_n;
    while (low < high) {
        size_t mid = low + (high - low) / 2;
        const struct fold_range *r = &fold_ranges[mid];
        if (c < r->first)
            high = mid;
        else if (c > r->last)
            low = mid + 1;
        else
            return (c - r->first) % r->step ? c : (uint32_t)((int32_t)c + r->delta);
    }
    return c;
}

/* Takes one character off the front, in upper case. *rest is not empty. */
static uint32_t next_upper(struct sv *rest)
{
    const uint8_t *p = (const uint8_t *)rest->p;
    size_t n = utf8_len(p, p + rest->n);
    uint32_t c = p[0];
    if (n == 0)
        c += NO_CHARACTER;
    else if (n == 2)
        c = (c & 0x1f) << 6 | (p[1] & 0x3f);
    else if (n == 3)
        c = (c & 0x0f) << 12 | (uint32_t)(p[1] & 0x3f) << 6 | (p[2] & 0x3f);
    else if (n == 4)
        c = (c & 0x07) << 18 | (uint32_t)(p[1] & 0x3f) << 12 | (uint32_t)(p[2] & 0x3f) << 6 | (p[3] & 0x3f);
    *rest = sv_from(*rest, n ? n : 1);
    return upper(c);
}

/* Where a character stands in the order of UTF-16: the surrogates of U+10000… come before U+E000. */
static uint32_t order(uint32_t c)
{
    return c >= 0xe000 && c < 0x10000 ? c + 0x200000 : c;
}

int fold_compare(struct sv a, struct sv b)
{
    while (a.n && b.n) {
        uint32_t x = next_upper(&a), y = next_upper(&b);
        if (x != y)
            return order(x) < order(y) ? -1 : 1;
    }
    return a.n ? 1 : b.n ? -1 : 0;
}

bool fold_equal(struct sv a, struct sv b)
{
    return fold_compare(a, b) == 0;
}

bool fold_starts(struct sv s, struct sv prefix)
{
    while (prefix.n) {
        if (s.n == 0 || next_upper(&s) != next_upper(&prefix))
            return false;
    }
    return true;
}

static void put_character(struct buf *b, uint32_t c)
{
    if (c < 0x80) {
        buf_chr(b, (char)c);
    } else if (c < 0x800) {
        buf_chr(b, (char)(0xc0 | c >> 6));
        buf_chr(b, (char)(0x80 | (c & 0x3f)));
    } else if (c < 0x10000) {
        buf_chr(b, (char)(0xe0 | c >> 12));
        buf_chr(b, (char)(0x80 | (c >> 6 & 0x3f)));
        buf_chr(b, (char)(0x80 | (c & 0x3f)));
    } else if (c < NO_CHARACTER) {
        buf_chr(b, (char)(0xf0 | c >> 18));
        buf_chr(b, (char)(0x80 | (c >> 12 & 0x3f)));
        buf_chr(b, (char)(0x80 | (c >> 6 & 0x3f)));
        buf_chr(b, (char)(0x80 | (c & 0x3f)));
    } else {
        buf_chr(b, (char)(c - NO_CHARACTER));
    }
}

void fold_put(struct buf *b, struct sv s)
{
    buf_reserve(b, s.n + 1);
    while (s.n)
        put_character(b, next_upper(&s));
}

bool fold_ends(struct sv s, struct sv suffix)
{
    AUTO(buf_free) struct buf text = {0}, end = {0};
    fold_put(&text, s);
    fold_put(&end, suffix);
    return sv_ends(buf_view(&text), buf_view(&end));
}

bool fold_contains(struct sv s, struct sv part)
{
    AUTO(buf_free) struct buf text = {0}, wanted = {0};
    fold_put(&text, s);
    fold_put(&wanted, part);
    return sv_find(buf_view(&text), buf_view(&wanted)) >= 0;
}

size_t blank_len(const char *p, const char *end)
{
    static const char wide[][4] = {"\u1680", "\u2000", "\u2001", "\u2002", "\u2003", "\u2004",
                                   "\u2005", "\u2006", "\u2007", "\u2008", "\u2009", "\u200a",
                                   "\u2028", "\u2029", "\u202f", "\u205f", "\u3000"};
    size_t n = (size_t)(end - p);
    if ((unsigned char)*p < 0x80)
        return *p == ' ' || (*p >= '\t' && *p <= '\r');
    if (n >= 2 && p[0] == '\xc2' && (p[1] == '\x85' || p[1] == '\xa0'))
        return 2;
    bool may_be = n >= 3 && (unsigned char)*p >= 0xe1 && (unsigned char)*p <= 0xe3;
    for (size_t i = 0; may_be && i < ARRAY_LEN(wide); i++)
        if (memcmp(p, wide[i], 3) == 0)
            return 3;
    return 0;
}

struct sv blank_trim(struct sv s)
{
    for (size_t n; s.n && (n = blank_len(s.p, s.p + s.n)) > 0;)
        s = sv_from(s, n);
    for (bool more = true; more;) {
        more = false;
        for (size_t n = 1; n <= 3 && n <= s.n; n++) {
            const char *at = s.p + s.n - n;
            if (blank_len(at, s.p + s.n) == n) {
                s.n -= n;
                more = true;
                break;
            }
        }
    }
    return s;
}
