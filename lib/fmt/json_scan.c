/* SPDX-License-Identifier: Apache-2.0 */
#include "fmt/json_scan.h"
#include <endian.h>
#include "fmt/hex.h"
#include "fmt/utf8.h"

/* Bytes that stand for themselves in a string and need no look at their neighbours. */
static const bool plain[256] = {[0x20 ... '!'] = true, ['#' ... '['] = true, [']' ... 0x7f] = true};

/* The first byte from p on that is not plain, or end. Eight at a time: the top bit of a byte of `odd` is set where the
 * byte is below 0x20, a quote, a backslash or above 0x7f. A borrow can set bits only behind such a byte. */
static const uint8_t *skip_plain(const uint8_t *p, const uint8_t *end)
{
    const uint64_t ones = 0x0101010101010101u, tops = ones << 7;
    for (; end - p >= 8; p += 8) {
        uint64_t v;
        memcpy(&v, p, 8);
        v = le64toh(v);
        uint64_t quote = v ^ ones * '"', backslash = v ^ ones * '\\';
        uint64_t odd = ((v - ones * 0x20) | (quote - ones) | (backslash - ones) | v) & tops;
        if (odd)
            return p + __builtin_ctzll(odd) / 8;
    }
    while (p < end && plain[*p])
        p++;
    return p;
}

static const uint8_t *fault(struct json_fault *f, const uint8_t *at, const char *what)
{
    *f = (struct json_fault){what, at};
    return NULL;
}

/* The value of four hex digits at p, or -1. */
static int hex4(const uint8_t *p, const uint8_t *end)
{
    if (end - p < 4)
        return -1;
    int v = 0;
    for (int i = 0; i < 4; i++) {
        int digit = hex_digit((char)p[i]);
        if (digit < 0)
            return -1;
        v = v << 4 | digit;
    }
    return v;
}

static bool is_high(int unit)
{
    return unit >= 0xd800 && unit <= 0xdbff;
}

static bool is_low(int unit)
{
    return unit >= 0xdc00 && unit <= 0xdfff;
}

/* p is at "\u". */
static const uint8_t *scan_unicode(const uint8_t *p, const uint8_t *end, struct json_fault *f)
{
    int unit = hex4(p + 2, end);
    if (unit < 0)
        return fault(f, p, "bad escape");
    if (unit == 0)
        return fault(f, p, "NUL in a string");
    if (is_low(unit))
        return fault(f, p, "lone surrogate");
    if (!is_high(unit))
        return p + 6;
    if (end - p < 12 || p[6] != '\\' || p[7] != 'u' || !is_low(hex4(p + 8, end)))
        return fault(f, p, "lone surrogate");
    return p + 12;
}

/* p is at a backslash. */
static const uint8_t *scan_escape(const uint8_t *p, const uint8_t *end, struct json_fault *f)
{
    switch (end - p > 1 ? p[1] : 0) {
    case '"':
    case '\\':
    case '/':
    case 'b':
    case 'f':
    case 'n':
    case 'r':
    case 't':
        return p + 2;
    case 'u':
        return scan_unicode(p, end, f);
    default:
        return fault(f, p, "bad escape");
    }
}

const uint8_t *json_scan_string(const uint8_t *p, const uint8_t *end, bool *ret_escaped, struct json_fault *ret_fault)
{
    *ret_escaped = false;
    while (p) {
        p = skip_plain(p, end);
        if (p == end)
            return fault(ret_fault, p, "string without an end");
        if (*p == '"')
            return p;
        if (*p == '\\') {
            *ret_escaped = true;
            p = scan_escape(p, end, ret_fault);
            continue;
        }
        if (*p < 0x20)
            return fault(ret_fault, p, "control character in a string");
        for (size_t len; p < end && *p >= 0x80; p += len) {
            len = utf8_len(p, end);
            if (len == 0)
                return fault(ret_fault, p, "bad UTF-8");
        }
    }
    return NULL;
}

static const uint8_t *skip_digits(const uint8_t *p, const uint8_t *end)
{
    while (p < end && (uint8_t)(*p - '0') <= 9)
        p++;
    return p;
}

/* Digits without a sign, the first is not 0 unless it is the only one. */
static bool fits_int64(const uint8_t *p, const uint8_t *end, bool negative)
{
    if (end - p > 19)
        return false;
    uint64_t v = 0;
    for (; p < end; p++)
        v = v * 10 + (uint64_t)(*p - '0');
    return v <= (uint64_t)INT64_MAX + (negative ? 1 : 0);
}

