/* SPDX-License-Identifier: Apache-2.0 */
#include "fmt/enc.h"
#include "fmt/hex.h"

void hex_put(struct buf *b, const void *p, size_t n)
{
    static const char digits[] = "0123456789abcdef";
    const uint8_t *bytes = p;
    buf_reserve(b, 2 * n);
    for (size_t i = 0; i < n; i++)
        buf_add(b, (char[]){digits[bytes[i] >> 4], digits[bytes[i] & 15]}, 2);
}

bool hex_get(struct sv text, uint8_t *ret, size_t n)
{
    if (text.n % 2 != 0 || text.n / 2 != n)
        return false;
    for (size_t i = 0; i < n; i++) {
        int high = hex_digit(text.p[2 * i]), low = hex_digit(text.p[2 * i + 1]);
        if (high < 0 || low < 0)
            return false;
        ret[i] = (uint8_t)(high << 4 | low);
    }
    return true;
}

static const char base64[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
static const char base64url[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
enum padding { PADDED, UNPADDED };

static void put_64(struct buf *b, const uint8_t *p, size_t n, const char *digits, enum padding padding)
{
    buf_reserve(b, (n + 2) / 3 * 4);
    for (size_t i = 0; i < n; i += 3) {
        size_t left = n - i < 3 ? n - i : 3;
        uint32_t v = (uint32_t)p[i] << 16 | (left > 1 ? (uint32_t)p[i + 1] << 8 : 0) | (left > 2 ? p[i + 2] : 0);
        char four[4] = {digits[v >> 18], digits[v >> 12 & 63], '=', '='};
        if (left > 1)
            four[2] = digits[v >> 6 & 63];
        if (left > 2)
            four[3] = digits[v & 63];
        buf_add(b, four, padding == PADDED ? 4 : left + 1);
    }
}

void base64_put(struct buf *b, const void *p, size_t n)
{
    put_64(b, p, n, base64, PADDED);
}

void base64url_put(struct buf *b, const void *p, size_t n)
{
    put_64(b, p, n, base64url, UNPADDED);
}

static int base64_digit(char c)
{
    const char *at = c ? memchr(base64, c, sizeof base64 - 1) : NULL;
    return at ? (int)(at - base64) : -1;
}

/* The bytes of four digits, of which the last `pads` are padding; false on another byte or bits left over. */
static bool get_four(const char *p, size_t pads, uint8_t ret[3])
{
    uint32_t v = 0;
    for (size_t i = 0; i < 4; i++) {
        int digit = i < 4 - pads ? base64_digit(p[i]) : 0;
        if (digit < 0)
            return false;
        v = v << 6 | (uint32_t)digit;
    }
    ret[0] = (uint8_t)(v >> 16);
    ret[1] = (uint8_t)(v >> 8);
    ret[2] = (uint8_t)v;
    return (pads < 1 || ret[2] == 0) && (pads < 2 || ret[1] == 0);
}

bool base64_get(struct sv text, uint8_t *ret, size_t *ret_n)
{
    if (text.n % 4 != 0)
        return false;
    size_t pads = sv_ends(text, SV("==")) ? 2 : sv_ends(text, SV("=")) ? 1 : 0, n = 0;
    for (size_t i = 0; i < text.n; i += 4) {
        size_t here = i + 4 == text.n ? pads : 0;
        uint8_t three[3];
        if (!get_four(text.p + i, here, three))
            return false;
        memcpy(ret + n, three, 3 - here);
        n += 3 - here;
    }
    *ret_n = n;
    return true;
}

static bool is_unreserved(char c)
{
    char low = (char)(c | 0x20);
    return (low >= 'a' && low <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_' || c == '~';
}

void url_put(struct buf *b, struct sv s)
{
    static const char digits[] = "0123456789ABCDEF";
    for (size_t i = 0; i < s.n; i++) {
        uint8_t c = (uint8_t)s.p[i];
        if (is_unreserved(s.p[i]))
            buf_chr(b, s.p[i]);
        else
            buf_add(b, (char[]){'%', digits[c >> 4], digits[c & 15]}, 3);
    }
}

bool url_get(struct sv text, struct buf *ret)
{
    for (size_t i = 0; i < text.n; i++) {
        uint8_t c = (uint8_t)text.p[i];
        if (c == '%') {
            if (text.n - i < 3 || !hex_get(sv_n(text.p + i + 1, 2), &c, 1))
                return false;
            i += 2;
        }
        if (c == 0)
            return false;
        buf_chr(ret, (char)c);
    }
    return true;
}
