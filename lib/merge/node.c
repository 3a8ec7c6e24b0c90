/* SPDX-License-Identifier: Apache-2.0 */
#include "merge/node.h"
#include <strings.h>
#include "base/map.h"
#include "merge/conflict.h"

struct place {                    /* a member of the result */
    const struct node *b, *o, *t; /* NULL = not there */
};
struct places {
    VEC(struct place) v;
};

struct merging {
    const struct node *b, *o, *t; /* b may be NULL */
    struct map in_b, in_o, in_t;
    bool by_theirs; /* the order of theirs is followed, and ours is put into it */
    struct places list;
};

static struct sv key_of(const struct node *n) /* never absent, for the map */
{
    return n->key.p ? n->key : SV("");
}

static bool index_kids(const struct node *of, struct map *ret)
{
    for (size_t i = 0; of && i < of->n; i++)
        if (map_put(ret, key_of(&of->kids[i]), &of->kids[i]))
            return false;
    return true;
}

bool node_has_doubles(const struct node *n)
{
    AUTO(map_free) struct map seen = {0};
    if (!index_kids(n, &seen))
        return true;
    for (size_t i = 0; i < n->n; i++)
        if (node_has_doubles(&n->kids[i]))
            return true;
    return false;
}

void node_give(struct nodes *from, struct arena *a, struct node *of)
{
    of->n = from->v.n;
    of->kids = arena_new(a, (of->n + 1) * sizeof *of->kids);
    if (of->n)
        memcpy(of->kids, from->v.at, of->n * sizeof *of->kids);
    VEC_FREE(&from->v);
}

/* ---- order ---- */

/* Kids that are in the base come in another order than there. */
static bool is_reordered(const struct merging *m, const struct node *side)
{
    const struct node *last = NULL;
    for (size_t i = 0; m->b && i < side->n; i++) {
        const struct node *b = map_get(&m->in_b, key_of(&side->kids[i]));
        if (b && last && b < last)
            return true;
        last = b ? b : last;
    }
    return false;
}

/* Tables of one kind ("[[package]]" NUL name) are in order among themselves. */
static struct sv group_of(struct sv key)
{
    ptrdiff_t nul = sv_chr(key, '\0');
    return nul < 0 ? SV("") : sv_cut(key, (size_t)nul);
}

static int compare(struct sv x, struct sv y, bool fold)
{
    size_t n = x.n < y.n ? x.n : y.n;
    int c = n == 0 ? 0 : fold ? strncasecmp(x.p, y.p, n) : memcmp(x.p, y.p, n);
    return c ? c : (x.n > y.n) - (x.n < y.n);
}

static bool is_sorted(const struct node *of, struct sv group, bool fold)
{
    const struct node *last = NULL;
    size_t n = 0;
    for (size_t i = 0; i < of->n; i++) {
        const struct node *k = &of->kids[i];
        if (!sv_eq(group_of(key_of(k)), group))
            continue;
        if (last && compare(key_of(last), key_of(k), fold) > 0)
            return false;
        last = k;
        n++;
    }
    return n > 2;
}

static const struct node *first_side(const struct place *p)
{
    return p->o ? p->o : p->t;
}

static size_t sorted_place(const struct merging *m, const struct node *n, bool fold)
{
    struct sv group = group_of(key_of(n));
    size_t last = m->list.v.n;
    for (size_t i = 0; i < m->list.v.n; i++) {
        struct sv key = key_of(first_side(&m->list.v.at[i]));
        if (!sv_eq(group_of(key), group))
            continue;
        if (compare(key, key_of(n), fold) > 0)
            return i;
        last = i + 1;
    }
    return last;
}

/* Behind what is in front of it in its own text, and behind what the first side put there. */
static size_t usual_place(const struct merging *m, const struct node *second, size_t at)
{
    size_t found = 0;
    for (size_t back = at; back-- > 0 && !found;)
        for (size_t i = 0; i < m->list.v.n && !found; i++)
            if (sv_eq(key_of(first_side(&m->list.v.at[i])), key_of(&second->kids[back])))
                found = i + 1;
    const struct place *p = m->list.v.at;
    while (found < m->list.v.n && !p[found].b && !(m->by_theirs ? p[found].o : p[found].t))
        found++;
    return found;
}

