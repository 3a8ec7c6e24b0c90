/* SPDX-License-Identifier: Apache-2.0 */
/* Signed GitHub deliveries for the benchmarks, each with a body and an id of its own, at little cost: all that is
 * equal in the bodies of a variant is hashed once, the counter that makes a body unique stands at its end. */
#pragma once
#include "base/err.h"
#include "base/str.h"

enum { REQUEST_VARIANTS = 64 };

struct requests;
/* payload: a file with one JSON object; secret: a file, white space at its end does not count. path: of the webhook.
 * Ids go up from a number made of the monotonic clock, so that one run never repeats those of another. */
MUST_USE int requests_new(const char *payload, const char *secret, const char *path, struct requests **ret,
                          struct err *e);
void requests_free(struct requests **r);
/* Appends one whole request. close: a literal header line to end the connection after the answer, or "". */
void request_write(struct requests *r, const char *close, struct buf *out);
