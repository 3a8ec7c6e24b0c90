/* SPDX-License-Identifier: Apache-2.0 */
/* One request to a running lab, blocking: for the command line. */
#pragma once
#include "base/err.h"
#include "base/str.h"

struct lab_address {
    const char *url;     /* "http://127.0.0.1:3000" */
    const char *ca_file; /* NULL: the system's */
    bool insecure;
};

/* Appends the answer's body; e->code = the HTTP status (0: unreachable, ERR_TRANSIENT) when it is not 2xx. */
MUST_USE int lab_ask(const struct lab_address *a, const char *method, struct sv path, struct sv body, struct buf *ret,
                     struct err *e);
