/* SPDX-License-Identifier: Apache-2.0 */
#include "base/map.h"
#include <stdlib.h>
#include <sys/random.h>

struct map_slot {
    uint64_t hash;
    char *key; /* NULL = free */
    size_t n;
    void *value;
};

static inline uint64_t rotl(uint64_t v, int b)
{
    return v << b | v >> (64 - b);
}

__attribute__((always_inline)) static inline void sip_round(uint64_t v[4])
{
    v[0] += v[1], v[1] = rotl(v[1], 13), v[1] ^= v[0], v[0] = rotl(v[0], 32);
    v[2] += v[3], v[3] = rotl(v[3], 16), v[3] ^= v[2];
    v[0] += v[3], v[3] = rotl(v[3], 21), v[3] ^= v[0];
    v[2] += v[1], v[1] = rotl(v[1], 17), v[1] ^= v[2], v[2] = rotl(v[2], 32);
}

uint64_t map_siphash13(const uint8_t key[16], const void *data, size_t n)
{
    const uint8_t *p = data;
    uint64_t k0, k1, m;
    memcpy(&k0, key, 8);
    memcpy(&k1, key + 8, 8);
    uint64_t v[4] = {k0 ^ 0x736f6d6570736575u, k1 ^ 0x646f72616e646f6du, k0 ^ 0x6c7967656e657261u,
                     k1 ^ 0x7465646279746573u};
    size_t i = 0;
    for (; i + 8 <= n; i += 8) {
        memcpy(&m, p + i, 8);
        v[3] ^= m;
        sip_round(v);
        v[0] ^= m;
    }
    m = (uint64_t)n << 56;
    for (size_t j = 0; i + j < n; j++)
        m |= (uint64_t)p[i + j] << (8 * j);
    v[3] ^= m;
    sip_round(v);
    v[0] ^= m;
    v[2] ^= 0xff;
    for (int r = 0; r < 3; r++)
        sip_round(v);
    return v[0] ^ v[1] ^ v[2] ^ v[3];
}

static uint8_t process_key[16];

__attribute__((constructor)) static void seed(void)
{
    if (getrandom(process_key, sizeof process_key, 0) != (ssize_t)sizeof process_key)
        abort();
}

static uint64_t hash_of(struct sv key)
{
    return map_siphash13(process_key, key.p, key.n);
}

static size_t slot_of(const struct map *m, struct sv key, uint64_t hash)
{
    size_t i = (size_t)hash & (m->cap - 1);
    while (m->slots[i].key && !(m->slots[i].hash == hash && sv_eq(sv_n(m->slots[i].key, m->slots[i].n), key)))
        i = (i + 1) & (m->cap - 1);
    return i;
}

void *map_get(const struct map *m, struct sv key)
{
    return m->n ? m->slots[slot_of(m, key, hash_of(key))].value : NULL;
}

static void grow(struct map *m)
{
    struct map old = *m;
    m->cap = old.cap ? old.cap * 2 : 16;
    m->slots = mem_new(m->cap * sizeof *m->slots);
    for (size_t i = 0; i < old.cap; i++)
        if (old.slots[i].key)
            m->slots[slot_of(m, sv_n(old.slots[i].key, old.slots[i].n), old.slots[i].hash)] = old.slots[i];
    free(old.slots);
}

void *map_put(struct map *m, struct sv key, void *value)
{
    MUST(value);
    if (m->n * 4 >= m->cap * 3)
        grow(m);
    uint64_t hash = hash_of(key);
    struct map_slot *s = &m->slots[slot_of(m, key, hash)];
    void *old = s->value;
    if (!s->key) {
        *s = (struct map_slot){hash, mem_dup(key.p, key.n), key.n, NULL};
        m->n++;
    }
    s->value = value;
    return old;
}

void *map_remove(struct map *m, struct sv key)
{
    if (m->n == 0)
        return NULL;
    size_t i = slot_of(m, key, hash_of(key)), mask = m->cap - 1;
    if (!m->slots[i].key)
        return NULL;
    void *old = m->slots[i].value;
    free(m->slots[i].key);
    m->n--;
    /* Backward shift keeps every probe chain unbroken without tombstones. */
    for (size_t j = (i + 1) & mask; m->slots[j].key; j = (j + 1) & mask) {
        size_t home = (size_t)m->slots[j].hash & mask;
        if (((j - home) & mask) >= ((j - i) & mask)) {
            m->slots[i] = m->slots[j];
            i = j;
        }
    }
    m->slots[i] = (struct map_slot){0};
    return old;
}

bool map_each(const struct map *m, size_t *at, struct sv *ret_key, void **ret_value)
{
    for (; *at < m->cap; (*at)++) {
        const struct map_slot *s = &m->slots[*at];
        if (!s->key)
            continue;
        *ret_key = sv_n(s->key, s->n);
        *ret_value = s->value;
        (*at)++;
        return true;
    }
    return false;
}

void map_free(struct map *m)
{
    for (size_t i = 0; i < m->cap; i++)
        free(m->slots[i].key);
    free(m->slots);
    *m = (struct map){0};
}

void *map_get_id(const struct map *m, int64_t id)
{
    return map_get(m, sv_n((const char *)&id, sizeof id));
}

void *map_put_id(struct map *m, int64_t id, void *value)
{
    return map_put(m, sv_n((const char *)&id, sizeof id), value);
}

void *map_remove_id(struct map *m, int64_t id)
{
    return map_remove(m, sv_n((const char *)&id, sizeof id));
}
