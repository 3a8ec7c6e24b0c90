/* SPDX-License-Identifier: Apache-2.0 */
#include "bench/merges_doc.h"
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static int push(struct doc *d, int symbol, const char *text)
{
    if (d->v.n == d->v.cap) { /* in the arena, as all of a document */
        struct piece *more = arena_new(d->a, (2 * d->v.cap + 64) * sizeof *more);
        if (d->v.n)
            memcpy(more, d->v.at, d->v.n * sizeof *more);
        d->v.at = more;
        d->v.cap = 2 * d->v.cap + 64;
    }
    d->v.at[d->v.n++] = (struct piece){++d->next, symbol, text};
    return d->next;
}

int doc_add(struct doc *d, const char *text)
{
    return push(d, -1, text);
}

int doc_add_symbol(struct doc *d, int symbol)
{
    return push(d, symbol, NULL);
}

int doc_symbol(struct doc *d, const char *name)
{
    MUST(d->n_symbols < (int)ARRAY_LEN(d->symbols));
    d->symbols[d->n_symbols] = name;
    return d->n_symbols++;
}

int doc_last(const struct doc *d)
{
    return d->v.at[d->v.n - 1].id;
}

const char *doc_fmt(struct doc *d, const char *fmt, ...)
{
    AUTO(buf_free) struct buf b = {0};
    va_list ap;
    va_start(ap, fmt);
    buf_vfmt(&b, fmt, ap);
    va_end(ap);
    return arena_dup(d->a, buf_view(&b));
}

struct doc_edit *change_add(struct change *c, enum edit_what what)
{
    MUST(c->n < (int)ARRAY_LEN(c->at));
    struct doc_edit *e = &c->at[c->n++];
    *e = (struct doc_edit){.what = what};
    return e;
}

void edit_put(struct doc *d, struct doc_edit *e, const char *text)
{
    MUST(e->n_put < (int)ARRAY_LEN(e->put));
    e->put[e->n_put++] = (struct piece){++d->next, -1, text};
}

void edit_put_symbol(struct doc *d, struct doc_edit *e, int symbol)
{
    edit_put(d, e, NULL);
    e->put[e->n_put - 1].symbol = symbol;
}

static size_t place_of(const struct doc *d, int id)
{
    for (size_t i = 0; i < d->v.n; i++)
        if (d->v.at[i].id == id)
            return i;
    return SIZE_MAX;
}

static void insert(struct doc *d, size_t at, struct piece p)
{
    VEC_PUSH(&d->v, p);
    memmove(d->v.at + at + 1, d->v.at + at, (d->v.n - 1 - at) * sizeof p);
    d->v.at[at] = p;
}

static void take(struct doc *d, int from, int to, struct doc *ret)
{
    size_t i = place_of(d, from), k = place_of(d, to);
    for (size_t n = k - i + 1; n > 0; n--) {
        VEC_PUSH(&ret->v, d->v.at[i]);
        VEC_REMOVE(&d->v, i);
    }
}

/* By the places they had at first: a part of it may be gone already. */
static void drop(struct doc *d, const struct doc *before, const struct doc_edit *e)
{
    for (size_t i = place_of(before, e->from); i <= place_of(before, e->to); i++) {
        size_t at = place_of(d, before->v.at[i].id);
        if (at != SIZE_MAX)
            VEC_REMOVE(&d->v, at);
    }
}

static void apply(struct doc *d, const struct doc *before, const struct doc_edit *e)
{
    struct doc moved = {0};
    switch (e->what) {
    case WHAT_REPLACE:
        d->v.at[place_of(d, e->from)].text = e->text;
        break;
    case WHAT_DELETE:
        drop(d, before, e);
        break;
    case WHAT_INSERT:
        for (int i = 0; i < e->n_put; i++)
            insert(d, place_of(d, e->behind) + 1 + (size_t)i, e->put[i]);
        break;
    case WHAT_RENAME:
        d->symbols[e->from] = e->text;
        break;
    case WHAT_MOVE:
        take(d, e->from, e->to, &moved);
        for (size_t i = 0; i < moved.v.n; i++)
            insert(d, place_of(d, e->behind) + 1 + i, moved.v.at[i]);
        VEC_FREE(&moved.v);
        break;
    case WHAT_INDENT:
        break;
    }
}

/* Lines that begin between the two pieces get the text in front. */
static void indent(struct doc *d, const struct doc *before, const struct doc_edit *e)
{
    size_t from = place_of(before, e->from), to = place_of(before, e->to), first = SIZE_MAX, last = 0;
    for (size_t i = from; i <= to; i++) {
        size_t at = place_of(d, before->v.at[i].id);
        if (at == SIZE_MAX)
            continue;
        first = at < first ? at : first;
        last = at > last ? at : last;
    }
    bool begins = true;
    for (size_t i = first; i <= last && first != SIZE_MAX; i++) {
        struct piece *p = &d->v.at[i];
        const char *text = p->symbol >= 0 ? d->symbols[p->symbol] : p->text;
        if (begins && p->symbol < 0 && text[0] != '\n')
            p->text = arena_fmt(d->a, "%s%s", e->text, text);
        for (const char *lf = strchr(p->symbol < 0 ? p->text : "", '\n'); lf && lf[1]; lf = strchr(lf + 1, '\n')) {
            size_t at = (size_t)(lf - p->text) + 1;
            p->text = arena_fmt(d->a, "%.*s%s%s", (int)at, p->text, e->text, p->text + at);
            lf = p->text + at;
        }
        begins = text[0] && text[strlen(text) - 1] == '\n';
    }
}

