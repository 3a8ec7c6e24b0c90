/* SPDX-License-Identifier: Apache-2.0 */
#include "core/backoff.h"

uint64_t random_next(uint64_t *state)
{
    uint64_t z = (*state += 0x9e3779b97f4a7c15u);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
}

msec_t backoff_ms(int tries, msec_t base, msec_t cap, uint64_t *state)
{
    msec_t bound = base;
    for (int i = 0; i < tries && bound < cap; i++)
        bound *= 2;
    if (bound > cap)
        bound = cap;
    msec_t least = bound / 10;
    return least + (msec_t)(random_next(state) % (uint64_t)(bound - least + 1));
}
