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

static void place(struct json_keys *k, size_t index)
{
    struct json_key *key = &k->open.at[index];
    size_t i = (size_t)key->hash & (k->cap - 1);
    while (k->slots[i])
        i = (i + 1) & (k->cap - 1);
    k->slots[i] = (uint32_t)index + 1;
    key->slot = (uint32_t)i;
}

static void grow(struct json_keys *k)
{
    k->cap = k->cap ? k->cap * 2 : 64;
    mem_free(k->slots);
    k->slots = mem_new(k->cap * sizeof *k->slots);
    for (size_t i = 0; i < k->open.n; i++)
        place(k, i);
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

static bool has(struct json_keys *k, struct sv text, uint64_t hash, uint32_t level)
{
    for (size_t i = (size_t)hash & (k->cap - 1); k->slots[i]; i = (i + 1) & (k->cap - 1)) {
        const struct json_key *key = &k->open.at[k->slots[i] - 1];
        if (key->hash == hash && key->level == level && reads_as(k, key->raw, text))
            return true;
    }
    return false;
}

bool json_keys_add(struct json_keys *k, struct sv raw, bool escaped, uint32_t level)
{
    struct sv text = raw;
    if (escaped) {
        buf_clear(&k->text);
        json_unescape(raw, &k->text);
        text = buf_view(&k->text);
    }
    if (k->open.n * 2 >= k->cap)
        grow(k);
    /* The level goes in so that the same key in nested objects does not make chains. */
    uint64_t hash = map_siphash13(process_key, text.p, text.n) + level * 0x9e3779b97f4a7c15u;
    if (has(k, text, hash, level))
        return false;
    struct json_key key = {hash, raw.p, 0, level};
    VEC_PUSH(&k->open, key);
    place(k, k->open.n - 1);
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
