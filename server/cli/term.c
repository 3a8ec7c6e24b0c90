/* SPDX-License-Identifier: Apache-2.0 */
#include "server/cli/term.h"
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>

enum { WIDTH_DEFAULT = 80, WIDTH_LEAST = 20, WIDTH_MOST = 1000 };

static const char *const colour_words[] = {"auto", "always", "never", NULL};
static const char *const times_words[] = {"auto", "relative", "absolute", NULL};
const struct cli_arg cli_screen_group[] = {
    {"color", .kind = CLI_CHOICE, .words = colour_words, .at = offsetof(struct cli_call, colour),
     .doc = "colours: on terminals that have them unless NO_COLOR is set, or CLICOLOR_FORCE is"},
    {"times", .kind = CLI_CHOICE, .words = times_words, .at = offsetof(struct cli_call, times),
     .doc = "3 min ago, or 2026-11-22T16:05:09Z; by itself the first on terminals"},
    {"no-pager", .kind = CLI_FLAG, .at = offsetof(struct cli_call, no_pager),
     .doc = "long output does not go through FETTLE_PAGER, PAGER or less"},
    {.name = NULL},
};

static struct {
    bool person, colour, pages, relative;
    pid_t pager;
} term = {.pager = -1};

static bool is_set(const char *name)
{
    const char *v = getenv(name);
    return v && *v;
}

/* https://no-color.org, https://bixense.com/clicolors */
static bool wants_colour(int said)
{
    const char *force = getenv("CLICOLOR_FORCE"), *kind = getenv("TERM");
    if (said != COLOUR_AUTO)
        return said == COLOUR_ALWAYS;
    if (is_set("NO_COLOR"))
        return false;
    if (force && *force && strcmp(force, "0") != 0)
        return true;
    return term.person && kind && *kind && strcmp(kind, "dumb") != 0;
}

void term_setup(const struct cli_call *c)
{
    term.person = isatty(STDOUT_FILENO) == 1;
    term.colour = wants_colour(c->colour);
    term.pages = term.person && !c->no_pager;
    term.relative = c->times == TIMES_RELATIVE || (c->times == TIMES_AUTO && term.person);
}

/* 0 = nothing says how wide */
static int known_width(void)
{
    struct winsize size;
    int64_t n;
    const char *said = getenv("COLUMNS");
    /* stderr: stdout may lead into the pager by now */
    if (term.person && ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col)
        n = size.ws_col;
    else if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col)
        n = size.ws_col;
    else if (!said || !sv_int(sv_of(said), &n))
        return term.person ? WIDTH_DEFAULT : 0;
    return n < WIDTH_LEAST ? WIDTH_LEAST : n > WIDTH_MOST ? WIDTH_MOST : (int)n;
}

int term_width(void)
{
    int n = known_width();
    return n ? n : WIDTH_DEFAULT;
}

int term_table_width(void)
{
    return known_width();
}

bool term_is_person(void)
{
    return term.person;
}

bool term_has_colour(void)
{
    return term.colour;
}

/* ---- the pager ---- */

static bool has_less(void)
{
    return access("/usr/bin/less", X_OK) == 0 || access("/bin/less", X_OK) == 0;
}

/* As git does it: a line for the shell, from whoever sits there. NULL = none. */
static const char *pager_line(void)
{
    const char *said = getenv("FETTLE_PAGER");
    if (!said)
        said = getenv("PAGER");
    if (said)
        return *said && strcmp(said, "cat") != 0 ? said : NULL;
    return has_less() ? "less -FRX" : NULL;
}

static void become_pager(const int ends[2], const char *line)
{
    if (dup2(ends[0], STDIN_FILENO) < 0)
        _exit(127);
    execl("/bin/sh", "sh", "-c", line, (char *)NULL);
    _exit(127);
}

void term_page(void)
{
    int ends[2];
    const char *line = term.pages ? pager_line() : NULL;
    term.pages = false;
    if (!line || fflush(stdout) != 0 || pipe2(ends, O_CLOEXEC) < 0)
        return;
    term.pager = fork();
    if (term.pager == 0)
        become_pager(ends, line);
    close(ends[0]);
    if (term.pager > 0) {
        dup2(ends[1], STDOUT_FILENO);
        signal(SIGPIPE, SIG_IGN); /* who leaves the pager early has seen enough */
        signal(SIGINT, SIG_IGN);  /* is the pager's */
    }
    close(ends[1]);
}

void term_close(void)
{
    int status;
    if (term.pager <= 0)
        return;
    fflush(stdout);
    close(STDOUT_FILENO);
    while (waitpid(term.pager, &status, 0) < 0 && errno == EINTR)
        continue;
    term.pager = -1;
}

/* ---- progress ---- */

enum { BAR_COLUMNS = 24, DRAW_MS = 100 };

static bool is_told_to_a_person(void)
{
    const char *kind = getenv("TERM");
    return isatty(STDERR_FILENO) == 1 && kind && *kind && strcmp(kind, "dumb") != 0;
}

void bar_draw(struct bar *b, int64_t done)
{
    msec_t now = clk_mono_ms();
    if ((b->drawn && now - b->drawn < DRAW_MS) || !is_told_to_a_person())
        return;
    b->drawn = now;
    if (b->whole <= 0) {
        fprintf(stderr, "\r\033[K%s  %lld KiB", b->what, (long long)(done >> 10));
        return;
    }
    int64_t part = done < b->whole ? done : b->whole;
    int full = (int)(part * BAR_COLUMNS / b->whole);
    char drawn[BAR_COLUMNS + 1];
    for (int i = 0; i < BAR_COLUMNS; i++)
        drawn[i] = i < full ? '#' : ' ';
    drawn[BAR_COLUMNS] = 0;
    fprintf(stderr, "\r\033[K%s  [%s]  %lld %%", b->what, drawn, (long long)(part * 100 / b->whole));
}

void bar_end(struct bar *b)
{
    if (b->drawn)
        fputs("\r\033[K", stderr);
    b->drawn = 0;
}

/* ---- times ---- */

struct sv time_relative(msec_t at, msec_t now, char ret[32])
{
    static const struct {
        const char *unit;
        int64_t s, most; /* of the unit, that are told in it */
    } units[] = {{"s", 1, 60},     {"min", 60, 60},         {"h", 3600, 48},
                 {"d", 86400, 60}, {"months", 2629800, 24}, {"years", 31557600, INT64_MAX}};
    bool later = at > now;
    int64_t s = (later ? at - now : now - at) / 1000;
    size_t i = 0;
    while (s / units[i].s >= units[i].most)
        i++;
    snprintf(ret, 32, later ? "in %lld %s" : "%lld %s ago", (long long)(s / units[i].s), units[i].unit);
    return sv_of(ret);
}

struct sv time_told(struct sv text, char ret[32])
{
    msec_t at;
    char exact[25];
    if (!when_parse(text, &at))
        return text;
    if (term.relative)
        return time_relative(at, clk_wall_ms(), ret);
    snprintf(ret, 32, "%.19sZ", when_text(at, exact));
    return sv_of(ret);
}
