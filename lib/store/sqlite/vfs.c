/* SPDX-License-Identifier: Apache-2.0 */
#include "store/sqlite/vfs.h"
#include <pthread.h>
#include <string.h>
#include "base/mem.h"

enum { ROOM = 120 * 1024 }; /* SQLite's file layer for Unix writes no more than 128 KiB less one byte at once */

struct vfs_file {
    sqlite3_file base;
    sqlite3_file *real;    /* behind this struct */
    struct vfs_file *log;  /* of a database */
    struct vfs_file *main; /* of a log: its database. Other files have neither */
    char *held;            /* bytes of a log from `at` on that are not written yet */
    int n;
    sqlite3_int64 at;
    int failed;            /* of a write that nobody could be told of */
    enum vfs_syncs syncs;
    int begun;             /* its first bytes were written since the last sync */
    int lost;              /* of a sync that failed: the file system may say of the next that all is well */
};

static sqlite3_vfs *below, here;
static pthread_mutex_t sync_lock = PTHREAD_MUTEX_INITIALIZER; /* for `lost`, and one sync at a time */

static struct vfs_file *file_of(sqlite3_file *f)
{
    return (struct vfs_file *)(void *)f;
}

static sqlite3_file *real_of(sqlite3_file *f)
{
    return file_of(f)->real;
}

static int write_held(struct vfs_file *x)
{
    int rc = x->failed, n = x->n;
    x->failed = SQLITE_OK;
    /* What could not be written is forgotten, as it would be had SQLite written it itself. */
    x->n = 0;
    return rc == SQLITE_OK && n ? x->real->pMethods->xWrite(x->real, x->held, n, x->at) : rc;
}

static int on_write(sqlite3_file *f, const void *p, int n, sqlite3_int64 at)
{
    struct vfs_file *x = file_of(f);
    if (!x->main)
        return x->real->pMethods->xWrite(x->real, p, n, at);
    if (x->failed || (x->n && (at != x->at + x->n || x->n + n > ROOM))) {
        int rc = write_held(x);
        if (rc != SQLITE_OK)
            return rc;
    }
    x->begun |= at == 0;
    if (n > ROOM)
        return x->real->pMethods->xWrite(x->real, p, n, at);
    if (!x->held)
        x->held = mem_resize(NULL, ROOM, 1);
    if (!x->n)
        x->at = at;
    memcpy(x->held + x->n, p, (size_t)n);
    x->n += n;
    return SQLITE_OK;
}

static int real_sync(struct vfs_file *x, int flags)
{
    pthread_mutex_lock(&sync_lock);
    int rc = x->lost;
    if (rc == SQLITE_OK)
        rc = x->lost = x->real->pMethods->xSync(x->real, flags);
    pthread_mutex_unlock(&sync_lock);
    return rc;
}

static int on_sync(sqlite3_file *f, int flags)
{
    struct vfs_file *x = file_of(f);
    int rc = write_held(x);
    if (rc != SQLITE_OK || (x->syncs == VFS_SYNCS_LATER && !x->begun))
        return rc;
    rc = real_sync(x, flags);
    if (rc == SQLITE_OK)
        x->begun = 0;
    return rc;
}

/* The index is about to be published: what it points at must be there. A commit has synced before and holds nothing. */
static void on_barrier(sqlite3_file *f)
{
    struct vfs_file *x = file_of(f);
    if (x->log)
        x->log->failed = write_held(x->log);
    x->real->pMethods->xShmBarrier(x->real);
}

static int on_close(sqlite3_file *f)
{
    struct vfs_file *x = file_of(f);
    int held = write_held(x), rc = x->real->pMethods->xClose(x->real);
    if (x->main)
        x->main->log = NULL;
    mem_free(STEAL(x->held));
    return rc == SQLITE_OK ? held : rc;
}

/* After what is held was written. */
#define FLUSHED(name, params, args)                                                                                    \
    static int on_##name params                                                                                        \
    {                                                                                                                  \
        int rc = write_held(file_of(f));                                                                               \
        return rc == SQLITE_OK ? real_of(f)->pMethods->x##name args : rc;                                              \
    }
