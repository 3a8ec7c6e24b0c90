/* SPDX-License-Identifier: Apache-2.0 */
/* First line: patterns, separated by blanks; the rest: names, one a line. Plain ASCII patterns are also translated to
 * POSIX regular expressions, and the C library must come to the same verdict; short ones are also tried by a matcher
 * that goes back and forth, on bytes. A search through all names must agree with asking each one. */
#include <regex.h>
#include "lang/glob_names.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void add_literal(struct buf *re, char c)
{
    if (strchr(".[]()*+?{}|^$\\/", c) && c != ']')
        buf_chr(re, '\\');
    buf_chr(re, c);
}

/* False for what the translation does not cover: classes, escapes in classes, bytes beyond ASCII. */
static bool translate(struct sv p, struct buf *re)
{
    buf_str(re, "^(");
    for (size_t i = sv_starts(p, SV("!")) ? 1 : 0, first = i; i < p.n; i++) {
        char c = p.p[i];
        if (c == '[' || c < ' ' || c > '~')
            return false;
        if (c == '*') {
            size_t stars = 1;
            bool at_start = i == first || (p.p[i - 1] == '/');
            while (i + 1 < p.n && p.p[i + 1] == '*')
                i++, stars++;
            bool folders = stars > 1 && at_start && i + 1 < p.n && p.p[i + 1] == '/';
            /* A repeated slash is no plain one, but what follows decides that: leave such patterns out. */
            if (folders && i + 2 < p.n && (p.p[i + 2] == '?' || p.p[i + 2] == '+'))
                return false;
            buf_str(re, folders ? "(.*/)?" : stars > 1 ? ".*" : "[^/]*");
            i += folders;
        } else if (c == '\\') {
            if (i + 1 == p.n || p.p[i + 1] < ' ' || p.p[i + 1] > '~')
                return false;
            add_literal(re, p.p[++i]);
        } else if (c == '?' || c == '+') {
            buf_chr(re, c);
        } else {
            add_literal(re, c);
        }
    }
    buf_str(re, ")$");
    return true;
}

static void compare(const struct glob *g, struct sv pattern, struct sv name)
{
    AUTO(buf_free) struct buf re = {0};
    AUTO(buf_free) struct buf text = {0};
    if (pattern.n > 24 || name.n > 64 || !translate(pattern, &re))
        return;
    for (size_t i = 0; i < name.n; i++)
        if (name.p[i] < ' ' || name.p[i] > '~')
            return;
    buf_sv(&text, name);
    buf_str(&text, "");
    regex_t compiled;
    if (regcomp(&compiled, re.p, REG_EXTENDED | REG_NOSUB) != 0)
        return;
    bool want = regexec(&compiled, text.p ? text.p : "", 0, NULL, 0) == 0;
    regfree(&compiled);
    MUST(glob_match(g, name) == want);
}

/* The pattern p against the name s; classes and bytes beyond ASCII are left to the other judge and to the tests. */
static bool tries(struct sv p, struct sv s, bool at_start);

static bool tries_run(struct sv after, struct sv s, bool any)
{
    for (size_t i = 0; i <= s.n; i++) {
        if (tries(after, sv_from(s, i), false))
            return true;
        if (i < s.n && !any && s.p[i] == '/')
            return false;
    }
    return false;
}

static bool tries_stars(struct sv p, struct sv s, bool at_start)
{
    size_t stars = 0;
    while (stars < p.n && p.p[stars] == '*')
        stars++;
    struct sv after = sv_from(p, stars);
    if (stars > 1 && at_start && sv_starts(after, SV("/")) && tries(sv_from(after, 1), s, true))
        return true;
    return tries_run(after, s, stars > 1);
}

static bool tries(struct sv p, struct sv s, bool at_start)
{
    if (p.n == 0)
        return s.n == 0;
    if (p.p[0] == '*')
        return tries_stars(p, s, at_start);
    size_t n = p.p[0] == '\\' ? 2 : 1;
    char c = p.p[n - 1], sign = n < p.n ? p.p[n] : ' ';
    bool here = s.n && s.p[0] == c, repeat = sign == '?' || sign == '+';
    struct sv after = sv_from(p, n + repeat);
    bool next = !repeat && c == '/';
    if (here && tries(after, sv_from(s, 1), next))
        return true;
    if (sign == '?')
        return tries(after, s, false);
    return sign == '+' && here && tries(p, sv_from(s, 1), false);
}

static bool is_simple(struct sv s, const char *without)
{
    for (size_t i = 0; i < s.n; i++)
        if (s.p[i] < ' ' || s.p[i] > '~' || strchr(without, s.p[i]))
            return false;
    return true;
}

static void try_all_ways(const struct glob *g, struct sv pattern, struct sv name)
{
    enum { PATTERN_BYTES = 12, NAME_BYTES = 16 };
    if (pattern.n > PATTERN_BYTES || name.n > NAME_BYTES || !is_simple(pattern, "[") || !is_simple(name, ""))
        return;
    /* A slash behind two stars that is repeated itself: see translate. */
    if (sv_find(pattern, SV("**/?")) >= 0 || sv_find(pattern, SV("**/+")) >= 0)
        return;
    MUST(glob_match(g, name) == tries(sv_from(pattern, glob_is_negative(g)), name, true));
}

static void search(const struct globs *l, struct sv names, struct arena *a)
{
    enum { NAMES_MOST = 400 };
    const char *at[NAMES_MOST];
    size_t n = 0, hits = 0;
    struct sv one;
    struct glob_names all;
    while (n < NAMES_MOST && sv_next(&names, '\n', &one))
        at[n++] = arena_fmt(a, "%.*s", SV_ARG(one));
    for (size_t i = 0; i < n; i++)
        hits += globs_match(l, sv_of(at[i]));
    glob_names_make(&all, at, n, a);
    struct sv found = glob_names_find(&all, l), other = glob_names_find_other(&all, l);
    MUST((found.p != NULL) == (hits > 0) && (other.p != NULL) == (hits < n));
    MUST(!found.p || globs_match(l, found));
    MUST(!other.p || !globs_match(l, other));
}

static void check_list(struct sv patterns, struct sv names, struct arena *a)
{
    struct globs l = {0};
    struct err e = {0};
    struct sv one;
    while (sv_next(&patterns, ' ', &one))
        if (l.n < 8 && globs_add(&l, one, a, &e) < 0)
            MUST(e.cls == ERR_INVALID);
    search(&l, names, a);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct sv rest = sv_n((const char *)data, size), pattern;
    if (size > 4096 || !sv_next(&rest, '\n', &pattern))
        return 0;
    AUTO(arena_free) struct arena a = {0};
    struct err e = {0};
    struct glob *g;
    check_list(pattern, rest, &a);
    if (glob_compile(pattern, &a, &g, &e) < 0) {
        MUST(e.cls == ERR_INVALID && e.msg[0]);
        return 0;
    }
    MUST(glob_is_negative(g) == sv_starts(pattern, SV("!")));
    compare(g, pattern, rest.p ? rest : SV(""));
    try_all_ways(g, pattern, rest.p ? rest : SV(""));
    struct globs l = {0};
    MUST(globs_add(&l, pattern, &a, &e) == 0);
    MUST(globs_match(&l, rest.p ? rest : SV("")) == (!glob_is_negative(g) && glob_match(g, rest.p ? rest : SV(""))));
    return 0;
}
