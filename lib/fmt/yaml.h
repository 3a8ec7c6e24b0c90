/* SPDX-License-Identifier: Apache-2.0 */
/* YAML 1.2 core subset as a tree with positions, from libyaml's events. Scalars keep their text: `on`, `no`, `010` are
 * strings unless the reader asks for something else. Refused: duplicate keys, tags, merge keys, several documents,
 * recursive aliases, keys that are not text, NUL, anything over the limits; limits are counted while reading, before
 * anything expands. An alias is the node of its anchor once more (shared, not copied) and counts as all nodes and
 * levels in it, so a walk over the tree meets at most `nodes` nodes and `depth` levels. */
#pragma once
#include "base/arena.h"
#include "base/err.h"
#include "base/vec.h"

struct ymark {
    int line, col; /* from 1; columns count code points */
};

enum ykind { Y_SCALAR, Y_SEQ, Y_MAP };

struct ynode {
    enum ykind kind;
    struct ymark at, end; /* of the value itself; end is behind its last character */
    struct sv text;       /* scalar: the text, NUL-terminated in the arena, no other NUL in it */
    bool plain;           /* scalar without quotes and not a block: only these can be null, bool or number */
    struct ynode **items; /* seq: items; map: values */
    struct ynode **keys;  /* map: keys (always scalars) */
    size_t n;
};

/* bytes: of the text; and of all scalars together, where an alias counts for what it stands for, as it does in nodes:
 * so readers that go through the tree take time in proportion to these limits. */
enum { YAML_BYTES = 1 << 20, YAML_DEPTH = 64, YAML_NODES = 100000, YAML_ALIASES = 100 };
struct yaml_limits {
    size_t bytes, depth, nodes, aliases; /* 0 = the default above */
};

/* 0 with *ret in the arena (NULL for an empty document), or -1 with ERR_INVALID, the position in *at and a text
 * without position in e->msg. Time is linear in the size of the text. */
MUST_USE int yaml_load(struct sv text, const struct yaml_limits *limits, struct arena *arena, struct ynode **ret,
                       struct ymark *at, struct err *e);

const struct ynode *ynode_get(const struct ynode *map, const char *key); /* NULL if absent or no map */
bool ynode_is_null(const struct ynode *n);                                /* plain: empty ~ null Null NULL */
bool ynode_bool(const struct ynode *n, bool *ret);                        /* plain: true True TRUE false ... */
bool ynode_int(const struct ynode *n,
               int64_t *ret); /* plain decimal with or without a sign: 010 is ten, as in the core schema */
/* Any number of the core schema (YAML 1.2 §10.3.2): 0o17, 0x1F, 1e3, .5, -.inf, .nan as well. */
bool ynode_number(const struct ynode *n, double *ret);
