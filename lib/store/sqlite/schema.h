/* SPDX-License-Identifier: Apache-2.0 */
/* The tables, and how an older database gets there. A version is one text of SQL, applied in one transaction together
 * with its number (PRAGMA user_version): killed at any point, a database has the old version or the new one. */
#pragma once
#include "store/sqlite/db.h"

/* Version n is made by steps[n - 1]. A step that was released is never edited; a change is a new step. */
extern const char *const schema_steps[];
extern const int schema_version;

/* The version it has, 0 = it is empty. ERR_INVALID: a database of another program. */
MUST_USE int schema_have(struct db *db, int64_t *ret, struct err *e);
/* Looks and changes nothing. ERR_INVALID: not a database of ours, or one newer than version `newest`. */
MUST_USE int schema_look(struct db *db, int newest, struct err *e);
/* Brings the database to version `n`; errors as schema_look, and then it is untouched. */
MUST_USE int schema_migrate(struct db *db, const char *const *steps, int n, struct err *e);
/* A reader's look: ERR_INVALID unless the version is ours. */
MUST_USE int schema_expect(struct db *db, struct err *e);
