/* SPDX-License-Identifier: Apache-2.0 */
/* Is the file what it should be? SQLite's quick_check, stopped after a time, because a start must not wait for
 * gigabytes: what was not reached counts as sound (bodies have their own digests, and SQLite checks pages as it reads
 * them). */
#pragma once
#include "base/clk.h"
#include "store/sqlite/db.h"

/* -1 with ERR_INVALID and SQLite's first finding when the database is damaged. */
MUST_USE int check_database(struct db *db, msec_t longest, struct err *e);
