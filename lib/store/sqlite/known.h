/* SPDX-License-Identifier: Apache-2.0 */
/* The deduplication keys of the newest deliveries, in memory. A key is as random as a digest, so in its table every
 * delivery would change two pages that no other delivery of its group changes. Here it costs nothing, because all it is
 * made of stands in the row of the delivery; thousands of keys together, in order, then change each page of the table
 * once. The table knows the deliveries up to one id (`folded`); at a start the rest is read from their rows.
 * A store's thread alone. */
#pragma once
#include "base/clk.h"
#include "base/map.h"
#include "base/vec.h"
#include "store/sqlite/db.h"

enum { DEDUP_KEY_LEN = 16 };

struct known_key {
    uint8_t key[DEDUP_KEY_LEN];
    int64_t delivery;
    msec_t received_at;
    size_t before; /* the same key's earlier place in the generation, too old to count: one more than its index, or 0 */
};

struct generation {
    VEC(struct known_key) keys;
    struct map places; /* of the newest with this key: one more than its index */
};

struct known {
    struct generation fresh, folding;
    size_t kept;                    /* keys of `fresh` whose deliveries are committed */
    const struct known_key **order; /* those of `folding` by key */
    size_t at;                      /* of `order`: those before it are in the table */
    int64_t newest;                 /* delivery of which a key was added */
    int64_t folding_to, folded;
};

const struct known_key *known_find(const struct known *k, const uint8_t key[DEDUP_KEY_LEN]); /* NULL: not here */
void known_add(struct known *k, const uint8_t key[DEDUP_KEY_LEN], int64_t delivery, msec_t received_at);
/* What was added since known_keep, or since known_mark gave `mark`, was rolled back. */
size_t known_mark(const struct known *k);
void known_undo(struct known *k, size_t mark);
void known_undo_all(struct known *k);
void known_keep(struct known *k);

bool known_is_folding(const struct known *k);
/* A new generation begins and the one before is folded. Not while folding, nor between an addition and its keep. */
void known_fold(struct known *k);
/* The next keys of it into the open transaction; once that is committed known_folded is told where they ended. */
enum db_result known_fold_some(const struct known *k, struct db *db, size_t *ret_at, struct err *e);
void known_folded(struct known *k, size_t at);
/* There are so many that a fold cannot wait, or that the one going on would not end before the next is due. */
bool known_is_behind(const struct known *k);
bool known_is_worth_folding(const struct known *k); /* in an idle moment */
void known_free(struct known *k);
