/* SPDX-License-Identifier: Apache-2.0 */
/* Encodings. Decoders are strict: any byte outside the form is a refusal. Pure. */
#pragma once
#include "base/err.h"
#include "base/str.h"

void hex_put(struct buf *b, const void *p, size_t n); /* lower case */
/* Exactly 2*n digits, either case. */
bool hex_get(struct sv text, uint8_t *ret, size_t n);
void base64_put(struct buf *b, const void *p, size_t n); /* with padding */
/* RFC 4648 §4, padding required. *ret_n is at most text.n / 4 * 3; ret must hold that. */
bool base64_get(struct sv text, uint8_t *ret, size_t *ret_n);
void base64url_put(struct buf *b, const void *p, size_t n); /* without padding */
void url_put(struct buf *b, struct sv s); /* percent-encodes all but RFC 3986 unreserved: for a path segment or value */
/* %XX decoding; false on a bad escape or a decoded NUL. `+` stays. */
bool url_get(struct sv text, struct buf *ret);

/* application/x-www-form-urlencoded, streaming, for one field: feeds the decoded bytes of the field `name` to `out`.
 * `+` is a blank, then %XX. More than one such field, a bad escape or a decoded NUL is an error. Memory is constant. */
struct form_reader {
    const char *name;
    void (*out)(void *ctx, const char *p, size_t n);
    void *ctx;
    /* private */
    int state, field, seen;
    size_t match;
    uint8_t hex;
};
MUST_USE int form_feed(struct form_reader *f, struct sv part); /* 0, or -1 on a fault */
MUST_USE int form_end(struct form_reader *f);                  /* 0, or -1: fault, or the field was absent */
