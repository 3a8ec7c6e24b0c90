/* SPDX-License-Identifier: Apache-2.0 */
/* Both sides put whole definitions (functions, classes, tests) at the same place: both stay, ours first. Whole:
 * brackets are balanced, and it begins and ends at the same indentation. A piece that begins with a word of control
 * flow is part of something, whose order means something. */
#include <ctype.h>
#include "merge/conflict.h"

struct block {
    struct sv text;
    struct sv indent; /* of the first and the last line of code */
    struct sv first;  /* line of code */
    bool blank_before, blank_behind;
};

static bool is_remark(struct sv s)
{
    return sv_starts(s, SV("//")) || sv_starts(s, SV("/*")) || sv_starts(s, SV("*")) || sv_starts(s, SV("#")) ||
           sv_starts(s, SV("@"));
}

struct brackets { /* inside of a text */
    int depth, lowest;
    bool remark; /* within one that goes over lines */
};

static size_t pass_quoted(struct sv s, size_t at)
{
    for (size_t i = at + 1; i < s.n && s.p[i] != '\n'; i++) {
        if (s.p[i] == '\\')
            i++;
        else if (s.p[i] == s.p[at])
            return i;
    }
    return at;
}

static void count_line(struct sv s, struct brackets *b)
{
    for (size_t i = 0; i < s.n; i++) {
        struct sv rest = sv_from(s, i);
        if (b->remark) {
            b->remark = !sv_starts(rest, SV("*/"));
            continue;
        }
        if (sv_starts(rest, SV("//")))
            return;
        b->remark = sv_starts(rest, SV("/*"));
        if (s.p[i] == '"' || s.p[i] == '\'')
            i = pass_quoted(s, i);
        else if (strchr("([{", s.p[i]))
            b->depth++;
        else if (strchr(")]}", s.p[i]))
            b->depth--;
        b->lowest = b->depth < b->lowest ? b->depth : b->lowest;
    }
}

static bool is_control(struct sv line)
{
    static const char *const words[] = {"if",     "else",    "for",   "while",  "switch", "case",
                                        "do",     "try",     "catch", "return", "with",   "elif",
                                        "except", "finally", "goto",  "break",  "default"};
    struct sv s = sv_trim(line);
    size_t n = 0;
    while (n < s.n && isalpha((unsigned char)s.p[n]))
        n++;
    for (size_t i = 0; i < ARRAY_LEN(words); i++)
        if (sv_is(sv_cut(s, n), words[i]))
            return true;
    return n == 0;
}

static bool is_definition(const struct conflict *c, struct sv first)
{
    struct sv s = sv_trim(first);
    if (c->kind.form == FORM_INDENT)
        return c->kind.imports == IMPORT_PYTHON && s.p[s.n - 1] == ':' &&
               (sv_starts(s, SV("def ")) || sv_starts(s, SV("class ")) || sv_starts(s, SV("async def ")));
    return c->kind.form == FORM_CODE && !is_control(first) && sv_chr(s, '=') < 0 && s.p[s.n - 1] != ';' &&
           (sv_chr(s, '(') > 0 || s.p[s.n - 1] == '{');
}

/* Python: everything behind the first line is deeper, but for further definitions. */
static bool is_deeper(const struct conflict *c, const struct block *b, struct sv line)
{
    return c->kind.form != FORM_INDENT || line_indent(line).n > b->indent.n ||
           (sv_eq(line_indent(line), b->indent) && (is_definition(c, line) || is_remark(sv_trim(line))));
}

static bool block_of(const struct conflict *c, struct sv text, struct block *ret)
{
    struct brackets count = {0};
    struct sv rest = text, line, last = SV_NONE;
    bool ok = true;
    *ret = (struct block){.text = text};
    for (bool first = true; ok && sv_next(&rest, '\n', &line); first = false) {
        bool blank = line_is_blank(line);
        ret->blank_before = ret->blank_before || (first && blank);
        ret->blank_behind = blank;
        if (blank)
            continue;
        bool top = count.depth == 0 && !count.remark, remark = count.remark || is_remark(sv_trim(line));
        count_line(line, &count);
        if (!ret->first.p && !remark) {
            ret->first = line;
            ret->indent = line_indent(line);
            ok = is_definition(c, line);
        } else if (ret->first.p) {
            ok = is_deeper(c, ret, line) && !(top && !remark && is_control(line) && sv_trim(line).p[0] != '{' &&
                                              sv_trim(line).p[0] != '}' && c->kind.form == FORM_CODE);
        }
        last = line;
    }
    return ok && ret->first.p && count.depth == 0 && count.lowest >= 0 && !count.remark && text.p[text.n - 1] == '\n' &&
           (c->kind.form == FORM_INDENT || (sv_eq(line_indent(last), ret->indent) && sv_chr(last, '}') >= 0));
}

/* The word before the first parenthesis, or the last one of a line without. */
static struct sv name_of(struct sv first)
{
    struct sv s = sv_trim(first);
    ptrdiff_t open = sv_chr(s, '(');
    size_t end = open > 0 ? (size_t)open : s.n, at;
    while (end > 0 && !isalnum((unsigned char)s.p[end - 1]) && s.p[end - 1] != '_')
        end--;
    for (at = end; at > 0 && (isalnum((unsigned char)s.p[at - 1]) || s.p[at - 1] == '_'); at--)
        ;
    return sv_n(s.p + at, end - at);
}

static bool has_word(struct sv text, struct sv word)
{
    for (size_t at = 0; word.n && at + word.n <= text.n;) {
        ptrdiff_t hit = sv_find(sv_from(text, at), word);
        if (hit < 0)
            return false;
        size_t i = at + (size_t)hit, end = i + word.n;
        bool front = i == 0 || (!isalnum((unsigned char)text.p[i - 1]) && text.p[i - 1] != '_');
        if (front && (end == text.n || (!isalnum((unsigned char)text.p[end]) && text.p[end] != '_')))
            return true;
        at = i + 1;
    }
    return word.n == 0;
}

/* Tests carry their name in quotes: it('…', () => { */
static bool is_other(const struct block *x, const struct block *y)
{
    if (sv_eq(sv_trim(x->first), sv_trim(y->first)))
        return false;
    struct sv name = name_of(x->first);
    bool quoted = sv_chr(x->first, '\'') >= 0 || sv_chr(x->first, '"') >= 0;
    return quoted || (!has_word(y->text, name) && !has_word(x->text, name_of(y->first)));
}

bool rule_blocks(const struct conflict *c, struct buf *ret)
{
    struct block o, t;
    if (c->p->b_n != 0 || !block_of(c, conflict_ours(c), &o) || !block_of(c, conflict_theirs(c), &t) ||
        !sv_eq(o.indent, t.indent) || !is_other(&o, &t) || o.blank_before != t.blank_before ||
        o.blank_behind != t.blank_behind)
        return false;
    buf_sv(ret, o.text);
    buf_sv(ret, t.text);
    return true;
}
