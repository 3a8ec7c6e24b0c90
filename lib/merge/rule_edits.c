/* SPDX-License-Identifier: Apache-2.0 */
/* What holds for every text: it looks only at which pieces each side took away and which it put there. */
#include <ctype.h>
#include "merge/conflict.h"

enum { WORDS_LINES = 24, WORDS_KEPT_PERCENT = 50 };

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

/* Edits that touch: whose text comes first must be beyond doubt, and neither may be about what the other takes away. */
static bool may_touch(const struct edit *first, const struct edit *second)
{
    enum edit_kind x = kind_of(first), y = kind_of(second);
    if (x == EDIT_CHANGED)
        return y == EDIT_CHANGED || y == EDIT_PUT || y == EDIT_GROWN;
    if (y == EDIT_CHANGED)
        return x == EDIT_PUT || x == EDIT_GROWN;
    return x == EDIT_TAKEN && y == EDIT_TAKEN;
}

static bool may_follow(const struct edit *last, const struct edit *next)
{
    size_t end = last->a + last->a_n;
    return end < next->a || (end == next->a && may_touch(last, next));
}

bool rule_beside(const struct conflict *c, struct buf *ret)
{
    const struct part *p = c->p;
    size_t start = ret->n, at = p->b;
    const struct edit *last = NULL;
    bool last_ours = false;
    for (size_t i = 0, j = 0; i < p->n_oe || j < p->n_te;) {
        const struct edit *o = i < p->n_oe ? &p->oe[i] : NULL, *t = j < p->n_te ? &p->te[j] : NULL, *next;
        bool both = o && t && is_same(c, o, t);
        bool ours = both || (o && (!t || o->a < t->a || (o->a == t->a && o->a_n < t->a_n)));
        next = ours ? o : t;
        i += ours;
        j += both || !ours;
        if (last && (both || ours != last_ours) && !may_follow(last, next)) {
            ret->n = start;
            return false;
        }
        buf_sv(ret, seq_range(&c->x->base, at, next->a - at));
        buf_sv(ret, seq_range(ours ? &c->x->ours : &c->x->theirs, next->b, next->b_n));
        at = next->a + next->a_n;
        last = next;
        last_ours = ours;
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

static size_t words_in(const struct seq *s, size_t at, size_t n, enum text_form form)
{
    size_t words = 0;
    for (size_t i = at; i < at + n; i++)
        words += form == FORM_PROSE ? has_word(s->at[i]) : !isspace((unsigned char)s->at[i].p[0]);
    return words;
}

/* Between a change of ours and one of theirs something stands that both left alone. */
static bool is_apart(const struct three *w, enum text_form form)
{
    enum part_kind last = PART_SAME;
    size_t between = 0, want = form == FORM_PROSE ? 2 : 1;
    for (size_t i = 0; i < w->parts.v.n; i++) {
        const struct part *p = &w->parts.v.at[i];
        if (p->kind == PART_CONFLICT)
            return false;
        if (p->kind == PART_SAME) {
            between += words_in(&w->base, p->b, p->b_n, form);
            continue;
        }
        if (last != PART_SAME && p->kind != last && p->kind != PART_BOTH && last != PART_BOTH && between < want)
            return false;
        last = p->kind;
        between = 0;
    }
    return true;
}

bool rule_words(const struct conflict *c, struct buf *ret)
{
    struct three w = {0};
    size_t lines = c->p->b_n;
    if (lines == 0 || lines > WORDS_LINES || c->p->o_n > WORDS_LINES || c->p->t_n > WORDS_LINES || c->kind.lock)
        return false;
    seq_words(&w.names, conflict_base(c), c->a, &w.base);
    seq_words(&w.names, conflict_ours(c), c->a, &w.ours);
    seq_words(&w.names, conflict_theirs(c), c->a, &w.theirs);
    three_compare(&w);
    bool good = is_mostly_kept(&w) && is_apart(&w, c->kind.form);
    for (size_t i = 0; good && i < w.parts.v.n; i++)
        buf_sv(ret, three_text(&w, &w.parts.v.at[i]));
    three_free(&w);
    return good;
}
