/* SPDX-License-Identifier: Apache-2.0 */
/* Many words looked for in one pass over a text, ASCII case folded: Aho and Corasick, "Efficient string matching", CACM
 * 18 (1975), as a table of states. Immutable once made; may be shared between threads. */
#pragma once
#include "base/str.h"

struct needles;
/* Words of at least one byte. What is found is told by the place in this list. */
struct needles *needles_new(const struct sv *words, size_t n);
void needles_free(struct needles **n); /* fits AUTO(needles_free) */

/* `end` is the offset behind the word. Every place of every word, in order of the ends. */
typedef void needle_fn(void *ctx, size_t word, size_t end);
void needles_find(const struct needles *n, struct sv text, needle_fn *fn, void *ctx);
