/* SPDX-License-Identifier: Apache-2.0 */
/* A thread that moves the log into the database while the store's thread goes on writing: reading, writing and syncing
 * thousands of pages takes as long as hundreds of commits. It has a connection of its own, and one order at a time. */
#pragma once
#include "store/sqlite/writer.h"

struct mover;
/* The database is there and in WAL mode. */
MUST_USE int mover_new(const char *path, struct mailbox *back, struct mover **ret, struct err *e);
/* Takes an ITEM_MOVE and posts it back with what was there, what of it is in the database now, and the result. */
void mover_post(struct mover *m, struct item *order);
void mover_free(struct mover **m); /* waits for what was posted */
