/* SPDX-License-Identifier: Apache-2.0 */
/* A job that needs much would wait for ever behind a stream of small ones. EASY backfilling (Lifka 1995): the one that
 * has been blocked at the head for longest gets a reservation at the time when the running ones will have left enough,
 * and others start only if they end before that, or use what it leaves. */
#include "plan/ready_inside.h"

msec_t ready_end(const struct ready_job *running, msec_t now, enum ready_end how)
{
    msec_t end = running->since + (how == READY_EXPECTED ? running->estimate : running->p90);
    return end > now ? end : now;
}

static void give(struct ready_shadow *s, const struct ready_job *ended)
{
    const struct ready_job *j = s->job;
    s->slots += ended->slots;
    for (size_t i = 0; i < j->n_needs; i++)
        for (size_t k = 0; k < ended->n_needs; k++)
            if (ended->needs[k].lock == j->needs[i].lock)
                s->units[i] += ended->needs[k].units;
}

static bool is_enough(const struct ready_shadow *s)
{
    bool enough = s->slots >= 0;
    for (size_t i = 0; i < s->job->n_needs; i++)
        enough &= s->units[i] >= 0;
    return enough;
}

void ready_shadow_of(const struct ready *r, struct ready_job *j, msec_t now, enum ready_end how,
                     struct ready_shadow *ret)
{
    *ret = (struct ready_shadow){
        .job = j, .at = now, .slots = r->slots.capacity - r->slots.used - ready_wanted(&r->slots, j->slots)};
    for (size_t i = 0; i < j->n_needs; i++)
        ret->units[i] =
            j->needs[i].lock->capacity - j->needs[i].lock->used - ready_wanted(j->needs[i].lock, j->needs[i].units);
    bool enough = is_enough(ret);
    for (const struct list *n = r->running.next; n != &r->running; n = n->next) {
        const struct ready_job *running = CONTAINER_OF(n, struct ready_job, link);
        msec_t end = ready_end(running, now, how);
        if (enough && (!ret->by || end > ret->at))
            break; /* what ends at the same time is left beside it */
        give(ret, running);
        if (enough)
            continue;
        ret->at = end > ret->at ? end : ret->at;
        ret->by = running;
        enough = is_enough(ret);
    }
}

void ready_stands(struct ready *r, struct ready_job *j, msec_t now)
{
    bool wide = j->slots > 1 || j->n_needs > 1;
    if (!wide || list_linked(&j->link))
        return;
    j->since = now;
    list_push(&r->blocked, &j->link);
}

void ready_reservation(const struct ready *r, msec_t now, struct ready_shadow *ret)
{
    *ret = (struct ready_shadow){0};
    if (list_empty(&r->blocked))
        return;
    struct ready_job *j = CONTAINER_OF(r->blocked.next, struct ready_job, link);
    if (now - j->since >= r->rules.patience)
        ready_shadow_of(r, j, now, READY_AT_WORST, ret);
}

bool ready_lets(const struct ready_shadow *s, const struct ready_job *j, msec_t now)
{
    if (!s->job || now + j->p90 <= s->at)
        return true;
    bool beside = j->slots <= s->slots;
    for (size_t i = 0; i < s->job->n_needs; i++)
        for (size_t k = 0; k < j->n_needs; k++)
            if (j->needs[k].lock == s->job->needs[i].lock)
                beside &= j->needs[k].units <= s->units[i];
    return beside;
}
