/* SPDX-License-Identifier: Apache-2.0 */
/* Our own ids: 63-bit, rising with time: 41 bits of milliseconds since 2024-01-01 UTC, 8 bits of shard, 14 bits of
 * sequence. In text 13 digits of Crockford base32 in lower case, so that text order is id order. 0 is no id. */
#pragma once
#include "base/str.h"

struct id_gen {
    int64_t last_ms;
    uint32_t seq;
};

enum { ID_SEQ_MASK = 0x3fff }; /* the bits of the sequence in an id */
enum { ID_TEXT = 14 }; /* 13 digits and a NUL */

/* Never returns the same id twice for one generator, also when `now_ms` (wall clock) steps back. */
int64_t id_next(struct id_gen *g, int64_t now_ms, unsigned shard);
/* Makes the generator go on behind an id that is already in use. */
void id_seen(struct id_gen *g, int64_t id);
int64_t id_time_ms(int64_t id); /* wall clock at which it was made */
const char *id_text(int64_t id, char ret[ID_TEXT]);
bool id_parse(struct sv text, int64_t *ret); /* either case; false if it is not an id */
