/* SPDX-License-Identifier: Apache-2.0 */
/* One delivery into the open transaction: is it known, and if not, its row, body and keys. */
#pragma once
#include "port/store.h"
#include "store/sqlite/known.h"

#define DEDUP_AGE ((msec_t)90 * 24 * 3600 * 1000) /* specification §9: 90 days of delivery ids */

/* Sets verdict and d.id (and state and reason of a suspect); what it says counts only once the transaction is
 * committed. DB_REFUSED: the body cannot be read. May be called again for the same p after a rollback,
 * which the keys must follow (known_undo). */
enum db_result put_delivery(struct db *db, struct known *known, struct id_gen *ids, struct delivery_put *p,
                            struct err *e);
/* At the start: the keys of the deliveries that the table of keys does not know. */
MUST_USE int put_recall(struct db *db, struct known *known, struct err *e);
