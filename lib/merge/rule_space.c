/* SPDX-License-Identifier: Apache-2.0 */
/* One side indented a piece anew (put it into a block, say), the other changed lines of it: lines are compared without
 * their white space, and what the other side wrote is indented like its neighbours. */
#include "merge/conflict.h"

struct shift { /* how the indentation of a line changed: `more` was put in front of it, or taken away from there */
    struct sv more;
    bool away, known;
};

static struct shift shift_of(struct sv before, struct sv after)
{
    struct sv x = line_indent(before), y = line_indent(after);
    if (sv_ends(y, x))
        return (struct shift){sv_cut(y, y.n - x.n), false, true};
    if (sv_ends(x, y))
        return (struct shift){sv_cut(x, x.n - y.n), true, true};
    return (struct shift){0};
}

static bool shift_same(struct shift x, struct shift y)
{
    return x.known && y.known && sv_eq(x.more, y.more) && (x.away == y.away || x.more.n == 0);
}

static bool put_shifted(struct shift s, const struct seq *lines, size_t at, size_t n, struct buf *ret)
{
    for (size_t i = at; i < at + n; i++) {
        struct sv line = lines->at[i];
        if (line_is_blank(line)) {
            buf_sv(ret, line);
        } else if (s.away) {
            if (!sv_starts(line, s.more))
                return false;
            buf_sv(ret, sv_from(line, s.more.n));
        } else {
            buf_sv(ret, s.more);
            buf_sv(ret, line);
        }
    }
    return true;
}

/* How the other side shifted the line nearest to this part, on one side of it; not known if there is none. */
static struct shift shift_near(const struct three *x, size_t part, int step, bool by_ours)
{
    for (ptrdiff_t i = (ptrdiff_t)part + step; i >= 0 && i < (ptrdiff_t)x->parts.v.n; i += step) {
        const struct part *p = &x->parts.v.at[i];
        if (p->kind != PART_SAME)
            continue;
        for (size_t k = 0; k < p->b_n; k++) {
            size_t at = step > 0 ? k : p->b_n - 1 - k;
            struct sv before = x->base.at[p->b + at];
            if (!line_is_blank(before))
                return shift_of(before, by_ours ? x->ours.at[p->o + at] : x->theirs.at[p->t + at]);
        }
    }
    return (struct shift){0};
}

static bool put_changed(const struct three *x, size_t part, bool ours, struct buf *ret)
{
    const struct part *p = &x->parts.v.at[part];
    const struct seq *s = ours ? &x->ours : &x->theirs;
    size_t at = ours ? p->o : p->t, n = ours ? p->o_n : p->t_n;
    if (n == 0)
        return true;
    struct shift before = shift_near(x, part, -1, !ours), behind = shift_near(x, part, 1, !ours);
    if (!before.known)
        before = behind;
    if (behind.known && !shift_same(before, behind))
        return false;
    return before.known && put_shifted(before, s, at, n, ret);
}

/* Lines that are the same but for white space: that of the side which changed it. */
static bool put_same(const struct three *x, const struct part *p, bool *changed, struct buf *ret)
{
    for (size_t i = 0; i < p->b_n; i++) {
        struct sv b = x->base.at[p->b + i], o = x->ours.at[p->o + i], t = x->theirs.at[p->t + i];
        if (!sv_eq(o, b) && !sv_eq(t, b) && !sv_eq(o, t))
            return false;
        *changed = *changed || !sv_eq(o, b) || !sv_eq(t, b);
        buf_sv(ret, sv_eq(o, b) ? t : o);
    }
    return true;
}

bool rule_space(const struct conflict *c, struct buf *ret)
{
    struct three x = {0};
    size_t start = ret->n;
    bool good = true, changed = false;
    seq_lines(&x.names, conflict_base(c), SEQ_SPACELESS, c->a, &x.base);
    seq_lines(&x.names, conflict_ours(c), SEQ_SPACELESS, c->a, &x.ours);
    seq_lines(&x.names, conflict_theirs(c), SEQ_SPACELESS, c->a, &x.theirs);
    three_compare(&x);
    for (size_t i = 0; good && i < x.parts.v.n; i++) {
        const struct part *p = &x.parts.v.at[i];
        if (p->kind == PART_SAME)
            good = put_same(&x, p, &changed, ret);
        else if (p->kind == PART_BOTH)
            good = sv_eq(seq_range(&x.ours, p->o, p->o_n), seq_range(&x.theirs, p->t, p->t_n)) &&
                   (buf_sv(ret, seq_range(&x.ours, p->o, p->o_n)), true);
        else
            good = p->kind != PART_CONFLICT && put_changed(&x, i, p->kind == PART_OURS, ret);
    }
    three_free(&x);
    if (!good || !changed)
        ret->n = start;
    return good && changed;
}