#define FORWARD(name, params, args)                                                                                    \
    static int on_##name params                                                                                        \
    {                                                                                                                  \
        return real_of(f)->pMethods->x##name args;                                                                     \
    }
FLUSHED(Read, (sqlite3_file * f, void *p, int n, sqlite3_int64 at), (real_of(f), p, n, at))
FLUSHED(Truncate, (sqlite3_file * f, sqlite3_int64 n), (real_of(f), n))
FLUSHED(FileSize, (sqlite3_file * f, sqlite3_int64 *n), (real_of(f), n))
FORWARD(Lock, (sqlite3_file * f, int l), (real_of(f), l))
FORWARD(Unlock, (sqlite3_file * f, int l), (real_of(f), l))
FORWARD(CheckReservedLock, (sqlite3_file * f, int *r), (real_of(f), r))
FORWARD(FileControl, (sqlite3_file * f, int op, void *arg), (real_of(f), op, arg))
FORWARD(SectorSize, (sqlite3_file * f), (real_of(f)))
FORWARD(DeviceCharacteristics, (sqlite3_file * f), (real_of(f)))
FORWARD(ShmMap, (sqlite3_file * f, int i, int n, int w, void volatile **p), (real_of(f), i, n, w, p))
FORWARD(ShmLock, (sqlite3_file * f, int at, int n, int flags), (real_of(f), at, n, flags))
FORWARD(ShmUnmap, (sqlite3_file * f, int drop), (real_of(f), drop))

static const sqlite3_io_methods methods = {
    .iVersion = 2,
    .xClose = on_close,
    .xRead = on_Read,
    .xWrite = on_write,
    .xTruncate = on_Truncate,
    .xSync = on_sync,
    .xFileSize = on_FileSize,
    .xLock = on_Lock,
    .xUnlock = on_Unlock,
    .xCheckReservedLock = on_CheckReservedLock,
    .xFileControl = on_FileControl,
    .xSectorSize = on_SectorSize,
    .xDeviceCharacteristics = on_DeviceCharacteristics,
    .xShmMap = on_ShmMap,
    .xShmLock = on_ShmLock,
    .xShmBarrier = on_barrier,
    .xShmUnmap = on_ShmUnmap,
};

static int open_file(sqlite3_vfs *v, const char *name, sqlite3_file *f, int flags, int *out)
{
    struct vfs_file *x = file_of(f);
    (void)v;
    *x = (struct vfs_file){.real = (sqlite3_file *)(void *)(x + 1)};
    int rc = below->xOpen(below, name, x->real, flags, out);
    if (!x->real->pMethods)
        return rc;
    x->base.pMethods = &methods;
    if (rc == SQLITE_OK && (flags & SQLITE_OPEN_WAL)) {
        x->main = file_of(sqlite3_database_file_object(name));
        x->main->log = x;
    }
    return rc;
}

static void set_up(void)
{
    MUST(sqlite3_initialize() == SQLITE_OK);
    below = sqlite3_vfs_find(NULL);
    here = *below;
    here.zName = "fettle";
    here.pNext = NULL;
    here.szOsFile = (int)sizeof(struct vfs_file) + below->szOsFile;
    here.xOpen = open_file;
    MUST(sqlite3_vfs_register(&here, 0) == SQLITE_OK);
}

const char *vfs_name(void)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    MUST(pthread_once(&once, set_up) == 0);
    return here.zName;
}

struct vfs_file *vfs_log(sqlite3 *h)
{
    sqlite3_file *f = NULL;
    MUST(sqlite3_file_control(h, "main", SQLITE_FCNTL_JOURNAL_POINTER, &f) == SQLITE_OK && f);
    MUST(f->pMethods == &methods && file_of(f)->main);
    return file_of(f);
}

void vfs_set_syncs(struct vfs_file *log, enum vfs_syncs when)
{
    log->syncs = when;
}

int vfs_sync(struct vfs_file *log)
{
    return real_sync(log, SQLITE_SYNC_NORMAL);
}
