/* SPDX-License-Identifier: Apache-2.0 */
/* What must be in a text for an expression to match. Of each alternative the best run of plain characters, or a group
 * that must be there and of whose alternatives each has one. The best is the longest, unless it is a word that
 * every log is full of. */
#include "lang/regex.h"

enum { NESTING = 16, WORDS_MOST = 64, WORD_LEAST = 3 };

struct reader {
    struct sv rest;
    struct arena *arena;
    int depth;
    bool strange; /* something of which it is not known what it means */
};

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static bool is_common(struct sv word)
{
    static const char *const words[] = {"error",     "errors", "fail",     "failed", "failure", "cannot", "unable",
                                        "could not", "status", "returned", "code",   "exit",    "read",   "load"};
    word = sv_trim(word);
    word = sv_ends(word, SV(":")) ? sv_cut(word, word.n - 1) : word;
    for (size_t i = 0; i < ARRAY_LEN(words); i++)
        if (sv_is(word, words[i]))
            return true;
    return false;
}

/* How much the weakest of them says: what is on every other line less than the shortest word. */
static size_t least(const struct regex_words *w)
{
    size_t n = w->v.n ? SIZE_MAX : 0;
    for (size_t i = 0; i < w->v.n; i++) {
        size_t says = is_common(w->v.at[i]) ? WORD_LEAST - 1 : w->v.at[i].n;
        n = says < n ? says : n;
    }
    return n;
}

/* Takes `from` when it says more than what there is. */
static void keep_better(struct regex_words *best, struct regex_words *from)
{
    bool better = least(from) > least(best) || (least(from) == least(best) && from->v.n < best->v.n);
    if (from->v.n && from->v.n <= WORDS_MOST && better) {
        VEC_FREE(&best->v);
        *best = *from;
        *from = (struct regex_words){0};
    }
    VEC_FREE(&from->v);
    *from = (struct regex_words){0};
}

static void end_run(struct reader *r, struct buf *run, struct regex_words *best)
{
    if (run->n >= WORD_LEAST) {
        struct regex_words one = {0};
        VEC_PUSH(&one.v, arena_sv(r->arena, sv_cut(buf_view(run), REGEX_WORD)));
        keep_better(best, &one);
    }
    buf_clear(run);
}

static char peek(const struct reader *r)
{
    return r->rest.n ? r->rest.p[0] : 0;
}

static char take(struct reader *r)
{
    char c = peek(r);
    r->rest = sv_from(r->rest, 1);
    return c;
}

enum times { ONCE, AT_LEAST_ONCE, PERHAPS };

/* Takes a quantifier off the front. A brace is taken as one that allows none. */
static enum times take_times(struct reader *r)
{
    char c = peek(r);
    if (c != '?' && c != '*' && c != '+' && c != '{')
        return ONCE;
    take(r);
    if (c == '{') {
        ptrdiff_t end = sv_chr(r->rest, '}');
        struct sv inside = sv_cut(r->rest, end < 0 ? 0 : (size_t)end);
        for (size_t i = 0; i < inside.n; i++)
            if (!strchr("0123456789, ", inside.p[i]))
                r->strange = true;
        r->strange |= end <= 0;
        r->rest = sv_from(r->rest, inside.n + 1);
    }
    if (peek(r) == '?' || peek(r) == '+')
        take(r);
    return c == '+' ? AT_LEAST_ONCE : PERHAPS;
}

/* Behind its bracket. */
static void skip_class(struct reader *r)
{
    if (peek(r) == '^')
        take(r);
    for (bool first = true; r->rest.n; first = false) {
        char c = take(r);
        if (c == ']' && !first)
            return;
        if (c == '\\') {
            r->strange |= peek(r) == 'Q' || peek(r) == 'E';
            take(r);
        } else if (c == '[' && (peek(r) == ':' || peek(r) == '.' || peek(r) == '=')) {
            ptrdiff_t end = sv_find(r->rest, SV(":]"));
            r->strange |= end < 0;
            r->rest = sv_from(r->rest, end < 0 ? 0 : (size_t)end + 2);
        }
    }
    r->strange = true;
}

static void read_alternatives(struct reader *r, struct regex_words *ret);

/* Behind its parenthesis. */
static void read_group(struct reader *r, struct regex_words *best)
{
    struct regex_words inner = {0};
    if (sv_starts(r->rest, SV("?:")))
        r->rest = sv_from(r->rest, 2);
    else if (peek(r) == '?' || peek(r) == '*')
        r->strange = true;
    if (++r->depth > NESTING)
        r->strange = true;
    if (!r->strange)
        read_alternatives(r, &inner);
    r->depth--;
    r->strange |= take(r) != ')';
    if (r->strange || take_times(r) == PERHAPS)
        VEC_CLEAR(&inner.v);
    keep_better(best, &inner);
}

static void add_plain(struct reader *r, char c, struct buf *run, struct regex_words *best)
{
    enum times t = take_times(r);
    if (t == PERHAPS) {
        end_run(r, run, best);
        return;
    }
    buf_chr(run, lower(c));
    if (t == AT_LEAST_ONCE)
        end_run(r, run, best);
}

static bool is_alnum(char c)
{
    return (c >= '0' && c <= '9') || (lower(c) >= 'a' && lower(c) <= 'z');
}

static void read_escape(struct reader *r, struct buf *run, struct regex_words *best)
{
    char c = take(r);
    if (c && (unsigned char)c < 128 && !is_alnum(c)) {
        add_plain(r, c, run, best);
        return;
    }
    /* Those with an argument behind them, and references, are left to others. */
    r->strange |= !c || !strchr("dDsSwWbBAzZhHvVRtnrfea", c);
    end_run(r, run, best);
    take_times(r);
}

static void read_one(struct reader *r, struct regex_words *ret)
{
    AUTO(buf_free) struct buf run = {0};
    while (r->rest.n && !r->strange && peek(r) != '|' && peek(r) != ')') {
        char c = take(r);
        bool plain = (unsigned char)c < 128 && !strchr("\\[(.^$?*+{", c) && c;
        if (plain) {
            add_plain(r, c, &run, ret);
            continue;
        }
        if (c == '\\') {
            read_escape(r, &run, ret);
            continue;
        }
        end_run(r, &run, ret);
        if (c == '(')
            read_group(r, ret);
        else if (c == '[')
            skip_class(r);
        r->strange |= c == '{' || c == 0;
        if (c != '(')
            take_times(r);
    }
    end_run(r, &run, ret);
}

static void read_alternatives(struct reader *r, struct regex_words *ret)
{
    bool all = true, more;
    do {
        struct regex_words one = {0};
        read_one(r, &one);
        all &= one.v.n > 0;
        for (size_t i = 0; i < one.v.n; i++)
            VEC_PUSH(&ret->v, one.v.at[i]);
        VEC_FREE(&one.v);
        more = peek(r) == '|' && !r->strange;
        if (more)
            take(r);
    } while (more);
    if (!all)
        VEC_CLEAR(&ret->v);
}

bool regex_words(struct sv pattern, struct arena *arena, struct regex_words *ret)
{
    /* Letters of other cases are found anyway. */
    struct reader r = {.rest = sv_starts(pattern, SV("(?i)")) ? sv_from(pattern, 4) : pattern, .arena = arena};
    *ret = (struct regex_words){0};
    read_alternatives(&r, ret);
    if (r.strange || r.rest.n)
        VEC_CLEAR(&ret->v);
    if (ret->v.n == 0 || ret->v.n > WORDS_MOST) {
        VEC_FREE(&ret->v);
        *ret = (struct regex_words){0};
        return false;
    }
    return true;
}
