/* SPDX-License-Identifier: Apache-2.0 */
/* The rows of port/history.h, written in the transaction of what they count. */
#pragma once
#include "port/change.h"
#include "store/sqlite/db.h"

/* Before a run's row is set to done: counts it unless it has been so already. */
enum db_result history_ends(struct db *db, const struct run *r, struct err *e);
/* Counts a run that is done from the beginning. */
enum db_result history_ended(struct db *db, const struct run *r, struct err *e);
/* Before a recovery's row is set: counts it where it was open and is recovered now. */
enum db_result history_recovers(struct db *db, const struct recovery *r, struct err *e);
enum db_result history_recovered(struct db *db, msec_t at, struct err *e);
enum db_result history_sample(struct db *db, const struct change *x, struct err *e);

/* Where there is none yet although there are runs, as behind the migration: from their rows. A transaction of its own.
 */
MUST_USE int history_fill(struct db *db, msec_t now, struct err *e);
