/* SPDX-License-Identifier: Apache-2.0 */
#include "store/sqlite/db.h"
#include <errno.h>
#include "store/sqlite/vfs.h"

static const char writer_setup[] = "PRAGMA page_size = 8192;" /* only counts before the first table */
                                   "PRAGMA journal_mode = WAL;"
                                   "PRAGMA synchronous = FULL;"
                                   "PRAGMA wal_autocheckpoint = 0;"
                                   "PRAGMA journal_size_limit = 67108864;"
                                   "PRAGMA cache_size = -16384;"
                                   "PRAGMA secure_delete = FAST;";
#define COMMON                                                                                                         \
    "PRAGMA mmap_size = 0; PRAGMA temp_store = MEMORY; PRAGMA cell_size_check = ON; PRAGMA trusted_schema = OFF;"
static const char common_setup[] = COMMON;
/* Looks at a table, so that the log is opened. */
static const char mover_setup[] = COMMON "PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 0;"
                                         "PRAGMA cache_size = -64; SELECT count(*) FROM sqlite_schema;";
static const char reader_setup[] = COMMON "PRAGMA query_only = ON; PRAGMA cache_size = -4096;";

static bool no_space(int rc, int sys)
{
    if ((rc & 0xff) == SQLITE_FULL || rc == SQLITE_IOERR_SHMSIZE)
        return true;
    return (rc & 0xff) == SQLITE_IOERR && rc != SQLITE_IOERR_FSYNC && rc != SQLITE_IOERR_DIR_FSYNC &&
           (sys == ENOSPC || sys == EDQUOT);
}

static enum db_result result_of(int rc, int sys)
{
    if (no_space(rc, sys))
        return DB_LATER;
    switch (rc & 0xff) {
    case SQLITE_OK:
    case SQLITE_ROW:
    case SQLITE_DONE:
        return DB_OK;
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
        return DB_LATER;
    case SQLITE_CONSTRAINT:
    case SQLITE_MISMATCH:
    case SQLITE_TOOBIG:
        return DB_REFUSED;
    default:
        return DB_BROKEN;
    }
}

enum db_result db_sort(struct db *db, int rc, const char *what, struct err *e)
{
    static const enum err_class classes[] = {ERR_OK, ERR_CONFLICT, ERR_TRANSIENT, ERR_UNCERTAIN};
    MUST((rc & 0xff) != SQLITE_NOMEM);
    enum db_result r = result_of(rc, sqlite3_system_errno(db->h));
    if (r != DB_OK) {
        err_set(e, classes[r], "%s: %s", what,
                no_space(rc, sqlite3_system_errno(db->h)) ? "no space left on the disk" : sqlite3_errmsg(db->h));
        e->code = rc;
    }
    return r;
}

enum db_result db_exec(struct db *db, const char *sql, struct err *e)
{
    return db_sort(db, sqlite3_exec(db->h, sql, NULL, NULL, NULL), "database", e);
}

enum db_result db_checkpoint(struct db *db, int *ret_pages, int *ret_moved, struct err *e)
{
    int pages = 0, moved = 0;
    int rc = sqlite3_wal_checkpoint_v2(db->h, "main", SQLITE_CHECKPOINT_PASSIVE, &pages, &moved);
    if ((rc & 0xff) == SQLITE_BUSY)
        return DB_OK;
    enum db_result r = db_sort(db, rc, "moving the log into the database", e);
    if (r == DB_OK && pages >= 0) {
        *ret_pages = pages;
        *ret_moved = moved;
    }
    return r;
}

static int open_handle(struct db *db, const char *path, struct err *e)
{
    int flags = SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE |
                (db->role == DB_WRITER  ? SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE
                 : db->role == DB_MOVER ? SQLITE_OPEN_READWRITE
                                        : SQLITE_OPEN_READONLY);
    int rc = sqlite3_open_v2(path, &db->h, flags, db->role == DB_WRITER ? vfs_name() : NULL);
    if (rc == SQLITE_OK)
        return 0;
    MUST(db->h);
    enum err_class cls = sqlite3_system_errno(db->h) == ENOENT ? ERR_MISSING : ERR_TRANSIENT;
    return err_set(e, cls, "open %s: %s", path, sqlite3_errmsg(db->h));
}

