/* SPDX-License-Identifier: Apache-2.0 */
#include "merge/diff.h"

enum { DEPTH_MOST = 40, EDITS_MOST = 1000 };

struct count { /* of one number within the ranges compared */
    uint32_t in_a, in_b, at_b;
};

struct differ {
    const uint32_t *a, *b;
    bool *gone, *new; /* of a, of b */
    struct count *counts;
};

struct range {
    size_t a, a_end, b, b_end;
};

static void mark(struct differ *d, struct range r)
{
    memset(d->gone + r.a, 1, r.a_end - r.a);
    memset(d->new + r.b, 1, r.b_end - r.b);
}

/* ---- the shortest edit script ---- */

struct trail { /* furthest places, of each number of edits */
    VEC(int32_t) v;
};

static int32_t trail_at(const struct trail *t, int32_t d, int32_t k) /* of the round with d edits, on diagonal k */
{
    return t->v.at[(size_t)d * (size_t)d + (size_t)(k + d)];
}

static bool goes_down(const struct trail *t, int32_t d, int32_t k)
{
    return k == -d || (k != d && trail_at(t, d - 1, k - 1) < trail_at(t, d - 1, k + 1));
}

static void walk_back(struct differ *df, const struct trail *t, struct range r, int32_t d, int32_t x, int32_t y)
{
    for (; d > 0; d--) {
        int32_t k = x - y;
        bool down = goes_down(t, d, k);
        int32_t before_k = down ? k + 1 : k - 1;
        int32_t before_x = trail_at(t, d - 1, before_k), before_y = before_x - before_k;
        if (down)
            df->new[r.b + (size_t)before_y] = true;
        else
            df->gone[r.a + (size_t)before_x] = true;
        x = before_x;
        y = before_y;
    }
}

/* False when more than EDITS_MOST edits would be needed. */
static bool shortest(struct differ *df, struct range r)
{
    int32_t n = (int32_t)(r.a_end - r.a), m = (int32_t)(r.b_end - r.b);
    struct trail t = {0};
    bool found = false;
    for (int32_t d = 0; d <= n + m && d <= EDITS_MOST && !found; d++) {
        for (int32_t k = -d; k <= d; k++)
            VEC_PUSH(&t.v, 0);
        for (int32_t k = -d; k <= d && !found; k += 2) {
            int32_t x = 0;
            if (d > 0)
                x = goes_down(&t, d, k) ? trail_at(&t, d - 1, k + 1) : trail_at(&t, d - 1, k - 1) + 1;
            int32_t y = x - k;
            while (x < n && y < m && df->a[r.a + (size_t)x] == df->b[r.b + (size_t)y]) {
                x++;
                y++;
            }
            t.v.at[(size_t)d * (size_t)d + (size_t)(k + d)] = x;
            found = x == n && y == m;
            if (found)
                walk_back(df, &t, r, d, x, y);
        }
    }
    VEC_FREE(&t.v);
    return found;
}

/* ---- anchors ---- */

struct anchor {
    size_t a, b;
    ptrdiff_t before; /* in the longest rising chain that ends here; -1 = none */
};
struct anchors {
    VEC(struct anchor) v;
};

/* Pieces that occur once in both ranges, in the order of a. */
static void find_unique(struct differ *d, struct range r, struct anchors *ret)
{
    for (size_t i = r.a; i < r.a_end; i++)
        d->counts[d->a[i]].in_a++;
    for (size_t i = r.b; i < r.b_end; i++) {
        d->counts[d->b[i]].in_b++;
        d->counts[d->b[i]].at_b = (uint32_t)i;
    }
    for (size_t i = r.a; i < r.a_end; i++) {
        const struct count *c = &d->counts[d->a[i]];
        if (c->in_a == 1 && c->in_b == 1) {
            struct anchor x = {i, c->at_b, -1};
            VEC_PUSH(&ret->v, x);
        }
    }
    for (size_t i = r.a; i < r.a_end; i++)
        d->counts[d->a[i]] = (struct count){0};
    for (size_t i = r.b; i < r.b_end; i++)
        d->counts[d->b[i]] = (struct count){0};
}

