/* SPDX-License-Identifier: Apache-2.0 */
/* Faults by number and by time, and the places where a server may die. Numbers, not chances: a history says which call
 * meets which fault, so a fault can be taken out of it and the rest stays. */
#include <stdlib.h>
#include "core/backoff.h"
#include "world.h"

const char *const sim_point_name[] = {
#define X(id, name) [POINT_##id] = name,
    SIM_POINTS(X)
#undef X
};

enum sim_bug bug_planted(void)
{
    const char *name = getenv("SIM_BUG");
    if (!name || !*name)
        return BUG_NONE;
    if (strcmp(name, "hasty") == 0)
        return BUG_HASTY;
    MUST(strcmp(name, "lying-sync") == 0);
    return BUG_LYING_SYNC;
}

enum sim_fault fault_of_call(struct world *w)
{
    struct sim_forge *f = &w->forge;
    uintptr_t numbered = (uintptr_t)map_get_id(&f->at, ++f->calls);
    if (w->now < f->away_until)
        return FAULT_AWAY;
    if (w->now < f->storm_until)
        return f->storm;
    if (f->n_next) {
        enum sim_fault x = f->next[0];
        memmove(f->next, f->next + 1, --f->n_next * sizeof *f->next);
        return x;
    }
    return (enum sim_fault)numbered;
}

enum sim_trouble fault_of_reading(struct world *w)
{
    return (enum sim_trouble)(uintptr_t)map_get_id(&w->faults.asked_at, ++w->faults.asked);
}

msec_t fault_late(struct world *w, msec_t ms)
{
    msec_t most = w->faults.jitter_ms;
    return most ? ms + (msec_t)(random_next(&w->random) % (uint64_t)(most + 1)) : ms;
}

/* Never before the one that was given to it earlier. */
msec_t fault_commit(struct world *w, msec_t ms)
{
    msec_t at = w->now + (w->now < w->faults.slow_until && w->faults.slow_ms > ms ? w->faults.slow_ms : ms);
    if (at < w->commit_at)
        at = w->commit_at;
    return w->commit_at = at;
}

bool world_point(struct world *w, enum sim_point p)
{
    struct sim_death *d = &w->death;
    d->hits[p]++;
    if (!d->hit || d->dying || p != d->point || d->hits[p] < d->hit || d->deaths == 0)
        return d->dying;
    d->deaths--;
    return d->dying = true;
}

void world_bury(struct world *w)
{
    if (!w->death.dying)
        return;
    /* What was on disk before it died is there already, see on_commit. */
    w->death.dying = false;
    if (w->death.reboot)
        world_reboot(w, 0);
    else
        world_crash(w, 0);
    world_start(w);
}
