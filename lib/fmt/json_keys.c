/* SPDX-License-Identifier: Apache-2.0 */
#include "fmt/json_keys.h"
#include <stdlib.h>
#include <sys/random.h>
#include "base/map.h"
#include "fmt/json_scan.h"

static uint8_t process_key[16];

__attribute__((constructor)) static void seed(void)
{
    if (getrandom(process_key, sizeof process_key, 0) != (ssize_t)sizeof process_key)
        abort();
}

static void take_slot(struct json_keys *k, size_t index, size_t slot)
{
    k->slots[slot] = (uint32_t)index + 1;
    k->open.at[index].slot = (uint32_t)slot;
}

static void grow(struct json_keys *k)
{
    k->cap = k->cap ? k->cap * 2 : 64;
    mem_free(k->slots);
    k->slots = mem_new(k->cap * sizeof *k->slots);
    for (size_t i = 0; i < k->open.n; i++) {
        size_t slot = (size_t)k->open.at[i].hash & (k->cap - 1);
        while (k->slots[slot])
            slot = (slot + 1) & (k->cap - 1);
        take_slot(k, i, slot);
    }
}

/* Whether an accepted string reads as `text`; its end is found again, which is cheap as this is nearly always so. */
static bool reads_as(struct json_keys *k, const char *raw, struct sv text)
{
    size_t n = 0;
    while (raw[n] != '"')
        n += raw[n] == '\\' ? 2 : 1;
    buf_clear(&k->other);
    json_unescape(sv_n(raw, n), &k->other);
    return sv_eq(buf_view(&k->other), text);
}

static bool is_same(struct json_keys *k, const struct json_key *a, const struct json_key *b, struct sv text)
{
    return a->hash == b->hash && a->level == b->level && reads_as(k, a->raw, text);
}

static struct sv text_of(struct json_keys *k, struct sv raw)
{
    buf_clear(&k->text);
    json_unescape(raw, &k->text);
    return buf_view(&k->text);
}

bool json_keys_add(struct json_keys *k, struct sv raw, bool escaped, uint32_t level)
{
    struct sv text = escaped ? text_of(k, raw) : raw;
    if (k->open.n * 2 >= k->cap)
        grow(k);
    /* The level goes in so that the same key in nested objects does not make chains. */
    uint64_t hash = map_siphash13(process_key, text.p, text.n) + level * 0x9e3779b97f4a7c15u;
    struct json_key key = {hash, raw.p, 0, level};
    size_t slot = (size_t)hash & (k->cap - 1);
    for (; k->slots[slot]; slot = (slot + 1) & (k->cap - 1))
        if (is_same(k, &k->open.at[k->slots[slot] - 1], &key, text))
            return false;
    VEC_PUSH(&k->open, key);
    take_slot(k, k->open.n - 1, slot);
    return true;
}

void json_keys_drop(struct json_keys *k, size_t n)
{
    while (k->open.n > n)
        k->slots[k->open.at[--k->open.n].slot] = 0;
}

void json_keys_free(struct json_keys *k)
{
    VEC_FREE(&k->open);
    mem_free(k->slots);
    buf_free(&k->text);
    buf_free(&k->other);
    *k = (struct json_keys){0};
}
