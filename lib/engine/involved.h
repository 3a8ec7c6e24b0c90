/* SPDX-License-Identifier: Apache-2.0 */
/* `report: {on: every-pull-request}`: the changes of other repositories that belong to that of an event, because their
 * branch has the same name. Their forges are asked before the run is planned, as who sent the event is; a forge that
 * is away makes the event wait. Private to lib/engine. */
#pragma once
#include "engine/state.h"

/* True: a forge is being asked; call again when it has answered. */
bool involved_ask(struct engine *e, struct undecided *u);
/* An answer came; true: it was to involved_ask, which is to be called again unless u->waits. */
bool involved_answered(struct engine *e, struct undecided *u, const struct api_reply *reply);
/* Those of u that are in one of these repositories (aliases), into the run. */
void involved_take(struct engine *e, const struct undecided *u, const char *const *aliases, size_t n,
                   struct live_run *r);
