/* SPDX-License-Identifier: Apache-2.0 */
/* A certificate to start with. */
#pragma once
#include "base/clk.h"
#include "base/err.h"

/* A new ECDSA P-256 key (PKCS #8) and a certificate signed by itself, both PEM, appended. The names are localhost,
 * `host` (may be NULL), 127.0.0.1 and ::1; it holds from an hour before `now` for `days`. -1 on error. */
MUST_USE int cert_make(const char *host, msec_t now, int days, struct buf *ret_cert, struct buf *ret_key,
                       struct err *e);
