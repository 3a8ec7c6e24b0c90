/* SPDX-License-Identifier: Apache-2.0 */
/* Bots (and our own account, whoever else has it) that answer each other start a workflow without end: after so many
 * runs of one workflow and repository in a window it rests as long, and begins to count anew. What other people start
 * always goes. In memory: a start begins anew. */
#include "engine/lookout.h"

struct brake {
    msec_t window_at; /* when the counting began */
    int n;
    msec_t until; /* it rests; 0 = it does not */
};

static struct brake *brake_of(struct engine *e, const char *name)
{
    struct brake *b = map_get(&e->brakes, sv_of(name));
    if (!b) {
        b = mem_new(sizeof *b);
        b->window_at = e->now;
        map_put(&e->brakes, sv_of(name), b);
    }
    return b;
}

static const char *rests(const struct engine *e, const struct brake *b, struct arena *a)
{
    char at[25];
    return arena_fmt(a, "brake: bots started %d runs of it within %lld s, and it rests until %s (limits.bot-runs)",
                     e->conf->bot_runs, (long long)(e->conf->bot_window / 1000), when_text(b->until, at));
}

const char *brake_asks(struct engine *e, const struct hook_event *ev, const char *workflow, struct arena *a)
{
    bool counts = ev->sender.bot == YES || own_actor(ev, lookout_self(e, ev->forge));
    if (!e->conf->bot_runs || !counts)
        return NULL;
    struct brake *b = brake_of(e, arena_fmt(a, "%s\n%s", ev->repo.id ? ev->repo.id : "", workflow));
    if (b->until && e->now < b->until)
        return rests(e, b, a);
    if (b->until || e->now - b->window_at >= e->conf->bot_window)
        *b = (struct brake){.window_at = e->now};
    if (++b->n <= e->conf->bot_runs)
        return NULL;
    b->until = e->now + e->conf->bot_window;
    record_journal(e, "brake", 0, 0, "counting", "resting", rests(e, b, a));
    return rests(e, b, a);
}

void brakes_free(struct engine *e)
{
    struct sv key;
    void *v;
    for (size_t at = 0; map_each(&e->brakes, &at, &key, &v);)
        mem_free(v);
    map_free(&e->brakes);
}
