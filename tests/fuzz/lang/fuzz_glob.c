/* SPDX-License-Identifier: Apache-2.0 */
/* First line: a pattern, the rest: a name. A pattern of plain ASCII is also translated to a POSIX regular expression,
 * and the C library must come to the same verdict. */
#include <regex.h>
#include "lang/glob.h"

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
        } else if (c == '\\' && i + 1 < p.n && p.p[i + 1] > ' ' && p.p[i + 1] <= '~') {
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

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct sv rest = sv_n((const char *)data, size), pattern;
    if (size > 4096 || !sv_next(&rest, '\n', &pattern))
        return 0;
    AUTO(arena_free) struct arena a = {0};
    struct err e = {0};
    struct glob *g;
    if (glob_compile(pattern, &a, &g, &e) < 0) {
        MUST(e.cls == ERR_INVALID && e.msg[0]);
        return 0;
    }
    MUST(glob_is_negative(g) == sv_starts(pattern, SV("!")));
    compare(g, pattern, rest.p ? rest : SV(""));
    struct globs l = {0};
    MUST(globs_add(&l, pattern, &a, &e) == 0);
    MUST(globs_match(&l, rest.p ? rest : SV("")) == (!glob_is_negative(g) && glob_match(g, rest.p ? rest : SV(""))));
    return 0;
}
