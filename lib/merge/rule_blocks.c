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

/* The next line of code of a block: does it go on with what it is? */
static bool goes_on(const struct conflict *c, const struct block *b, struct sv line, bool top)
{
    char first = sv_trim(line).p[0];
    if (c->kind.form == FORM_CODE && top && is_control(line) && first != '{' && first != '}')
        return false;
    return is_deeper(c, b, line);
}

static bool block_of(const struct conflict *c, const struct seq *s, size_t at, size_t n, struct block *ret)
{
    struct brackets count = {0};
    struct sv last = SV_NONE;
    bool ok = n > 0;
    *ret = (struct block){.text = seq_range(s, at, n)};
    for (size_t i = at; ok && i < at + n; i++) {
        struct sv line = s->at[i];
        ret->blank_behind = line_is_blank(line);
        ret->blank_before = ret->blank_before || (i == at && ret->blank_behind);
        if (ret->blank_behind)
            continue;
        bool top = count.depth == 0 && !count.remark, remark = count.remark || is_remark(sv_trim(line));
        count_line(line, &count);
        if (!ret->first.p && !remark) {
            ret->first = line;
            ret->indent = line_indent(line);
            ok = is_definition(c, line);
        } else if (ret->first.p && !remark) {
            ok = goes_on(c, ret, line, top);
        }
        last = line;
    }
    return ok && ret->first.p && count.depth == 0 && count.lowest >= 0 && !count.remark &&
           sv_ends(ret->text, SV("\n")) &&
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

/* ---- cases of a switch ---- */

static bool is_case(struct sv line)
{
    struct sv s = sv_trim(line);
    return sv_starts(s, SV("case ")) && (s.p[s.n - 1] == ':' || sv_find(s, SV(": ")) > 0);
}

static bool leaves(struct sv line)
{
    struct sv s = sv_trim(line);
    return sv_is(s, "break;") || sv_starts(s, SV("return")) || sv_starts(s, SV("continue;")) || sv_is(s, "}");
}

/* Whole cases: from a label to where its last statement leaves. */
static bool are_cases(const struct seq *s, size_t at, size_t n)
{
    if (n < 2 || !is_case(s->at[at]) || !leaves(s->at[at + n - 1]))
        return false;
    struct sv indent = line_indent(s->at[at]);
    struct brackets count = {0};
    for (size_t i = at; i < at + n; i++) {
        struct sv line = s->at[i];
        count_line(line, &count);
        if (line_is_blank(line) || (line_indent(line).n <= indent.n && !is_case(line) && !sv_is(sv_trim(line), "}")) ||
            (i > at && is_case(line) && !leaves(s->at[i - 1]) && !is_case(s->at[i - 1])))
            return false;
    }
    return count.depth == 0 && count.lowest >= 0;
}

static bool have_same_line(const struct conflict *c, bool (*among)(struct sv))
{
    const struct part *p = c->p;
    for (size_t i = p->o; i < p->o + p->o_n; i++)
        for (size_t k = p->t; k < p->t + p->t_n; k++)
            if (among(c->x->ours.at[i]) && sv_eq(sv_trim(c->x->ours.at[i]), sv_trim(c->x->theirs.at[k])))
                return true;
    return false;
}

static bool rule_cases(const struct conflict *c)
{
    const struct part *p = c->p;
    return c->kind.form == FORM_CODE && are_cases(&c->x->ours, p->o, p->o_n) &&
           are_cases(&c->x->theirs, p->t, p->t_n) && !have_same_line(c, is_case);
}

/* ---- paragraphs of calls (CMake) ---- */

static bool opens(struct sv s, const char *word)
{
    struct sv w = sv_of(word);
    return sv_istarts(s, w) && s.n > w.n && (s.p[w.n] == '(' || s.p[w.n] == ' ');
}

static bool are_calls(const struct seq *s, size_t at, size_t n)
{
    static const char *const begin[] = {"if", "foreach", "function", "macro", "while"};
    static const char *const end[] = {"endif", "endforeach", "endfunction", "endmacro", "endwhile"};
    struct brackets count = {0};
    int nested = 0;
    for (size_t i = at; i < at + n; i++) {
        struct sv line = sv_trim(s->at[i]);
        bool top = count.depth == 0;
        for (size_t k = 0; top && k < ARRAY_LEN(begin); k++)
            nested += opens(line, begin[k]) - opens(line, end[k]);
        if ((top && line.n && line.p[0] != '#' && sv_chr(line, '(') <= 0) || nested < 0)
            return false;
        ptrdiff_t remark = sv_chr(line, '#');
        count_line(remark < 0 ? line : sv_cut(line, (size_t)remark), &count);
    }
    return n > 0 && nested == 0 && count.depth == 0 && count.lowest >= 0 && sv_ends(s->at[at + n - 1], SV("\n"));
}

static bool is_call(struct sv line)
{
    return sv_chr(line, '(') > 0;
}

static bool rule_calls(const struct conflict *c)
{
    const struct part *p = c->p;
    return c->kind.calls && are_calls(&c->x->ours, p->o, p->o_n) && are_calls(&c->x->theirs, p->t, p->t_n) &&
           !have_same_line(c, is_call);
}

static bool rule_definitions(const struct conflict *c)
{
    const struct part *p = c->p;
    struct block o, t;
    return block_of(c, &c->x->ours, p->o, p->o_n, &o) && block_of(c, &c->x->theirs, p->t, p->t_n, &t) &&
           sv_eq(o.indent, t.indent) && is_other(&o, &t) && o.blank_before == t.blank_before &&
           o.blank_behind == t.blank_behind;
}

bool rule_blocks(const struct conflict *c, struct buf *ret)
{
    const struct part *p = c->p;
    size_t front = 0;
    if (p->b_n != 0 || (!rule_definitions(c) && !rule_cases(c) && !rule_calls(c)))
        return false;
    /* Paragraphs stay as close together as git shows them to people: a blank line that both put in front comes once. */
    while (c->kind.calls && front < p->o_n && front < p->t_n && line_is_blank(c->x->theirs.at[p->t + front]) &&
           line_is_blank(c->x->ours.at[p->o + front]))
        front++;
    buf_sv(ret, conflict_ours(c));
    buf_sv(ret, seq_range(&c->x->theirs, p->t + front, p->t_n - front));
    return true;
}
