/* SPDX-License-Identifier: Apache-2.0 */
/* Rows into the structs of lib/core: the cursor stands on a row that was selected with the column list of sql.c. Text
 * is copied into the arena. -1 with ERR_BUG when a row cannot be ours (a name nobody wrote): damage is never guessed
 * over. */
#pragma once
#include "core/checkpoint.h"
#include "core/delivery.h"
#include "core/effect.h"
#include "core/recovery.h"
#include "core/run.h"
#include "store/sqlite/db.h"

MUST_USE int row_delivery(struct cur *c, struct arena *a, struct delivery *ret, struct err *e);
MUST_USE int row_run(struct cur *c, struct arena *a, struct run *ret, struct err *e); /* without jobs */
MUST_USE int row_job(struct cur *c, struct arena *a, struct job *ret, struct err *e); /* without steps */
MUST_USE int row_step(struct cur *c, struct arena *a, struct step *ret, struct err *e);
MUST_USE int row_attempt(struct cur *c, struct arena *a, struct attempt *ret, struct err *e);
MUST_USE int row_checkpoint(struct cur *c, struct arena *a, struct checkpoint *ret, struct err *e);
MUST_USE int row_recovery(struct cur *c, struct arena *a, struct recovery *ret, struct err *e);
MUST_USE int row_approval(struct cur *c, struct arena *a, struct approval *ret, struct err *e);
MUST_USE int row_failure_stat(struct cur *c, struct arena *a, struct failure_stat *ret, struct err *e);
MUST_USE int row_effect(struct cur *c, struct arena *a, struct effect *ret, struct err *e); /* body not parsed */
