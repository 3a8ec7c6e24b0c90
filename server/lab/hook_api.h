/* SPDX-License-Identifier: Apache-2.0 */
/* What the hook resources of the three forges have in common: those below a repository. */
#pragma once
#include "server/lab/event.h"
#include "server/lab/hook.h"

struct lab_hook *hook_asked(struct lab_call *c); /* hooks/{id}: NULL after answering 404 */
struct lab_hook *hook_made(struct lab_call *c);  /* a new one of the repository */
void hook_list(struct lab_call *c, void (*put)(struct lab_call *c, const struct lab_hook *h));
void hook_deleted(struct lab_call *c); /* the turn that removes one */
bool hook_has(const struct lab_hook *h, const char *event);
void hook_event(struct lab_world *w, struct lab_hook *h, const char *name); /* one more, unless it has it */
/* The texts of an array take the place of its events; absent: they stay. */
void hook_events(struct lab_world *w, struct lab_hook *h, const struct jval *names);
