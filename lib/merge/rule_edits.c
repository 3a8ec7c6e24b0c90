/* SPDX-License-Identifier: Apache-2.0 */
/* What holds for every text: it looks only at which pieces each side took away and which it put there. */
#include <ctype.h>
#include "merge/conflict.h"

enum { WORDS_LINES = 24, WORDS_KEPT_PERCENT = 50, WORDS_APART = 3, EDGE_BYTES = 16 };

struct sv conflict_base(const struct conflict *c)
{
    return seq_range(&c->x->base, c->p->b, c->p->b_n);
}

struct sv conflict_ours(const struct conflict *c)
{
    return seq_range(&c->x->ours, c->p->o, c->p->o_n);
}

struct sv conflict_theirs(const struct conflict *c)
{
    return seq_range(&c->x->theirs, c->p->t, c->p->t_n);
}

struct sv conflict_near(const struct conflict *c, int at)
{
    size_t from = at < 0 ? c->p->o : c->p->o + c->p->o_n;
    if ((at < 0 && from < (size_t)-at) || (at >= 0 && from + (size_t)at >= c->x->ours.n))
        return SV_NONE;
    return c->x->ours.at[at < 0 ? from - (size_t)-at : from + (size_t)at];
}

/* ---- one side's change is part of the other's ---- */

struct side {
    const struct seq *s;
    const struct edit *e;
    size_t n;
};

static size_t inserted(const struct side *x)
{
    size_t n = 0;
    for (size_t i = 0; i < x->n; i++)
        n += x->e[i].b_n;
    return n;
}

static bool takes_away(const struct side *x, size_t piece)
{
    for (size_t i = 0; i < x->n; i++)
        if (piece >= x->e[i].a && piece < x->e[i].a + x->e[i].a_n)
            return true;
    return false;
}

static bool has_word(struct sv s)
{
    for (size_t i = 0; i < s.n; i++)
        if (isalnum((unsigned char)s.p[i]) || (unsigned char)s.p[i] >= 0x80)
            return true;
    return false;
}

/* What `small` takes away, `large` does too; what it puts there, `large` has in the same order. */
static bool is_within(const struct side *small, const struct side *large)
{
    bool words = false;
    size_t at = 0, piece = 0; /* the next inserted piece of large */
    for (size_t i = 0; i < small->n; i++) {
        const struct edit *e = &small->e[i];
        for (size_t k = 0; k < e->a_n; k++)
            if (!takes_away(large, e->a + k))
                return false;
        for (size_t k = 0; k < e->b_n; k++) {
            uint32_t want = small->s->id[e->b + k];
            while (at < large->n && (piece >= large->e[at].b_n || large->s->id[large->e[at].b + piece] != want)) {
                if (piece < large->e[at].b_n) {
                    piece++;
                } else {
                    at++;
                    piece = 0;
                }
            }
            if (at == large->n)
                return false;
            piece++;
            words = words || has_word(small->s->at[e->b + k]);
        }
    }
    return words || (inserted(small) == 0 && inserted(large) == 0);
}

bool rule_part(const struct conflict *c, struct buf *ret)
{
    struct side o = {&c->x->ours, c->p->oe, c->p->n_oe}, t = {&c->x->theirs, c->p->te, c->p->n_te};
    if (is_within(&o, &t))
        buf_sv(ret, conflict_theirs(c));
    else if (is_within(&t, &o))
        buf_sv(ret, conflict_ours(c));
    else
        return false;
    return true;
}

/* ---- changes beside each other ---- */

static bool is_same(const struct conflict *c, const struct edit *o, const struct edit *t)
{
    return o->a == t->a && o->a_n == t->a_n && o->b_n == t->b_n &&
           seq_same(&c->x->ours, o->b, &c->x->theirs, t->b, o->b_n);
}

enum edit_kind { EDIT_PUT, EDIT_TAKEN, EDIT_CHANGED, EDIT_GROWN };

static enum edit_kind kind_of(const struct edit *e)
{
    if (e->a_n == 0)
        return EDIT_PUT;
    if (e->b_n == 0)
        return EDIT_TAKEN;
    return e->a_n == e->b_n ? EDIT_CHANGED : EDIT_GROWN;
}

static size_t words_of(const struct seq *s)
{
    size_t n = 0;
    for (size_t i = 0; i < s->n; i++)
        n += has_word(s->at[i]);
    return n;
}

/* At least half of the words of both are words of the other: a change of that line, and not another line in its place.
 */
