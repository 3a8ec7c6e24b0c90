/* SPDX-License-Identifier: Apache-2.0 */
/* The keys of the objects that are open, for json_validate.c only: finds a key that comes twice in one object.
 * One table for all open objects, hashed with SipHash under a random key, because the keys come from outside. Keys
 * leave in the reverse order of their coming, so a slot can simply be emptied. About 32 bytes for an open key. */
#pragma once
#include "base/str.h"
#include "base/vec.h"

struct json_key {
    uint64_t hash;
    const char *raw; /* behind the opening quote, borrowed from the text */
    uint32_t slot, level;
};
struct json_keys {
    VEC(struct json_key) open;
    uint32_t *slots; /* 1 + index in open; 0 = free */
    size_t cap;
    struct buf text, other; /* scratch: keys without their escapes */
};

/* level: the depth of the object, which names it among the open ones. False if the object has the key already. */
bool json_keys_add(struct json_keys *k, struct sv raw, bool escaped, uint32_t level);
/* Forgets all but the first n keys. */
void json_keys_drop(struct json_keys *k, size_t n);
void json_keys_free(struct json_keys *k);
