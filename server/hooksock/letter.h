/* SPDX-License-Identifier: Apache-2.0 */
/* What the two halves of a call say to each other: the connection on its intake thread (line.c), and the case on the
 * engine thread (desk.c). A call is known by its number, so that neither holds what the other frees. */
#pragma once
#include "hooks/wire.h"
#include "io/mailbox.h"
#include "server/hooksock/course.h"
#include "server/hooksock/gate.h"

enum hook_ask_kind { ASK_CALL, ASK_PACK, ASK_GONE };
struct hook_ask { /* to the desk */
    struct letter letter;
    enum hook_ask_kind kind;
    int64_t no;
    /* ASK_CALL */
    struct mailbox *reply;
    struct hook_caller caller;
    struct arena arena; /* call, and the bytes that it is read from */
    struct hook_call call;
    /* ASK_PACK */
    enum course_pack pack;
    int fd;          /* PACK_CAME: of the pack; else -1 */
    struct buf text; /* PACK_NONE: why */
};
struct hook_ask *hook_ask_new(enum hook_ask_kind kind, int64_t no);
void hook_ask_free(struct hook_ask **a); /* with all that is still in it */

enum hook_tell_kind {
    TELL_TEXT,
    TELL_SEND, /* text: the haves, a line each */
    TELL_VERDICT,
    TELL_END /* close without a verdict */
};
struct hook_tell { /* to the line; behind VERDICT and END the desk has forgotten the call */
    struct letter letter;
    enum hook_tell_kind kind;
    int64_t no;
    enum verdict_state verdict;
    const char *reason; /* literal */
    struct buf text;
};
struct hook_tell *hook_tell_new(enum hook_tell_kind kind, int64_t no);
void hook_tell_free(struct hook_tell **t);
