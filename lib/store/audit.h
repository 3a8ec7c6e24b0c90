/* SPDX-License-Identifier: Apache-2.0 */
/* Looks whether the rows agree with each other: everything that points somewhere finds its row, what is over has
 * nothing open, counters are what counting says. It changes nothing. Blocks for as long as reading all of it takes. */
#pragma once
#include "base/err.h"

enum { AUDIT_IDS = 10 };
struct audit_finding {
    const char *check; /* a word: "steps-without-job" */
    const char *text;  /* what is wrong, for people */
    const char *mend;  /* what may be done about it, with the server stopped: a statement, or a sentence */
    int64_t n;         /* rows it is about */
    int64_t ids[AUDIT_IDS]; /* the first of them, of that table */
    int n_ids;
    const char *detail; /* of damage that is no row; NULL = none */
};
typedef void audit_fn(void *ctx, const struct audit_finding *f); /* borrowed */

enum audit_beside { AUDIT_ALONE /* locked: no server can start meanwhile */, AUDIT_BESIDE_SERVER };
/* *ret_checks: how many were made. All of them see the same moment. -1: not readable, or of another version. */
MUST_USE int store_audit(const char *path, audit_fn *found, void *ctx, enum audit_beside *ret_beside, int *ret_checks,
                         struct err *e);
