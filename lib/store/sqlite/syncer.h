/* SPDX-License-Identifier: Apache-2.0 */
/* A thread that waits for the disk in place of the store's, which writes the next group meanwhile. It takes one batch
 * of committed items at a time, syncs the log, answers them, and posts the batch back: empty, or with all its items
 * and the error when the sync failed. */
#pragma once
#include "store/sqlite/vfs.h"
#include "store/sqlite/writer.h"

struct syncer;
struct syncer *syncer_new(struct mailbox *back, struct vfs_file *log);
void syncer_post(struct syncer *y, struct item *batch);
void syncer_free(struct syncer **y); /* waits for what was posted */
