/* SPDX-License-Identifier: Apache-2.0 */
/* Enough of the shell's grammar to know how a place of a script is quoted. */
#include "server/cli/import.h"

enum { DEEP = 64 };

struct heredoc {
    struct sv word;
    bool verbatim, dashed;
};

struct scan {
    struct sv text;
    size_t at;
    char open[DEEP]; /* " ' ( ` $ (= $'…') that are open, the innermost last */
    size_t n;
    struct heredoc next; /* its body begins behind this line; word.p NULL = none */
};

size_t expression_end(struct sv text, size_t at)
{
    bool quoted = false;
    for (size_t i = at + 3; i < text.n; i++) {
        if (text.p[i] == '\'')
            quoted = !quoted;
        else if (!quoted && text.p[i] == '}' && i + 1 < text.n && text.p[i + 1] == '}')
            return i + 2;
    }
    return 0;
}

static char top(const struct scan *s)
{
    return s->n ? s->open[s->n - 1] : 0;
}

static void push(struct scan *s, char c)
{
    if (s->n < DEEP)
        s->open[s->n++] = c;
}

static bool begins_word(const struct scan *s)
{
    return s->at == 0 || strchr(" \t\n;&|(", s->text.p[s->at - 1]);
}

/* Behind << : the word, and whether it was quoted. */
static void take_heredoc(struct scan *s)
{
    struct sv rest = sv_from(s->text, s->at + 2);
    struct heredoc h = {0};
    if (sv_starts(rest, SV("<")))
        return; /* <<< */
    if ((h.dashed = sv_starts(rest, SV("-"))))
        rest = sv_from(rest, 1);
    while (rest.n && (rest.p[0] == ' ' || rest.p[0] == '\t'))
        rest = sv_from(rest, 1);
    if (rest.n && strchr("'\"\\", rest.p[0])) {
        h.verbatim = true;
        rest = sv_from(rest, 1);
    }
    size_t n = 0;
    while (n < rest.n && !strchr(" \t\n;&|()<>'\"", rest.p[n]))
        n++;
    h.word = sv_cut(rest, n);
    if (n)
        s->next = h;
}

/* The end of the body that begins at `from`: where the line of its word begins. */
static size_t heredoc_end(const struct scan *s, size_t from)
{
    size_t at = from;
    struct sv rest = sv_from(s->text, from), line;
    while (sv_next(&rest, '\n', &line)) {
        struct sv word = line;
        while (s->next.dashed && word.n && word.p[0] == '\t')
            word = sv_from(word, 1);
        if (sv_eq(sv_trim(word), s->next.word))
            return at;
        at += line.n + 1;
    }
    return s->text.n;
}

static void in_single(struct scan *s, char c)
{
    if (top(s) == '$' && c == '\\')
        s->at++;
    else if (c == '\'')
        s->n--;
}

/* Also inside of $( ) and ` `. */
static void in_bare(struct scan *s, char c, char next)
{
    if (c == '\\')
        s->at++;
    else if (c == '$' && next == '\'')
        push(s, '$'), s->at++;
    else if (c == '\'' || c == '"')
        push(s, c);
    else if (c == '(')
        push(s, '(');
    else if (c == ')' && top(s) == '(')
        s->n--;
    else if (c == '`' && top(s) == '`')
        s->n--;
    else if (c == '`')
        push(s, '`');
    else if (c == '<' && next == '<' && (s->at == 0 || s->text.p[s->at - 1] != '<'))
        take_heredoc(s);
}

static void in_double(struct scan *s, char c, char next)
{
    if (c == '\\')
        s->at++;
    else if (c == '"')
        s->n--;
    else if (c == '$' && next == '(')
        push(s, '('), s->at++;
    else if (c == '`')
        push(s, '`');
}

static enum shell_place place(const struct scan *s)
{
    return top(s) == '"' ? SHELL_DOUBLE : top(s) == '\'' || top(s) == '$' ? SHELL_SINGLE : SHELL_BARE;
}

static void step(struct scan *s)
{
    char c = s->text.p[s->at], next = s->at + 1 < s->text.n ? s->text.p[s->at + 1] : 0;
    enum shell_place p = place(s);
    if (p == SHELL_SINGLE)
        in_single(s, c);
    else if (p == SHELL_DOUBLE)
        in_double(s, c, next);
    else
        in_bare(s, c, next);
    s->at++;
}

enum shell_place shell_place_at(struct sv script, size_t at)
{
    struct scan s = {.text = script};
    while (s.at < at) {
        size_t end = sv_starts(sv_from(script, s.at), SV("${{")) ? expression_end(script, s.at) : 0;
        if (end) {
            s.at = end;
        } else if (script.p[s.at] == '#' && place(&s) == SHELL_BARE && begins_word(&s)) {
            ptrdiff_t nl = sv_chr(sv_from(script, s.at), '\n');
            size_t line = nl < 0 ? script.n : s.at + (size_t)nl;
            if (at < line)
                return SHELL_COMMENT;
            s.at = line;
        } else if (script.p[s.at] == '\n' && s.next.word.p) {
            size_t body = s.at + 1, over = heredoc_end(&s, body);
            if (at >= body && at < over)
                return s.next.verbatim ? SHELL_VERBATIM : SHELL_DOUBLE;
            s.at = over;
            s.next = (struct heredoc){0};
        } else {
            step(&s);
        }
    }
    return place(&s);
}
