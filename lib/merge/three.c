/* SPDX-License-Identifier: Apache-2.0 */
#include "merge/three.h"

struct walk {
    const struct three *x;
    size_t i, j;    /* edits passed */
    size_t b, o, t; /* pieces passed */
};

static bool is_same_edit(const struct three *x, const struct edit *p, const struct edit *q)
{
    return p->a == q->a && p->a_n == q->a_n && p->b_n == q->b_n && seq_same(&x->ours, p->b, &x->theirs, q->b, p->b_n);
}

static void take(const struct edit *e, size_t *end, size_t *grown, size_t *shrunk)
{
    if (e->a + e->a_n > *end)
        *end = e->a + e->a_n;
    *grown += e->b_n;
    *shrunk += e->a_n;
}

static const struct edit *edit_at(const struct edits *e, size_t i)
{
    return i < e->v.n ? &e->v.at[i] : NULL;
}

/* The next group of edits that overlap or touch, from base piece `from` on. */
static struct part group(struct walk *w, size_t from)
{
    const struct edits *oe = &w->x->oe, *te = &w->x->te;
    const struct edit *o = edit_at(oe, w->i), *t = edit_at(te, w->j);
    size_t end = from, o_more = 0, o_less = 0, t_more = 0, t_less = 0, i = w->i, j = w->j;
    struct part p = {.oe = o, .te = t, .b = from, .o = w->o, .t = w->t};
    if (o && t && is_same_edit(w->x, o, t)) {
        take(&oe->v.at[w->i++], &end, &o_more, &o_less);
        take(&te->v.at[w->j++], &end, &t_more, &t_less);
    } else {
        while ((o && o->a <= end) || (t && t->a <= end)) {
            if (o && o->a <= end)
                take(&oe->v.at[w->i++], &end, &o_more, &o_less);
            else
                take(&te->v.at[w->j++], &end, &t_more, &t_less);
            o = edit_at(oe, w->i);
            t = edit_at(te, w->j);
        }
    }
    p.n_oe = w->i - i;
    p.n_te = w->j - j;
    p.b_n = end - from;
    p.o_n = p.b_n + o_more - o_less;
    p.t_n = p.b_n + t_more - t_less;
    return p;
}

static enum part_kind kind_of(const struct three *x, const struct part *p)
{
    if (p->n_te == 0)
        return PART_OURS;
    if (p->n_oe == 0)
        return PART_THEIRS;
    if (p->o_n == p->t_n && seq_same(&x->ours, p->o, &x->theirs, p->t, p->o_n))
        return PART_BOTH;
    return PART_CONFLICT;
}

static void pass(struct three *x, struct walk *w, struct part p)
{
    VEC_PUSH(&x->parts.v, p);
    w->b += p.b_n;
    w->o += p.o_n;
    w->t += p.t_n;
}

static void pass_same(struct three *x, struct walk *w, size_t n)
{
    if (n)
        pass(x, w, (struct part){.kind = PART_SAME, .b = w->b, .b_n = n, .o = w->o, .o_n = n, .t = w->t, .t_n = n});
}

void three_compare(struct three *x)
{
    diff_seq(&x->base, &x->ours, x->names.next, &x->oe);
    diff_seq(&x->base, &x->theirs, x->names.next, &x->te);
    struct walk w = {.x = x};
    while (w.i < x->oe.v.n || w.j < x->te.v.n) {
        size_t next_o = w.i < x->oe.v.n ? x->oe.v.at[w.i].a : SIZE_MAX;
        size_t next_t = w.j < x->te.v.n ? x->te.v.at[w.j].a : SIZE_MAX;
        size_t from = next_o < next_t ? next_o : next_t;
        pass_same(x, &w, from - w.b);
        struct part p = group(&w, from);
        p.kind = kind_of(x, &p);
        pass(x, &w, p);
    }
    pass_same(x, &w, x->base.n - w.b);
}

void three_free(struct three *x)
{
    seq_names_free(&x->names);
    diff_free(&x->oe);
    diff_free(&x->te);
    VEC_FREE(&x->parts.v);
}

size_t three_conflicts(const struct three *x)
{
    size_t n = 0;
    for (size_t i = 0; i < x->parts.v.n; i++)
        n += x->parts.v.at[i].kind == PART_CONFLICT;
    return n;
}

struct sv three_text(const struct three *x, const struct part *p)
{
    switch (p->kind) {
    case PART_OURS:
    case PART_BOTH:
        return seq_range(&x->ours, p->o, p->o_n);
    case PART_THEIRS:
        return seq_range(&x->theirs, p->t, p->t_n);
    default:
        return seq_range(&x->base, p->b, p->b_n);
    }
}
