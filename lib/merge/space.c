/* SPDX-License-Identifier: Apache-2.0 */
/* One side indented a piece anew (put it into a block, say), the other changed lines of it: lines are compared without
 * their white space, the base gets the white space of the side that changed it, and what the other side wrote is
 * indented like its neighbours. Then the lines are compared once more. */
#include "merge/conflict.h"
#include "merge/renamed.h"

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

struct spacing {
    struct seq base, spacer, other;
    struct edits by_spacer, by_other;
};

/* The piece of `new` that this piece of the base is; SIZE_MAX = it was changed or taken away. */
static size_t found_at(const struct edits *e, size_t piece)
{
    size_t more = 0, less = 0;
    for (size_t i = 0; i < e->v.n && e->v.at[i].a <= piece; i++) {
        if (piece < e->v.at[i].a + e->v.at[i].a_n)
            return SIZE_MAX;
        more += e->v.at[i].b_n;
        less += e->v.at[i].a_n;
    }
    return piece + more - less;
}

/* Lines that are the same but for white space. */
static size_t spaced_lines(const struct seq *base, const struct seq *side, const struct edits *e)
{
    size_t n = 0;
    for (size_t i = 0; i < base->n; i++) {
        size_t at = found_at(e, i);
        n += at != SIZE_MAX && !sv_eq(base->at[i], side->at[at]);
    }
    return n;
}

/* How the spacer shifted the nearest line, from this piece of the base on. */
static struct shift shift_near(const struct spacing *s, size_t piece, int step)
{
    for (ptrdiff_t i = (ptrdiff_t)piece; i >= 0 && i < (ptrdiff_t)s->base.n; i += step) {
        size_t at = found_at(&s->by_spacer, (size_t)i);
        if (at != SIZE_MAX && !line_is_blank(s->base.at[i]))
            return shift_of(s->base.at[i], s->spacer.at[at]);
    }
    return (struct shift){0};
}

/* The lines of the base, and lines that the other side kept, as the spacer has them. */
static struct sv as_spaced(const struct spacing *s, size_t piece, struct sv own)
{
    size_t at = found_at(&s->by_spacer, piece);
    return at == SIZE_MAX ? own : s->spacer.at[at];
}

static bool put_changed(const struct spacing *s, const struct edit *e, struct buf *ret)
{
    /* The lines it replaces, or else what stands around it. */
    size_t first = e->a_n || e->a == 0 ? e->a : e->a - 1, last = e->a_n ? e->a + e->a_n - 1 : e->a;
    struct shift before = shift_near(s, first, e->a_n ? 1 : -1), behind = shift_near(s, last, e->a_n ? -1 : 1);
    if (!before.known)
        before = behind;
    if (e->b_n == 0)
        return true;
    return before.known && (!behind.known || shift_same(before, behind)) &&
           put_shifted(before, &s->other, e->b, e->b_n, ret);
}

static bool put_other(const struct spacing *s, struct buf *ret)
{
    size_t piece = 0;
    for (size_t i = 0; i <= s->by_other.v.n; i++) {
        const struct edit *e = i < s->by_other.v.n ? &s->by_other.v.at[i] : NULL;
        for (; piece < (e ? e->a : s->base.n); piece++)
            buf_sv(ret, as_spaced(s, piece, s->base.at[piece]));
        if (e && !put_changed(s, e, ret))
            return false;
        piece += e ? e->a_n : 0;
    }
    return true;
}

static bool rewrite(const struct spacing *s, struct arena *a, struct sv *ret_base, struct sv *ret_other)
{
    AUTO(buf_free) struct buf base = {0}, other = {0};
    for (size_t i = 0; i < s->base.n; i++)
        buf_sv(&base, as_spaced(s, i, s->base.at[i]));
    bool good = put_other(s, &other);
    *ret_base = arena_sv(a, buf_view(&base));
    *ret_other = arena_sv(a, buf_view(&other));
    return good;
}

bool space_rewrite(const struct conflict *c, struct rewrite *ret)
{
    struct seq_names names = {0};
    struct seq b, o, t;
    struct edits oe = {0}, te = {0};
    seq_lines(&names, conflict_base(c), SEQ_SPACELESS, c->a, &b);
    seq_lines(&names, conflict_ours(c), SEQ_SPACELESS, c->a, &o);
    seq_lines(&names, conflict_theirs(c), SEQ_SPACELESS, c->a, &t);
    diff_seq(&b, &o, names.next, &oe);
    diff_seq(&b, &t, names.next, &te);
    seq_names_free(&names);
    size_t by_ours = spaced_lines(&b, &o, &oe), by_theirs = spaced_lines(&b, &t, &te);
    bool good = (by_ours == 0) != (by_theirs == 0); /* where both indented anew, who is right? */
    if (good) {
        struct spacing s = by_ours ? (struct spacing){b, o, t, oe, te} : (struct spacing){b, t, o, te, oe};
        struct sv other;
        good = rewrite(&s, c->a, &ret->base, &other);
        ret->ours = by_ours ? conflict_ours(c) : other;
        ret->theirs = by_ours ? other : conflict_theirs(c);
    }
    diff_free(&oe);
    diff_free(&te);
    return good;
}
