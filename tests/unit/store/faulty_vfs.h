/* SPDX-License-Identifier: Apache-2.0 */
/* A file system for SQLite that fails on demand, the default one once registered. Counts what was synced after a sync
 * has failed. */
#pragma once
#include <sqlite3.h>
#include <stdatomic.h>
#include <string.h>

static atomic_bool fault_full; /* every write fails for lack of space */
static atomic_bool fault_sync; /* the next sync fails, once */
static atomic_int syncs_after_failure, sync_failures;
static sqlite3_vfs *real_vfs, faulty_vfs;

struct faulty_file {
    sqlite3_file base;
    sqlite3_file *real; /* behind this struct */
};

static sqlite3_file *real_of(sqlite3_file *f)
{
    return ((struct faulty_file *)(void *)f)->real;
}
#define FORWARD(name, params, args)                                                                                    \
    static int faulty_##name params                                                                                    \
    {                                                                                                                  \
        return real_of(f)->pMethods->x##name args;                                                                     \
    }
FORWARD(Close, (sqlite3_file * f), (real_of(f)))
FORWARD(Read, (sqlite3_file * f, void *p, int n, sqlite3_int64 at), (real_of(f), p, n, at))
FORWARD(Truncate, (sqlite3_file * f, sqlite3_int64 n), (real_of(f), n))
FORWARD(FileSize, (sqlite3_file * f, sqlite3_int64 *n), (real_of(f), n))
FORWARD(Lock, (sqlite3_file * f, int l), (real_of(f), l))
FORWARD(Unlock, (sqlite3_file * f, int l), (real_of(f), l))
FORWARD(CheckReservedLock, (sqlite3_file * f, int *r), (real_of(f), r))
FORWARD(FileControl, (sqlite3_file * f, int op, void *arg), (real_of(f), op, arg))
FORWARD(SectorSize, (sqlite3_file * f), (real_of(f)))
FORWARD(DeviceCharacteristics, (sqlite3_file * f), (real_of(f)))
FORWARD(ShmMap, (sqlite3_file * f, int i, int n, int w, void volatile **p), (real_of(f), i, n, w, p))
FORWARD(ShmLock, (sqlite3_file * f, int at, int n, int flags), (real_of(f), at, n, flags))
FORWARD(ShmUnmap, (sqlite3_file * f, int drop), (real_of(f), drop))
static void faulty_ShmBarrier(sqlite3_file *f)
{
    real_of(f)->pMethods->xShmBarrier(real_of(f));
}
static int faulty_Write(sqlite3_file *f, const void *p, int n, sqlite3_int64 at)
{
    return atomic_load(&fault_full) ? SQLITE_FULL : real_of(f)->pMethods->xWrite(real_of(f), p, n, at);
}
static int faulty_Sync(sqlite3_file *f, int flags)
{
    if (atomic_load(&sync_failures))
        atomic_fetch_add(&syncs_after_failure, 1);
    if (atomic_exchange(&fault_sync, false)) {
        atomic_fetch_add(&sync_failures, 1);
        return SQLITE_IOERR_FSYNC;
    }
    return real_of(f)->pMethods->xSync(real_of(f), flags);
}

static const sqlite3_io_methods faulty_methods = {
    .iVersion = 2,
    .xClose = faulty_Close,
    .xRead = faulty_Read,
    .xWrite = faulty_Write,
    .xTruncate = faulty_Truncate,
    .xSync = faulty_Sync,
    .xFileSize = faulty_FileSize,
    .xLock = faulty_Lock,
    .xUnlock = faulty_Unlock,
    .xCheckReservedLock = faulty_CheckReservedLock,
    .xFileControl = faulty_FileControl,
    .xSectorSize = faulty_SectorSize,
    .xDeviceCharacteristics = faulty_DeviceCharacteristics,
    .xShmMap = faulty_ShmMap,
    .xShmLock = faulty_ShmLock,
    .xShmBarrier = faulty_ShmBarrier,
    .xShmUnmap = faulty_ShmUnmap,
};

static int faulty_open(sqlite3_vfs *v, const char *name, sqlite3_file *f, int flags, int *out)
{
    (void)v;
    struct faulty_file *x = (struct faulty_file *)(void *)f;
    x->real = (sqlite3_file *)(x + 1);
    int rc = real_vfs->xOpen(real_vfs, name, x->real, flags, out);
    x->base.pMethods = x->real->pMethods ? &faulty_methods : NULL;
    return rc;
}

static void faulty_vfs_register(void)
{
    sqlite3_initialize();
    real_vfs = sqlite3_vfs_find(NULL);
    faulty_vfs = *real_vfs;
    faulty_vfs.zName = "faulty";
    faulty_vfs.szOsFile = (int)sizeof(struct faulty_file) + real_vfs->szOsFile;
    faulty_vfs.xOpen = faulty_open;
    sqlite3_vfs_register(&faulty_vfs, 1);
}
