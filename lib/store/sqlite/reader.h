/* SPDX-License-Identifier: Apache-2.0 */
/* A reader from the inside. */
#pragma once
#include "port/store.h"
#include "store/sqlite/db.h"

struct reader {
    struct db db;
};

/* One view of the database over several queries, between reader_begin and reader_end. */
MUST_USE int reader_begin(struct reader *r, struct err *e);
void reader_end(struct reader *r);

/* The query that lists what has that state (NULL = any), of all but journal and flaky tests: it takes the id below
 * which it begins, the state unless that is NULL, and how many. */
enum sql list_query(enum listing what, const char *state);
