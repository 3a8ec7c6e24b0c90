/* SPDX-License-Identifier: Apache-2.0 */
#include "hooks/text.h"

/* Length of the character at the front of well-formed text, and its number. */
static size_t char_at(const unsigned char *p, uint32_t *ret)
{
    if (p[0] < 0x80) {
        *ret = p[0];
        return 1;
    }
    size_t n = p[0] < 0xe0 ? 2 : p[0] < 0xf0 ? 3 : 4;
    *ret = p[0] & (0x7fu >> n);
    for (size_t i = 1; i < n; i++)
        *ret = *ret << 6 | (p[i] & 0x3f);
    return n;
}

static bool is_unwanted(uint32_t c)
{
    return c < ' ' || (c >= 0x7f && c < 0xa0) || c == 0x61c || c == 0x200e || c == 0x200f ||
           (c >= 0x2028 && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069);
}

bool hook_text_is_clean(struct sv s)
{
    uint32_t c;
    if (s.n > HOOK_TEXT_MOST || sv_bad_utf8(s) >= 0)
        return false;
    for (size_t i = 0; i < s.n;) {
        i += char_at((const unsigned char *)s.p + i, &c);
        if (is_unwanted(c))
            return false;
    }
    return true;
}

/* Well-formed text. */
static void add_clean(struct sv s, struct buf *out)
{
    for (size_t i = 0; i < s.n;) {
        uint32_t c;
        size_t n = char_at((const unsigned char *)s.p + i, &c);
        if (is_unwanted(c))
            buf_chr(out, ' ');
        else
            buf_add(out, s.p + i, n);
        i += n;
    }
}

void hook_text_clean(struct sv s, struct buf *out)
{
    size_t from = out->n;
    s = sv_cut(s, HOOK_TEXT_MOST); /* every byte becomes at least one */
    for (;;) {
        ptrdiff_t bad = sv_bad_utf8(s);
        add_clean(bad < 0 ? s : sv_cut(s, (size_t)bad), out);
        if (bad < 0)
            break;
        buf_str(out, "\xef\xbf\xbd");
        s = sv_from(s, (size_t)bad + 1);
    }
    if (out->n - from > HOOK_TEXT_MOST)
        out->n = from + sv_cut_utf8(sv_n(out->p + from, out->n - from), HOOK_TEXT_MOST).n;
    if (out->p)
        out->p[out->n] = 0;
}
