/* SPDX-License-Identifier: Apache-2.0 */
/* The same failure again: a hash of text without what differs from run to run. Pure, and the same on every machine. */
#pragma once
#include "base/str.h"

enum {
    FINGERPRINT_LINES = 16, /* the last ones that say something */
    FINGERPRINT_LINE = 400, /* bytes of a line */
    FINGERPRINT_TEXT = 24   /* with the NUL */
};

/* Appends `line` with one `#` for each number, time, hash, id or address, one `/` for a path but its last part,
 * and one blank for blanks; in ASCII lower case. Nothing when only such was there. */
void fingerprint_line(struct sv line, struct buf *ret);
/* Of the last lines of a text; the same line again in a row counts once. "" when there is nothing to tell it by.
 * `salt` is what else it depends on. SHA-256, cut to 16 hex digits. */
void fingerprint_text(struct sv salt, struct sv text, char ret[FINGERPRINT_TEXT]);
