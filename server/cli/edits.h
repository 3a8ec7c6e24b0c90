/* SPDX-License-Identifier: Apache-2.0 */
/* Changes of a text by position: what is not changed stays byte for byte as it was, with its comments. Pure. */
#pragma once
#include "base/vec.h"
#include "fmt/yaml.h"

struct edit {
    size_t at, len;   /* bytes of the source that go */
    const char *text; /* what comes there; borrowed */
};

struct edits {
    struct sv source; /* borrowed */
    VEC(size_t) lines; /* where each line begins */
    VEC(struct edit) list;
};

/* Bytes of the end of a line at `at`, as YAML 1.1 and so libyaml's marks count lines: also a CR alone, NEL, LS and PS.
 * 0 = there is none. */
size_t edits_line_end(struct sv s, size_t at);
void edits_open(struct edits *x, struct sv source);
void edits_free(struct edits *x);
/* The byte of a place; the end of the source when it lies beyond. */
size_t edits_offset(const struct edits *x, struct ymark at);
struct ymark edits_mark(const struct edits *x, size_t offset);
/* The same change twice is one (aliases in YAML lead to the same place again). */
void edits_put(struct edits *x, size_t at, size_t len, const char *text);
/* The changed text, appended. Of two changes that overlap the one further in front is made; those of one place in the
 * order in which they came. */
void edits_apply(struct edits *x, struct buf *out);
/* After edits_apply: where in the source the byte `offset` of the result came from; for what is new, where it was
 * put. */
size_t edits_origin(const struct edits *x, size_t offset);
