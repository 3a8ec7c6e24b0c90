/* SPDX-License-Identifier: Apache-2.0 */
/* Intrusive binary heap. The smallest node is heap_top(); ties must be broken by `before`, which is a strict order. */
#pragma once
#include "base/mem.h"

struct heap_node {
    uint32_t at; /* 1 + index; 0 = in no heap */
};
typedef bool heap_before_fn(const struct heap_node *a, const struct heap_node *b);
struct heap {
    struct heap_node **nodes;
    size_t n, cap;
    heap_before_fn *before;
};

struct heap_node *heap_top(const struct heap *h); /* NULL when empty */
void heap_add(struct heap *h, struct heap_node *x);
void heap_remove(struct heap *h, struct heap_node *x); /* x must be in h */
void heap_moved(struct heap *h, struct heap_node *x);  /* after the key of x changed */
struct heap_node *heap_pop(struct heap *h);            /* NULL when empty */
void heap_free(struct heap *h);                        /* not the nodes */
static inline bool heap_has(const struct heap_node *x)
{
    return x->at != 0;
}
