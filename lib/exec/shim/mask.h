/* SPDX-License-Identifier: Apache-2.0 */
/* Replaces secret values in a stream of bytes by ***, wherever reads cut it. As at GitHub, occurrences that overlap or
 * touch become one ***, the lines of a value of several lines are masked each, and so are other forms of a value:
 * base64 at any offset, with a line break every 76 characters or none, and as text of JSON and of URLs.
 *
 * Time is linear in the stream: Aho and Corasick, "Efficient string matching", CACM 18 (1975); while nothing matches,
 * most bytes are jumped over: Wu and Manber, "A fast algorithm for multi-pattern searching", TR 94-17 (1994). Memory is
 * bounded by MASK_NODES_MAX. */
#pragma once
#include "base/str.h"
#include "base/vec.h"

enum {
    MASK_MIN = 2,               /* bytes: shorter ones would make the log unreadable and are not masked */
    MASK_NODES_MAX = 2 << 20    /* about the bytes of all values in all their forms */
};

struct mask_node {
    uint32_t child, sibling, fail; /* 0 = none, and the root */
    uint32_t depth, longest;       /* longest value that ends here; 0 = none does */
    uint8_t byte;
    bool ends; /* a value does, here */
};
struct mask_pairs {
    uint32_t node[1 << 16]; /* by the first two bytes of values; 0 = none begins so */
    uint8_t jump[1 << 16];  /* by two bytes: how far the first `window` bytes of a value that has them there go on,
                             * at least */
};
struct mask_range {
    size_t from, to;
};

struct mask {
    /* private */
    struct mask_node *nodes; /* NULL = no values */
    uint32_t n, cap;
    uint32_t root[256], state;
    struct mask_pairs *pairs;
    size_t window; /* length of the shortest value, at most 8 */
    bool stale;    /* values were added since fail, longest and jump were set */
    bool open;     /* the output ends in ***, whose range goes on for open_to bytes of `held` */
    size_t open_to;
    struct buf held; /* read, but may still be the beginning of a value */
    struct {
        VEC(struct mask_range) v;
    } ranges; /* found in `held` and what was read now, sorted, apart */
};

/* In force for what is fed afterwards. False: there is no room, and the value is not masked. */
bool mask_add(struct mask *m, struct sv value);
bool mask_is_empty(const struct mask *m);
/* Appends to `out` what is certain. */
void mask_feed(struct mask *m, struct sv part, struct buf *out);
void mask_flush(struct mask *m, struct buf *out); /* nothing follows */
void mask_free(struct mask *m);                   /* wipes; fits AUTO(mask_free) */
