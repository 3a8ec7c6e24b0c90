/* SPDX-License-Identifier: Apache-2.0 */
/* Text compared without regard to case, as .NET's OrdinalIgnoreCase does it: every character becomes its simple upper
 * case (so that ς Σ σ are one, but ı I and i İ are not), and the order is that of UTF-16 code units. Bytes that are no
 * UTF-8 are characters of their own. Linear. Pure. */
#pragma once
#include "base/str.h"

struct fold_range {
    uint32_t first, last;
    uint8_t step;
    int32_t delta;
};
extern const struct fold_range fold_ranges[];
extern const size_t fold_ranges_n;

int fold_compare(struct sv a, struct sv b); /* below, at or above 0 */
bool fold_equal(struct sv a, struct sv b);
bool fold_starts(struct sv s, struct sv prefix);
bool fold_ends(struct sv s, struct sv suffix);
bool fold_contains(struct sv s, struct sv part);
/* Adds the text in upper case: what is equal becomes the same bytes. */
void fold_put(struct buf *b, struct sv s);
/* The length in bytes of the white space at p < end, as .NET's Char.IsWhiteSpace has it; 0 = there is none. */
size_t blank_len(const char *p, const char *end);
struct sv blank_trim(struct sv s); /* without it on both ends */
