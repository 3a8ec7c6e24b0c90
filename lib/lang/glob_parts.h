/* SPDX-License-Identifier: Apache-2.0 */
/* Between the files of lang/glob. A pattern becomes a row of items, which is a nondeterministic automaton: state i
 * means "items 0..i-1 are done". All states are advanced together, one character at a time, so nothing is ever tried
 * twice. What a name must begin with, end with and contain is asked first: it refuses most names without a walk. */
#pragma once
#include "lang/glob.h"

enum item_kind {
    ITEM_CHARS,   /* one character out of ranges, perhaps repeated */
    ITEM_SEGMENT, /* `*`: any run of characters but `/` */
    ITEM_ANY,     /* `**`: any run of characters */
    ITEM_FOLDERS  /* in front of `**` and `/`: the two may be left out together */
};
enum repeat { ONCE, OPTIONAL, REPEATED };

struct range {
    uint32_t from, to;
};

struct item {
    enum item_kind kind;
    enum repeat repeat;
    uint32_t first, n; /* ITEM_CHARS: its part of glob.ranges */
    char raw[4];       /* ITEM_CHARS: the bytes of its only character */
    uint8_t raw_n;     /* 0: it has several, or one that is no UTF-8 */
};

/* What is between prefix and suffix. */
enum glob_rest { REST_NONE, REST_ANY, REST_SEGMENT, REST_ITEMS };

enum { GLOB_MAX = 1024, BAD_BYTE = 0x110000 };

struct glob {
    bool negative;
    size_t n, n_ranges;
    struct item *items;
    struct range *ranges;
    struct sv prefix, suffix, needle; /* needle: somewhere in the rest; "" = nothing is known */
    size_t head, tail;                /* items that the rest begins with, and ends in front of */
    enum glob_rest rest;
};

/* Takes one character off the front. Names are bytes to git: what is no UTF-8 counts as one character a byte,
 * different from every other one. */
uint32_t glob_take_char(struct sv *s);
/* Fills prefix, suffix, needle, head, tail and rest from the items. */
void glob_find_fixed(struct glob *g, struct arena *a);