static bool is_alike(const struct conflict *c, struct sv x, struct sv y)
{
    struct seq_names names = {0};
    struct seq p, q;
    size_t same = 0;
    seq_words(&names, x, c->a, &p);
    seq_words(&names, y, c->a, &q);
    bool *taken = arena_new(c->a, q.n + 1);
    for (size_t i = 0; i < p.n; i++)
        for (size_t k = 0; has_word(p.at[i]) && k < q.n; k++)
            if (!taken[k] && p.id[i] == q.id[k]) {
                taken[k] = true;
                same++;
                break;
            }
    seq_names_free(&names);
    return same * 4 >= words_of(&p) + words_of(&q) && same > 0;
}

struct edge { /* an edit, and the text it puts there */
    const struct edit *e;
    const struct seq *s;
};

enum edge_end { EDGE_FIRST, EDGE_LAST };

/* Line by line still the line it was; where lines were added, the one at that end begins (or ends) as it did. */
static bool keeps_line(const struct conflict *c, const struct edge *x, enum edge_end end)
{
    const struct seq *b = &c->x->base;
    size_t pairs = kind_of(x->e) == EDIT_CHANGED ? x->e->a_n : 0;
    if (x->e->b_n < x->e->a_n)
        return false;
    for (size_t i = 0; i < pairs; i++)
        if (!is_alike(c, b->at[x->e->a + i], x->s->at[x->e->b + i]))
            return false;
    struct sv old = sv_trim(b->at[end == EDGE_FIRST ? x->e->a : x->e->a + x->e->a_n - 1]);
    struct sv new = sv_trim(x->s->at[end == EDGE_FIRST ? x->e->b : x->e->b + x->e->b_n - 1]);
    if (pairs)
        return true;
    struct sv part =
        end == EDGE_FIRST ? sv_cut(old, EDGE_BYTES) : sv_from(old, old.n > EDGE_BYTES ? old.n - EDGE_BYTES : 0);
    return end == EDGE_FIRST ? sv_starts(new, part) : sv_ends(new, part);
}

/* A remark in front of a line is about that line. */
static bool is_remark(struct sv line)
{
    struct sv s = sv_trim(line);
    return sv_starts(s, SV("//")) || sv_starts(s, SV("#")) || sv_starts(s, SV("*")) || sv_starts(s, SV("/*")) ||
           sv_starts(s, SV("@"));
}

static bool ends_in_remark(const struct edge *x)
{
    return is_remark(x->s->at[x->e->b + x->e->b_n - 1]);
}

/* The edge of a block that was put around lines: whatever becomes of these, it stays where it is. */
static bool is_brace(const struct edge *x)
{
    struct sv last = sv_trim(x->s->at[x->e->b + x->e->b_n - 1]);
    return sv_ends(last, SV("{")) || (x->e->b_n == 1 && sv_is(last, "}"));
}

/* Remarks in place of remarks. */
static bool is_remarks(const struct conflict *c, const struct edge *x)
{
    const struct seq *b = &c->x->base;
    if (x->e->a_n == 0 || x->e->b_n == 0)
        return false;
    for (size_t i = 0; i < x->e->a_n; i++)
        if (!is_remark(b->at[x->e->a + i]))
            return false;
    for (size_t i = 0; i < x->e->b_n; i++)
        if (!is_remark(x->s->at[x->e->b + i]))
            return false;
    return true;
}

/* Edits that touch: whose text comes first must be beyond doubt, and neither may be about what the other takes away. */
static bool may_touch(const struct conflict *c, const struct edge *first, const struct edge *second)
{
    enum edit_kind x = kind_of(first->e), y = kind_of(second->e);
    if ((x == EDIT_PUT) != (y == EDIT_PUT) && is_brace(x == EDIT_PUT ? first : second))
        return true;
    if (x == EDIT_TAKEN || y == EDIT_TAKEN)
        return x == y;
    if (x == EDIT_PUT)
        return y != EDIT_PUT && !ends_in_remark(first) && keeps_line(c, second, EDGE_FIRST);
    if (is_remarks(c, first) && y == EDIT_CHANGED)
        return keeps_line(c, second, EDGE_FIRST);
    return keeps_line(c, first, EDGE_LAST) && (y == EDIT_PUT || keeps_line(c, second, EDGE_FIRST));
}