void doc_text(const struct doc *d, const struct change *first, const struct change *second, struct buf *ret)
{
    struct doc x = *d;
    x.v.at = mem_new(d->v.n * sizeof *d->v.at);
    x.v.cap = d->v.n;
    memcpy(x.v.at, d->v.at, d->v.n * sizeof *d->v.at);
    /* What is inserted behind a piece comes right behind it: so the one that comes first is inserted last. */
    const struct change *order[] = {second, first};
    static const enum edit_what turns[] = {WHAT_REPLACE, WHAT_INSERT, WHAT_RENAME, WHAT_MOVE, WHAT_DELETE};
    for (size_t turn = 0; turn < ARRAY_LEN(turns); turn++)
        for (size_t k = 0; k < 2; k++)
            for (int i = 0; order[k] && i < order[k]->n; i++)
                if (order[k]->at[i].what == turns[turn])
                    apply(&x, d, &order[k]->at[i]);
    for (size_t k = 0; k < 2; k++)
        for (int i = 0; order[k] && i < order[k]->n; i++)
            if (order[k]->at[i].what == WHAT_INDENT)
                indent(&x, d, &order[k]->at[i]);
    for (size_t i = 0; i < x.v.n; i++)
        buf_str(ret, x.v.at[i].symbol >= 0 ? x.symbols[x.v.at[i].symbol] : x.v.at[i].text);
    VEC_FREE(&x.v);
}

static bool is_within(const struct doc *d, int id, const struct doc_edit *e)
{
    size_t at = place_of(d, id);
    return at != SIZE_MAX && at >= place_of(d, e->from) && at <= place_of(d, e->to);
}

static bool holds(const struct doc *d, const struct doc_edit *outer, const struct doc_edit *inner)
{
    return is_within(d, inner->from, outer) && is_within(d, inner->to, outer);
}

static bool clash(const struct doc *d, const struct doc_edit *x, const struct doc_edit *y)
{
    if (x->what == y->what && (x->what == WHAT_REPLACE || x->what == WHAT_RENAME) && x->from == y->from)
        return true;
    if (x->what == WHAT_MOVE && y->what == WHAT_MOVE)
        return true;
    if (x->what != WHAT_DELETE)
        return false;
    if (y->what == WHAT_REPLACE)
        return is_within(d, y->from, x);
    if (y->what == WHAT_INSERT)
        return is_within(d, y->behind, x) && y->behind != x->to;
    /* Taken away is taken away, and so is a part of it; what is only moved or indented may lose a part. */
    return (y->what == WHAT_MOVE || y->what == WHAT_INDENT) && holds(d, x, y);
}

bool changes_clash(const struct doc *d, const struct change *x, const struct change *y)
{
    for (int i = 0; i < x->n; i++)
        for (int k = 0; k < y->n; k++)
            if (clash(d, &x->at[i], &y->at[k]) || clash(d, &y->at[k], &x->at[i]))
                return true;
    return false;
}

static const struct doc_edit *meeting(const struct change *x, const struct change *y, const struct doc_edit **ret_other)
{
    for (int i = 0; i < x->n; i++)
        for (int k = 0; k < y->n; k++)
            if (x->at[i].what == WHAT_INSERT && y->at[k].what == WHAT_INSERT && x->at[i].behind == y->at[k].behind) {
                *ret_other = &y->at[k];
                return &x->at[i];
            }
    return NULL;
}

bool changes_meet(const struct change *x, const struct change *y)
{
    const struct doc_edit *other, *e = meeting(x, y, &other);
    return e && e->order == ORDER_FREE;
}

void made_finish(struct made *m, const struct doc *d, const struct change *ours, const struct change *theirs)
{
    const struct doc_edit *other, *e = meeting(ours, theirs, &other);
    doc_text(d, NULL, NULL, &m->base);
    doc_text(d, ours, NULL, &m->ours);
    doc_text(d, NULL, theirs, &m->theirs);
    if (m->n_right < 0 || changes_clash(d, ours, theirs)) { /* the maker may say so itself: what it means clashes */
        m->n_right = 0;
        return;
    }
    bool swap = e && e->order == ORDER_SORTED && strcmp(e->put[0].text, other->put[0].text) > 0;
    doc_text(d, swap ? theirs : ours, swap ? ours : theirs, &m->right[0]);
    m->n_right = 1;
    if (e && e->order == ORDER_FREE) {
        doc_text(d, theirs, ours, &m->right[1]);
        m->n_right = 2;
    }
}

uint64_t dice_next(struct dice *d)
{
    uint64_t z = d->state += 0x9e3779b97f4a7c15ull;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ull;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebull;
    return z ^ (z >> 31);
}

int dice_below(struct dice *d, int n)
{
    return n > 0 ? (int)(dice_next(d) % (uint64_t)n) : 0;
}

bool dice_percent(struct dice *d, int percent)
{
    return dice_below(d, 100) < percent;
}
