/* SPDX-License-Identifier: Apache-2.0 */
/* Open-addressing map from bytes to a pointer, hashed with SipHash-1-3 under a random key per process, because the
 * keys come from outside. Keys are copied. The order of map_each is arbitrary and differs
 * between processes: nothing that must be repeatable may depend on it. */
#pragma once
#include "base/str.h"

struct map_slot;
struct map {
    struct map_slot *slots;
    size_t n, cap;
};

void *map_get(const struct map *m, struct sv key);        /* NULL when absent */
void *map_put(struct map *m, struct sv key, void *value); /* returns the value replaced, or NULL; value != NULL */
void *map_remove(struct map *m, struct sv key);           /* returns the value removed, or NULL */
/* *at starts at 0; false at the end. The map must not change meanwhile. */
bool map_each(const struct map *m, size_t *at, struct sv *ret_key, void **ret_value);
void map_free(struct map *m); /* not the values; fits AUTO(map_free) */

/* The same keyed by an id. */
void *map_get_id(const struct map *m, int64_t id);
void *map_put_id(struct map *m, int64_t id, void *value);
void *map_remove_id(struct map *m, int64_t id);

/* SipHash-1-3 (Aumasson, Bernstein). key is 16 bytes. Exposed for its test vectors. */
uint64_t map_siphash13(const uint8_t key[16], const void *p, size_t n);
