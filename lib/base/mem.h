/* SPDX-License-Identifier: Apache-2.0 */
/* Memory and ownership. Running out of memory ends the process: it is crash-safe by design. Sizes that come from
 * outside are checked against a limit before they get here. Any thread. */
#pragma once
#include <stddef.h>
#include <stdint.h>
#include <stdbool.h>

#define MUST_USE __attribute__((warn_unused_result))
#define PRINTF_LIKE(fmt, args) __attribute__((format(printf, fmt, args)))
#define ARRAY_LEN(a) (sizeof(a) / sizeof((a)[0]))
#define CONTAINER_OF(ptr, type, member) ((type *)((char *)(ptr) - offsetof(type, member)))

/* AUTO(x_free) struct x *p = ...;  calls x_free(&p) at the end of the scope. */
#define AUTO(drop) __attribute__((cleanup(drop)))
/* Takes the value out of a variable, leaving NULL behind. */
#define STEAL(p)                                                                                                       \
    ({                                                                                                                 \
        __typeof__(p) steal_ = (p);                                                                                    \
        (p) = NULL;                                                                                                    \
        steal_;                                                                                                        \
    })

void *mem_new(size_t size);                            /* zeroed; never NULL; caller frees with mem_free */
void *mem_resize(void *p, size_t count, size_t size);  /* never NULL; checks count * size for overflow */
char *mem_dup(const char *p, size_t n);                /* n bytes and a NUL behind them; caller frees */
char *mem_strdup(const char *p);                       /* NULL gives NULL; caller frees */
void mem_free(void *p);                                /* NULL-safe */
void mem_freep(void *pp);                              /* takes the address of a pointer; for AUTO(mem_freep) */
void fd_closep(int *fd);                               /* closes if >= 0 and sets -1; for AUTO(fd_closep) */

/* Says where and why on stderr and aborts: for broken invariants of ours, never for input. */
__attribute__((noreturn)) void panic_at(const char *file, int line, const char *what);
#define MUST(cond) ((cond) ? (void)0 : panic_at(__FILE__, __LINE__, #cond))
