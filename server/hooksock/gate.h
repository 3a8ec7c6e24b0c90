/* SPDX-License-Identifier: Apache-2.0 */
/* Who may call with a local hook. Over a socket of this machine: the server's own user, root, and the users of
 * `hooks:`, known by the kernel's word (SO_PEERCRED); everywhere else whoever shows a token with the scope `hook`. Any
 * intake thread. */
#pragma once
#include "config/conf.h"
#include "http/codec.h"

struct hook_caller {
    char user[80];  /* the login of this machine, "token:NAME" for a token; "" = the user has no name */
    int64_t uid;    /* -1 = by token */
    char trace[56]; /* that he is part of, or one of its own; as of trace_keep. Set by lines.c */
    bool trusted; /* what he pushes may start runs with secrets: the server's user, root, `trusted: true`, scope run */
};

enum hook_gate {
    HOOK_GATE_OPEN,
    HOOK_GATE_STRANGER, /* a user of this machine whom nobody named */
    HOOK_GATE_NO_TOKEN,
    HOOK_GATE_BAD_TOKEN,
    HOOK_GATE_NO_SCOPE
};
/* peer: as http_req_peer says it. own: the server's user. *ret is filled for OPEN and STRANGER. */
enum hook_gate hook_gate(const struct conf *c, struct sv peer, const struct http_head *head, int64_t own,
                         struct hook_caller *ret);
