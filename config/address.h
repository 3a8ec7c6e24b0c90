/* SPDX-License-Identifier: Apache-2.0 */
/* Addresses and URLs as they stand in the server file. Pure. */
#pragma once
#include "config/reading.h"

struct address {
    const char *text; /* "127.0.0.1:8080", "[::]:443" */
    bool loopback;
};

/* "0.0.0.0:8443", "[::1]:0", "localhost:80" (becomes 127.0.0.1). False after adding a problem. */
bool address_read(struct reading *r, const struct ynode *n, struct address *ret);
/* http or https with a host, without user, query and fragment; trailing slashes are taken off. */
bool url_read(struct reading *r, const struct ynode *n, const char *what, struct sv *ret);
/* http:// to another machine: what is sent there can be read on the way. */
bool url_is_open(struct sv url);
