/* SPDX-License-Identifier: Apache-2.0 */
/* What people want of the order: nothing starts, or goes on; a run goes first; a run is more or less urgent. It stands
 * in rows, so that a start-up finds it. */
#include "engine/state.h"

static void pause(struct engine *e, enum ready_dispatch how)
{
    if (e->ready.dispatch == how)
        return;
    ready_dispatch(&e->ready, how);
    record_setting(e, ORDER_PAUSED, how == READY_PAUSED);
    record_journal(e, "queue", 0, 0, how == READY_PAUSED ? "running" : "paused",
                   how == READY_PAUSED ? "paused" : "running", "a person asked for it");
}

static void tell(struct engine *e, struct live_run *r, const char *what)
{
    const char *state = work_state_name[r->row->state];
    record_run(e, r->row);
    record_journal(e, "run", r->row->id, r->row->id, state, state, what);
}

static void bump(struct engine *e, struct live_run *r)
{
    order_bump(e, r);
    r->row->bumped = true;
    tell(e, r, "it goes first in its repository: a person asked for it");
}

static void set_priority(struct engine *e, struct live_run *r, enum priority to)
{
    AUTO(arena_free) struct arena a = {0};
    if (r->row->priority == to)
        return;
    const char *what = arena_fmt(&a, "its priority was %s and is %s: a person asked for it",
                                 priority_name[r->row->priority], priority_name[to]);
    r->row->priority = to;
    order_priority(e, r);
    tell(e, r, what);
}

void order_wish(struct engine *e, const struct engine_event *ev)
{
    enum queue_wish wish = ev->queue.wish;
    struct live_run *r = map_get_id(&e->runs, ev->queue.run);
    bool open = r && r->row->state != WORK_DONE;
    if (wish == QUEUE_PAUSE || wish == QUEUE_RESUME)
        pause(e, wish == QUEUE_PAUSE ? READY_PAUSED : READY_GOES_ON);
    else if (open && wish == QUEUE_BUMP)
        bump(e, r);
    else if (open)
        set_priority(e, r, ev->queue.priority);
    dispatch(e);
    outbox_pump_all(e);
}
