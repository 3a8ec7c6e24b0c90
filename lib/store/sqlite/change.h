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

/* A JSON array of texts. */
/* Binds the run's involved changes as JSON; text lives until the statement has run. */
void cur_involved(struct cur *c, const struct run *r, struct buf *text);
void names_write(const char *const *at, size_t n, struct buf *out);

/* change_learned.c */
enum db_result change_checkpoint(struct db *db, const struct change *x, struct err *e);
enum db_result change_checkpoints_drop(struct db *db, const struct change *x, struct err *e);
enum db_result change_recovery_new(struct db *db, const struct change *x, struct err *e);
enum db_result change_recovery(struct db *db, const struct change *x, struct err *e);
enum db_result change_approval_new(struct db *db, const struct change *x, struct err *e);
enum db_result change_approval(struct db *db, const struct change *x, struct err *e);
enum db_result change_duration(struct db *db, const struct change *x, struct err *e);
enum db_result change_duration_drop(struct db *db, const struct change *x, struct err *e);
enum db_result change_failure_stat(struct db *db, const struct change *x, struct err *e);
enum db_result change_budget(struct db *db, const struct change *x, struct err *e);
enum db_result change_flaky(struct db *db, const struct change *x, struct err *e);
enum db_result change_resolution(struct db *db, const struct change *x, struct err *e);

/* change_seen.c */
enum db_result change_same(struct db *db, const struct change *x, struct err *e);
enum db_result change_made(struct db *db, const struct change *x, struct err *e);
enum db_result change_seen_repo(struct db *db, const struct change *x, struct err *e);
enum db_result change_seen_ref(struct db *db, const struct change *x, struct err *e);

/* change_session.c */
enum db_result change_session_new(struct db *db, const struct change *x, struct err *e);
enum db_result change_session_seen(struct db *db, const struct change *x, struct err *e);
enum db_result change_session_end(struct db *db, const struct change *x, struct err *e);
enum db_result change_sessions_sweep(struct db *db, const struct change *x, struct err *e);

/* Binds the end of an UPDATE … WHERE id = ? AND version = ?: version `now` replaces the one before it, and nothing
 * else. */
enum db_result change_version(struct cur *c, int64_t id, int now, const char *what, struct err *e);
