/* SPDX-License-Identifier: Apache-2.0 */
/* What stands between text of strangers and a terminal. */
#include <errno.h>
#include <unistd.h>
#include "server/cli/cli.h"

/* Length of the UTF-8 sequence at the start of s, and its code point; 0 when it is none. */
static size_t take_char(struct sv s, uint32_t *ret)
{
    unsigned char c = (unsigned char)s.p[0];
    size_t n = c < 0x80 ? 1 : c < 0xe0 ? 2 : c < 0xf0 ? 3 : 4;
    if (s.n < n || sv_bad_utf8(sv_cut(s, n)) >= 0)
        return 0;
    static const unsigned char mask[] = {0, 0x7f, 0x1f, 0x0f, 0x07};
    *ret = c & mask[n];
    for (size_t i = 1; i < n; i++)
        *ret = *ret << 6 | ((unsigned char)s.p[i] & 0x3f);
    return n;
}

/* Controls of both sets, line and paragraph separators, marks and overrides of the direction of writing. */
static bool is_harmful(uint32_t c)
{
    return c < 0x20 || (c >= 0x7f && c < 0xa0) || c == 0x61c || c == 0x200e || c == 0x200f ||
           (c >= 0x2028 && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069) || c == 0xfeff;
}

/* Length of a colour sequence at the start of s, or 0. */
static size_t take_colour(struct sv s)
{
    if (s.n < 3 || s.p[0] != '\033' || s.p[1] != '[')
        return 0;
    for (size_t i = 2; i < s.n && i < 24; i++) {
        if (s.p[i] == 'm')
            return i + 1;
        if ((s.p[i] < '0' || s.p[i] > '9') && s.p[i] != ';')
            return 0;
    }
    return 0;
}

static void escape(struct sv s, bool (*keeps)(uint32_t c), size_t (*keeps_more)(struct sv s), struct buf *out)
{
    while (s.n) {
        uint32_t c = 0;
        size_t n = keeps_more ? keeps_more(s) : 0;
        if (n) {
            buf_add(out, s.p, n);
        } else if ((n = take_char(s, &c)) == 0) {
            buf_fmt(out, "\\x%02x", (unsigned char)s.p[0]);
            n = 1;
        } else if (!is_harmful(c) || keeps(c)) {
            buf_add(out, s.p, n);
        } else {
            buf_fmt(out, c < 0x80 ? "\\x%02x" : "\\u{%x}", c);
        }
        s = sv_from(s, n);
    }
}

static bool keeps_none(uint32_t c)
{
    (void)c;
    return false;
}

static bool keeps_lines(uint32_t c)
{
    return c == '\n' || c == '\t';
}

void cli_text(struct sv outside, struct buf *out)
{
    escape(outside, keeps_none, NULL, out);
}

void cli_log_text(struct sv outside, struct buf *out)
{
    /* A progress bar's or a Windows tool's \r\n is a line end. */
    for (ptrdiff_t at; (at = sv_find(outside, SV("\r\n"))) >= 0; outside = sv_from(outside, (size_t)at + 1))
        escape(sv_cut(outside, (size_t)at), keeps_lines, take_colour, out);
    escape(outside, keeps_lines, take_colour, out);
}

int cli_print(const struct buf *b)
{
    if (fwrite(b->p ? b->p : "", 1, b->n, stdout) == b->n && fflush(stdout) == 0)
        return CLI_OK;
    /* Whoever reads has enough: `fettle runs logs | head`. */
    return errno == EPIPE ? CLI_OK : cli_fail(CLI_FAILED, "the output cannot be written");
}
