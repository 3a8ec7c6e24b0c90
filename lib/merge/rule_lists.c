/* SPDX-License-Identifier: Apache-2.0 */
/* Lines whose order means nothing, or little: imports, and entries of lists. Both sides' are kept, each once, in order
 * where the lines around them are in order, else ours before theirs. */
#include <ctype.h>
#include <strings.h>
#include "merge/conflict.h"

enum { SORTED_LEAST = 3 };

struct lines { /* of the answer */
    VEC(struct sv) v;
};

static int compare(struct sv x, struct sv y, bool fold)
{
    size_t n = x.n < y.n ? x.n : y.n;
    int c = fold ? strncasecmp(x.p, y.p, n) : memcmp(x.p, y.p, n);
    return c ? c : (x.n > y.n) - (x.n < y.n);
}

static bool has(const struct seq *s, size_t at, size_t n, struct sv line)
{
    for (size_t i = at; i < at + n; i++)
        if (sv_eq(sv_trim(s->at[i]), sv_trim(line)))
            return true;
    return false;
}

static bool is_sorted(const struct lines *x, bool fold)
{
    for (size_t i = 1; i < x->v.n; i++)
        if (compare(line_body(x->v.at[i - 1]), line_body(x->v.at[i]), fold) > 0)
            return false;
    return true;
}

static void sort(struct lines *x, bool fold) /* stable */
{
    for (size_t i = 1; i < x->v.n; i++) {
        struct sv line = x->v.at[i];
        size_t k = i;
        for (; k > 0 && compare(line_body(x->v.at[k - 1]), line_body(line), fold) > 0; k--)
            x->v.at[k] = x->v.at[k - 1];
        x->v.at[k] = line;
    }
}

typedef bool is_entry_fn(const struct conflict *c, struct sv line);

static bool is_import(const struct conflict *c, struct sv line)
{
    return line_is_import(c->kind.imports, line);
}

/* Are the lines of one side in order, together with up to three neighbours on both ends? */
static bool side_is_sorted(const struct conflict *c, const struct seq *s, size_t at, size_t n, is_entry_fn *is_entry,
                           bool fold)
{
    size_t least = c->kind.lock || (c->kind.imports && is_import(c, s->at[at]))
                       ? 1
                       : SORTED_LEAST; /* imports mostly are in order */
    struct lines all = {0};
    for (int i = -3; i < 0; i++) {
        struct sv line = conflict_near(c, i);
        if (!line.p || !is_entry(c, line))
            VEC_CLEAR(&all.v);
        else
            VEC_PUSH(&all.v, line);
    }
    for (size_t i = at; i < at + n; i++)
        VEC_PUSH(&all.v, s->at[i]);
    for (int i = 0; i < 3 && conflict_near(c, i).p && is_entry(c, conflict_near(c, i)); i++) {
        struct sv line = conflict_near(c, i);
        VEC_PUSH(&all.v, line);
    }
    bool sorted = all.v.n >= n + least && is_sorted(&all, fold);
    VEC_FREE(&all.v);
    return sorted;
}

/* -1 = not in order, 0 = by bytes, 1 = without regard to case */
static int order_of(const struct conflict *c, is_entry_fn *is_entry)
{
    for (int fold = 0; fold < 2; fold++)
        if (side_is_sorted(c, &c->x->ours, c->p->o, c->p->o_n, is_entry, fold) &&
            side_is_sorted(c, &c->x->theirs, c->p->t, c->p->t_n, is_entry, fold))
            return fold;
    return -1;
}

static void put(const struct lines *x, struct buf *ret)
{
    for (size_t i = 0; i < x->v.n; i++) {
        buf_sv(ret, x->v.at[i]);
        if (x->v.at[i].n && x->v.at[i].p[x->v.at[i].n - 1] != '\n' && i + 1 < x->v.n)
            buf_chr(ret, '\n');
    }
}

/* Ours without what theirs took away, and what theirs added. */
static void unite(const struct conflict *c, struct lines *all)
{
    const struct part *p = c->p;
    const struct three *x = c->x;
    for (size_t i = p->o; i < p->o + p->o_n; i++)
        if (!has(&x->base, p->b, p->b_n, x->ours.at[i]) || has(&x->theirs, p->t, p->t_n, x->ours.at[i]))
            VEC_PUSH(&all->v, x->ours.at[i]);
    for (size_t i = p->t; i < p->t + p->t_n; i++)
        if (!has(&x->base, p->b, p->b_n, x->theirs.at[i]) && !has(&x->ours, p->o, p->o_n, x->theirs.at[i]))
            VEC_PUSH(&all->v, x->theirs.at[i]);
}

