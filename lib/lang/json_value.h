/* SPDX-License-Identifier: Apache-2.0 */
/* JSON as a value, for fromJSON(): RFC 8259 as GitHub reads it. Unlike the documents of fmt/json.h, a key that comes
 * again replaces the one before, one that differs from an earlier one by case alone is dropped (names are compared
 * without regard to it), and a number too large for 64 bits is a number. NUL and lone surrogates are refused.
 * Linear. Pure. */
#pragma once
#include "lang/value.h"

enum { JSON_VALUE_DEPTH = 100 }; /* GitHub's */

/* At most `nodes` values, JSON_VALUE_DEPTH deep. All of the result is in the arena. -1: *ret_at = the byte where it
 * goes wrong. */
MUST_USE int json_value(struct sv text, size_t nodes, struct arena *arena, struct val *ret, size_t *ret_at);
