/* SPDX-License-Identifier: Apache-2.0 */
/* Conflicts between commits: what a merge, a lesson and a push came to. Nothing asks for them yet, so no answer finds
 * anybody. */
#include "engine/state.h"

void recover_merged(struct engine *e, const struct engine_event *ev)
{
    (void)e;
    (void)ev;
}

void recover_learned(struct engine *e, const struct engine_event *ev)
{
    (void)e;
    (void)ev;
}

void recover_pushed(struct engine *e, const struct engine_event *ev)
{
    (void)e;
    (void)ev;
}
