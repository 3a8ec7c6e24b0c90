/* SPDX-License-Identifier: Apache-2.0 */
#include "server/cli/screen.h"
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>
#include "base/vec.h"
#include "server/cli/patience.h"

struct screen {
    enum screen_place place;
    struct screen_size size;
    VEC(char *) lines; /* as they are on the screen */
    bool keys;         /* stdin is the terminal, without line editing */
};

/* For the handler of the last signal, which can use nothing else. */
static struct termios before;
static bool has_before;
static enum screen_place now_place;

static const char below_end[] = "\033[0m\033[?25h\r\n", whole_end[] = "\033[0m\033[?1049l\033[?25h";

static void put(const char *p, size_t n)
{
    while (n) {
        ssize_t w = write(STDOUT_FILENO, p, n);
        if (w < 0 && errno != EINTR)
            return;
        p += w > 0 ? w : 0;
        n -= w > 0 ? (size_t)w : 0;
    }
}

static void restore(void)
{
    if (has_before)
        tcsetattr(STDIN_FILENO, TCSANOW, &before);
    if (now_place == SCREEN_WHOLE)
        put(whole_end, sizeof whole_end - 1);
    else
        put(below_end, sizeof below_end - 1);
}

bool screen_is_possible(void)
{
    const char *kind = getenv("TERM");
    return isatty(STDOUT_FILENO) == 1 && kind && *kind && strcmp(kind, "dumb") != 0;
}

bool screen_has_lines(void)
{
    static const char *const names[] = {"LC_ALL", "LC_CTYPE", "LANG"};
    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        const char *v = getenv(names[i]);
        if (v && *v)
            return strstr(v, "UTF-8") || strstr(v, "utf8") || strstr(v, "UTF8") || strstr(v, "utf-8");
    }
    return false;
}

struct screen_size screen_size(void)
{
    enum { ROWS = 24, COLUMNS = 80, LEAST_ROWS = 3, LEAST_COLUMNS = 20 };
    struct winsize w = {0};
    struct screen_size s = {ROWS, COLUMNS};
    if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &w) == 0 && w.ws_row && w.ws_col)
        s = (struct screen_size){w.ws_row, w.ws_col};
    s.rows = s.rows < LEAST_ROWS ? LEAST_ROWS : s.rows;
    s.columns = s.columns < LEAST_COLUMNS ? LEAST_COLUMNS : s.columns;
    return s;
}

struct screen *screen_open(enum screen_place place)
{
    struct screen *s = mem_new(sizeof *s);
    struct termios t;
    s->place = now_place = place;
    s->size = screen_size();
    s->keys = has_before = isatty(STDIN_FILENO) == 1 && tcgetattr(STDIN_FILENO, &before) == 0;
    if (s->keys) {
        t = before;
        t.c_lflag &= ~(tcflag_t)(ICANON | ECHO);
        tcsetattr(STDIN_FILENO, TCSANOW, &t);
    }
    interrupt_catch();
    interrupt_last(restore);
    AUTO(buf_free) struct buf b = {0};
    buf_str(&b, place == SCREEN_WHOLE ? "\033[?1049h\033[H\033[2J\033[?25l" : "\033[?25l");
    put(b.p, b.n);
    return s;
}

static void forget(struct screen *s)
{
    for (size_t i = 0; i < s->lines.n; i++)
        mem_free(s->lines.at[i]);
    s->lines.n = 0;
}

void screen_close(struct screen **sp)
{
    struct screen *s = *sp;
    if (!s)
        return;
    interrupt_last(NULL);
    if (has_before)
        tcsetattr(STDIN_FILENO, TCSANOW, &before);
    has_before = false;
    if (s->place == SCREEN_WHOLE)
        put(whole_end, sizeof whole_end - 1);
    else
        put("\033[?25h", 6);
    forget(s);
    VEC_FREE(&s->lines);
    mem_freep(sp);
}

/* Where drawing begins: the first line of the last picture, or what is left to see of it. */
static void put_home(struct screen *s, struct buf *b)
{
    struct screen_size now = screen_size();
    bool moved = now.rows != s->size.rows || now.columns != s->size.columns;
    s->size = now;
    if (s->place == SCREEN_WHOLE)
        buf_str(b, moved ? "\033[H\033[2J" : "\033[H");
    else if (s->lines.n)
        buf_fmt(b, "\033[%zuA\r%s", s->lines.n, moved ? "\033[J" : "");
    if (moved) /* what is where is not known any more */
        for (size_t i = 0; i < s->lines.n; i++)
            s->lines.at[i][0] = '\0';
}

static void put_line(struct screen *s, size_t at, struct sv line, struct buf *b)
{
    bool same = at < s->lines.n && s->lines.at[at][0] && sv_is(line, s->lines.at[at]);
    if (!same) {
        buf_sv(b, line);
        buf_str(b, "\033[K");
    }
    buf_str(b, "\r\n");
    if (same)
        return;
    if (at < s->lines.n)
        mem_free(s->lines.at[at]);
    else
        VEC_PUSH(&s->lines, NULL);
    s->lines.at[at] = sv_dup(line);
}

void screen_draw(struct screen *s, struct sv lines)
{
    AUTO(buf_free) struct buf b = {0};
    struct sv line;
    size_t n = 0, had = s->lines.n;
    put_home(s, &b);
    for (; n + 1 < (size_t)s->size.rows && lines.n && sv_next(&lines, '\n', &line); n++)
        put_line(s, n, line, &b);
    if (n < had)
        buf_str(&b, "\033[J");
    while (s->lines.n > n)
        mem_free(s->lines.at[--s->lines.n]);
    put(b.p, b.n);
}

int screen_wait(struct screen *s, msec_t ms)
{
    struct pollfd p = {.fd = STDIN_FILENO, .events = POLLIN};
    unsigned char key;
    if (interrupted())
        return SCREEN_END;
    int n = poll(&p, s->keys ? 1 : 0, (int)ms);
    if (interrupted())
        return SCREEN_END;
    if (n <= 0)
        return SCREEN_NOTHING;
    if (read(STDIN_FILENO, &key, 1) == 1)
        return key;
    s->keys = false; /* whoever sat there is gone */
    return SCREEN_NOTHING;
}
