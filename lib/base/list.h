/* SPDX-License-Identifier: Apache-2.0 */
/* Intrusive doubly linked list with a sentinel. list_init first; a node is in at most one list. */
#pragma once
#include "base/mem.h"

struct list {
    struct list *next, *prev;
};

static inline void list_init(struct list *l)
{
    l->next = l->prev = l;
}
static inline bool list_empty(const struct list *l)
{
    return l->next == l;
}
static inline bool list_linked(const struct list *x) /* a zeroed or removed node is not linked */
{
    return x->next && x->next != x;
}
static inline void list_push(struct list *l, struct list *x) /* at the end */
{
    x->prev = l->prev;
    x->next = l;
    l->prev->next = x;
    l->prev = x;
}
static inline void list_remove(struct list *x) /* safe on a node that is not linked */
{
    if (!x->next)
        return;
    x->prev->next = x->next;
    x->next->prev = x->prev;
    x->next = x->prev = NULL;
}
static inline struct list *list_shift(struct list *l) /* the first, removed; NULL when empty */
{
    struct list *x = list_empty(l) ? NULL : l->next;
    if (x)
        list_remove(x);
    return x;
}
#define LIST_EACH(l, x)                                                                                                \
    for (struct list *x = (l)->next, *x##_next = x->next; x != (l); x = x##_next, x##_next = x->next)
