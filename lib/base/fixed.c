/* SPDX-License-Identifier: Apache-2.0 */
#include "base/fixed.h"

enum { PLACES = 24, FINE = 31 }; /* inside of a series there are 31 places, so that a product fits 64 bits */
static const uint64_t fine_one = (uint64_t)1 << FINE;
static const uint64_t fine_ln2 = 1488522236; /* ln 2 * 2^31 */

fixed_t fixed_ln(int64_t x)
{
    if (x <= 1)
        return 0;
    int top = 63 - __builtin_clzll((unsigned long long)x);
    uint64_t y = top <= FINE ? (uint64_t)x << (FINE - top) : (uint64_t)x >> (top - FINE);
    uint64_t log2 = (uint64_t)top << FINE;
    for (int place = FINE - 1; place >= 0; place--) {
        y = y * y >> FINE;
        if (y >= 2 * fine_one) {
            y >>= 1;
            log2 |= (uint64_t)1 << place;
        }
    }
    /* 37 bits by 31: the product is put together of two. */
    uint64_t whole = (log2 >> FINE) * fine_ln2, part = (log2 & (fine_one - 1)) * fine_ln2 >> FINE;
    return (fixed_t)((whole + part + ((uint64_t)1 << (FINE - PLACES - 1))) >> (FINE - PLACES));
}

/* e^(r / 2^31) with 31 places, r < ln 2. */
static uint64_t series(uint64_t r)
{
    uint64_t sum = fine_one, term = fine_one;
    for (uint64_t i = 1; term; i++) {
        term = (term * r >> FINE) / i;
        sum += term;
    }
    return sum;
}

fixed_t fixed_exp(fixed_t x)
{
    /* Beyond this the power needs more than 63 bits, or is nothing. */
    if (x >= FIXED(27.03))
        return INT64_MAX;
    if (x < FIXED(-18))
        return 0;
    int64_t fine = x * ((int64_t)1 << (FINE - PLACES)), ln2 = (int64_t)fine_ln2;
    int64_t doublings = fine >= 0 ? fine / ln2 : -((-fine + ln2 - 1) / ln2);
    uint64_t y = series((uint64_t)(fine - doublings * ln2));
    int64_t shift = FINE - PLACES - doublings;
    if (shift <= 0)
        return (fixed_t)(y << -shift);
    return (fixed_t)((y + ((uint64_t)1 << (shift - 1))) >> shift);
}

int64_t fixed_exp_whole(fixed_t x)
{
    fixed_t y = fixed_exp(x);
    return y == INT64_MAX ? y >> PLACES : (y + FIXED_ONE / 2) >> PLACES;
}

fixed_t fixed_mul(fixed_t a, fixed_t b)
{
    bool negative = (a < 0) != (b < 0);
    uint64_t x = (uint64_t)(a < 0 ? -a : a), y = (uint64_t)(b < 0 ? -b : b);
    uint64_t mask = (uint64_t)FIXED_ONE - 1;
    uint64_t whole = (x >> PLACES) * y, part = ((x & mask) * (y >> PLACES)) + ((x & mask) * (y & mask) >> PLACES);
    fixed_t product = (fixed_t)(whole + part);
    return negative ? -product : product;
}

fixed_t fixed_sqrt(fixed_t x)
{
    if (x <= 0)
        return 0;
    uint64_t rest = (uint64_t)x << PLACES, root = 0, bit = (uint64_t)1 << 62;
    while (bit > rest)
        bit >>= 2;
    for (; bit; bit >>= 2) {
        bool set = rest >= root + bit;
        rest -= set ? root + bit : 0;
        root = (root >> 1) + (set ? bit : 0);
    }
    return (fixed_t)root;
}
