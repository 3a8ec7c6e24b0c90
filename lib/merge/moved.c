/* SPDX-License-Identifier: Apache-2.0 */
#include "merge/renamed.h"

enum { BLOCK_LEAST = 3 };

struct sides { /* who moved, who edited */
    const struct seq *mover, *editor;
    const struct edits *moves, *changes;
    const struct seq *home; /* where the block is now: the mover, or another file */
};

struct block {
    size_t base, n;   /* in the base */
    size_t place;     /* in the mover */
    size_t edited, m; /* in the editor */
};

static bool is_alike(struct sv x, struct sv y)
{
    return sv_eq(sv_trim(x), sv_trim(y));
}

static bool lies_at(const struct seq *base, const struct block *k, const struct seq *s, size_t at)
{
    for (size_t i = 0; i < k->n; i++)
        if (!is_alike(base->at[k->base + i], s->at[at + i]))
            return false;
    return true;
}

/* Inserted by the mover, as a whole, at exactly one place. */
static bool find_place(const struct seq *base, const struct sides *s, const struct edit *from, struct block *k)
{
    size_t found = 0;
    for (size_t i = 0; i < s->moves->v.n; i++) {
        const struct edit *e = &s->moves->v.at[i];
        if (e == from) /* indented anew where it was */
            continue;
        for (size_t at = e->b; at + k->n <= e->b + e->b_n; at++)
            if (lies_at(base, k, s->mover, at)) {
                k->place = at;
                found++;
            }
    }
    return found == 1;
}

/* Where the block is in the editor's text; false when a change goes over its edge. What was put right before or behind
 * it does not belong to it. */
static bool find_edited(const struct sides *s, struct block *k)
{
    size_t end = k->base + k->n, inside = 0;
    ptrdiff_t more = 0, grown = 0;
    for (size_t i = 0; i < s->changes->v.n; i++) {
        const struct edit *e = &s->changes->v.at[i];
        size_t e_end = e->a + e->a_n;
        ptrdiff_t diff = (ptrdiff_t)e->b_n - (ptrdiff_t)e->a_n;
        if (e_end <= k->base) {
            more += diff;
        } else if (e->a >= k->base && e_end <= end && e->a < end) {
            grown += diff;
            inside++;
        } else if (e->a < end) {
            return false;
        }
    }
    k->edited = (size_t)((ptrdiff_t)k->base + more);
    k->m = (size_t)((ptrdiff_t)k->n + grown);
    return inside > 0 && k->m > 0;
}

static size_t times_in(const struct seq *base, const struct block *k, const struct seq *s, size_t *ret_at)
{
    size_t found = 0;
    for (size_t at = 0; at + k->n <= s->n; at++)
        if (lies_at(base, k, s, at)) {
            *ret_at = at;
            found++;
        }
    return found;
}

static void trim(const struct seq *base, struct block *k)
{
    while (k->n && line_is_blank(base->at[k->base])) {
        k->base++;
        k->n--;
    }
    while (k->n && line_is_blank(base->at[k->base + k->n - 1]))
        k->n--;
}

static bool find_block(const struct three *x, const struct sides *s, struct block *ret)
{
    for (size_t i = 0; i < s->moves->v.n; i++) {
        const struct edit *e = &s->moves->v.at[i];
        struct block k = {.base = e->a, .n = e->a_n};
        trim(&x->base, &k);
        if (k.n >= BLOCK_LEAST && find_place(&x->base, s, e, &k) && find_edited(s, &k)) {
            *ret = k;
            return true;
        }
    }
    return false;
}

/* The edited lines, indented as the mover indented the block. */
static bool put_edited(const struct three *x, const struct sides *s, const struct block *k, struct buf *ret)
{
    struct sv before = line_indent(x->base.at[k->base]), after = line_indent(s->home->at[k->place]);
    for (size_t i = 0; i < k->m; i++) {
        struct sv line = s->editor->at[k->edited + i];
        if (line_is_blank(line) || sv_eq(before, after)) {
            buf_sv(ret, line);
        } else {
            if (!sv_starts(line, before))
                return false;
            buf_sv(ret, after);
            buf_sv(ret, sv_from(line, before.n));
        }
    }
    return true;
}

static struct sv replaced(const struct seq *s, size_t at, size_t n, struct sv with, struct arena *a)
{
    AUTO(buf_free) struct buf text = {0};
    buf_sv(&text, seq_range(s, 0, at));
    buf_sv(&text, with);
    buf_sv(&text, seq_range(s, at + n, s->n - at - n));
    return arena_sv(a, buf_view(&text));
}

bool moved_rewrite(const struct three *x, struct arena *a, struct rewrite *ret)
{
    for (int ours = 1; ours >= 0; ours--) {
        struct sides s = ours ? (struct sides){&x->ours, &x->theirs, &x->oe, &x->te, &x->ours}
                              : (struct sides){&x->theirs, &x->ours, &x->te, &x->oe, &x->theirs};
        AUTO(buf_free) struct buf edited = {0};
        struct block k;
        if (!find_block(x, &s, &k) || !put_edited(x, &s, &k, &edited))
            continue;
        struct sv mover = replaced(s.mover, k.place, k.n, buf_view(&edited), a);
        struct sv editor = replaced(s.editor, k.edited, k.m, SV(""), a);
        *ret =
            (struct rewrite){replaced(&x->base, k.base, k.n, SV(""), a), ours ? mover : editor, ours ? editor : mover};
        return true;
    }
    return false;
}

/* The block was in none of the two files but this one, and is in the other now, once. */
static bool find_block_out(const struct three *x, const struct sides *s, const struct seq *before, struct block *ret)
{
    for (size_t i = 0; i < s->moves->v.n; i++) {
        const struct edit *e = &s->moves->v.at[i];
        struct block k = {.base = e->a, .n = e->a_n};
        size_t at;
        trim(&x->base, &k);
        if (k.n >= BLOCK_LEAST && times_in(&x->base, &k, s->home, &k.place) == 1 &&
            times_in(&x->base, &k, s->mover, &at) == 0 && times_in(&x->base, &k, before, &at) == 0 &&
            find_edited(s, &k)) {
            *ret = k;
            return true;
        }
    }
    return false;
}

bool moved_out_rewrite(const struct three *x, struct sv before, struct sv there, struct arena *a, struct rewrite *ret,
                       struct sv *ret_there)
{
    struct seq_names names = {0};
    struct seq was, is;
    bool done = false;
    seq_lines(&names, before, SEQ_EXACT, a, &was);
    seq_lines(&names, there, SEQ_EXACT, a, &is);
    seq_names_free(&names);
    for (int ours = 1; ours >= 0 && !done; ours--) {
        struct sides s = ours ? (struct sides){&x->ours, &x->theirs, &x->oe, &x->te, &is}
                              : (struct sides){&x->theirs, &x->ours, &x->te, &x->oe, &is};
        AUTO(buf_free) struct buf edited = {0};
        struct block k;
        done = find_block_out(x, &s, &was, &k) && put_edited(x, &s, &k, &edited);
        if (!done)
            continue;
        struct sv mover = seq_range(s.mover, 0, s.mover->n), editor = replaced(s.editor, k.edited, k.m, SV(""), a);
        *ret_there = replaced(&is, k.place, k.n, buf_view(&edited), a);
        *ret =
            (struct rewrite){replaced(&x->base, k.base, k.n, SV(""), a), ours ? mover : editor, ours ? editor : mover};
    }
    return done;
}
