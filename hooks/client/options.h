/* SPDX-License-Identifier: Apache-2.0 */
/* What the hook's script and the machine tell fettle-hook: its command line, and FETTLE_SKIP. It reads no
 * configuration. All text is borrowed from the command line. */
#pragma once
#include "base/clk.h"
#include "base/err.h"

enum { DEADLINE_MOST = 3600000, SKIP_MS = 200 };

enum git_hook { PRE_PUSH, PRE_RECEIVE, UPDATE, POST_RECEIVE };
extern const char *const git_hook_names[];

enum when_offline { OFFLINE_ALLOW, OFFLINE_DENY };

struct hook_options {
    const char *server;     /* "unix:/path" or "https://host:port" */
    const char *token_file; /* NULL = none; for the relay */
    const char *ca;
    enum when_offline offline;
    msec_t deadline_ms; /* from the start on; 30 s, after the push 2 s */
    bool skips;         /* FETTLE_SKIP: only told, SKIP_MS at most */
    enum git_hook hook;
    const char *const *args; /* git's own, behind the name of the hook */
    size_t n_args;
};
/* skip: the value of FETTLE_SKIP, or NULL; "" and "0" are as if it were not there. -1 ERR_INVALID. */
MUST_USE int hook_options_read(int argc, const char *const *argv, const char *skip, struct hook_options *ret,
                               struct err *e);