static bool may_follow(const struct conflict *c, const struct edge *last, const struct edge *next)
{
    size_t end = last->e->a + last->e->a_n;
    return end < next->e->a || (end == next->e->a && may_touch(c, last, next));
}

bool rule_beside(const struct conflict *c, struct buf *ret)
{
    const struct part *p = c->p;
    size_t start = ret->n, at = p->b;
    struct edge last = {0};
    for (size_t i = 0, j = 0; i < p->n_oe || j < p->n_te;) {
        const struct edit *o = i < p->n_oe ? &p->oe[i] : NULL, *t = j < p->n_te ? &p->te[j] : NULL;
        bool both = o && t && is_same(c, o, t);
        bool ours = both || (o && (!t || o->a < t->a || (o->a == t->a && o->a_n < t->a_n)));
        struct edge next = {ours ? o : t, ours ? &c->x->ours : &c->x->theirs};
        i += ours;
        j += both || !ours;
        if (last.e && (both || next.s != last.s) && !may_follow(c, &last, &next)) {
            ret->n = start;
            return false;
        }
        buf_sv(ret, seq_range(&c->x->base, at, next.e->a - at));
        buf_sv(ret, seq_range(next.s, next.e->b, next.e->b_n));
        at = next.e->a + next.e->a_n;
        last = next;
    }
    buf_sv(ret, seq_range(&c->x->base, at, p->b + p->b_n - at));
    return true;
}

/* ---- different words of the same lines ---- */

static size_t kept(const struct seq *base, const struct edit *e, size_t n)
{
    size_t left = base->n;
    for (size_t i = 0; i < n; i++)
        left -= e[i].a_n;
    return left;
}

static bool is_mostly_kept(const struct three *w)
{
    size_t want = w->base.n * WORDS_KEPT_PERCENT;
    return kept(&w->base, w->oe.v.at, w->oe.v.n) * 100 >= want && kept(&w->base, w->te.v.at, w->te.v.n) * 100 >= want;
}

static size_t between(const struct seq *s, size_t at, size_t n)
{
    size_t pieces = 0;
    for (size_t i = at; i < at + n; i++)
        pieces += !isspace((unsigned char)s->at[i].p[0]);
    return pieces;
}

/* Between a change of ours and one of theirs stands enough that both left alone: what is close belongs together. */
static bool is_apart(const struct three *w)
{
    enum part_kind last = PART_SAME;
    size_t pieces = 0;
    for (size_t i = 0; i < w->parts.v.n; i++) {
        const struct part *p = &w->parts.v.at[i];
        if (p->kind == PART_CONFLICT)
            return false;
        if (p->kind == PART_SAME) {
            pieces += between(&w->base, p->b, p->b_n);
            continue;
        }
        if (last != PART_SAME && p->kind != last && p->kind != PART_BOTH && last != PART_BOTH && pieces < WORDS_APART)
            return false;
        last = p->kind;
        pieces = 0;
    }
    return true;
}

static bool merge_line(const struct conflict *c, struct sv b, struct sv o, struct sv t, struct buf *ret)
{
    struct three w = {0};
    seq_words(&w.names, b, c->a, &w.base);
    seq_words(&w.names, o, c->a, &w.ours);
    seq_words(&w.names, t, c->a, &w.theirs);
    three_compare(&w);
    bool good = is_mostly_kept(&w) && is_apart(&w);
    for (size_t i = 0; good && i < w.parts.v.n; i++)
        buf_sv(ret, three_text(&w, &w.parts.v.at[i]));
    three_free(&w);
    return good;
}

/* Line by line: all three have the same lines, each still the line it was. */
bool rule_words(const struct conflict *c, struct buf *ret)
{
    const struct part *p = c->p;
    size_t start = ret->n;
    bool good = p->b_n > 0 && p->b_n <= WORDS_LINES && p->o_n == p->b_n && p->t_n == p->b_n && !c->kind.lock;
    for (size_t i = 0; good && i < p->b_n; i++) {
        struct sv b = c->x->base.at[p->b + i], o = c->x->ours.at[p->o + i], t = c->x->theirs.at[p->t + i];
        if (sv_eq(o, t) || sv_eq(t, b) || sv_eq(o, b)) {
            good = (sv_eq(o, b) || is_alike(c, b, o)) && (sv_eq(t, b) || is_alike(c, b, t));
            buf_sv(ret, sv_eq(o, b) ? t : o);
        } else {
            good = merge_line(c, b, o, t, ret);
        }
    }
    if (!good)
        ret->n = start;
    return good;
}
