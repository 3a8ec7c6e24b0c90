/* SPDX-License-Identifier: Apache-2.0 */
/* The body of a webhook call while it comes in: small ones in memory, larger ones in an unlinked file. What all
 * intake threads hold together is bounded, so that nobody can fill memory or disk before a signature is checked. */
#pragma once
#include "base/str.h"

struct hook_body {
    struct buf text; /* while spool is -1 */
    int spool;       /* a file that vanishes with its descriptor; -1 = in memory */
    int64_t size;    /* bytes received */
    bool no_room;    /* one of the bounds was reached, or the disk is full: the rest was not kept */
};

void hook_body_init(struct hook_body *b);
/* state_dir: where the file is made, when one is needed. */
void hook_body_add(struct hook_body *b, const char *state_dir, const char *p, size_t n);
/* Gives what was received to the caller, who holds it on his own account: the text, to be freed, and -1; or NULL and
 * the descriptor of the file. */
char *hook_body_take(struct hook_body *b, int *ret_spool);
void hook_body_free(struct hook_body *b);
