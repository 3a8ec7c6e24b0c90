/* SPDX-License-Identifier: Apache-2.0 */
#include "hooks/client/say.h"
#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <stdlib.h>
#include <unistd.h>
#include "hooks/text.h"

void say_open(struct say *s)
{
    const char *term = getenv("TERM"), *none = getenv("NO_COLOR");
    *s = (struct say){.has_colours = isatty(2) && term && strcmp(term, "dumb") != 0 && (!none || !*none)};
}

void say_line(struct say *s, enum say_tone tone, struct sv text)
{
    bool coloured = s->has_colours && tone == SAY_BAD;
    if (s->is_dead)
        return;
    buf_str(&s->out, coloured ? "\033[31mfettle: " : "fettle: ");
    hook_text_clean(text, &s->out);
    buf_str(&s->out, coloured ? "\033[0m\n" : "\n");
}

void say_fmt(struct say *s, enum say_tone tone, const char *fmt, ...)
{
    AUTO(buf_free) struct buf text = {0};
    va_list ap;
    va_start(ap, fmt);
    buf_vfmt(&text, fmt, ap);
    va_end(ap);
    say_line(s, tone, buf_view(&text));
}

bool say_waits(const struct say *s)
{
    return s->done < s->out.n;
}

/* A pipe that takes something takes PIPE_BUF bytes: pipe(7). Its other ends are git's, so it is not made
 * non-blocking. */
void say_some(struct say *s)
{
    size_t n = s->out.n - s->done;
    ssize_t wrote = write(2, s->out.p + s->done, n < PIPE_BUF ? n : PIPE_BUF);
    if (wrote < 0 && errno != EINTR && errno != EAGAIN) {
        s->is_dead = true;
        buf_clear(&s->out);
        s->done = 0;
    }
    s->done += wrote > 0 ? (size_t)wrote : 0;
    if (s->done == s->out.n) {
        buf_clear(&s->out);
        s->done = 0;
    }
}

void say_close(struct say *s, msec_t until)
{
    while (say_waits(s)) {
        msec_t left = until - clk_mono_ms();
        struct pollfd p = {.fd = 2, .events = POLLOUT};
        int n = poll(&p, 1, left > 0 ? (int)left : 0);
        if (n > 0)
            say_some(s);
        else if (n == 0 || errno != EINTR)
            break;
    }
    buf_free(&s->out);
}
