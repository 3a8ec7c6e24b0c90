/* SPDX-License-Identifier: Apache-2.0 */
/* A store that lies, to see whether the invariants find it: it acknowledges a change-set and forgets it when the server
 * dies before the next one. */
#include "world.h"

static void copy_map(struct map *to, const struct map *from)
{
    struct sv key;
    void *v;
    map_free(to);
    for (size_t at = 0; map_each(from, &at, &key, &v);)
        map_put(to, key, v);
}

static void copy(struct world *w, struct sim_store *to, const struct sim_store *from)
{
    VEC_CLEAR(&to->runs);
    VEC_CLEAR(&to->attempts);
    VEC_CLEAR(&to->effects);
    VEC_CLEAR(&to->deliveries);
    VEC_CLEAR(&to->recoveries);
    VEC_CLEAR(&to->checkpoints);
    VEC_CLEAR(&to->approvals);
    for (size_t i = 0; i < from->runs.n; i++)
        VEC_PUSH(&to->runs, store_copy_run(w, from->runs.at[i]));
    for (size_t i = 0; i < from->attempts.n; i++)
        VEC_PUSH(&to->attempts, from->attempts.at[i]);
    for (size_t i = 0; i < from->effects.n; i++)
        VEC_PUSH(&to->effects, from->effects.at[i]);
    for (size_t i = 0; i < from->recoveries.n; i++)
        VEC_PUSH(&to->recoveries, from->recoveries.at[i]);
    for (size_t i = 0; i < from->approvals.n; i++)
        VEC_PUSH(&to->approvals, from->approvals.at[i]);
    for (size_t i = 0; i < from->checkpoints.n; i++)
        VEC_PUSH(&to->checkpoints, from->checkpoints.at[i]);
    for (size_t i = 0; i < from->deliveries.n; i++)
        VEC_PUSH(&to->deliveries, from->deliveries.at[i]);
    copy_map(&to->remotes, &from->remotes);
    copy_map(&to->standing, &from->standing);
    copy_map(&to->fired, &from->fired);
    copy_map(&to->numbers, &from->numbers);
    copy_map(&to->guids, &from->guids);
    copy_map(&to->settings, &from->settings);
    copy_map(&to->grants, &from->grants);
    copy_map(&to->durations, &from->durations);
    copy_map(&to->failures, &from->failures);
    copy_map(&to->budgets, &from->budgets);
    copy_map(&to->flaky, &from->flaky);
    copy_map(&to->same, &from->same);
    copy_map(&to->made, &from->made);
    copy_map(&to->seen_repos, &from->seen_repos);
    copy_map(&to->seen_refs, &from->seen_refs);
}

static void empty(struct sim_store *s)
{
    VEC_FREE(&s->runs);
    VEC_FREE(&s->attempts);
    VEC_FREE(&s->effects);
    VEC_FREE(&s->deliveries);
    VEC_FREE(&s->recoveries);
    VEC_FREE(&s->checkpoints);
    VEC_FREE(&s->approvals);
    map_free(&s->remotes);
    map_free(&s->same);
    map_free(&s->made);
    map_free(&s->seen_repos);
    map_free(&s->seen_refs);
    map_free(&s->standing);
    map_free(&s->fired);
    map_free(&s->numbers);
    map_free(&s->guids);
    map_free(&s->settings);
    map_free(&s->grants);
    map_free(&s->durations);
    map_free(&s->failures);
    map_free(&s->budgets);
    map_free(&s->flaky);
}

void store_on_disk(struct world *w, struct change_set *cs)
{
    if (w->bug == BUG_LYING_SYNC)
        copy(w, &w->before, &w->store);
    store_apply(w, cs);
    change_set_free(&cs);
}

void store_forget_last(struct world *w)
{
    /* Deliveries are no part of it, but for what was decided about them. */
    for (size_t i = w->before.deliveries.n; i < w->store.deliveries.n; i++)
        VEC_PUSH(&w->before.deliveries, w->store.deliveries.at[i]);
    if (w->before.deliveries.n)
        copy(w, &w->store, &w->before);
}

void store_free(struct world *w)
{
    empty(&w->store);
    empty(&w->before);
}