int db_open(struct db *db, const char *path, enum db_role role, struct err *e)
{
    *db = (struct db){.role = role};
    if (open_handle(db, path, e) < 0) {
        db_close(db);
        return -1;
    }
    /* A checkpoint while closing would repeat a sync that may have failed before. */
    sqlite3_db_config(db->h, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
    sqlite3_db_config(db->h, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
    static const char *const setups[] = {common_setup, mover_setup, reader_setup};
    sqlite3_busy_timeout(db->h, role == DB_WRITER ? 5000 : 2000);
    if (db_exec(db, setups[role], e) != DB_OK) {
        db_close(db);
        return err_add(e, "open %s", path);
    }
    return 0;
}

int db_own(struct db *db, struct err *e)
{
    if (db_exec(db, writer_setup, e) != DB_OK)
        return -1;
    /* SQLite keeps the old mode without an error where shared memory does not work, as on network file systems. */
    sqlite3_stmt *st = NULL;
    bool wal = sqlite3_prepare_v2(db->h, "PRAGMA journal_mode", -1, &st, NULL) == SQLITE_OK &&
               sqlite3_step(st) == SQLITE_ROW && sv_is(sv_of((const char *)sqlite3_column_text(st, 0)), "wal");
    sqlite3_finalize(st);
    return wal ? 0 : err_set(e, ERR_INVALID, "this file system does not allow a write-ahead log: use a local disk");
}

int db_prepare(struct db *db, struct err *e)
{
    int from = db->role == DB_WRITER ? 0 : SQL_WRITER_N + 1, to = db->role == DB_WRITER ? SQL_WRITER_N : SQL_N;
    for (int q = from; q < to; q++) {
        int rc = sqlite3_prepare_v3(db->h, sql_text[q], -1, SQLITE_PREPARE_PERSISTENT, &db->st[q], NULL);
        if (db_sort(db, rc, "prepare", e) != DB_OK || (rc && err_set(e, ERR_BUG, "prepare: %s", sqlite3_errmsg(db->h))))
            return err_add(e, "statement %d", q);
    }
    return 0;
}

void db_close(struct db *db)
{
    for (int q = 0; q < SQL_N; q++)
        sqlite3_finalize(db->st[q]);
    sqlite3_close(db->h);
    *db = (struct db){0};
}

struct cur cur_on(struct db *db, enum sql q)
{
    MUST(db->st[q]);
    sqlite3_reset(db->st[q]);
    return (struct cur){.db = db, .st = db->st[q]};
}

static void bound(struct cur *c, int rc)
{
    if (!c->rc)
        c->rc = rc;
}

void cur_int(struct cur *c, int64_t v)
{
    bound(c, sqlite3_bind_int64(c->st, ++c->at, v));
}

void cur_text(struct cur *c, const char *z)
{
    bound(c, sqlite3_bind_text(c->st, ++c->at, z, -1, SQLITE_STATIC));
}

void cur_must_text(struct cur *c, const char *z)
{
    cur_text(c, z ? z : "");
}

void cur_blob(struct cur *c, const void *p, size_t n)
{
    bound(c, sqlite3_bind_blob64(c->st, ++c->at, n ? p : "", n, SQLITE_STATIC));
}

void cur_zeros(struct cur *c, size_t n)
{
    bound(c, sqlite3_bind_zeroblob64(c->st, ++c->at, n));
}

int cur_next(struct cur *c, struct err *e)
{
    int rc = c->rc ? c->rc : sqlite3_step(c->st);
    c->at = 0;
    if (rc == SQLITE_ROW)
        return 1;
    int ret = db_sort(c->db, rc, "query", e) == DB_OK ? 0 : -1;
    sqlite3_reset(c->st);
    return ret;
}

void cur_end(struct cur *c)
{
    sqlite3_reset(c->st);
}

enum db_result cur_run(struct cur *c, struct err *e)
{
    int rc = c->rc ? c->rc : sqlite3_step(c->st);
    enum db_result r = db_sort(c->db, rc, "write", e);
    sqlite3_reset(c->st);
    return r;
}

enum db_result cur_run_one(struct cur *c, const char *what, struct err *e)
{
    enum db_result r = cur_run(c, e);
    if (r == DB_OK && sqlite3_changes(c->db->h) != 1) {
        err_set(e, ERR_CONFLICT, "%s is not in the state the change expects", what);
        return DB_REFUSED;
    }
    return r;
}

int64_t col_int(struct cur *c)
{
    return sqlite3_column_int64(c->st, c->at++);
}

const char *col_text(struct cur *c)
{
    return (const char *)sqlite3_column_text(c->st, c->at++);
}

struct sv col_blob(struct cur *c)
{
    const char *p = sqlite3_column_blob(c->st, c->at);
    return sv_n(p ? p : "", (size_t)sqlite3_column_bytes(c->st, c->at++));
}
