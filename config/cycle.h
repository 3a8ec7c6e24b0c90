/* SPDX-License-Identifier: Apache-2.0 */
/* Cycles in "needs" and in dependencies. */
#pragma once
#include "base/arena.h"

struct edges { /* of one node */
    size_t *to;
    size_t n;
};

/* Calls `found` once for each edge that closes a cycle, with the nodes in order, path[0] = path[n - 1]. Iterative:
 * a chain may be as long as the file allows. */
void cycles_each(const struct edges *nodes, size_t n, void (*found)(void *ctx, const size_t *path, size_t n),
                 void *ctx);
/* "build -> test -> build", at most 20 names. */
const char *cycle_text(struct arena *a, const char *const *names, const size_t *path, size_t n);
