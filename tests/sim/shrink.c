/* SPDX-License-Identifier: Apache-2.0 */
/* A failing history is made small by leaving out pieces of its text, as long as it fails in the same way: faults first,
 * then what people and forges do, then workflows, jobs, steps and what is said of them, then the time that passes. In
 * each kind halves go first, then quarters, down to single pieces (delta debugging, Zeller and Hildebrandt 2002). */
#include "modes.h"
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>
#include "base/file.h"
#include "history.h"
#include "scenario.h"

enum piece_kind { PIECE_FAULT, PIECE_DEED, PIECE_FILE, PIECE_JOB, PIECE_STEP, PIECE_KEY, PIECE_TIME, PIECE_N };

struct piece { /* lines [first, end) */
    size_t first, end;
};
struct shrink {
    VEC(struct sv) lines; /* of `text` */
    VEC(struct piece) pieces;
    struct buf text;
    char kind[32]; /* of the failure: what must stay */
    unsigned tries;
};

/* What a failure is called: its number, or its first words. */
static void kind_of(const struct err *failed, char ret[32])
{
    size_t n = strcspn(failed->msg, ":");
    snprintf(ret, 32, "%.*s", (int)(n < 31 ? n : 31), failed->msg);
}

/* In a process of its own: a broken MUST ends it. */
static void play_apart(struct sv text, int fd)
{
    struct world w;
    struct err e = {0};
    int null = open("/dev/null", O_WRONLY | O_CLOEXEC);
    dup2(null, 2);
    world_init(&w, 1);
    w.silent = true;
    scenario_play(&w, text, CHECK_QUIET, "history", &e);
    _exit(fd_write_all(fd, &w.failed, sizeof w.failed) < 0);
}

/* Fails as it should? `ret` gets the failure. */
static bool fails(struct shrink *s, struct sv text, const char *kind, struct err *ret)
{
    char got[32];
    int ends[2], status;
    s->tries++;
    MUST(pipe(ends) == 0);
    pid_t pid = fork();
    MUST(pid >= 0);
    if (pid == 0)
        play_apart(text, ends[1]);
    close(ends[1]);
    if (read(ends[0], ret, sizeof *ret) != (ssize_t)sizeof *ret)
        err_set(ret, ERR_BUG, "abort: the engine ended the program");
    close(ends[0]);
    waitpid(pid, &status, 0);
    kind_of(ret, got);
    return ret->cls && (!kind || strcmp(kind, got) == 0);
}

/* ---- pieces ---- */

static size_t indent_of(struct sv line) /* of a line of a block; 0: it is none */
{
    size_t n = 0;
    if (!sv_starts(line, SV("| ")))
        return 0;
    while (n + 2 < line.n && line.p[n + 2] == ' ')
        n++;
    return n + 2;
}

static bool begins_with_one_of(struct sv line, const char *const *words)
{
    for (; *words; words++)
        if (sv_starts(line, sv_of(*words)))
            return true;
    return false;
}

static bool is_job(const struct shrink *s, size_t i)
{
    return indent_of(s->lines.at[i]) == 4;
}

static bool is_step(const struct shrink *s, size_t i)
{
    return sv_starts(s->lines.at[i], SV("|       - "));
}

/* Is a piece of this kind at line i? Then *end is where it ends. */
static bool piece_at(const struct shrink *s, enum piece_kind kind, size_t i, size_t *end)
{
    static const char *const faults[] = {"crash", "reboot", "start ;", "forge", "git",
                                         "disk",  "jitter", "twice",   "clock", NULL};
    static const char *const deeds[] = {"deliver", "cancel", "replay", "approve", "reject", "file", "secret", "var", NULL};
    static const char *const files[] = {"workflow", NULL}, *const times[] = {"pass", NULL},
                             *const confs[] = {"configure", NULL};
    struct sv line = s->lines.at[i];
    size_t own = indent_of(line), e = i + 1;
    bool conf = kind == PIECE_DEED && begins_with_one_of(line, confs);
    bool file = kind == PIECE_FILE && begins_with_one_of(line, files);
    bool nested = (kind == PIECE_JOB && is_job(s, i)) || (kind == PIECE_STEP && is_step(s, i)) ||
                  (kind == PIECE_KEY && own && !is_job(s, i) && !is_step(s, i));
    if (conf && !sv_is(line, "configured")) {
        while (e < s->lines.n && !sv_is(s->lines.at[e - 1], "configured"))
            e++;
    } else if (file || (kind == PIECE_DEED && begins_with_one_of(line, deeds))) {
        while (e < s->lines.n && sv_starts(s->lines.at[e], SV("|")))
            e++;
    } else if (nested) {
        while (e < s->lines.n && indent_of(s->lines.at[e]) > own)
            e++;
    } else if (!(kind == PIECE_FAULT && begins_with_one_of(line, faults)) &&
               !(kind == PIECE_TIME && begins_with_one_of(line, times))) {
        return false;
    }
    *end = e;
    return true;
}

