/* SPDX-License-Identifier: Apache-2.0 */
#include "core/outbreak.h"

enum { WINDOW_MS = 600000 };

static bool counts(const struct outbreak *o, int i, msec_t now)
{
    return o->seen[i].at > now - WINDOW_MS;
}

bool outbreak_is_old(const struct outbreak *o, msec_t now)
{
    for (int i = 0; i < o->n; i++)
        if (counts(o, i, now))
            return false;
    return true;
}

/* Different runs, and different repositories, among those of the window. */
static void tell_apart(const struct outbreak *o, msec_t now, int *ret_runs, int *ret_repos)
{
    *ret_runs = *ret_repos = 0;
    for (int i = 0; i < o->n; i++) {
        bool new_run = true, new_repo = true;
        for (int k = 0; k < i; k++) {
            new_run &= !counts(o, k, now) || o->seen[k].run != o->seen[i].run;
            new_repo &= !counts(o, k, now) || o->seen[k].repo != o->seen[i].repo;
        }
        *ret_runs += counts(o, i, now) && new_run;
        *ret_repos += counts(o, i, now) && new_repo;
    }
}

enum outbreak_is outbreak_saw(struct outbreak *o, int64_t run, uint64_t repo, msec_t now)
{
    int runs, repos;
    if (outbreak_is_old(o, now))
        *o = (struct outbreak){0};
    o->seen[o->next].run = run;
    o->seen[o->next].repo = repo;
    o->seen[o->next].at = now;
    o->next = (o->next + 1) % OUTBREAK_KEPT;
    o->n += o->n < OUTBREAK_KEPT;
    if (o->since)
        return OUTBREAK_GOES_ON;
    tell_apart(o, now, &runs, &repos);
    if (runs < OUTBREAK_RUNS || repos < OUTBREAK_REPOS)
        return OUTBREAK_NONE;
    o->since = now;
    return OUTBREAK_BEGINS;
}