/* The decimal exponent behind e or E, saturated far outside of what a double can hold with any mantissa of ours. */
static int64_t exponent_of(const uint8_t *p, const uint8_t *end)
{
    bool negative = p < end && *p == '-';
    if (p < end && (*p == '-' || *p == '+'))
        p++;
    int64_t v = 0;
    for (; p < end && v < INT64_MAX / 16; p++)
        v = v * 10 + (*p - '0');
    return negative ? -v : v;
}

/* Whether the number is below 1.7976931348623158079e308: everything from there on rounds to infinity (to 20 digits).
 * Looks at the digits, so that no locale and no rounding of strtod has a say. p is behind the sign. */
static bool is_finite(const uint8_t *p, const uint8_t *end)
{
    static const char top[] = "17976931348623158079";
    char head[sizeof top] = "";
    size_t n = 0;
    int64_t power = -1; /* of the first digit that is not 0 */
    bool fraction = false;
    for (; p < end && (*p | 0x20) != 'e'; p++) {
        if (*p == '.') {
            fraction = true;
            continue;
        }
        if (n == 0 && *p == '0') {
            power -= fraction;
            continue;
        }
        power += !fraction;
        if (n < sizeof top - 1)
            head[n++] = (char)*p;
    }
    if (n == 0)
        return true;
    memset(head + n, '0', sizeof top - 1 - n);
    power += p < end ? exponent_of(p + 1, end) : 0;
    return power < 308 || (power == 308 && memcmp(head, top, sizeof top - 1) < 0);
}

const uint8_t *json_scan_number(const uint8_t *p, const uint8_t *end, struct json_fault *ret_fault)
{
    const uint8_t *start = p;
    bool negative = *p == '-';
    p += negative;
    const uint8_t *digits = p;
    p = skip_digits(p, end);
    if (p == digits)
        return fault(ret_fault, p, "digit expected");
    if (*digits == '0' && p - digits > 1)
        return fault(ret_fault, start, "number with a leading zero");
    if (p == end || (*p != '.' && (*p | 0x20) != 'e'))
        return fits_int64(digits, p, negative) ? p : fault(ret_fault, start, "integer outside of 64 bits");
    if (*p == '.') {
        const uint8_t *from = ++p;
        p = skip_digits(p, end);
        if (p == from)
            return fault(ret_fault, p, "digit expected");
    }
    if (p < end && (*p | 0x20) == 'e') {
        p++;
        p += p < end && (*p == '+' || *p == '-');
        const uint8_t *from = p;
        p = skip_digits(p, end);
        if (p == from)
            return fault(ret_fault, p, "digit expected");
    }
    return is_finite(digits, p) ? p : fault(ret_fault, start, "number too large");
}

static void put_utf8(struct buf *b, uint32_t c)
{
    if (c < 0x80) {
        buf_chr(b, (char)c);
        return;
    }
    int more = c < 0x800 ? 1 : c < 0x10000 ? 2 : 3;
    static const uint8_t lead[] = {0, 0xc0, 0xe0, 0xf0};
    buf_chr(b, (char)(lead[more] | c >> (6 * more)));
    while (more-- > 0)
        buf_chr(b, (char)(0x80 | (c >> (6 * more) & 0x3f)));
}

void json_unescape(struct sv raw, struct buf *ret)
{
    static const char names[] = "bfnrt", values[] = "\b\f\n\r\t";
    const uint8_t *p = (const uint8_t *)raw.p, *end = p + raw.n;
    while (p < end) {
        const uint8_t *run = memchr(p, '\\', (size_t)(end - p));
        run = run ? run : end;
        buf_add(ret, p, (size_t)(run - p));
        if (run == end)
            return;
        p = run + 2;
        const char *name = strchr(names, run[1]);
        if (run[1] != 'u') {
            buf_chr(ret, name ? values[name - names] : (char)run[1]);
            continue;
        }
        uint32_t c = (uint32_t)hex4(p, end);
        p += 4;
        if (is_high((int)c)) {
            c = 0x10000 + ((c - 0xd800) << 10) + ((uint32_t)hex4(p + 2, end) - 0xdc00);
            p += 6;
        }
        put_utf8(ret, c);
    }
}
