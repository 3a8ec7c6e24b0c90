/* SPDX-License-Identifier: Apache-2.0 */
/* Whole databases: copied beside a running server, put back, brought to this program's version. All of it blocks for
 * as long as reading or writing the whole takes, and a copy is whole or not there; sessions alone are not in it. */
#pragma once
#include "base/err.h"

struct store_copied {
    int64_t bytes;
    int version; /* of its schema */
};
/* The database at `path`, as it is at one moment, into the new file `to` (0600, one file, no log beside it). A server
 * may go on writing meanwhile. ERR_MISSING: no database; ERR_CONFLICT: `to` is there; ERR_INVALID: not one of ours, or
 * of a newer program. */
MUST_USE int store_copy(const char *path, const char *to, struct store_copied *ret, struct err *e);

/* What was copied takes the place of the database at `path`, which need not be there; what was there becomes `kept`
 * (and `kept`-wal, when its log could not be moved into it), or stays away when there was nothing: then *ret_kept is
 * false. ERR_CONFLICT: a server has it. ERR_INVALID: `from` is damaged or not one of ours; nothing has changed then. */
MUST_USE int store_restore(const char *from, const char *path, const char *kept, bool *ret_kept,
                           struct store_copied *ret, struct err *e);

/* Brings the database to this program's version. ERR_CONFLICT: a server has it. ERR_MISSING: no database. */
MUST_USE int store_migrate(const char *path, int *ret_from, int *ret_to, struct err *e);
