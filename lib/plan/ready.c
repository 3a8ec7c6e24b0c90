/* SPDX-License-Identifier: Apache-2.0 */
#include "plan/ready.h"

static bool before(const struct heap_node *x, const struct heap_node *y)
{
    const struct ready_node *a = CONTAINER_OF(x, struct ready_node, node),
                            *b = CONTAINER_OF(y, struct ready_node, node);
    if (a->arrived != b->arrived)
        return a->arrived < b->arrived;
    if (a->run != b->run)
        return a->run < b->run;
    return a->no < b->no;
}

void ready_init(struct ready *r, int slots)
{
    *r = (struct ready){.heap = {.before = before}, .slots = slots};
}

void ready_done(struct ready *r)
{
    heap_free(&r->heap);
}

void ready_add(struct ready *r, struct ready_node *x)
{
    heap_add(&r->heap, &x->node);
}

void ready_drop(struct ready *r, struct ready_node *x)
{
    if (heap_has(&x->node))
        heap_remove(&r->heap, &x->node);
}

struct ready_node *ready_take(struct ready *r)
{
    if (r->busy >= r->slots || !heap_top(&r->heap))
        return NULL;
    r->busy++;
    return CONTAINER_OF(heap_pop(&r->heap), struct ready_node, node);
}

void ready_give_back(struct ready *r)
{
    MUST(r->busy > 0);
    r->busy--;
}

void ready_adopt(struct ready *r)
{
    r->busy++;
}
