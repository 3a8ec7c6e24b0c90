/* SPDX-License-Identifier: Apache-2.0 */
/* The calls of local hooks on the engine thread: each is a case that follows its course (course.h), with git on the
 * pool's threads, its deliveries through the store, and its verdict from the engine. What has no verdict here has none
 * anywhere: with a new server the client's own policy decides, and a call that comes again with its id finds what was
 * stored of it. */
#pragma once
#include "server/app.h"
#include "server/hooksock/letter.h"

struct hook_desk *hook_desk_new(struct app *a);
void hook_desk_free(struct hook_desk **d); /* after the host and the pool */
/* Any thread; takes the letter. */
void hook_desk_ask(struct app *a, struct hook_ask *x);

/* From the host. NULL-safe: `fettle run` has no desk. */
void hook_desk_saw(struct hook_desk *d, const struct change_set *cs); /* on disk: what of it is progress */
void hook_desk_judge(struct hook_desk *d);                            /* the engine may have answers */
/* Removes in the background what was pushed before its time (retention.checkpoints). */
void hook_desk_trim(struct app *a);