static bool put_united(const struct conflict *c, is_entry_fn *is_entry, struct buf *ret)
{
    struct lines all = {0};
    int fold = order_of(c, is_entry);
    unite(c, &all);
    if (fold >= 0)
        sort(&all, fold);
    put(&all, ret);
    VEC_FREE(&all.v);
    return true;
}

/* Both took the same line away and put something else there: that is a change, and two of them are no union. */
static bool both_changed(const struct conflict *c)
{
    const struct part *p = c->p;
    for (size_t i = p->b; i < p->b + p->b_n; i++) {
        struct sv line = c->x->base.at[i];
        if (!has(&c->x->ours, p->o, p->o_n, line) && !has(&c->x->theirs, p->t, p->t_n, line) && p->o_n && p->t_n)
            return true;
    }
    return false;
}

static bool all_are(const struct conflict *c, const struct seq *s, size_t at, size_t n, is_entry_fn *is_entry)
{
    for (size_t i = at; i < at + n; i++)
        if (!is_entry(c, s->at[i]))
            return false;
    return true;
}

static bool sides_are(const struct conflict *c, is_entry_fn *is_entry)
{
    return all_are(c, &c->x->base, c->p->b, c->p->b_n, is_entry) &&
           all_are(c, &c->x->ours, c->p->o, c->p->o_n, is_entry) &&
           all_are(c, &c->x->theirs, c->p->t, c->p->t_n, is_entry);
}

/* ---- imports ---- */

struct name_list { /* from X import a, b    import { a, b } from 'x'    use x::{a, b}; */
    struct sv head, names, tail;
};

static bool name_list_of(struct sv line, struct name_list *ret)
{
    struct sv body = line_body(line);
    ptrdiff_t open = sv_chr(body, '{'), close = sv_rchr(body, '}'), import = sv_find(body, SV(" import "));
    if (open >= 0 && close > open) {
        *ret = (struct name_list){sv_cut(body, (size_t)open + 1), sv_n(body.p + open + 1, (size_t)(close - open - 1)),
                                  sv_from(line, (size_t)close)};
    } else if (import > 0 && sv_starts(sv_trim(body), SV("from "))) {
        *ret = (struct name_list){sv_cut(body, (size_t)import + 8), sv_from(body, (size_t)import + 8),
                                  sv_from(line, body.n)};
    } else {
        return false;
    }
    for (size_t i = 0; i < ret->names.n; i++)
        if (!isalnum((unsigned char)ret->names.p[i]) && !strchr("_, $", ret->names.p[i]))
            return false;
    return true;
}

/* x = ["a", "b"] */
static bool bracket_list_of(struct sv line, struct name_list *ret)
{
    struct sv body = line_body(line);
    ptrdiff_t open = sv_chr(body, '['), close = sv_rchr(body, ']');
    if (open < 0 || close <= open + 1)
        return false;
    *ret = (struct name_list){sv_cut(body, (size_t)open + 1), sv_n(body.p + open + 1, (size_t)(close - open - 1)),
                              sv_from(line, (size_t)close)};
    for (size_t i = 0; i < ret->names.n; i++)
        if (!isalnum((unsigned char)ret->names.p[i]) && !strchr("_, $\"'./-", ret->names.p[i]))
            return false;
    return true;
}

static void names_of(struct sv list, struct lines *ret)
{
    struct sv name;
    for (struct sv rest = list; sv_next(&rest, ',', &name);)
        if (sv_trim(name).n) {
            struct sv trimmed = sv_trim(name);
            VEC_PUSH(&ret->v, trimmed);
        }
}

static bool names_have(const struct lines *x, struct sv name)
{
    for (size_t i = 0; i < x->v.n; i++)
        if (sv_eq(x->v.at[i], name))
            return true;
    return false;
}

