/* SPDX-License-Identifier: Apache-2.0 */
/* The first bytes of a connection of local hooks: an upgrade of HTTP/1.1 (RFC 9110 §7.8), so that the sockets of the
 * server serve command line, webhooks and local hooks. Pure. */
#pragma once
#include "base/err.h"
#include "base/str.h"

#define HOOK_TARGET   "/hook"
#define HOOK_PROTOCOL "fettle-hook/1"
enum { HOOK_TOKEN_MOST = 1024, HOOK_TRACE_MOST = 128, HOOK_ANSWER_MOST = 8192 }; /* bytes; of the server's head */

/* Appends the client's head. host: the Host field. token: absent = no Authorization; its bytes are those of RFC 6750
 * (b64token), so that nothing else gets into the head. trace: the TRACEPARENT of who calls; absent, or not of its form:
 * left out. -1 ERR_INVALID, nothing appended. */
MUST_USE int hook_head_write(struct sv host, struct sv token, struct sv trace, struct buf *out, struct err *e);
/* The server's head. 1 = it changes over, *ret_used bytes of it are the head; 0 = it is not all there yet; -1 = it does
 * not: ERR_DENIED (401, 403), ERR_MISSING (404), ERR_TRANSIENT (5xx, 429) with code = the status, said as soon as the
 * status line is there, or ERR_INVALID: this is no head of ours. */
MUST_USE int hook_answer_read(struct sv bytes, size_t *ret_used, struct err *e);
