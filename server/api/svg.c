/* SPDX-License-Identifier: Apache-2.0 */
#include "server/api/svg.h"

/* Length of the character at the start of s and its code point; 0 when it is none. */
static size_t take_char(struct sv s, uint32_t *ret)
{
    static const unsigned char mask[] = {0, 0x7f, 0x1f, 0x0f, 0x07};
    unsigned char c = (unsigned char)s.p[0];
    size_t n = c < 0x80 ? 1 : c < 0xe0 ? 2 : c < 0xf0 ? 3 : 4;
    if (s.n < n || sv_bad_utf8(sv_cut(s, n)) >= 0)
        return 0;
    *ret = c & mask[n];
    for (size_t i = 1; i < n; i++)
        *ret = *ret << 6 | ((unsigned char)s.p[i] & 0x3f);
    return n;
}

static bool is_harmful(uint32_t c)
{
    return c < 0x20 || (c >= 0x7f && c < 0xa0) || c == 0x61c || c == 0x200e || c == 0x200f ||
           (c >= 0x2028 && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069) || c == 0xfeff || (c & 0xfffe) == 0xfffe;
}

static const char *entity(uint32_t c)
{
    return c == '&'    ? "&amp;"
           : c == '<'  ? "&lt;"
           : c == '>'  ? "&gt;"
           : c == '"'  ? "&quot;"
           : c == '\'' ? "&#39;"
                       : NULL;
}

void svg_text(struct sv outside, size_t most, struct buf *out)
{
    for (size_t at = 0; outside.n; at++) {
        uint32_t c = 0;
        size_t n = take_char(outside, &c);
        if (at + 1 == most && outside.n > n) {
            buf_str(out, "…");
            return;
        }
        if (n == 0 || is_harmful(c))
            buf_str(out, "\xef\xbf\xbd");
        else if (entity(c))
            buf_str(out, entity(c));
        else
            buf_add(out, outside.p, n);
        outside = sv_from(outside, n ? n : 1);
    }
}

const char *svg_class(enum work_state s, enum conclusion c)
{
    if (s != WORK_DONE)
        return s == WORK_RUNNING ? "run" : "wait";
    return c == CONC_SUCCESS ? "good" : c == CONC_CANCELLED || c == CONC_SKIPPED ? "off" : "bad";
}

const char *svg_word(enum work_state s, enum conclusion c)
{
    return s == WORK_DONE ? conclusion_name[c] : work_state_name[s];
}

const char *svg_sign(enum work_state s, enum conclusion c)
{
    const char *class = svg_class(s, c);
    return *class == 'g' ? "✓" : *class == 'b' ? "✗" : *class == 'r' ? "●" : *class == 'o' ? "–" : "…";
}

void svg_answer(const struct api_call *c, const char *cache, struct sv svg)
{
    AUTO(buf_free) struct buf headers = {0};
    buf_fmt(&headers,
            "%sX-Content-Type-Options: nosniff\r\n"
            "Content-Security-Policy: default-src 'none'; style-src 'unsafe-inline'; sandbox\r\n",
            cache);
    http_req_answer(c->req, 200, "image/svg+xml", headers.p, svg);
}
