/* SPDX-License-Identifier: Apache-2.0 */
/* A text as members below members (JSON, YAML, TOML, lock files), each with the very bytes it was written with, so that
 * what nobody changed stays as it is. A member is found by its key, an entry of a list by what names it (name, id …) or
 * else by its whole text. Borrows the text; nodes are in the arena. Pure. */
#pragma once
#include "base/arena.h"
#include "base/vec.h"
#include "merge/kind.h"

enum node_kind { NODE_LEAF, NODE_MAP, NODE_LIST };

struct node {
    enum node_kind kind;
    struct sv key;
    struct sv lead;       /* white space and remarks in front of it */
    struct sv all;        /* the whole, without lead */
    struct sv value;      /* leaf: where a version may stand; absent = nowhere */
    struct sv head, tail; /* what opens and closes a map or list */
    struct node *kids;
    size_t n;
    char separator; /* between kids; 0 = none */
};
struct nodes { /* while they are collected */
    VEC(struct node) v;
};

enum { NODE_DEPTH = 64 };

/* All return false when the text is not of that kind, or has something in it that is not understood. The root's lead
 * and what is behind its end are `before` and `behind` of the text. */
bool node_json(struct sv text, struct arena *a, struct node *ret);
bool node_yaml(struct sv text, struct arena *a, struct node *ret);
/* versions: two [[tables]] of one name are told apart by their version. */
enum toml_names { TOML_BY_NAME, TOML_BY_VERSION };
bool node_toml(struct sv text, enum toml_names how, struct arena *a, struct node *ret);
/* Moves the nodes into the arena and makes them kids of `of`. */
void node_give(struct nodes *from, struct arena *a, struct node *of);

/* The two sets of changes of one tree laid over each other, appended to *ret. False when both changed the same thing,
 * or one changed what the other deleted; *ret may have been written to then. A version that both raised: the higher. */
bool node_merge(const struct node *base, const struct node *ours, const struct node *theirs, bool *ret_raised,
                struct buf *ret);
bool node_has_doubles(const struct node *n); /* two kids of one key, anywhere */
