/* SPDX-License-Identifier: Apache-2.0 */
/* Numbers with 24 binary places. Floating point differs in the last bit between machines and libraries, and what is
 * replayed must come out the same; these do. Logarithm and power are right to 1e-6 (of the power: relative). Pure. */
#pragma once
#include "base/mem.h"

typedef int64_t fixed_t;
#define FIXED_ONE ((fixed_t)1 << 24)

/* Of a constant, by the compiler. */
#define FIXED(x) ((fixed_t)((x) * (double)FIXED_ONE + ((x) < 0 ? -0.5 : 0.5)))

/* Natural logarithm of a whole number (no places). x < 1 counts as 1. Bit by bit by squaring (Knuth, TAOCP 1.2.2). */
fixed_t fixed_ln(int64_t x);
/* e^x; 2^39 - 1 and a fraction at most, which as milliseconds is 17 years. Taylor's series on [0, ln 2). */
fixed_t fixed_exp(fixed_t x);
/* The whole number next to e^x. */
int64_t fixed_exp_whole(fixed_t x);
fixed_t fixed_mul(fixed_t a, fixed_t b); /* rounded towards zero; |a * b| < 2^38 and |a|, |b| < 2^39 */
fixed_t fixed_sqrt(fixed_t x);           /* rounded down; x <= 0 gives 0; x < 2^14 */
