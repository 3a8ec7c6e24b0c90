/* SPDX-License-Identifier: Apache-2.0 */
/* What goes wrong in steps, and is not their fault or is: a step meets it at its first try and again at each further
 * one until it is over. Transient ones pass after one try, seldom after two or three; deterministic ones never do. What
 * a step says then is what tools say, and the classifier of the product has to make sense of it. */
#pragma once
#include "core/failure.h"
#include "world.h"

enum misfortune_kind { LUCK_NETWORK, LUCK_RATE_LIMIT, LUCK_RESOURCE, LUCK_LOST, LUCK_OWN_FAULT, LUCK_LOOKALIKE, LUCK_N };
/* LUCK_LOOKALIKE: its own fault, and it looks as if it were the network's. */
extern const char *const misfortune_name[LUCK_N];
static inline bool misfortune_passes(enum misfortune_kind k)
{
    return k < LUCK_OWN_FAULT;
}

struct misfortune {
    int64_t step;
    enum misfortune_kind kind;
    int tries, left; /* processes so far; further ones that fail, -1 = all */
    int variant;
};
struct misfortunes {
    uint64_t random;
    int per_10000[LUCK_N]; /* of steps */
    VEC(struct misfortune *) all;
    struct map by_step; /* -> struct misfortune *; the step that met none -> this struct */
    uint64_t steps;
};
