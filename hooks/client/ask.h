/* SPDX-License-Identifier: Apache-2.0 */
/* One call from its first byte to the verdict, with an end: whatever the server, git or a child does, it is over at the
 * deadline. hooks/PROTOCOL.md. One thread. */
#pragma once
#include "hooks/client/options.h"
#include "hooks/client/say.h"
#include "hooks/wire.h"

enum { SILENCE_MS = 6000, END_MS = 40 }; /* of a server that is taken for hung; for ending the children */

enum ask_state {
    ASK_ALLOWED,
    ASK_DENIED,
    ASK_UNFIT, /* no call can be made of this push: e */
    ASK_FAILED /* there is no verdict: e */
};
struct ask_result {
    enum ask_state state;
    char reason[HOOK_NAME_MOST + 1]; /* of a verdict */
    struct err e;
};
/* start: clk_mono_ms at the start of the program. Reads all of stdin as long as there is time. */
void ask_server(const struct hook_options *o, struct say *say, msec_t start, struct ask_result *ret);
