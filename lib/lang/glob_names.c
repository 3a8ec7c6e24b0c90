/* SPDX-License-Identifier: Apache-2.0 */
#include "lang/glob_names.h"
#include <stdlib.h>
#include "lang/glob_parts.h"

enum { TRIPLE_BITS = 16 };
enum { SCAN_MIN = 64 }; /* fewer names than this are not worth another search */

static int compare(const void *a, const void *b)
{
    const struct sv *x = a, *y = b;
    int d = memcmp(x->p, y->p, x->n < y->n ? x->n : y->n);
    return d ? d : (x->n > y->n) - (x->n < y->n);
}

static int compare_ends(struct sv x, struct sv y)
{
    size_t n = x.n < y.n ? x.n : y.n;
    for (size_t i = 1; i <= n; i++)
        if (x.p[x.n - i] != y.p[y.n - i])
            return (unsigned char)x.p[x.n - i] < (unsigned char)y.p[y.n - i] ? -1 : 1;
    return (x.n > y.n) - (x.n < y.n);
}

static int compare_indices(const void *a, const void *b, void *names)
{
    const struct sv *at = names;
    return compare_ends(at[*(const uint32_t *)a], at[*(const uint32_t *)b]);
}

void glob_names_make(struct glob_names *l, const char *const *names, size_t n, struct arena *a)
{
    bool sorted = true;
    MUST(n < UINT32_MAX);
    *l = (struct glob_names){.at = arena_new(a, (n + 1) * sizeof *l->at), .n = n, .arena = a};
    for (size_t i = 0; i < n; i++) {
        l->at[i] = sv_of(names[i]);
        sorted = sorted && (i == 0 || compare(&l->at[i - 1], &l->at[i]) <= 0);
    }
    if (!sorted) /* git's own order is this one */
        qsort(l->at, n, sizeof *l->at, compare);
}

static void sort_by_end(struct glob_names *l)
{
    if (l->by_end)
        return;
    l->by_end = arena_new(l->arena, (l->n + 1) * sizeof *l->by_end);
    for (size_t i = 0; i < l->n; i++)
        l->by_end[i] = (uint32_t)i;
    qsort_r(l->by_end, l->n, sizeof *l->by_end, compare_indices, l->at);
}

static uint32_t triple_at(const char *p)
{
    const unsigned char *b = (const unsigned char *)p;
    uint32_t v = b[0] | (uint32_t)b[1] << 8 | (uint32_t)b[2] << 16;
    return v * 2654435761u >> (32 - TRIPLE_BITS);
}

static void collect_triples(struct glob_names *l)
{
    if (l->triples)
        return;
    l->triples = arena_new(l->arena, (1u << TRIPLE_BITS) / 8);
    for (size_t k = 0; k < l->n; k++)
        for (size_t i = 0; i + 3 <= l->at[k].n; i++) {
            uint32_t t = triple_at(l->at[k].p + i);
            l->triples[t / 64] |= 1ull << t % 64;
        }
}

/* False: no name has the text in it. A pattern with stars at both ends need then not be asked about each name. */
static bool may_contain(struct glob_names *l, struct sv text)
{
    if (text.n >= 3)
        collect_triples(l);
    for (size_t i = 0; i + 3 <= text.n; i++) {
        uint32_t t = triple_at(text.p + i);
        if (!(l->triples[t / 64] >> t % 64 & 1))
            return false;
    }
    return true;
}

struct span { /* names from..to-1 of one of the two orders */
    size_t from, to;
    bool by_end;
};

/* Where a name stands to all that begin with the text: before, among, behind. */
static int side(struct sv name, struct sv text, bool by_end)
{
    if (by_end)
        return name.n >= text.n && sv_ends(name, text) ? 0 : compare_ends(name, text);
    return name.n >= text.n && memcmp(name.p, text.p, text.n) == 0 ? 0 : compare(&name, &text);
}

static size_t bound(const struct glob_names *l, struct sv text, bool by_end, int behind)
{
    size_t low = 0, high = l->n;
    while (low < high) {
        size_t mid = (low + high) / 2;
        if (side(l->at[by_end ? l->by_end[mid] : mid], text, by_end) < behind)
            low = mid + 1;
        else
            high = mid;
    }
    return low;
}

static struct span span_of(const struct glob_names *l, struct sv text, bool by_end)
{
    return (struct span){bound(l, text, by_end, 0), bound(l, text, by_end, 1), by_end};
}

/* All names that the pattern can match are in it. */
static struct span candidates(struct glob_names *l, const struct glob *g)
{
    struct span s = {0, l->n, false};
    if (g->prefix.n)
        s = span_of(l, g->prefix, false);
    if (s.to - s.from < SCAN_MIN)
        return s;
    if (g->suffix.n) {
        sort_by_end(l);
        struct span e = span_of(l, g->suffix, true);
        s = e.to - e.from < s.to - s.from ? e : s;
    }
    if (s.to - s.from >= SCAN_MIN && !may_contain(l, g->needle))
        s.to = s.from;
    return s;
}

struct sv glob_names_find(struct glob_names *l, const struct globs *g)
{
    for (size_t k = 0; k < g->n; k++) {
        if (g->at[k]->negative)
            continue;
        struct span s = candidates(l, g->at[k]);
        for (size_t i = s.from; i < s.to; i++) {
            struct sv name = l->at[s.by_end ? l->by_end[i] : i];
            /* What a later pattern takes away may be what an even later one gives again: the list decides. */
            if (glob_match(g->at[k], name) && globs_match(g, name))
                return name;
        }
    }
    return SV_NONE;
}

static bool has_negative(const struct globs *g)
{
    for (size_t k = 0; k < g->n; k++)
        if (g->at[k]->negative)
            return true;
    return false;
}

/* Behind the row of names from i on that one pattern takes as a whole, as `docs` and two stars does; else i. */
static size_t behind_row(const struct glob_names *l, const struct globs *g, size_t i)
{
    for (size_t k = 0; k < g->n; k++) {
        const struct glob *one = g->at[k];
        if (one->rest == REST_ANY && one->suffix.n == 0 && sv_starts(l->at[i], one->prefix))
            return one->prefix.n ? bound(l, one->prefix, false, 1) : l->n;
    }
    return i;
}

struct sv glob_names_find_other(struct glob_names *l, const struct globs *g)
{
    bool plain = !has_negative(g);
    for (size_t i = 0; i < l->n;) {
        size_t next = plain ? behind_row(l, g, i) : i;
        if (next == i && !globs_match(g, l->at[i]))
            return l->at[i];
        i = next > i ? next : i + 1;
    }
    return SV_NONE;
}
