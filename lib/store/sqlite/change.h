/* SPDX-License-Identifier: Apache-2.0 */
/* A change-set into the open transaction, in order, up to the first change that cannot be made. */
#pragma once
#include "port/store.h"
#include "store/sqlite/db.h"

/* DB_REFUSED: an expectation of a version, epoch or state failed, or a constraint; the caller undoes the whole set. */
enum db_result change_apply(struct db *db, const struct change_set *cs, struct err *e);
/* A run with its jobs and steps. */
enum db_result change_jobs_new(struct db *db, const struct run *r, struct err *e);
enum db_result change_run_new(struct db *db, const struct run *r, struct err *e);
