/* SPDX-License-Identifier: Apache-2.0 */
/* How long to wait before the next try: full jitter, U(0, min(cap, base * 2^tries)), but at least a tenth of that
 * bound, so that a try never follows at once (AWS Architecture Blog, "Exponential Backoff And Jitter"). Pure. */
#pragma once
#include "base/clk.h"

/* splitmix64; *state is the caller's and makes the sequence repeatable. */
uint64_t random_next(uint64_t *state);
msec_t backoff_ms(int tries, msec_t base, msec_t cap, uint64_t *state);
