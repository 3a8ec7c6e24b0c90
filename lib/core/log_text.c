/* SPDX-License-Identifier: Apache-2.0 */
#include "core/log_text.h"

/* Length of what starts at ESC: "[" parameters and a final byte; a string up to BEL or ESC "\"; else one byte more. */
static size_t escape_len(struct sv s)
{
    size_t i = 2;
    if (s.n < 2)
        return s.n;
    if (s.p[1] == '[') {
        while (i < s.n && s.p[i] >= ' ' && s.p[i] <= '?')
            i++;
        return i < s.n ? i + 1 : i;
    }
    if (!strchr("]PX^_", s.p[1]) || s.p[1] == 0)
        return 2;
    /* One that does not end on its line is no string. */
    for (; i < s.n && s.p[i] != '\n'; i++) {
        if (s.p[i] == 7)
            return i + 1;
        if (s.p[i] == 27 && i + 1 < s.n && s.p[i + 1] == '\\')
            return i + 2;
    }
    return 2;
}

static bool is_seen(char c)
{
    return (unsigned char)c >= ' ' ? c != 127 : c == '\n' || c == '\t';
}

static void put_plain(struct sv s, struct buf *b)
{
    buf_reserve(b, s.n + 1);
    for (size_t i = 0; i < s.n;) {
        size_t from = i;
        while (i < s.n && is_seen(s.p[i]))
            i++;
        buf_add(b, s.p + from, i - from);
        if (i == s.n)
            break;
        if (s.p[i] == 27) {
            i += escape_len(sv_from(s, i));
            continue;
        }
        if (s.p[i] == '\r' && b->n && b->p[b->n - 1] != '\n' && !(i + 1 < s.n && s.p[i + 1] == '\n'))
            buf_chr(b, '\n');
        i++;
    }
}

void log_tail(struct sv log, struct buf *ret)
{
    struct sv tail = sv_from(log, log.n > LOG_TAIL ? log.n - LOG_TAIL : 0);
    if (tail.n < log.n && log.p[log.n - tail.n - 1] != '\n') {
        ptrdiff_t lf = sv_chr(tail, '\n');
        if (lf >= 0)
            tail = sv_from(tail, (size_t)lf + 1);
    }
    put_plain(tail, ret);
}
