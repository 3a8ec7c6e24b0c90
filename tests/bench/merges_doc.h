/* SPDX-License-Identifier: Apache-2.0 */
/* A file as its author thinks of it: pieces of text with names, changed by edits that say what is meant ("behind this
 * piece", "this function is called otherwise from now on"). The same edits make the text of one side, and together the
 * right outcome of the merge, so that nothing here knows how texts are merged. */
#pragma once
#include "base/arena.h"
#include "base/vec.h"

struct piece {
    int id;
    int symbol; /* >= 0: its text is the symbol's name */
    const char *text;
};
struct doc {
    struct arena *a;
    VEC(struct piece) v;
    const char *symbols[64];
    int n_symbols;
    int next; /* id */
};

enum edit_what { WHAT_REPLACE, WHAT_DELETE, WHAT_INSERT, WHAT_RENAME, WHAT_MOVE, WHAT_INDENT };
enum edit_order {
    ORDER_FREE,  /* of two insertions at one place either may come first */
    ORDER_SORTED /* the smaller text comes first */
};
struct doc_edit {
    enum edit_what what;
    int from, to;     /* pieces; RENAME: from = the symbol */
    int behind;       /* INSERT, MOVE: the piece in front of the new place */
    const char *text; /* REPLACE: text, INDENT: what comes in front, RENAME: the new name */
    struct piece put[48];
    int n_put;
    enum edit_order order;
};
struct change { /* what one side did */
    struct doc_edit at[6];
    int n;
};

int doc_add(struct doc *d, const char *text); /* the id */
int doc_add_symbol(struct doc *d, int symbol);
int doc_symbol(struct doc *d, const char *name);
int doc_last(const struct doc *d);
const char *doc_fmt(struct doc *d, const char *fmt, ...) PRINTF_LIKE(2, 3);

struct doc_edit *change_add(struct change *c, enum edit_what what);
void edit_put(struct doc *d, struct doc_edit *e, const char *text);
void edit_put_symbol(struct doc *d, struct doc_edit *e, int symbol);

/* The text with the changes (NULL = none) made: those of `first` come first where the order is free. */
void doc_text(const struct doc *d, const struct change *first, const struct change *second, struct buf *ret);
/* Both changed the same piece, or one changed what the other took away: no text is right. */
bool changes_clash(const struct doc *d, const struct change *x, const struct change *y);
/* Two insertions at one place whose order is free. */
bool changes_meet(const struct change *x, const struct change *y);

/* ---- chance ---- */
struct dice {
    uint64_t state;
};
uint64_t dice_next(struct dice *d);    /* splitmix64 (Vigna) */
int dice_below(struct dice *d, int n); /* 0 .. n-1 */
bool dice_percent(struct dice *d, int percent);
#define DICE_PICK(d, array) ((array)[dice_below((d), (int)ARRAY_LEN(array))])

/* ---- cases ---- */
struct made {
    const char *kind;
    const char *path, *ours_path, *theirs_path; /* NULL = path */
    struct buf base, ours, theirs, right[2];
    int n_right; /* 0: it must be left to people */
};
/* Fills the texts from the document and the two changes. */
void made_finish(struct made *m, const struct doc *d, const struct change *ours, const struct change *theirs);
typedef void make_fn(struct dice *r, struct arena *a, struct made *ret);
struct maker {
    const char *kind;
    make_fn *make;
    int share; /* of 100 */
};
extern const struct maker makers_code[], makers_data[]; /* NULL kind at the end */
