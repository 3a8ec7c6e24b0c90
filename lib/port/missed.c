/* SPDX-License-Identifier: Apache-2.0 */
#include "port/missed.h"
#include "base/map.h"

void missed_free(struct missed *m)
{
    VEC_FREE(&m->hooks);
    VEC_FREE(&m->found);
    VEC_FREE(&m->items);
    arena_free(&m->arena);
}

/* "https://ci.example.com/hook/github?x" -> "/hook/github" */
static struct sv path_of(struct sv url)
{
    ptrdiff_t host = sv_find(url, SV("://"));
    struct sv rest = host < 0 ? url : sv_from(url, (size_t)host + 3);
    ptrdiff_t slash = sv_chr(rest, '/');
    rest = slash < 0 ? SV("") : sv_from(rest, (size_t)slash);
    ptrdiff_t query = sv_chr(rest, '?');
    return query < 0 ? rest : sv_cut(rest, (size_t)query);
}

const struct missed_place *missed_place_of(const struct missed *m, struct sv url)
{
    if (m->public_url && !sv_starts(url, sv_of(m->public_url)))
        return NULL;
    struct sv path = path_of(url);
    for (size_t i = 0; i < m->n_places; i++)
        if (sv_ends(path, sv_of(m->places[i].path)))
            return &m->places[i];
    return NULL;
}

void missed_item_add(struct missed *m, const struct missed_item *x)
{
    VEC_PUSH(&m->items, *x);
}

void missed_items_left(struct missed *m)
{
    AUTO(map_free) struct map over = {0}; /* delivered, or taken already */
    VEC(struct missed_item) left = {0};
    for (size_t i = 0; i < m->items.n; i++)
        if (m->items.at[i].ok)
            map_put(&over, sv_of(m->items.at[i].guid), m);
    for (size_t i = m->items.n; i > 0; i--) /* from the oldest on */
        if (!map_put(&over, sv_of(m->items.at[i - 1].guid), m))
            VEC_PUSH(&left, m->items.at[i - 1]);
    m->items.n = 0;
    for (size_t i = 0; i < left.n; i++)
        VEC_PUSH(&m->items, left.at[i]);
    VEC_FREE(&left);
}
