/* SPDX-License-Identifier: Apache-2.0 */
/* Where the expressions of a text stand. */
#pragma once
#include "base/str.h"

enum braces { BRACES_NONE, BRACES_FOUND, BRACES_OPEN };
struct braces_at {
    size_t from, to; /* of the whole ${{ … }}, in the text */
    struct sv inner; /* between ${{ and }}, with its blanks */
};
/* The first ${{ … }} at or behind `from`. '…' inside is a text, in which }} does not close. BRACES_OPEN: it has no end;
 * ret->from is where it begins. */
enum braces braces_next(struct sv raw, size_t from, struct braces_at *ret);
/* Without the ${{ }} around it, where they are around the whole; trimmed in any case. */
struct sv braces_strip(struct sv raw);
