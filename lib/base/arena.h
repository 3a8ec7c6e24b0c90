/* SPDX-License-Identifier: Apache-2.0 */
/* Memory that is freed together: one arena per delivery, configuration or change-set. Not for sharing between
 * threads at the same time; ownership may be handed over. */
#pragma once
#include "base/str.h"

struct arena_block;
struct arena {
    struct arena_block *first;
    size_t used; /* bytes handed out, for limits */
};

void *arena_new(struct arena *a, size_t size);   /* zeroed, aligned for anything; lives until arena_free */
char *arena_dup(struct arena *a, struct sv s);   /* NUL-terminated; absent gives NULL */
char *arena_strdup(struct arena *a, const char *z); /* NULL gives NULL */
struct sv arena_sv(struct arena *a, struct sv s); /* a copy; absent stays absent */
char *arena_fmt(struct arena *a, const char *fmt, ...) PRINTF_LIKE(2, 3);
void arena_free(struct arena *a);                 /* empty and usable again after; fits AUTO(arena_free) */
