/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/state.h"

void wake_at(struct engine *e, struct wake *w, bool *waits, msec_t at)
{
    wake_drop(e, w, waits);
    w->at = at;
    w->order = ++e->wake_order;
    heap_add(&e->wakes, &w->node);
    *waits = true;
}

void wake_drop(struct engine *e, struct wake *w, bool *waits)
{
    if (*waits)
        heap_remove(&e->wakes, &w->node);
    *waits = false;
}
