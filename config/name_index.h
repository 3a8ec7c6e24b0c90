/* SPDX-License-Identifier: Apache-2.0 */
/* Names in the order in which they came, each found again at once whatever their number. Not for sharing between
 * threads. */
#pragma once
#include "base/arena.h"
#include "base/map.h"
#include "base/vec.h"

enum name_case { NAMES_EXACT, NAMES_ANY_CASE /* of ASCII letters */ };

struct name_index {
    enum name_case fold;
    VEC(const char *) names; /* borrowed; of those that are the same, the first */
    struct map at;           /* to the index in names, + 1 */
};

/* The index of the name; a name that is there already keeps the one it has. */
size_t name_index_add(struct name_index *x, const char *name);
ptrdiff_t name_index_find(const struct name_index *x, struct sv name); /* -1 = it is not there */
void name_index_free(struct name_index *x);                            /* fits AUTO(name_index_free); keeps fold */
