/* SPDX-License-Identifier: Apache-2.0 */
/* Versions (semver.org 2.0.0; a leading v is passed over) and ranges as npm has them: >=1.2.0 <2, ^1.2, ~1.2, 1.x,
 * 1.2 - 2.3, ||. A pre-release is in a range only when one of its comparators names a pre-release of the same
 * major.minor.patch. Linear. Pure. */
#pragma once
#include "base/err.h"
#include "base/str.h"

struct semver {
    uint64_t number[3];
    struct sv pre; /* behind the -, without the build; empty = none */
};

/* -1 ERR_INVALID with e->code = the byte in `text` where it goes wrong. The result borrows. */
MUST_USE int semver_parse(struct sv text, struct semver *ret, struct err *e);
int semver_compare(const struct semver *a, const struct semver *b); /* below, at or above 0 */
/* 1 = in it, 0 = not, -1 = the range is wrong; its whole text is looked at. */
MUST_USE int semver_in(const struct semver *v, struct sv range, struct err *e);
