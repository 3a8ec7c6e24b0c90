/* SPDX-License-Identifier: Apache-2.0 */
#include "base/mem.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

void panic_at(const char *file, int line, const char *what)
{
    fprintf(stderr, "level=error msg=\"broken invariant\" at=%s:%d what=\"%s\"\n", file, line, what);
    abort();
}

void *mem_new(size_t size)
{
    void *p = calloc(1, size ? size : 1);
    MUST(p);
    return p;
}

void *mem_resize(void *p, size_t count, size_t size)
{
    void *q = reallocarray(p, count ? count : 1, size ? size : 1);
    MUST(q);
    return q;
}

char *mem_dup(const char *p, size_t n)
{
    char *q = malloc(n + 1);
    MUST(q);
    if (n)
        memcpy(q, p, n);
    q[n] = 0;
    return q;
}

char *mem_strdup(const char *p)
{
    return p ? mem_dup(p, strlen(p)) : NULL;
}

void mem_free(void *p)
{
    free(p);
}

void mem_freep(void *pp)
{
    void **p = pp;
    free(*p);
    *p = NULL;
}

void fd_closep(int *fd)
{
    if (*fd >= 0)
        close(*fd);
    *fd = -1;
}
