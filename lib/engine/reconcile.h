/* SPDX-License-Identifier: Apache-2.0 */
/* What a look at a forge means: what differs from the state that events have told of, and stays so, was missed, and is
 * made up. Private to lib/engine. */
#pragma once
#include "engine/lookout.h"
#include "port/look.h"

/* What tells of an event may be on its way for so long: a difference is believed when it is seen again after that. Git
 * waits for the hooks of a repository of this machine. */
enum { RECONCILE_GRACE_MS = 120000, RECONCILE_LOCAL_GRACE_MS = 5000 };
static inline msec_t reconcile_grace(const struct lookout *l)
{
    return l->forge && l->forge->ops->local ? RECONCILE_LOCAL_GRACE_MS : RECONCILE_GRACE_MS;
}

enum look_verdict {
    LOOK_AGREES,
    LOOK_DOUBTS /* something differs: look again after the grace */
};
/* began: when the look was asked for; what events have said since counts more. */
enum look_verdict reconcile_repo(struct engine *e, const struct lookout *l, const struct look_repo *saw,
                                 enum look_tags tags, msec_t began);
