/* SPDX-License-Identifier: Apache-2.0 */
/* The tokens of JSON: strings and numbers of RFC 8259, strictly. For json_validate.c, and for lang/json_value.c, whose
 * numbers may be larger. Pure. */
#pragma once
#include "base/str.h"

struct json_fault {
    const char *what; /* a constant */
    const uint8_t *at;
};

/* p is behind the opening quote. Returns the place of the closing quote, or NULL with *ret_fault filled.
 * *ret_escaped: the string has escapes, so its bytes are not its text. */
const uint8_t *json_scan_string(const uint8_t *p, const uint8_t *end, bool *ret_escaped, struct json_fault *ret_fault);
/* p is at the first byte of a number. Returns the place behind it, or NULL with *ret_fault filled. */
const uint8_t *json_scan_number(const uint8_t *p, const uint8_t *end, struct json_fault *ret_fault);
/* Appends the text of a string that json_scan_string accepted: what stands between the quotes. */
void json_unescape(struct sv raw, struct buf *ret);