static void unite_names(const struct lines *b, const struct lines *o, const struct lines *t, struct lines *all)
{
    for (size_t i = 0; i < o->v.n; i++)
        if (names_have(t, o->v.at[i]) || !names_have(b, o->v.at[i]))
            VEC_PUSH(&all->v, o->v.at[i]);
    for (size_t i = 0; i < t->v.n; i++)
        if (!names_have(o, t->v.at[i]) && !names_have(b, t->v.at[i]))
            VEC_PUSH(&all->v, t->v.at[i]);
    for (int fold = 0; fold < 2; fold++)
        if (b->v.n > 1 && is_sorted(o, fold) && is_sorted(t, fold) && is_sorted(b, fold)) {
            sort(all, fold);
            return;
        }
}

/* Both took the same name away and put another there. */
static bool names_clash(const struct lines *b, const struct lines *o, const struct lines *t)
{
    size_t kept_o = 0, kept_t = 0;
    bool gone = false;
    for (size_t i = 0; i < b->v.n; i++) {
        bool in_o = names_have(o, b->v.at[i]), in_t = names_have(t, b->v.at[i]);
        kept_o += in_o;
        kept_t += in_t;
        gone = gone || (!in_o && !in_t);
    }
    return gone && o->v.n > kept_o && t->v.n > kept_t;
}

typedef bool list_of_fn(struct sv line, struct name_list *ret);

static bool merge_names(list_of_fn *of, struct sv base, struct sv ours, struct sv theirs, struct buf *ret)
{
    struct name_list b, o, t;
    if (!of(base, &b) || !of(ours, &o) || !of(theirs, &t) || !sv_eq(b.head, o.head) || !sv_eq(b.head, t.head) ||
        !sv_eq(b.tail, o.tail) || !sv_eq(b.tail, t.tail))
        return false;
    struct lines bn = {0}, on = {0}, tn = {0}, all = {0};
    names_of(b.names, &bn);
    names_of(o.names, &on);
    names_of(t.names, &tn);
    unite_names(&bn, &on, &tn, &all);
    bool spaced = o.names.n && o.names.p[0] == ' ';
    buf_sv(ret, o.head);
    for (size_t i = 0; i < all.v.n; i++) {
        buf_str(ret, i ? ", " : spaced ? " " : "");
        buf_sv(ret, all.v.at[i]);
    }
    buf_str(ret, spaced ? " " : "");
    buf_sv(ret, o.tail);
    bool good = all.v.n > 0 && !names_clash(&bn, &on, &tn);
    VEC_FREE(&bn.v);
    VEC_FREE(&on.v);
    VEC_FREE(&tn.v);
    VEC_FREE(&all.v);
    return good;
}

/* The same lines, some with other names in their lists. */
static bool lists_in_lines(const struct conflict *c, list_of_fn *of, struct buf *ret)
{
    const struct part *p = c->p;
    size_t start = ret->n;
    bool merged = false, good = p->b_n > 0 && p->b_n == p->o_n && p->b_n == p->t_n;
    for (size_t i = 0; good && i < p->b_n; i++) {
        struct sv b = c->x->base.at[p->b + i], o = c->x->ours.at[p->o + i], t = c->x->theirs.at[p->t + i];
        if (sv_eq(o, b) || sv_eq(t, b) || sv_eq(o, t))
            buf_sv(ret, sv_eq(o, b) ? t : o);
        else
            merged = good = merge_names(of, b, o, t, ret);
    }
    if (!good || !merged)
        ret->n = start;
    return good && merged;
}

/* Two new lines that bring names from the same place, or the same name from two places, are for a person. */
static bool imports_clash(const struct conflict *c)
{
    const struct part *p = c->p;
    for (size_t i = p->o; i < p->o + p->o_n; i++)
        for (size_t k = p->t; k < p->t + p->t_n; k++) {
            struct name_list o, t;
            struct sv x = c->x->ours.at[i], y = c->x->theirs.at[k];
            if (!sv_eq(sv_trim(x), sv_trim(y)) && name_list_of(x, &o) && name_list_of(y, &t) && sv_eq(o.head, t.head) &&
                sv_eq(o.tail, t.tail))
                return true;
        }
    return false;
}

bool rule_imports(const struct conflict *c, struct buf *ret)
{
    if (c->kind.imports == IMPORT_NONE || !sides_are(c, is_import))
        return false;
    if (lists_in_lines(c, name_list_of, ret))
        return true;
    return !both_changed(c) && !imports_clash(c) && put_united(c, is_import, ret);
}

/* ---- entries ---- */

