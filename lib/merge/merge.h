/* SPDX-License-Identifier: Apache-2.0 */
/* Merging the text of one file that both sides changed. Pure: the same texts give the same answer, byte for byte.
 *
 * First a three-way comparison of lines (diff3: Khanna, Kunal, Pierce, "A formal investigation of diff3", 2007). What
 * it cannot decide goes through rules, the surest first: a resolution that was learned, then what is general (one
 * side's change is part of the other's, edits beside each other, edits of different words of a line), then what the
 * class of the file allows (members of objects, entries of lists, imports, change logs, lock files). A rule that is not
 * certain leaves its hunk alone: an unresolved conflict costs a person a minute, a wrong resolution a day. Delete
 * against modify, and binary files, are never resolved. */
#pragma once
#include "base/arena.h"
#include "base/err.h"
#include "base/vec.h"

/* Limits: what is larger is left to people. */
enum { MERGE_BYTES = 1 << 20, MERGE_HUNKS = 200, MERGE_KEY_LEN = 64 };

/* What decided; the names in reports and statistics are those of merge_rule_name. */
#define MERGE_RULES(X)                                                                                                 \
    X(LINES, "lines")     /* no conflict once the lines were compared well */                                          \
    X(LEARNED, "learned") /* somebody resolved the same conflict before */                                             \
    X(PART, "part")       /* one side's change is part of the other's */                                               \
    X(SPACE, "space")     /* one side changed only white space */                                                      \
    X(BESIDE, "beside")   /* changes of neighbouring lines */                                                          \
    X(WORDS, "words")     /* changes of different words of the same lines */                                           \
    X(VERSION, "version") /* both raised the same version: the higher one */                                           \
    X(IMPORTS, "imports") /* union of lines that import or include */                                                  \
    X(ENTRIES, "entries") /* union of entries added to a list */                                                       \
    X(BLOCKS, "blocks")   /* both added whole definitions at the same place */                                         \
    X(MOVED, "moved")     /* one side moved a block, the other edited it */                                            \
    X(RENAMED, "renamed") /* one side renamed a symbol everywhere */                                                   \
    X(MEMBERS, "members") /* JSON, YAML, TOML: members merged by key */                                                \
    X(LOCK, "lock")       /* lock file: different packages */                                                          \
    X(LOG, "log")         /* change log: both entries */

enum merge_rule {
#define X(name, text) MERGE_##name,
    MERGE_RULES(X)
#undef X
        MERGE_RULE_N
};
const char *merge_rule_name(enum merge_rule r);

/* Earlier resolutions. The key is made by merge_key (merge/memory.h): 64 hex digits. */
struct merge_memory {
    /* Appends the resolution and returns true, or false. NULL = nothing is known. */
    bool (*recall)(void *ctx, const char *key, struct buf *ret);
    void *ctx;
};

struct merge_texts {
    const char *path; /* tells the class of the file */
    struct sv base, ours, theirs;
};

/* What was not resolved: lines of ours, from 1, and the three texts, borrowed from the input. */
struct merge_hunk {
    size_t line;
    struct sv base, ours, theirs;
    char key[MERGE_KEY_LEN + 1];
};

/* A hunk that was resolved. */
struct merge_made {
    char key[MERGE_KEY_LEN + 1];
    enum merge_rule rule;
    size_t at, n; /* its text in merge_result.text, where the file was not rewritten as a whole (moved, renamed) */
};

struct merge_result {
    struct buf text; /* the merged file, when left.n is 0 */
    unsigned rules;  /* bit set of enum merge_rule */
    size_t hunks;    /* conflicts there were at first */
    VEC(struct merge_hunk) left;
    VEC(struct merge_made) made;
    const char *advice; /* a command that makes the file anew, or NULL: a constant */
    VEC(char *) used;   /* keys of the learned resolutions that were taken; owned */
};
void merge_result_free(struct merge_result *r);

/* 0: look at ret->left. -1: ERR_INVALID, a limit or a binary file. */
MUST_USE int merge_file(const struct merge_texts *in, const struct merge_memory *memory, struct merge_result *ret,
                        struct err *e);

/* For a file that stayed unresolved: did one side move a block of it to another file, and the other side change it
 * where it was? `before`: the other file in the base (empty: it is new), `there`: as it is merged. 0: ret->text and
 * *ret_there are the two files. 1: nothing of that kind, or not all of the conflicts. */
MUST_USE int merge_moved_out(const struct merge_texts *in, struct sv before, struct sv there, struct merge_result *ret,
                             struct buf *ret_there, struct err *e);

/* How a person resolved the conflicts of a file: what stands in `outcome` in place of each hunk, where the lines around
 * it are as the merge has them. */
typedef void merge_lesson_fn(void *ctx, const char *key, struct sv resolution);
MUST_USE int merge_lessons(const struct merge_texts *in, struct sv outcome, merge_lesson_fn *tell, void *ctx,
                           struct err *e);