static void insert(struct places *l, size_t at, struct place p)
{
    VEC_PUSH(&l->v, p);
    memmove(l->v.at + at + 1, l->v.at + at, (l->v.n - 1 - at) * sizeof p);
    l->v.at[at] = p;
}

static void place_second(struct merging *m, const struct node *first, const struct node *second)
{
    for (size_t i = 0; i < second->n; i++) {
        const struct node *n = &second->kids[i];
        struct sv key = key_of(n), group = group_of(key);
        if (map_get(&m->in_b, key) || map_get(m->by_theirs ? &m->in_t : &m->in_o, key))
            continue;
        size_t at = is_sorted(first, group, false) && is_sorted(second, group, false) ? sorted_place(m, n, false)
                    : is_sorted(first, group, true) && is_sorted(second, group, true) ? sorted_place(m, n, true)
                                                                                      : usual_place(m, second, i);
        insert(&m->list, at, m->by_theirs ? (struct place){.o = n} : (struct place){.t = n});
    }
}

static bool is_unchanged(const struct node *b, const struct node *side)
{
    return sv_eq(b->all, side->all);
}

/* What a side deleted must be as it was on the other. */
static bool place_all(struct merging *m)
{
    const struct node *first = m->by_theirs ? m->t : m->o, *second = m->by_theirs ? m->o : m->t;
    size_t gone_in_both = 0, new_o = 0, new_t = 0;
    for (size_t i = 0; i < first->n; i++) {
        struct sv key = key_of(&first->kids[i]);
        struct place p = {map_get(&m->in_b, key), map_get(&m->in_o, key), map_get(&m->in_t, key)};
        if (p.b && (!p.o || !p.t)) {
            if (!is_unchanged(p.b, first_side(&p)))
                return false;
            continue;
        }
        VEC_PUSH(&m->list.v, p);
    }
    place_second(m, first, second);
    for (size_t i = 0; m->b && i < m->b->n; i++) {
        struct sv key = key_of(&m->b->kids[i]);
        const struct node *o = map_get(&m->in_o, key), *t = map_get(&m->in_t, key);
        if ((o && !t && !is_unchanged(&m->b->kids[i], o)) || (t && !o && !is_unchanged(&m->b->kids[i], t)))
            return false;
        gone_in_both += !o && !t;
    }
    for (size_t i = 0; i < m->list.v.n; i++) {
        new_o += !m->list.v.at[i].t && m->list.v.at[i].o;
        new_t += !m->list.v.at[i].o && m->list.v.at[i].t;
    }
    return gone_in_both == 0 || new_o == 0 || new_t == 0; /* else both renamed the same, perhaps */
}

/* ---- text ---- */

static bool is_space(struct sv s)
{
    return sv_trim(s).n == 0;
}

static bool choose(struct sv b, struct sv o, struct sv t, struct sv *ret)
{
    if (sv_eq(o, t) || sv_eq(t, b))
        *ret = o;
    else if (sv_eq(o, b))
        *ret = t;
    else
        return false;
    return true;
}

/* Separators change the white space of whoever comes to be the first, or is the first no more. */
static bool lead_of(const struct merging *m, size_t at, struct sv *ret)
{
    const struct place *p = &m->list.v.at[at];
    const struct node *n = first_side(p), *of = p->o ? m->o : m->t;
    const struct node *model = m->o->n ? m->o : m->t;
    if (p->o && p->t && !is_space(p->o->lead) && !choose(p->b ? p->b->lead : SV(""), p->o->lead, p->t->lead, ret))
        return false;
    if (!(p->o && p->t))
        *ret = n->lead;
    else if (is_space(p->o->lead) && is_space(p->t->lead))
        *ret = p->o->lead;
    else if (!choose(p->b ? p->b->lead : SV(""), p->o->lead, p->t->lead, ret))
        return false;
    if (m->o->separator && is_space(*ret)) {
        bool was_first = n == of->kids;
        if (at == 0 && !was_first)
            *ret = model->kids[0].lead;
        else if (at > 0 && was_first)
            *ret = model->n > 1 ? model->kids[1].lead : of->n > 1 ? of->kids[1].lead : *ret;
    }
    return true;
}

