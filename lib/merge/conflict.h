/* SPDX-License-Identifier: Apache-2.0 */
/* One conflict of a file and the rules that may resolve it. A rule appends its answer to *ret and returns true, or
 * leaves *ret as it was. None of them looks further than the neighbouring lines. Pure. */
#pragma once
#include "merge/kind.h"
#include "merge/merge.h"
#include "merge/three.h"

struct conflict {
    const struct three *x; /* of lines */
    const struct part *p;
    struct text_kind kind;
    struct arena *a;
};
typedef bool rule_fn(const struct conflict *c, struct buf *ret);

struct sv conflict_base(const struct conflict *c);
struct sv conflict_ours(const struct conflict *c);
struct sv conflict_theirs(const struct conflict *c);
/* A line of ours before (-1, -2, …) or behind (0, 1, …) the conflict; absent beyond the ends. */
struct sv conflict_near(const struct conflict *c, int at);

/* twice.c: both sides brought the same new words into the file: keeping both sides' work would be keeping it twice. */
bool work_is_double(struct sv base, struct sv ours, struct sv theirs);
/* A line that both have once is there twice: they put the same at different places. */
bool lines_are_doubled(struct sv ours, struct sv theirs, struct sv outcome);

/* space.c: one side alone changed white space of lines that stayed the same else: its white space on all sides. */
struct rewrite;
bool space_rewrite(const struct conflict *c, struct rewrite *ret);

rule_fn rule_part, rule_beside, rule_words; /* rule_edits.c */
rule_fn rule_version;                       /* rule_version.c */
/* The higher of two versions that are above base (empty: there was none), all with the same operator and quotes in
 * front; false when they are no versions, or it is not certain. */
bool version_higher(struct sv base, struct sv ours, struct sv theirs, struct sv *ret);
rule_fn rule_imports, rule_entries; /* rule_lists.c */
rule_fn rule_blocks;                /* rule_blocks.c */
rule_fn rule_log;                   /* rule_log.c */