enum entry {
    ENTRY_NONE,
    ENTRY_COMMA,  /* of an array, an enumeration, an initialiser */
    ENTRY_BULLET, /* of a list or table in prose */
    ENTRY_WORD,   /* a path, a name */
    ENTRY_CALL,   /* name(…) */
    ENTRY_DEFINE,
    ENTRY_FIELD, /* a declaration without a value */
    ENTRY_PROTO, /* a declaration of a function, not indented */
    ENTRY_TAG,   /* <li>…</li> */
    ENTRY_ANY    /* of a file that is a list */
};

static bool is_balanced(struct sv s)
{
    int depth = 0;
    for (size_t i = 0; i < s.n && depth >= 0; i++) {
        depth += strchr("([{", s.p[i]) != NULL;
        depth -= strchr(")]}", s.p[i]) != NULL;
    }
    return depth == 0;
}

static bool is_one_word(struct sv s)
{
    if (sv_ends(s, SV(" \\")))
        s = sv_trim(sv_cut(s, s.n - 1));
    bool letters = false;
    for (size_t i = 0; i < s.n; i++) {
        letters = letters || isalnum((unsigned char)s.p[i]);
        if (!isalnum((unsigned char)s.p[i]) && !strchr("_./-*$(){}@+<>=~\"'", s.p[i]))
            return false;
    }
    return letters;
}

static struct sv first_word(struct sv s)
{
    size_t n = 0;
    while (n < s.n && (isalnum((unsigned char)s.p[n]) || s.p[n] == '_'))
        n++;
    return sv_cut(s, n);
}

static bool is_field(struct sv s)
{
    static const char *const acts[] = {"return", "goto", "break", "continue", "throw", "delete", "yield", "case"};
    struct sv word = first_word(s);
    if (word.n == 0 || s.p[s.n - 1] != ';' || sv_chr(s, '(') >= 0 || sv_chr(s, '=') >= 0 || sv_chr(s, ' ') < 0 ||
        sv_chr(s, '+') >= 0 || sv_chr(s, '-') >= 0)
        return false;
    for (size_t i = 0; i < ARRAY_LEN(acts); i++)
        if (sv_is(word, acts[i]))
            return false;
    return true;
}

static enum entry entry_of(const struct conflict *c, struct sv line)
{
    struct sv s = sv_trim(line);
    bool code = c->kind.form == FORM_CODE;
    if (s.n == 0)
        return ENTRY_NONE;
    if (c->kind.form == FORM_SET)
        return ENTRY_ANY;
    if (c->kind.form == FORM_PROSE)
        return sv_starts(s, SV("- ")) || sv_starts(s, SV("* ")) || (s.p[0] == '|' && s.p[s.n - 1] == '|') ? ENTRY_BULLET
                                                                                                          : ENTRY_NONE;
    if (s.p[s.n - 1] == ',' && is_balanced(s))
        return ENTRY_COMMA;
    if (sv_starts(s, SV("#define ")) && s.p[s.n - 1] != '\\')
        return ENTRY_DEFINE;
    if (code && is_field(s))
        return ENTRY_FIELD;
    if (code && c->kind.imports == IMPORT_C && line_indent(line).n == 0 && sv_ends(s, SV(");")) && sv_chr(s, ' ') > 0 &&
        sv_chr(s, '=') < 0 && sv_chr(s, ' ') < sv_chr(s, '('))
        return ENTRY_PROTO;
    if (s.p[0] == '<' && s.p[s.n - 1] == '>' && sv_find(s, SV("</")) > 0)
        return ENTRY_TAG;
    struct sv word = first_word(s);
    if (word.n && word.n < s.n && s.p[word.n] == '(' && is_balanced(s) && (s.p[s.n - 1] == ')' || sv_ends(s, SV(");"))))
        return ENTRY_CALL;
    return !code && is_one_word(s) ? ENTRY_WORD : ENTRY_NONE;
}

/* What makes an entry itself: up to the first mark behind which its value stands. */
static struct sv key_of(enum entry kind, struct sv line)
{
    struct sv s = sv_trim(line);
    size_t at = kind == ENTRY_DEFINE ? 8 : 1;
    while (at < s.n && !strchr(kind == ENTRY_DEFINE                       ? " (\t"
                               : kind == ENTRY_FIELD || kind == ENTRY_TAG ? ""
                               : kind == ENTRY_PROTO                      ? "("
                                                                          : "=:,",
                               s.p[at]))
        at++;
    return sv_cut(s, at);
}

