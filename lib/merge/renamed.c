/* SPDX-License-Identifier: Apache-2.0 */
#include "merge/renamed.h"
#include <ctype.h>

enum { NAMES_MOST = 16, PLACES_LEAST = 2, NAME_LEAST = 3 };

struct rename {
    struct sv from, to;
    size_t places;
};
struct renames {
    struct rename at[NAMES_MOST];
    size_t n;
};

static bool is_name(struct sv s)
{
    return s.n >= NAME_LEAST && (isalpha((unsigned char)s.p[0]) || s.p[0] == '_');
}

static size_t times(const struct seq *s, struct sv word)
{
    size_t n = 0;
    for (size_t i = 0; i < s->n; i++)
        n += sv_eq(s->at[i], word);
    return n;
}

static void note(struct renames *r, struct sv from, struct sv to)
{
    for (size_t i = 0; i < r->n; i++)
        if (sv_eq(r->at[i].from, from) && sv_eq(r->at[i].to, to)) {
            r->at[i].places++;
            return;
        }
    if (r->n < NAMES_MOST)
        r->at[r->n++] = (struct rename){from, to, 1};
}

static void find(const struct seq *base, const struct seq *side, uint32_t n_names, struct renames *ret)
{
    struct edits e = {0};
    diff_seq(base, side, n_names, &e);
    for (size_t i = 0; i < e.v.n; i++) {
        const struct edit *x = &e.v.at[i];
        if (x->a_n == 1 && x->b_n == 1 && is_name(base->at[x->a]) && is_name(side->at[x->b]))
            note(ret, base->at[x->a], side->at[x->b]);
    }
    diff_free(&e);
}

/* A function is defined where its name stands before a parenthesis in a line that is not indented. */
static bool is_defined(const struct seq *s, struct sv word)
{
    for (size_t i = 1; i + 1 < s->n; i++) {
        size_t start = i;
        if (!sv_eq(s->at[i], word) || !sv_is(s->at[i + 1], "("))
            continue;
        while (start > 0 && !sv_is(s->at[start - 1], "\n"))
            start--;
        if (start < i && !line_is_blank(s->at[start]) && s->at[start].p[0] != '#')
            return true;
    }
    return false;
}

/* Certain: the old name is gone, and the new one was nowhere before. */
static void keep_certain(struct renames *r, const struct seq *base, const struct seq *side, const struct seq *other)
{
    size_t n = 0;
    for (size_t i = 0; i < r->n; i++) {
        const struct rename *x = &r->at[i];
        if ((x->places >= PLACES_LEAST || is_defined(base, x->from)) && times(side, x->from) == 0 &&
            times(base, x->to) == 0 && times(other, x->to) == 0)
            r->at[n++] = *x;
    }
    r->n = n;
}

static bool is_called(const struct seq *s, struct sv word)
{
    for (size_t i = 0; i + 1 < s->n; i++)
        if (sv_eq(s->at[i], word) && sv_is(s->at[i + 1], "("))
            return true;
    return false;
}

static bool is_used_more(const struct renames *r, const struct seq *base, const struct seq *other)
{
    for (size_t i = 0; i < r->n; i++)
        if (is_called(base, r->at[i].from) && times(other, r->at[i].from) > times(base, r->at[i].from))
            return true;
    return false;
}

static struct sv apply(const struct renames *r, const struct seq *s, struct arena *a)
{
    AUTO(buf_free) struct buf text = {0};
    for (size_t i = 0; i < s->n; i++) {
        struct sv word = s->at[i];
        for (size_t k = 0; k < r->n; k++)
            if (sv_eq(word, r->at[k].from)) {
                word = r->at[k].to;
                break;
            }
        buf_sv(&text, word);
    }
    return arena_sv(a, buf_view(&text));
}

bool renamed_rewrite(const struct rewrite *in, enum renamed_when when, struct arena *a, struct rewrite *ret)
{
    struct seq_names names = {0};
    struct seq b, o, t;
    struct renames ours = {0}, theirs = {0};
    seq_words(&names, in->base, a, &b);
    seq_words(&names, in->ours, a, &o);
    seq_words(&names, in->theirs, a, &t);
    find(&b, &o, names.next, &ours);
    find(&b, &t, names.next, &theirs);
    seq_names_free(&names);
    keep_certain(&ours, &b, &o, &t);
    keep_certain(&theirs, &b, &t, &o);
    if ((ours.n == 0) == (theirs.n == 0)) /* none, or both renamed: then two names may mean one thing */
        return false;
    const struct renames *r = ours.n ? &ours : &theirs;
    if (when == RENAMED_USED && !is_used_more(r, &b, ours.n ? &t : &o))
        return false;
    *ret =
        (struct rewrite){apply(r, &b, a), ours.n ? in->ours : apply(r, &o, a), theirs.n ? in->theirs : apply(r, &t, a)};
    return true;
}
