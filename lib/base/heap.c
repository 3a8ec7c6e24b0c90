/* SPDX-License-Identifier: Apache-2.0 */
#include "base/heap.h"

static void place(struct heap *h, struct heap_node *x, size_t i)
{
    h->nodes[i] = x;
    x->at = (uint32_t)(i + 1);
}

static void up(struct heap *h, struct heap_node *x, size_t i)
{
    while (i > 0 && h->before(x, h->nodes[(i - 1) / 2])) {
        place(h, h->nodes[(i - 1) / 2], i);
        i = (i - 1) / 2;
    }
    place(h, x, i);
}

static void down(struct heap *h, struct heap_node *x, size_t i)
{
    for (;;) {
        size_t c = 2 * i + 1;
        if (c >= h->n)
            break;
        if (c + 1 < h->n && h->before(h->nodes[c + 1], h->nodes[c]))
            c++;
        if (!h->before(h->nodes[c], x))
            break;
        place(h, h->nodes[c], i);
        i = c;
    }
    place(h, x, i);
}

struct heap_node *heap_top(const struct heap *h)
{
    return h->n ? h->nodes[0] : NULL;
}

void heap_add(struct heap *h, struct heap_node *x)
{
    MUST(!x->at && h->n < UINT32_MAX);
    if (h->n == h->cap) {
        h->cap = h->cap ? h->cap * 2 : 4;
        h->nodes = mem_resize(h->nodes, h->cap, sizeof(struct heap_node *));
    }
    h->n++;
    up(h, x, h->n - 1);
}

void heap_moved(struct heap *h, struct heap_node *x)
{
    MUST(x->at);
    size_t i = x->at - 1;
    if (i > 0 && h->before(x, h->nodes[(i - 1) / 2]))
        up(h, x, i);
    else
        down(h, x, i);
}

void heap_remove(struct heap *h, struct heap_node *x)
{
    MUST(x->at && x->at <= h->n && h->nodes[x->at - 1] == x);
    size_t i = x->at - 1;
    struct heap_node *last = h->nodes[--h->n];
    x->at = 0;
    if (last == x)
        return;
    place(h, last, i);
    heap_moved(h, last);
}

struct heap_node *heap_pop(struct heap *h)
{
    struct heap_node *x = heap_top(h);
    if (x)
        heap_remove(h, x);
    return x;
}

void heap_free(struct heap *h)
{
    mem_free(h->nodes);
    h->nodes = NULL;
    h->n = h->cap = 0;
}