static bool is_like(const struct conflict *c, enum entry kind, struct sv model, struct sv line)
{
    return entry_of(c, line) == kind && sv_eq(line_indent(model), line_indent(line)) &&
           (kind != ENTRY_CALL || sv_eq(first_word(sv_trim(model)), first_word(sv_trim(line)))) &&
           (kind != ENTRY_TAG || sv_eq(first_word(sv_from(sv_trim(model), 1)), first_word(sv_from(sv_trim(line), 1))));
}

static bool is_entry_like_ours(const struct conflict *c, struct sv line)
{
    struct sv model = c->x->ours.at[c->p->o];
    return is_like(c, entry_of(c, model), model, line);
}

static bool entries_clash(const struct conflict *c, enum entry kind)
{
    const struct part *p = c->p;
    for (size_t i = p->o; i < p->o + p->o_n; i++)
        for (size_t k = p->t; k < p->t + p->t_n; k++) {
            struct sv x = c->x->ours.at[i], y = c->x->theirs.at[k];
            if (!sv_eq(sv_trim(x), sv_trim(y)) && sv_eq(key_of(kind, x), key_of(kind, y)))
                return true;
        }
    return false;
}

/* a, b -> both put a comma behind the last entry and another entry there: as if the commas had been there before. */
static bool last_entries(const struct conflict *c, struct buf *ret)
{
    const struct part *p = c->p;
    if (p->b_n != 1 || p->o_n < 2 || p->t_n < 2)
        return false;
    struct sv last = line_body(c->x->base.at[p->b]);
    struct sv o = line_body(c->x->ours.at[p->o]), t = line_body(c->x->theirs.at[p->t]);
    struct sv o_end = c->x->ours.at[p->o + p->o_n - 1], t_end = c->x->theirs.at[p->t + p->t_n - 1];
    if (!sv_eq(o, t) || o.n != last.n + 1 || !sv_starts(o, last) || o.p[last.n] != ',' || sv_ends(last, SV(",")) ||
        sv_ends(line_body(o_end), SV(",")) || sv_ends(line_body(t_end), SV(",")))
        return false;
    for (size_t i = p->o + 1; i < p->o + p->o_n; i++)
        if (!sv_eq(line_indent(c->x->ours.at[i]), line_indent(last)) ||
            has(&c->x->theirs, p->t, p->t_n, c->x->ours.at[i]))
            return false;
    for (size_t i = p->t + 1; i < p->t + p->t_n; i++)
        if (!sv_eq(line_indent(c->x->theirs.at[i]), line_indent(last)) || !is_balanced(c->x->theirs.at[i]))
            return false;
    if (!is_balanced(o_end) || entries_clash(c, ENTRY_COMMA))
        return false;
    struct sv ours = conflict_ours(c), end = sv_from(o_end, line_body(o_end).n);
    buf_sv(ret, sv_cut(ours, ours.n - end.n));
    buf_chr(ret, ',');
    buf_str(ret, end.n ? "" : "\n");
    buf_sv(ret, end);
    buf_sv(ret, seq_range(&c->x->theirs, p->t + 1, p->t_n - 1));
    return true;
}

bool rule_entries(const struct conflict *c, struct buf *ret)
{
    const struct part *p = c->p;
    if (c->kind.form == FORM_SET && c->kind.lock && sides_are(c, is_entry_like_ours))
        return p->o_n && p->t_n && put_united(c, is_entry_like_ours, ret);
    if (p->b_n != 0 && lists_in_lines(c, bracket_list_of, ret))
        return true;
    if (p->b_n != 0)
        return c->kind.form == FORM_CODE && last_entries(c, ret);
    struct sv model = c->x->ours.at[p->o];
    enum entry kind = entry_of(c, model);
    struct sv before = conflict_near(c, -1), behind = conflict_near(c, 0);
    bool in_list = (before.p && is_like(c, kind, model, before)) || (behind.p && is_like(c, kind, model, behind));
    if (kind == ENTRY_NONE || !sides_are(c, is_entry_like_ours) || (!in_list && kind != ENTRY_ANY) ||
        entries_clash(c, kind))
        return false;
    return put_united(c, is_entry_like_ours, ret);
}
