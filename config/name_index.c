/* SPDX-License-Identifier: Apache-2.0 */
/* A few names are compared one by one, more are found through the map. */
#include "config/name_index.h"

enum { FEW = 8, SHORT = 256 };

/* The name as it stands in the map: what is short takes no memory of its own. */
static struct sv folded(const struct name_index *x, struct sv name, char *room, struct buf *more)
{
    if (x->fold == NAMES_EXACT)
        return name;
    char *p = room;
    if (name.n > SHORT) {
        buf_reserve(more, name.n);
        p = more->p;
    }
    for (size_t i = 0; i < name.n; i++)
        p[i] = name.p[i] >= 'A' && name.p[i] <= 'Z' ? (char)(name.p[i] + 32) : name.p[i];
    return sv_n(p, name.n);
}

static void note(struct name_index *x, size_t i)
{
    char room[SHORT];
    AUTO(buf_free) struct buf more = {0};
    map_put(&x->at, folded(x, sv_of(x->names.at[i]), room, &more), (void *)(uintptr_t)(i + 1));
}

size_t name_index_add(struct name_index *x, const char *name)
{
    ptrdiff_t known = name_index_find(x, sv_of(name));
    if (known >= 0)
        return (size_t)known;
    VEC_PUSH(&x->names, name);
    for (size_t i = x->names.n == FEW + 1 ? 0 : x->names.n - 1; x->names.n > FEW && i < x->names.n; i++)
        note(x, i);
    return x->names.n - 1;
}

ptrdiff_t name_index_find(const struct name_index *x, struct sv name)
{
    char room[SHORT];
    AUTO(buf_free) struct buf more = {0};
    if (x->names.n > FEW)
        return (ptrdiff_t)(uintptr_t)map_get(&x->at, folded(x, name, room, &more)) - 1;
    for (size_t i = 0; i < x->names.n; i++)
        if (x->fold == NAMES_EXACT ? sv_is(name, x->names.at[i]) : sv_ieq(name, sv_of(x->names.at[i])))
            return (ptrdiff_t)i;
    return -1;
}

void name_index_free(struct name_index *x)
{
    VEC_FREE(&x->names);
    map_free(&x->at);
}
