/* SPDX-License-Identifier: Apache-2.0 */
#include "store/copy.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>
#include "base/file.h"
#include "store/sqlite/check.h"
#include "store/sqlite/schema.h"
#include "store/sqlite/writer.h"

static const msec_t LONGEST_CHECK_MS = 10 * 60 * 1000;

static char *name_with(const char *path, const char *tail)
{
    size_t n = strlen(path) + strlen(tail) + 1;
    char *name = mem_new(n);
    snprintf(name, n, "%s%s", path, tail);
    return name;
}

static int sync_folder_of(const char *path, struct err *e)
{
    AUTO(mem_freep) char *dir = mem_strdup(path);
    char *slash = strrchr(dir, '/');
    if (!slash)
        return file_sync_dir(".", e);
    slash[slash == dir] = 0;
    return file_sync_dir(dir, e);
}

/* ---- a new file that becomes the copy, or goes ---- */

struct part {
    char *name;
    struct store_copied copied;
};

static void part_drop(struct part *p)
{
    if (p->name)
        unlink(p->name);
    mem_freep(&p->name);
}

static int part_make(const char *target, struct part *ret, struct err *e)
{
    char tail[32];
    snprintf(tail, sizeof tail, ".part-%d", (int)getpid());
    *ret = (struct part){.name = name_with(target, tail)};
    AUTO(fd_closep) int fd = open(ret->name, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd >= 0)
        return 0;
    err_errno(e, "create %s", ret->name);
    mem_freep(&ret->name);
    return -1;
}

static int copy_error(sqlite3 *h, struct err *e)
{
    return err_set(e, ERR_TRANSIENT, "the copy cannot be written: %s", sqlite3_errmsg(h));
}

static int copy_pages(struct db *from, sqlite3 *to, struct err *e)
{
    sqlite3_backup *b = sqlite3_backup_init(to, "main", from->h, "main");
    if (!b)
        return copy_error(to, e);
    int rc = sqlite3_backup_step(b, -1); /* all at once: one moment */
    sqlite3_backup_finish(b);
    return rc == SQLITE_DONE ? 0 : err_set(e, ERR_TRANSIENT, "the database cannot be copied: %s", sqlite3_errstr(rc));
}

/* Calls `act` with an open connection to the file. */
static int with_file(const char *name, struct db *from, int (*act)(struct db *from, sqlite3 *to, struct err *e),
                     struct err *e)
{
    sqlite3 *h = NULL;
    int rc = sqlite3_open_v2(name, &h, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE, NULL);
    rc = rc == SQLITE_OK ? act(from, h, e) : copy_error(h, e);
    if (sqlite3_close(h) != SQLITE_OK && rc == 0)
        rc = err_set(e, ERR_TRANSIENT, "the copy cannot be closed");
    return rc;
}

static int fill(struct db *from, sqlite3 *to, struct err *e)
{
    if (sqlite3_exec(to, "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF", NULL, NULL, NULL) != SQLITE_OK)
        return copy_error(to, e);
    return copy_pages(from, to, e);
}

/* The pages say that there is a log beside them: a copy is one file. Sessions stay behind: a session that ended since
 * must not come back with an old copy. Older databases have none. */
static int settle(struct db *from, sqlite3 *to, struct err *e)
{
    const char *forget = "DELETE FROM session";
    (void)from;
    if (sqlite3_table_column_metadata(to, NULL, "session", NULL, NULL, NULL, NULL, NULL, NULL) != SQLITE_OK)
        forget = "";
    if (sqlite3_exec(to, "PRAGMA journal_mode = DELETE", NULL, NULL, NULL) != SQLITE_OK ||
        sqlite3_exec(to, forget, NULL, NULL, NULL) != SQLITE_OK)
        return copy_error(to, e);
    return 0;
}

static int part_fill(struct part *p, struct db *from, struct err *e)
{
    int64_t version;
    struct stat st;
    if (schema_look(from, schema_version, e) < 0 || schema_have(from, &version, e) < 0)
        return -1;
    if (version == 0)
        return err_set(e, ERR_INVALID, "it is an empty database");
    if (with_file(p->name, from, fill, e) < 0 || with_file(p->name, NULL, settle, e) < 0)
        return -1;
    AUTO(fd_closep) int fd = open(p->name, O_RDWR | O_CLOEXEC);
    if (fd < 0 || fsync(fd) < 0 || fstat(fd, &st) < 0)
        return err_errno(e, "sync %s", p->name);
    p->copied = (struct store_copied){.bytes = st.st_size, .version = (int)version};
    return 0;
}

