/* SPDX-License-Identifier: Apache-2.0 */
/* What of a step's output may be stored: it passes a mask, to which the step adds with `::add-mask::` lines. Such a
 * line must not be stored either, so a line that may become a command is held until it is whole. */
#pragma once
#include "exec/shim/mask.h"

typedef void screen_keep_fn(void *ctx, struct sv value); /* a value the step has added, for the steps after it */

struct screen {
    struct mask mask;
    screen_keep_fn *keep; /* may be NULL */
    void *ctx;
    /* private */
    enum { SCREEN_START, SCREEN_WITHIN, SCREEN_HELD } at; /* in a line */
    struct buf line;  /* held */
    struct buf token; /* of stop-commands */
    bool stopped;     /* commands are not looked at until the token comes */
    bool blind, told; /* there was no room for a value: nothing more is stored; and that was said */
    struct buf out;
};

/* Both return what may be stored, borrowed until the next call: from the part itself, or from the screen. */
struct sv screen_feed(struct screen *s, struct sv part);
struct sv screen_end(struct screen *s);
void screen_mask(struct screen *s, struct sv value); /* from now on */
void screen_free(struct screen *s);
