/* SPDX-License-Identifier: Apache-2.0 */
#include "server/hooksock/letter.h"

struct hook_ask *hook_ask_new(enum hook_ask_kind kind, int64_t no)
{
    struct hook_ask *a = mem_new(sizeof *a);
    a->kind = kind;
    a->no = no;
    a->fd = -1;
    return a;
}

void hook_ask_free(struct hook_ask **a)
{
    if (!*a)
        return;
    arena_free(&(*a)->arena);
    fd_closep(&(*a)->fd);
    buf_free(&(*a)->text);
    mem_freep(a);
}

struct hook_tell *hook_tell_new(enum hook_tell_kind kind, int64_t no)
{
    struct hook_tell *t = mem_new(sizeof *t);
    t->kind = kind;
    t->no = no;
    return t;
}

void hook_tell_free(struct hook_tell **t)
{
    if (!*t)
        return;
    buf_free(&(*t)->text);
    mem_freep(t);
}
