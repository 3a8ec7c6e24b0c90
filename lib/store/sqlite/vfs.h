/* SPDX-License-Identifier: Apache-2.0 */
/* The file layer of the writer's connection, on top of SQLite's own. SQLite writes its log in two small pieces a page,
 * and syncs it before it goes on. Here the pieces of a transaction are joined to a few large ones, and the sync of a
 * commit can be left to whoever has time to wait for it.
 *
 * Nobody else sees a difference: what is held is written before the log is read, measured, cut or synced, and before
 * its index is published. An error of a late write is that of the sync that wrote it. */
#pragma once
#include <sqlite3.h>

const char *vfs_name(void); /* for sqlite3_open_v2; any thread */

struct vfs_file;
/* The log of a connection that was opened with it and is in WAL mode. Lives as long as that is open. */
struct vfs_file *vfs_log(sqlite3 *h);
/* From now on commits do not sync the log, but the beginning of a new one is synced as ever: what is left of the old
 * one behind it must not be taken for its continuation. The writer's thread. */
enum vfs_syncs { VFS_SYNCS_NOW, VFS_SYNCS_LATER };
void vfs_set_syncs(struct vfs_file *log, enum vfs_syncs when);
/* Syncs what commits have written; SQLite's result. Another thread than the writer's, while the connection is open. */
int vfs_sync(struct vfs_file *log);