/* Keeps the longest chain that rises in b as well (patience sorting). */
static void keep_chain(struct anchors *x)
{
    struct {
        VEC(size_t) v;
    } tops = {0};
    for (size_t i = 0; i < x->v.n; i++) {
        size_t low = 0, high = tops.v.n;
        while (low < high) {
            size_t mid = (low + high) / 2;
            if (x->v.at[tops.v.at[mid]].b < x->v.at[i].b)
                low = mid + 1;
            else
                high = mid;
        }
        x->v.at[i].before = low ? (ptrdiff_t)tops.v.at[low - 1] : -1;
        if (low == tops.v.n)
            VEC_PUSH(&tops.v, i);
        else
            tops.v.at[low] = i;
    }
    struct anchors chain = {0};
    for (ptrdiff_t i = tops.v.n ? (ptrdiff_t)tops.v.at[tops.v.n - 1] : -1; i >= 0; i = x->v.at[i].before)
        VEC_PUSH(&chain.v, x->v.at[i]);
    for (size_t i = 0; i < chain.v.n; i++)
        x->v.at[i] = chain.v.at[chain.v.n - 1 - i];
    x->v.n = chain.v.n;
    VEC_FREE(&chain.v);
    VEC_FREE(&tops.v);
}

static void trim(const struct differ *d, struct range *r)
{
    while (r->a < r->a_end && r->b < r->b_end && d->a[r->a] == d->b[r->b]) {
        r->a++;
        r->b++;
    }
    while (r->a < r->a_end && r->b < r->b_end && d->a[r->a_end - 1] == d->b[r->b_end - 1]) {
        r->a_end--;
        r->b_end--;
    }
}

static void compare(struct differ *d, struct range r, int depth)
{
    trim(d, &r);
    if (r.a == r.a_end || r.b == r.b_end) {
        mark(d, r);
        return;
    }
    struct anchors x = {0};
    if (depth < DEPTH_MOST)
        find_unique(d, r, &x);
    keep_chain(&x);
    if (x.v.n == 0) {
        if (!shortest(d, r))
            mark(d, r);
    } else {
        struct range gap = r;
        for (size_t i = 0; i < x.v.n; i++) {
            gap.a_end = x.v.at[i].a;
            gap.b_end = x.v.at[i].b;
            compare(d, gap, depth + 1);
            gap.a = gap.a_end + 1;
            gap.b = gap.b_end + 1;
        }
        gap.a_end = r.a_end;
        gap.b_end = r.b_end;
        compare(d, gap, depth + 1);
    }
    VEC_FREE(&x.v);
}

/* ---- edits ---- */

static void push(struct edits *ret, struct edit x)
{
    struct edit *last = ret->v.n ? &ret->v.at[ret->v.n - 1] : NULL;
    if (last && last->a + last->a_n == x.a && last->b + last->b_n == x.b) {
        last->a_n += x.a_n;
        last->b_n += x.b_n;
    } else {
        VEC_PUSH(&ret->v, x);
    }
}

/* Down to the last place where the same insertion or deletion could stand before `next`. */
static struct edit slid(struct edit x, const struct seq *old, const struct seq *new, const struct edit *next)
{
    size_t limit_a = next ? next->a : old->n, limit_b = next ? next->b : new->n;
    const struct seq *s = x.a_n == 0 ? new : old;
    while (x.a + x.a_n < limit_a && x.b + x.b_n < limit_b) {
        size_t first = x.a_n == 0 ? x.b : x.a, n = x.a_n == 0 ? x.b_n : x.a_n;
        if (s->id[first] != s->id[first + n])
            break;
        x.a++;
        x.b++;
    }
    return x;
}

static void collect(const struct differ *d, const struct seq *old, const struct seq *new, struct edits *ret)
{
    struct edits raw = {0};
    for (size_t i = 0, j = 0; i < old->n || j < new->n;) {
        struct edit x = {.a = i, .b = j};
        while (i + x.a_n < old->n && d->gone[i + x.a_n])
            x.a_n++;
        while (j + x.b_n < new->n && d->new[j + x.b_n])
            x.b_n++;
        i += x.a_n;
        j += x.b_n;
        if (x.a_n || x.b_n) {
            VEC_PUSH(&raw.v, x);
        } else {
            i++;
            j++;
        }
    }
    for (size_t i = raw.v.n; i-- > 0;)
        if (raw.v.at[i].a_n == 0 || raw.v.at[i].b_n == 0)
            raw.v.at[i] = slid(raw.v.at[i], old, new, i + 1 < raw.v.n ? &raw.v.at[i + 1] : NULL);
    for (size_t i = 0; i < raw.v.n; i++)
        push(ret, raw.v.at[i]);
    VEC_FREE(&raw.v);
}

void diff_seq(const struct seq *old, const struct seq *new, uint32_t n_names, struct edits *ret)
{
    struct differ d = {.a = old->id, .b = new->id};
    d.gone = mem_new(old->n + 1);
    d.new = mem_new(new->n + 1);
    d.counts = mem_new((n_names + 1) * sizeof *d.counts);
    compare(&d, (struct range){0, old->n, 0, new->n}, 0);
    collect(&d, old, new, ret);
    mem_free(d.gone);
    mem_free(d.new);
    mem_free(d.counts);
}

void diff_free(struct edits *e)
{
    VEC_FREE(&e->v);
}
