/* SPDX-License-Identifier: Apache-2.0 */
/* Tables of keys: one row says how a key is written, where it goes, its default, its bounds, and what it is for. From
 * the same rows come the messages about unknown and missing keys. */
#pragma once
#include <stddef.h>
#include "config/reading.h"
#include "config/shape.h"

enum field_kind {
    F_TEXT,       /* const char *: one line */
    F_PATH,       /* const char *: made absolute */
    F_INT,        /* int, within min..max */
    F_SIZE,       /* int64_t bytes, within min..max */
    F_DURATION,   /* msec_t, within min..max */
    F_FLAG,       /* bool: true or false */
    F_WORD,       /* enum, the index in words */
    F_EXPR,       /* const char *: one line in which ${{ }} may stand, of the row's scope */
    F_READ,       /* by the function of the row */
    F_UNSUPPORTED /* a word of the language that this version refuses */
};

struct field {
    const char *key;
    enum field_kind kind;
    bool required;
    bool secret;        /* a line with this key, or one like it, is never shown */
    size_t at;          /* offset in the struct */
    const char *preset; /* default, in the words of the file; NULL = the struct keeps what it has */
    int64_t min, max;
    const char *const *words; /* NULL at the end */
    /* `into` is the place at the offset. */
    void (*read)(struct reading *r, const struct ynode *n, void *into);
    enum scope scope;          /* of the expressions in it; r->scope while `read` runs */
    const struct shape *shape; /* F_READ: what may stand there */
    const char *doc;           /* for F_UNSUPPORTED: what to do instead, or NULL */
    const char *otherwise;     /* what holds when nobody says it and there is no preset, in words */
    bool machine;              /* it follows from this machine then, and stands at the offset */
    bool restart;              /* of the server file: a change counts from the next start on */
};

#define UNSUPPORTED(key_)                                                                                              \
    {                                                                                                                  \
        .key = (key_), .kind = F_UNSUPPORTED                                                                           \
    }

/* Reads all keys of a map into a struct; `what` ("a job") is for messages. A NULL map only sets the defaults. */
void fields_read(struct reading *r, const struct ynode *map, const char *what, const struct field *table, size_t n,
                 void *into);
void object_read(struct reading *r, const struct ynode *map, const struct object *o, void *into);
#define FIELDS_READ(r, map, what, table, into) fields_read((r), (map), (what), (table), ARRAY_LEN(table), (into))
/* For F_READ: keeps the node (const struct ynode *) for later; leaves the key to somebody else. */
void field_keep(struct reading *r, const struct ynode *n, void *into);
void field_skip(struct reading *r, const struct ynode *n, void *into);