static bool merge_one(const struct node *b, const struct node *o, const struct node *t, bool *ret_raised,
                      struct buf *ret);

static bool put_kids(const struct merging *m, bool *ret_raised, struct buf *ret)
{
    for (size_t i = 0; i < m->list.v.n; i++) {
        const struct place *p = &m->list.v.at[i];
        struct sv lead;
        if (i && m->o->separator)
            buf_chr(ret, m->o->separator);
        if (!lead_of(m, i, &lead))
            return false;
        buf_sv(ret, lead);
        if (!p->o || !p->t)
            buf_sv(ret, first_side(p)->all);
        else if (!merge_one(p->b, p->o, p->t, ret_raised, ret))
            return false;
    }
    return true;
}

static bool merge_kids(const struct node *b, const struct node *o, const struct node *t, bool *ret_raised,
                       struct buf *ret)
{
    struct merging m = {.b = b, .o = o, .t = t};
    bool good = index_kids(b, &m.in_b) && index_kids(o, &m.in_o) && index_kids(t, &m.in_t);
    if (good) {
        bool o_moved = is_reordered(&m, o), t_moved = is_reordered(&m, t);
        m.by_theirs = t_moved;
        good = !(o_moved && t_moved) && place_all(&m);
    }
    if (good) {
        struct sv head, tail;
        /* An empty pair of brackets takes those of the side that has something in it. */
        const struct node *shape = o->n ? o : t;
        good = b && b->n ? choose(b->head, o->head, t->head, &head) : (head = shape->head, true);
        good =
            good && (b && b->n && o->n && t->n ? choose(b->tail, o->tail, t->tail, &tail) : (tail = shape->tail, true));
        if (good) {
            buf_sv(ret, head);
            good = put_kids(&m, ret_raised, ret);
            buf_sv(ret, tail);
        }
    }
    map_free(&m.in_b);
    map_free(&m.in_o);
    map_free(&m.in_t);
    VEC_FREE(&m.list.v);
    return good;
}

static bool is_version_key(const struct node *n)
{
    return sv_find(n->key, SV("ersion")) >= 0;
}

static bool merge_leaf(const struct node *b, const struct node *o, const struct node *t, bool *ret_raised,
                       struct buf *ret)
{
    struct sv higher, ours = sv_trim(o->value), theirs = sv_trim(t->value);
    size_t dots = 0;
    for (size_t i = 0; i < ours.n; i++)
        dots += ours.p[i] == '.';
    if (!ours.n || !theirs.n || (dots < 2 && !is_version_key(o)) ||
        !version_higher(b ? sv_trim(b->value) : SV(""), ours, theirs, &higher))
        return false;
    buf_sv(ret, sv_eq(higher, ours) ? o->all : t->all);
    *ret_raised = true;
    return true;
}

static bool merge_one(const struct node *b, const struct node *o, const struct node *t, bool *ret_raised,
                      struct buf *ret)
{
    struct sv text;
    if (choose(b ? b->all : SV_NONE, o->all, t->all, &text)) {
        buf_sv(ret, text);
        return true;
    }
    if (o->kind == NODE_LEAF && t->kind == NODE_LEAF)
        return merge_leaf(b, o, t, ret_raised, ret);
    if (o->kind != t->kind || (b && b->kind != o->kind))
        return false;
    return merge_kids(b, o, t, ret_raised, ret);
}

bool node_merge(const struct node *base, const struct node *ours, const struct node *theirs, bool *ret_raised,
                struct buf *ret)
{
    struct sv lead;
    if (!choose(base->lead, ours->lead, theirs->lead, &lead))
        return false;
    buf_sv(ret, lead);
    return merge_one(base, ours, theirs, ret_raised, ret);
}