static void find_lines(struct shrink *s)
{
    struct sv rest = buf_view(&s->text), line;
    VEC_CLEAR(&s->lines);
    while (sv_next(&rest, '\n', &line))
        if (line.n)
            VEC_PUSH(&s->lines, line);
}

static void find_pieces(struct shrink *s, enum piece_kind kind)
{
    VEC_CLEAR(&s->pieces);
    find_lines(s);
    for (size_t i = 0; i < s->lines.n; i++) {
        struct piece p = {i, i + 1};
        if (piece_at(s, kind, i, &p.end))
            VEC_PUSH(&s->pieces, p);
    }
}

/* ---- leaving out ---- */

/* The text without pieces [from, to). */
static void without(const struct shrink *s, size_t from, size_t to, struct buf *ret)
{
    size_t p = from;
    for (size_t i = 0; i < s->lines.n; i++) {
        while (p < to && i >= s->pieces.at[p].end)
            p++;
        if (p < to && i >= s->pieces.at[p].first)
            continue;
        buf_sv(ret, s->lines.at[i]);
        buf_chr(ret, '\n');
    }
}

static bool leave_out(struct shrink *s, size_t from, size_t to)
{
    AUTO(buf_free) struct buf less = {0};
    struct err e;
    without(s, from, to, &less);
    if (!fails(s, buf_view(&less), s->kind, &e))
        return false;
    buf_free(&s->text);
    s->text = less;
    less = (struct buf){0};
    return true;
}

/* True when anything went. */
static bool shrink_kind(struct shrink *s, enum piece_kind kind)
{
    bool any = false;
    find_pieces(s, kind);
    for (size_t size = s->pieces.n; size > 0; size = size > 1 ? (size + 1) / 2 : 0) {
        for (size_t from = 0; from < s->pieces.n;) {
            size_t to = from + size < s->pieces.n ? from + size : s->pieces.n;
            if (leave_out(s, from, to)) {
                any = true;
                find_pieces(s, kind);
            } else {
                from = to;
            }
        }
    }
    return any;
}

/* A seed, or a file of its own. */
static int take_history(const char *what, struct buf *ret)
{
    struct err e = {0};
    char *end;
    uint64_t seed = strtoull(what, &end, 10);
    if (*what && !*end) {
        history_write(seed, ret);
        return 0;
    }
    if (file_read(what, 1 << 20, ret, &e) == 0)
        return 0;
    fprintf(stderr, "%s\n", e.msg);
    return -1;
}

int mode_shrink(const char *what)
{
    struct shrink s = {0};
    struct err e = {0};
    if (take_history(what, &s.text) < 0)
        return 2;
    if (!fails(&s, buf_view(&s.text), NULL, &e)) {
        fprintf(stderr, "%s does not fail\n", what);
        buf_free(&s.text);
        return 1;
    }
    kind_of(&e, s.kind);
    find_lines(&s);
    size_t before = s.lines.n;
    for (bool any = true; any;) {
        any = false;
        for (int k = 0; k < PIECE_N; k++)
            any |= shrink_kind(&s, (enum piece_kind)k);
    }
    fails(&s, buf_view(&s.text), s.kind, &e);
    find_lines(&s);
    fprintf(stderr, "%zu of %zu lines after %u tries; sim scenario FILE plays them again\n", s.lines.n, before,
            s.tries);
    printf("# %s\n", e.msg);
    for (size_t i = 0; i < s.lines.n; i++)
        printf("%.*s\n", SV_ARG(s.lines.at[i]));
    VEC_FREE(&s.lines);
    VEC_FREE(&s.pieces);
    buf_free(&s.text);
    return 0;
}
