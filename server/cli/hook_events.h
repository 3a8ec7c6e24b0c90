/* SPDX-License-Identifier: Apache-2.0 */
/* Which events of a forge the workflows need that listen to a repository: those of the server's folder, and the
 * repository's own on its default branch. */
#pragma once
#include "server/cli/desk.h"

struct hook_events {
    struct arena arena;
    VEC(const char *) wanted; /* in the forge's names; each once */
    VEC(const char *) of_app; /* a repository's webhook is not told of: only that of an App */
    bool listened;            /* some workflow listens to one of them */
};
void hook_events_free(struct hook_events *x); /* fits AUTO(hook_events_free) */

MUST_USE int hook_events_find(struct desk *d, const struct conf_forge *f, const char *path, struct hook_events *ret);
/* "push,issues" of the command line. */
MUST_USE int hook_events_named(const struct conf_forge *f, struct sv list, struct hook_events *ret);
