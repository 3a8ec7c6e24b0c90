/* SPDX-License-Identifier: Apache-2.0 */
/* What a look at a forge means: what differs from the state that events have told of, and stays so, was missed, and is
 * made up. Private to lib/engine. */
#pragma once
#include "engine/lookout.h"
#include "port/look.h"

/* Webhooks may be on their way for so long: a difference is believed when it is seen again after that. */
enum { RECONCILE_GRACE_MS = 120000 };

enum look_verdict {
    LOOK_AGREES,
    LOOK_DOUBTS /* something differs: look again after the grace */
};
/* began: when the look was asked for; what events have said since counts more. */
enum look_verdict reconcile_repo(struct engine *e, const struct lookout *l, const struct look_repo *saw,
                                 enum look_tags tags, msec_t began);
