/* SPDX-License-Identifier: Apache-2.0 */
/* What a listing verb prints: a table for people, JSON or names for programs. */
#pragma once
#include "base/arena.h"
#include "base/vec.h"
#include "fmt/json.h"
#include "server/cli/cli.h"

enum cli_format { FORMAT_TABLE, FORMAT_JSON, FORMAT_NAME };

struct listing {
    enum cli_format format;
    bool quiet;        /* no heads, no remarks */
    const char *state; /* NULL = any */
    int64_t limit;     /* 0 = as many as the server tells by itself */
    const char *before;
};
/* --json, -o table|json|name, --quiet in a struct listing */
extern const struct cli_arg cli_output_group[];
extern const struct cli_arg cli_findings_group[]; /* of what is told in lines of their own: no names */
/* --limit N, --before ID in a struct listing; --state is the verb's own, for its words */
extern const struct cli_arg cli_page_group[];

struct table {
    const char *const *heads; /* ends with NULL */
    /* A digit a column: '0' is never cut; where a terminal is too narrow the highest are cut first, and left out when
     * that is not enough. NULL = all but the first alike. */
    const char *ranks;
    struct arena arena;
    VEC(struct sv) cells;
};
/* Row by row; outside text is made harmless. Absent text is "-". */
void table_add(struct table *t, struct sv text);
void table_member(struct table *t, const struct jval *row, const char *key); /* text or number of a JSON object */
/* A time of the server, as time_told (term.h) says it. */
void table_time(struct table *t, const struct jval *row, const char *key);
/* To stdout, through the pager; fitted to the terminal. */
int table_print(const struct table *t, const struct listing *l);
/* The same into a buffer, for a width; 0 = as wide as it is. */
void table_write(const struct table *t, const struct listing *l, int width, struct buf *out);
void table_free(struct table *t); /* fits AUTO(table_free) */

/* "2026-11-22T16:05:09.123Z" as "2026-11-22 16:05:09". */
struct sv time_short(struct sv text, char ret[20]);
/* An object of the server with "schema": 1 in front. */
int print_object(const struct jval *o);
/* Writes `text` with the colour that its word has, where there are colours. */
void put_word(struct buf *b, struct sv word);
