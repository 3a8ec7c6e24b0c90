/* SPDX-License-Identifier: Apache-2.0 */
/* Why a job does not run yet, and when it will, as far as the estimates go. */
#include "plan/ready_inside.h"

size_t ready_startable(const struct ready *r, msec_t now)
{
    struct ready_shadow reserved;
    ready_reservation(r, now, &reserved);
    return r->dispatch == READY_PAUSED || reserved.job ? 0 : r->waiting - r->parked;
}

/* The one of its locks that it gets last. */
static bool why_lock(const struct ready *r, const struct ready_job *j, msec_t now, struct ready_reason *ret)
{
    for (size_t i = 0; i < j->n_needs; i++) {
        struct ready_lock *l = j->needs[i].lock;
        struct ready_need need = j->needs[i];
        struct ready_job alone = {.slots = 0, .needs = &need, .n_needs = 1};
        struct ready_shadow s;
        if (l->capacity - l->used >= ready_wanted(l, need.units))
            continue;
        ready_shadow_of(r, &alone, now, READY_EXPECTED, &s);
        if (ret->why == READY_WHY_LOCK && s.at <= ret->at)
            continue;
        *ret = (struct ready_reason){.why = READY_WHY_LOCK, .lock = l, .by = s.by, .at = s.at};
    }
    return ret->why == READY_WHY_LOCK;
}

/* Jobs and work of its repository that go before it. */
static size_t ahead_of(const struct ready_job *j, msec_t *ret_work)
{
    const struct heap *runs = &j->run->repo->children;
    size_t n = 0;
    *ret_work = 0;
    for (size_t i = 0; i < runs->n; i++) {
        const struct ready_run *run = CONTAINER_OF(runs->nodes[i], struct ready_run, node);
        if (run != j->run && !ready_run_before(run, j->run))
            continue;
        for (size_t k = 0; k < run->jobs.n; k++) {
            const struct ready_job *other = CONTAINER_OF(run->jobs.nodes[k], struct ready_job, node);
            if (run == j->run && !ready_job_before(other, j))
                continue;
            *ret_work += other->estimate * other->slots;
            n++;
        }
    }
    return n;
}

static int64_t weights(const struct ready_flow *above)
{
    int64_t sum = 0;
    for (size_t i = 0; i < above->children.n; i++)
        sum += CONTAINER_OF(above->children.nodes[i], struct ready_flow, node)->weight;
    return sum;
}

/* What goes before it passes through the share of the slots that its repository has by its weight. */
static void why_slot(const struct ready *r, const struct ready_job *j, msec_t now, struct ready_reason *ret)
{
    const struct ready_flow *repo = j->run->repo, *org = repo->parent;
    msec_t work, first = now;
    ret->why = READY_WHY_SLOT;
    ret->ahead = ahead_of(j, &work);
    for (const struct list *n = r->running.next; n != &r->running; n = n->next) {
        const struct ready_job *running = CONTAINER_OF(n, struct ready_job, link);
        msec_t end = ready_end(running, now, READY_EXPECTED);
        if (!ret->by || end < first) {
            first = end;
            ret->by = running;
        }
    }
    int64_t share = (int64_t)r->slots.capacity * repo->weight * org->weight;
    ret->at = share ? first + work / share * weights(org) * weights(org->parent) : 0;
}

void ready_why(const struct ready *r, const struct ready_job *j, msec_t now, struct ready_reason *ret)
{
    struct ready_shadow own, reserved;
    struct ready_job copy = *j; /* a question changes nothing */
    *ret = (struct ready_reason){.why = READY_WHY_NOT};
    if (j->state != READY_QUEUED && j->state != READY_PARKED)
        return;
    if (r->dispatch == READY_PAUSED) {
        ret->why = READY_WHY_PAUSED;
        return;
    }
    if (why_lock(r, j, now, ret))
        return;
    if (j->slots > 1) {
        ready_shadow_of(r, &copy, now, READY_EXPECTED, &own);
        if (own.by) {
            *ret = (struct ready_reason){.why = READY_WHY_SLOTS, .by = own.by, .at = own.at};
            return;
        }
    }
    ready_reservation(r, now, &reserved);
    if (reserved.job && reserved.job != j && !ready_lets(&reserved, j, now)) {
        *ret = (struct ready_reason){.why = READY_WHY_RESERVED, .by = reserved.job, .at = reserved.at};
        return;
    }
    why_slot(r, j, now, ret);
}
