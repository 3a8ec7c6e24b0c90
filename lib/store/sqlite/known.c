/* SPDX-License-Identifier: Apache-2.0 */
#include "store/sqlite/known.h"
#include <stdlib.h>

enum {
    FOLD_AT = 16384, /* keys: two to three megabytes */
    FOLD_WORTH = FOLD_AT / 4,
    FOLD_STEP = 1024, /* keys of one transaction */
};

static struct sv view(const uint8_t *key)
{
    return sv_n((const char *)key, DEDUP_KEY_LEN);
}

static const struct known_key *find_in(const struct generation *g, const uint8_t *key)
{
    size_t place = (size_t)(uintptr_t)map_get(&g->places, view(key));
    return place ? &g->keys.at[place - 1] : NULL;
}

const struct known_key *known_find(const struct known *k, const uint8_t key[DEDUP_KEY_LEN])
{
    const struct known_key *found = find_in(&k->fresh, key);
    return found ? found : find_in(&k->folding, key);
}

static void put_place(struct generation *g, const uint8_t *key, size_t place)
{
    map_put(&g->places, view(key), (void *)(uintptr_t)place);
}

void known_add(struct known *k, const uint8_t key[DEDUP_KEY_LEN], int64_t delivery, msec_t received_at)
{
    struct generation *g = &k->fresh;
    const struct known_key *old = find_in(g, key);
    struct known_key x = {.delivery = delivery, .received_at = received_at,
                          .before = old ? (size_t)(old - g->keys.at) + 1 : 0};
    memcpy(x.key, key, DEDUP_KEY_LEN);
    VEC_PUSH(&g->keys, x);
    put_place(g, key, g->keys.n);
    if (delivery > k->newest)
        k->newest = delivery;
}

size_t known_mark(const struct known *k)
{
    return k->fresh.keys.n;
}

void known_undo(struct known *k, size_t mark)
{
    struct generation *g = &k->fresh;
    while (g->keys.n > mark) {
        const struct known_key *x = &g->keys.at[--g->keys.n];
        if (x->before)
            put_place(g, x->key, x->before);
        else
            map_remove(&g->places, view(x->key));
    }
}

void known_undo_all(struct known *k)
{
    known_undo(k, k->kept);
}

void known_keep(struct known *k)
{
    k->kept = k->fresh.keys.n;
}

/* ---- folding ---- */

bool known_is_folding(const struct known *k)
{
    return k->folding.keys.n > 0;
}

static int by_key(const void *a, const void *b)
{
    const struct known_key *x = *(const struct known_key *const *)a, *y = *(const struct known_key *const *)b;
    int by = memcmp(x->key, y->key, DEDUP_KEY_LEN);
    return by ? by : (x->delivery > y->delivery) - (x->delivery < y->delivery);
}

void known_fold(struct known *k)
{
    struct generation *g = &k->folding;
    MUST(!known_is_folding(k) && k->kept == k->fresh.keys.n);
    *g = k->fresh;
    k->fresh = (struct generation){0};
    k->kept = k->at = 0;
    k->folding_to = k->newest;
    k->order = mem_resize(k->order, g->keys.n + 1, sizeof *k->order);
    for (size_t i = 0; i < g->keys.n; i++)
        k->order[i] = &g->keys.at[i];
    qsort(k->order, g->keys.n, sizeof *k->order, by_key);
}

static enum db_result fold_key(struct db *db, const struct known_key *x, struct err *e)
{
    struct cur c = cur_on(db, SQL_DEDUP_PUT);
    cur_blob(&c, x->key, DEDUP_KEY_LEN);
    cur_int(&c, x->delivery);
    cur_int(&c, x->received_at);
    return cur_run(&c, e);
}

enum db_result known_fold_some(const struct known *k, struct db *db, size_t *ret_at, struct err *e)
{
    const struct generation *g = &k->folding;
    enum db_result r = DB_OK;
    size_t at = k->at;
    for (; r == DB_OK && at < g->keys.n && at < k->at + FOLD_STEP; at++)
        r = fold_key(db, k->order[at], e);
    *ret_at = at;
    if (r != DB_OK || at < g->keys.n)
        return r;
    struct cur c = cur_on(db, SQL_DEDUP_FOLDED);
    cur_int(&c, k->folding_to);
    return cur_run(&c, e);
}

static void generation_free(struct generation *g)
{
    VEC_FREE(&g->keys);
    map_free(&g->places);
}

void known_folded(struct known *k, size_t at)
{
    k->at = at;
    if (at < k->folding.keys.n)
        return;
    k->folded = k->folding_to;
    generation_free(&k->folding);
    mem_free(STEAL(k->order));
}

bool known_is_behind(const struct known *k)
{
    size_t n = k->fresh.keys.n;
    return known_is_folding(k) ? k->at * FOLD_AT < n * k->folding.keys.n : n >= FOLD_AT;
}

bool known_is_worth_folding(const struct known *k)
{
    return known_is_folding(k) || k->fresh.keys.n >= FOLD_WORTH;
}

void known_free(struct known *k)
{
    generation_free(&k->fresh);
    generation_free(&k->folding);
    mem_free(STEAL(k->order));
}
