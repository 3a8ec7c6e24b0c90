/* SPDX-License-Identifier: Apache-2.0 */
/* When a certificate ends. */
#pragma once
#include <openssl/x509.h>
#include "base/clk.h"

/* Seconds from now; negative: it has been. */
int64_t cert_until(const ASN1_TIME *t);
/* Wall clock of the end of the first certificate of a PEM file; 0 = it cannot be read. */
msec_t cert_end(const char *file);
