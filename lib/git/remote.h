/* SPDX-License-Identifier: Apache-2.0 */
/* What we let git speak to, and with which credentials. Pure. */
#pragma once
#include "port/git.h"

/* The scheme of the url: "https", "ssh", "file"; "http" for loopback addresses only. ERR_INVALID for anything else,
 * for text that git could take for an option or a command, and for passwords inside a url. */
MUST_USE int remote_scheme(const char *url, const char **ret, struct err *e);
/* "Authorization: Basic …" of the remote's token, or nothing in *ret when it has none. */
MUST_USE int remote_header(const struct git_remote *r, const char *scheme, struct buf *ret, struct err *e);
/* An id names a mirror: not empty, not longer than 512 bytes, no control bytes, not starting with '-'. */
MUST_USE int remote_id_check(const char *id, struct err *e);
/* 40 or 64 hex digits. */
bool oid_is(struct sv text);
