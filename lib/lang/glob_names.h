/* SPDX-License-Identifier: Apache-2.0 */
/* Many names (the paths of a change), prepared once to be searched with many lists of patterns: they are sorted, so
 * that a pattern looks only at names that begin or end as it does. Not for use on two threads at once. */
#pragma once
#include "lang/glob.h"

struct glob_names {
    struct sv *at; /* in the order of their bytes */
    size_t n;
    /* Made when first needed: */
    uint32_t *by_end;   /* indices into `at` in the order of their bytes read backwards */
    uint64_t *triples;  /* a set, by hash, of all that any name has three bytes of in a row */
    struct arena *arena;
};

/* The texts are borrowed; the index lives in the arena, which must outlive it. */
void glob_names_make(struct glob_names *l, const char *const *names, size_t n, struct arena *a);
/* A name that the list matches; SV_NONE if there is none. */
struct sv glob_names_find(struct glob_names *l, const struct globs *g);
/* A name that the list does not match; SV_NONE if there is none. */
struct sv glob_names_find_other(struct glob_names *l, const struct globs *g);
