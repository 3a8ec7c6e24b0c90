/* SPDX-License-Identifier: Apache-2.0 */
#include "base/arena.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct arena_block {
    struct arena_block *next;
    size_t used, cap;
    _Alignas(16) char bytes[];
};

enum { FIRST_BLOCK = 1024, BLOCK = 8192, ALIGN = 16 };

static void *take(struct arena *a, size_t size)
{
    size = (size + ALIGN - 1) & ~(size_t)(ALIGN - 1);
    struct arena_block *b = a->first;
    if (!b || b->cap - b->used < size) {
        /* Many arenas hold a few hundred bytes: the first block is small, the others are not. */
        size_t usual = a->first || size > FIRST_BLOCK / 2 ? BLOCK : FIRST_BLOCK;
        size_t cap = size > BLOCK / 4 ? size : usual;
        b = mem_resize(NULL, sizeof *b + cap, 1);
        *b = (struct arena_block){.cap = cap};
        /* A block for one large thing goes behind the first, so that the room left in the first is not lost. */
        if (a->first && cap == size) {
            b->next = a->first->next;
            a->first->next = b;
        } else {
            b->next = a->first;
            a->first = b;
        }
    }
    void *p = b->bytes + b->used;
    b->used += size;
    a->used += size;
    return p;
}

void *arena_new(struct arena *a, size_t size)
{
    return memset(take(a, size), 0, size);
}

char *arena_dup(struct arena *a, struct sv s)
{
    if (!s.p)
        return NULL;
    char *p = take(a, s.n + 1);
    if (s.n)
        memcpy(p, s.p, s.n);
    p[s.n] = 0;
    return p;
}

char *arena_strdup(struct arena *a, const char *z)
{
    return arena_dup(a, sv_of(z));
}

struct sv arena_sv(struct arena *a, struct sv s)
{
    return (struct sv){arena_dup(a, s), s.n};
}

char *arena_fmt(struct arena *a, const char *fmt, ...)
{
    char text[256];
    va_list ap, again;
    va_start(ap, fmt);
    va_copy(again, ap);
    int n = vsnprintf(text, sizeof text, fmt, ap);
    MUST(n >= 0);
    char *p = take(a, (size_t)n + 1);
    if ((size_t)n < sizeof text)
        memcpy(p, text, (size_t)n + 1);
    else
        vsnprintf(p, (size_t)n + 1, fmt, again);
    va_end(again);
    va_end(ap);
    return p;
}

void arena_free(struct arena *a)
{
    for (struct arena_block *b = a->first, *next; b; b = next) {
        next = b->next;
        free(b);
    }
    *a = (struct arena){0};
}