int store_copy(const char *path, const char *to, struct store_copied *ret, struct err *e)
{
    AUTO(part_drop) struct part p = {0};
    struct db from;
    if (file_exists(to))
        return err_set(e, ERR_CONFLICT, "%s is there already", to);
    if (db_open(&from, path, DB_READER, e) < 0)
        return -1;
    int rc = part_make(to, &p, e) < 0 ? -1 : part_fill(&p, &from, e);
    db_close(&from);
    if (rc < 0)
        return -1;
    if (link(p.name, to) < 0) /* never over another file */
        return errno == EEXIST ? err_set(e, ERR_CONFLICT, "%s is there already", to) : err_errno(e, "create %s", to);
    *ret = p.copied;
    return sync_folder_of(to, e);
}

/* ---- back ---- */

/* The log into the database, where that can still be done: afterwards it is one file. */
static void empty_log(const char *path)
{
    struct db db;
    struct err ignored = {0};
    if (db_open(&db, path, DB_MOVER, &ignored) < 0)
        return;
    if (sqlite3_wal_checkpoint_v2(db.h, "main", SQLITE_CHECKPOINT_TRUNCATE, NULL, NULL) != SQLITE_OK)
        ignored.cls = ERR_TRANSIENT; /* the log is kept beside it */
    db_close(&db);
}

/* A second name for what is there: at no moment is there no database, which a server would take for a new beginning. */
static int keep(const char *path, const char *kept, struct err *e)
{
    AUTO(mem_freep) char *log = name_with(path, "-wal"), *kept_log = name_with(kept, "-wal");
    struct stat st;
    empty_log(path);
    if (link(path, kept) < 0)
        return err_errno(e, "keep %s as %s", path, kept);
    if (stat(log, &st) == 0 && st.st_size && link(log, kept_log) < 0)
        return err_errno(e, "keep %s as %s", log, kept_log);
    return sync_folder_of(path, e);
}

/* Not a log of another database, which would be taken for its own. */
static int remove_log(const char *path, struct err *e)
{
    static const char *const tails[] = {"-wal", "-shm"};
    for (size_t i = 0; i < ARRAY_LEN(tails); i++) {
        AUTO(mem_freep) char *name = name_with(path, tails[i]);
        if (unlink(name) < 0 && errno != ENOENT)
            return err_errno(e, "remove %s", name);
    }
    return sync_folder_of(path, e);
}

/* It belongs to whom the old one did: root restores, another user serves. */
static int give(const char *name, const char *path, struct err *e)
{
    struct stat st;
    if (geteuid() != 0 || stat(path, &st) < 0)
        return 0;
    return chown(name, st.st_uid, st.st_gid) < 0 ? err_errno(e, "chown %s", name) : 0;
}

int store_restore(const char *from, const char *path, const char *kept, bool *ret_kept, struct store_copied *ret,
                  struct err *e)
{
    AUTO(part_drop) struct part p = {0};
    AUTO(fd_closep) int lock = -1;
    struct db db;
    *ret_kept = file_exists(path);
    if (store_lock(path, 0, &lock, e) < 0 || db_open(&db, from, DB_READER, e) < 0)
        return -1;
    int rc = check_database(&db, LONGEST_CHECK_MS, e);
    if (rc == 0)
        rc = part_make(path, &p, e);
    if (rc == 0)
        rc = part_fill(&p, &db, e);
    db_close(&db);
    if (rc != 0 || (*ret_kept && (give(p.name, path, e) < 0 || keep(path, kept, e) < 0)) || remove_log(path, e) < 0)
        return -1;
    if (rename(p.name, path) < 0)
        return err_errno(e, "rename %s to %s", p.name, path);
    mem_freep(&p.name);
    *ret = p.copied;
    return sync_folder_of(path, e);
}

/* ---- forward ---- */

int store_migrate(const char *path, int *ret_from, int *ret_to, struct err *e)
{
    AUTO(fd_closep) int lock = -1;
    struct db db;
    int64_t have;
    if (!file_exists(path))
        return err_set(e, ERR_MISSING, "%s is not there", path);
    if (store_lock(path, 0, &lock, e) < 0 || db_open(&db, path, DB_WRITER, e) < 0)
        return -1;
    int rc = schema_have(&db, &have, e);
    if (rc == 0)
        rc = schema_look(&db, schema_version, e);
    if (rc == 0)
        rc = check_database(&db, LONGEST_CHECK_MS, e);
    if (rc == 0 && (rc = db_own(&db, e)) == 0)
        rc = schema_migrate(&db, schema_steps, schema_version, e);
    db_close(&db);
    if (rc < 0)
        return -1;
    *ret_from = (int)have;
    *ret_to = schema_version;
    return 0;
}
