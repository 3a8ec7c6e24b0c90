/* SPDX-License-Identifier: Apache-2.0 */
#include "port/store.h"
#include <unistd.h>

struct change_set *change_set_new(void)
{
    struct change_set *cs = mem_new(sizeof *cs);
    cs->last = &cs->first;
    return cs;
}

void change_set_free(struct change_set **cs)
{
    if (!*cs)
        return;
    arena_free(&(*cs)->arena);
    mem_freep(cs);
}

struct change *change_add(struct change_set *cs, enum change_kind kind)
{
    struct change *c = arena_new(&cs->arena, sizeof *c);
    c->kind = kind;
    *cs->last = c;
    cs->last = &c->next;
    cs->n++;
    return c;
}

struct delivery_put *delivery_put_new(void)
{
    struct delivery_put *p = mem_new(sizeof *p);
    p->spool = -1;
    return p;
}

void delivery_put_free(struct delivery_put **pp)
{
    struct delivery_put *p = *pp;
    if (!p)
        return;
    arena_free(&p->arena);
    mem_free(p->body);
    fd_closep(&p->spool);
    mem_freep(pp);
}
