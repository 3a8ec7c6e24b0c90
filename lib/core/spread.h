/* SPDX-License-Identifier: Apache-2.0 */
/* How long many things took, in little room: counts of times by classes. Up to 15 ms each class is one time; above, it
 * is at most an eighth of its times wide, and what is told of it is its middle: within 6.25 % of the time that a sorted
 * list would give. Sums of spreads are spreads. Pure. */
#pragma once
#include "base/clk.h"
#include "base/str.h"

enum { SPREAD_CLASSES = 240 }; /* up to 49 days; longer ones count as that */

struct spread {
    uint32_t n[SPREAD_CLASSES];
};
void spread_add(struct spread *s, msec_t ms);
/* The smallest time that at least `part` (0 to 1) of them do not exceed; -1 = there are none. */
msec_t spread_quantile(const struct spread *s, double part);

/* Packed: a byte with the class and its count (LEB128) for each class that has some. Appended. */
void spread_pack(const struct spread *s, struct buf *ret);
/* Adds what was packed to *s; what is no such text adds nothing from there on. */
void spread_unpack(struct spread *s, struct sv packed);
