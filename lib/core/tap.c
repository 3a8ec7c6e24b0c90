/* SPDX-License-Identifier: Apache-2.0 */
/* TAP: a plan `1..N`, test points `ok` and `not ok`, `Bail out!`. What is indented belongs to a subtest, whose outcome
 * is a test point at the margin, or to the diagnostics in YAML, of which `message:` is kept. */
#include "core/step_note.h"
#include "core/test_report.h"

enum { TAP_LINE = 4096 };

struct tap {
    struct test_report *r;
    struct arena arena;        /* of the point that failed last */
    struct sv failed, message; /* absent = none waits */
    int64_t plan;              /* -1 = none */
    size_t points;
    bool versioned;
};

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static struct sv skip(struct sv s, const char *what)
{
    while (s.n && strchr(what, s.p[0]))
        s = sv_from(s, 1);
    return s;
}

static bool take_plan(struct sv line, int64_t *ret)
{
    size_t n = 3;
    if (!sv_starts(line, SV("1..")))
        return false;
    while (n < line.n && is_digit(line.p[n]))
        n++;
    struct sv rest = skip(sv_from(line, n), " \t");
    return sv_int(sv_from(sv_cut(line, n), 3), ret) && (!rest.n || rest.p[0] == '#');
}

static bool is_version(struct sv line)
{
    int64_t v;
    return sv_starts(line, SV("TAP version ")) && sv_int(sv_trim(sv_from(line, 12)), &v) && v >= 12 && v <= 14;
}

bool tap_begins(struct sv text)
{
    struct sv line;
    AUTO(buf_free) struct buf plain = {0};
    for (int i = 0; i < 8 && text.n && sv_next(&text, '\n', &line); i++) {
        buf_clear(&plain);
        note_plain(&plain, sv_cut(line, TAP_LINE));
        struct sv seen = sv_trim(buf_view(&plain));
        int64_t n;
        if (seen.n)
            return is_version(seen) || take_plan(seen, &n);
    }
    return false;
}

static void end_point(struct tap *t)
{
    if (t->failed.p)
        test_report_add(t->r, t->failed, SV_NONE, t->message);
    t->failed = t->message = SV_NONE;
    arena_free(&t->arena);
}

/* Where the directive begins, behind a `#` that is not escaped; the length when there is none. */
static size_t directive(struct sv s)
{
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] == '\\')
            i++;
        else if (s.p[i] == '#')
            return i;
    }
    return s.n;
}

/* Behind "ok" or "not ok". */
static void take_point(struct tap *t, struct sv rest, bool ok)
{
    end_point(t);
    struct sv words = skip(rest, " \t"), number = SV_NONE;
    size_t n = 0;
    while (n < words.n && is_digit(words.p[n]))
        n++;
    if (n && (n == words.n || strchr(" \t#-", words.p[n]))) {
        number = sv_cut(words, n);
        words = sv_from(words, n);
    }
    size_t at = directive(words);
    struct sv mark = skip(sv_from(words, at + 1), " \t"), name = sv_trim(skip(sv_cut(words, at), " \t-"));
    bool skipped = sv_istarts(mark, SV("skip")), todo = sv_istarts(mark, SV("todo"));
    t->points++;
    if (skipped)
        t->r->skipped++;
    else
        t->r->run++;
    if (ok || skipped || todo)
        return;
    t->failed = name.n ? arena_sv(&t->arena, name) : sv_of(arena_fmt(&t->arena, "test %.*s", SV_ARG(number)));
}

static bool is_point(struct sv line, struct sv word)
{
    return sv_starts(line, word) && (line.n == word.n || line.p[word.n] == ' ' || line.p[word.n] == '\t');
}

static void take_line(struct tap *t, struct sv line)
{
    int64_t n;
    struct sv inner = skip(line, " \t");
    if (inner.n < line.n) {
        if (t->failed.p && !t->message.p && sv_starts(inner, SV("message:")))
            t->message = arena_sv(&t->arena, skip(sv_from(inner, 8), " \t'\"|>-"));
    } else if (is_point(line, SV("not ok"))) {
        take_point(t, sv_from(line, 6), false);
    } else if (is_point(line, SV("ok"))) {
        take_point(t, sv_from(line, 2), true);
    } else if (sv_starts(line, SV("Bail out!"))) {
        const char *why = note_text(&t->r->arena, sv_from(line, 9), REPORT_MESSAGE);
        t->r->bailed = *why ? why : "no reason given";
    } else if (t->plan < 0 && take_plan(line, &n)) {
        t->plan = n;
    } else {
        t->versioned |= is_version(sv_trim(line));
    }
}

void tap_read(struct test_report *r, struct sv text)
{
    struct tap t = {.r = r, .plan = -1};
    AUTO(buf_free) struct buf plain = {0};
    struct sv line;
    while (text.n && sv_next(&text, '\n', &line)) {
        buf_clear(&plain);
        note_plain(&plain, sv_cut(line, TAP_LINE));
        take_line(&t, buf_view(&plain));
    }
    end_point(&t);
    /* Output of something else may begin like a plan. */
    if (t.plan > 0 && t.points < (uint64_t)t.plan && (t.points || t.versioned))
        r->missing += (size_t)t.plan - t.points;
    r->files++;
    arena_free(&t.arena);
}
