/* SPDX-License-Identifier: Apache-2.0 */
/* A SQLite connection with its prepared statements, and a cursor that binds and reads one column after the other. One
 * thread per connection. Everything that can go wrong is sorted into four results here, and nowhere else. */
#pragma once
#include <sqlite3.h>
#include "base/arena.h"
#include "base/err.h"
#include "store/sqlite/sql.h"

enum db_result {
    DB_OK,
    DB_REFUSED, /* the item's own fault: an expectation or constraint failed, its spool cannot be read (ERR_CONFLICT) */
    DB_LATER,   /* no space, or somebody holds the database: the same may succeed later (ERR_TRANSIENT) */
    DB_BROKEN   /* damage, or a sync that failed: this connection must not write again (ERR_UNCERTAIN) */
};

enum db_role { DB_WRITER, DB_MOVER, DB_READER }; /* the mover only makes checkpoints, on a database that is owned */

struct db {
    sqlite3 *h;
    enum db_role role;
    sqlite3_stmt *st[SQL_N];
};

/* Opens and changes nothing: the writer creates an absent file, a reader may only query. ERR_MISSING: no such file. */
MUST_USE int db_open(struct db *db, const char *path, enum db_role role, struct err *e);
/* The writer, once it is known that the database is ours: write-ahead log, full sync, no automatic checkpoints. */
MUST_USE int db_own(struct db *db, struct err *e);
/* Prepares every statement of the role; the schema must be there. */
MUST_USE int db_prepare(struct db *db, struct err *e);
/* Never checkpoints and so never syncs. */
void db_close(struct db *db);
/* The result for SQLite's code rc of the call before (SQLITE_OK is DB_OK); fills e with its class and "what: text". */
enum db_result db_sort(struct db *db, int rc, const char *what, struct err *e);
/* Moves what no reader needs there any more from the log into the database, and syncs it. DB_OK also when somebody else
 * is doing that; then, as on errors, the numbers are left alone: pages in the log, and of them in the database. */
enum db_result db_checkpoint(struct db *db, int *ret_pages, int *ret_moved, struct err *e);
enum db_result db_exec(struct db *db, const char *sql, struct err *e);

struct cur {
    struct db *db;
    sqlite3_stmt *st;
    int at; /* parameters bound so far; after a row: columns read so far */
    int rc; /* first error of binding */
};
struct cur cur_on(struct db *db, enum sql q); /* reset, nothing bound */
/* Bind the next parameter. The memory must live until the statement was run. */
void cur_int(struct cur *c, int64_t v);
void cur_text(struct cur *c, const char *z);      /* NULL is null */
void cur_must_text(struct cur *c, const char *z); /* NULL is "" */
void cur_blob(struct cur *c, const void *p, size_t n);
void cur_zeros(struct cur *c, size_t n); /* a blob to be written in pieces */
/* Runs a statement that returns no rows and resets it. */
enum db_result cur_run(struct cur *c, struct err *e);
/* The same; DB_REFUSED with "what" unless exactly one row was changed. */
enum db_result cur_run_one(struct cur *c, const char *what, struct err *e);
/* 1 = a row, columns are read from the first on; 0 = no more (reset); -1 = error (reset). */
int cur_next(struct cur *c, struct err *e);
void cur_end(struct cur *c); /* reset before the last row; harmless after */

/* Read the next column. Borrowed text lives until the next cur_next. */
int64_t col_int(struct cur *c);
const char *col_text(struct cur *c); /* NULL is null */
struct sv col_blob(struct cur *c);
