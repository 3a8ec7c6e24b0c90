/* SPDX-License-Identifier: Apache-2.0 */
/* What a listing verb prints: a table for people, JSON or names for programs. */
#pragma once
#include "base/arena.h"
#include "base/vec.h"
#include "fmt/json.h"
#include "server/cli/cli.h"

enum cli_format { FORMAT_TABLE, FORMAT_JSON, FORMAT_NAME };

struct listing { /* options that all listing verbs take */
    enum cli_format format;
    bool quiet;         /* no heads, no remarks */
    const char *state;  /* --state; NULL = any */
    const char *limit, *before;
    bool json, follow, dry_run; /* as given */
    const char *output;
};
/* Takes the options out of argv; returns what argc is after, or -1 after saying what is wrong. */
int listing_options(int argc, char **argv, struct listing *ret);

struct table {
    const char *const *heads; /* ends with NULL */
    struct arena arena;
    VEC(struct sv) cells;
};
/* Row by row; outside text is made harmless. Absent text is "-". */
void table_add(struct table *t, struct sv text);
void table_member(struct table *t, const struct jval *row, const char *key); /* text or number of a JSON object */
int table_print(const struct table *t, const struct listing *l);
void table_free(struct table *t); /* fits AUTO(table_free) */

/* "2026-11-22T16:05:09.123Z" as "2026-11-22 16:05:09". */
struct sv time_short(struct sv text, char ret[20]);
/* An object of the server with "schema": 1 in front. */
int print_object(const struct jval *o);
/* Writes `text` with the colour that its word has, when stdout is a terminal and NO_COLOR is not set. */
void put_word(struct buf *b, struct sv word);
