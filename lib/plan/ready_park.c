/* SPDX-License-Identifier: Apache-2.0 */
/* Locks, and the jobs that wait for them. Of each queue only the first comes back when there is room: the others of its
 * repository would stand behind it anyway, and do not burden the heaps. */
#include "plan/ready_inside.h"

static bool parked_before(const struct heap_node *x, const struct heap_node *y)
{
    const struct ready_job *a = CONTAINER_OF(x, struct ready_job, node), *b = CONTAINER_OF(y, struct ready_job, node);
    return a->run == b->run ? ready_job_before(a, b) : ready_run_before(a->run, b->run);
}

/* ---- locks ---- */

struct ready_lock *ready_lock_get(struct ready *r, struct sv name, enum ready_kind kind, int capacity)
{
    struct ready_lock *l = map_get(&r->locks, name);
    MUST(capacity >= 1);
    if (!l) {
        l = mem_new(sizeof *l + name.n + 1);
        memcpy(l + 1, name.p, name.n);
        l->name = (const char *)(l + 1);
        map_put(&r->locks, name, l);
    }
    l->users++;
    l->kind = kind;
    l->capacity = capacity;
    ready_feed(r, l);
    return l;
}

void ready_lock_put(struct ready *r, struct ready_lock *l)
{
    MUST(l->users > 0);
    if (--l->users)
        return;
    MUST(l->used == 0 && l->queues.n == 0);
    map_remove(&r->locks, sv_of(l->name));
    map_free(&l->by);
    VEC_FREE(&l->queues);
    mem_free(l);
}

int ready_wanted(const struct ready_lock *l, int units)
{
    return units < l->capacity ? units : l->capacity;
}

static bool has_room(const struct ready_lock *l, int units)
{
    return l->capacity - l->used >= ready_wanted(l, units);
}

struct ready_lock *ready_lacks(struct ready *r, const struct ready_job *j)
{
    struct ready_lock *scarcest = NULL;
    for (size_t i = 0; i < j->n_needs; i++) {
        struct ready_lock *l = j->needs[i].lock;
        if (!has_room(l, j->needs[i].units) && (!scarcest || l->capacity < scarcest->capacity))
            scarcest = l;
    }
    if (!scarcest && !has_room(&r->slots, j->slots))
        scarcest = &r->slots;
    return scarcest;
}

void ready_take_all(struct ready *r, const struct ready_job *j)
{
    r->slots.used += j->slots;
    for (size_t i = 0; i < j->n_needs; i++)
        j->needs[i].lock->used += j->needs[i].units;
}

void ready_free_all(struct ready *r, const struct ready_job *j)
{
    r->slots.used -= j->slots;
    for (size_t i = 0; i < j->n_needs; i++)
        j->needs[i].lock->used -= j->needs[i].units;
    ready_feed(r, &r->slots);
    for (size_t i = 0; i < j->n_needs; i++)
        ready_feed(r, j->needs[i].lock);
}

/* ---- queues ---- */

static int units_of(const struct ready *r, const struct ready_job *j, const struct ready_lock *l)
{
    if (l == &r->slots)
        return j->slots;
    for (size_t i = 0; i < j->n_needs; i++)
        if (j->needs[i].lock == l)
            return j->needs[i].units;
    panic_at(__FILE__, __LINE__, "parked at what it does not need");
}

static struct ready_queue *queue_of(const struct ready *r, const struct ready_job *j, struct ready_lock *l)
{
    int units = units_of(r, j, l);
    int64_t key = (j->run->repo->no * READY_UNITS + units) * 2 + ready_is_critical(j->run);
    struct ready_queue *q = map_get_id(&l->by, key);
    if (q)
        return q;
    q = mem_new(sizeof *q);
    *q = (struct ready_queue){
        .lock = l, .key = key, .at = l->queues.n, .units = units, .jobs = {.before = parked_before}};
    VEC_PUSH(&l->queues, q);
    map_put_id(&l->by, key, q);
    return q;
}

/* Out of the heap of its queue. */
static void leave_parked(struct ready *r, struct ready_job *j)
{
    heap_remove(&j->queue->jobs, &j->node);
    list_remove(&j->sibling);
    j->queue->lock->parked--;
    r->parked--;
}

void ready_leave(struct ready *r, struct ready_job *j)
{
    if (j->state == READY_PARKED)
        leave_parked(r, j);
    else
        j->queue->offered = NULL;
    j->queue = NULL;
}

/* Into the heap of its queue. */
static void enter_parked(struct ready *r, struct ready_job *j)
{
    heap_add(&j->queue->jobs, &j->node);
    list_push(&j->run->parked, &j->sibling);
    j->queue->lock->parked++;
    r->parked++;
    j->state = READY_PARKED;
}

/* The first of the queue comes back, in place of one that was first before. */
static bool offer(struct ready *r, struct ready_queue *q)
{
    const struct heap_node *top = heap_top(&q->jobs);
    struct ready_job *before = q->offered;
    if (!top || !has_room(q->lock, q->units) || (before && !parked_before(top, &before->node)))
        return false;
    struct ready_job *j = CONTAINER_OF(top, struct ready_job, node);
    leave_parked(r, j);
    if (before) {
        heap_remove(&before->run->jobs, &before->node);
        enter_parked(r, before);
        ready_place(r, before->run);
    }
    q->offered = j;
    j->state = READY_QUEUED;
    heap_add(&j->run->jobs, &j->node);
    ready_place(r, j->run);
    return true;
}

void ready_feed(struct ready *r, struct ready_lock *l)
{
    for (size_t i = 0; i < l->queues.n; i++)
        (void)offer(r, l->queues.at[i]);
}

void ready_rank(struct ready *r, struct ready_job *j, int64_t rank)
{
    if (j->rank == rank)
        return;
    j->rank = rank;
    if (j->state == READY_PARKED)
        heap_moved(&j->queue->jobs, &j->node);
    else if (j->state == READY_QUEUED)
        heap_moved(&j->run->jobs, &j->node);
    if (j->queue)
        (void)offer(r, j->queue);
}

void ready_offer(struct ready *r, struct ready_queue *q)
{
    struct ready_lock *l = q->lock;
    (void)offer(r, q);
    if (q->jobs.n || q->offered)
        return;
    map_remove_id(&l->by, q->key);
    l->queues.at[q->at] = l->queues.at[--l->queues.n];
    l->queues.at[q->at]->at = q->at;
    heap_free(&q->jobs);
    mem_free(q);
}

void ready_unpark(struct ready *r, struct ready_job *j)
{
    struct ready_queue *q = j->queue;
    if (!q)
        return;
    ready_leave(r, j);
    ready_offer(r, q);
}

static bool offer_one_of(struct ready *r, const struct ready_run *run)
{
    for (const struct list *n = run->parked.next; n != &run->parked; n = n->next)
        if (offer(r, CONTAINER_OF(n, struct ready_job, sibling)->queue))
            return true;
    return false;
}

/* One that was first in a queue where it no longer belongs: it waits among those that could start anyway. */
static bool release_one_of(struct ready *r, const struct ready_run *run)
{
    for (size_t i = 0; i < run->jobs.n; i++) {
        struct ready_job *j = CONTAINER_OF(run->jobs.nodes[i], struct ready_job, node);
        if (!j->queue || (j->queue->key & 1) == ready_is_critical(run))
            continue;
        ready_unpark(r, j);
        return true;
    }
    return false;
}

void ready_park_anew(struct ready *r, struct ready_run *run)
{
    struct list all;
    list_init(&all);
    for (struct list *n; (n = list_shift(&run->parked));)
        list_push(&all, n);
    for (struct list *n; (n = list_shift(&all));) {
        struct ready_job *j = CONTAINER_OF(n, struct ready_job, sibling);
        struct ready_queue *before = j->queue;
        leave_parked(r, j);
        j->queue = queue_of(r, j, before->lock);
        enter_parked(r, j);
        ready_offer(r, before);
    }
    while (offer_one_of(r, run) || release_one_of(r, run))
        ;
}

static bool offer_another(struct ready *r, const struct ready_run *run)
{
    for (size_t i = 0; i < run->jobs.n; i++) {
        struct ready_queue *q = CONTAINER_OF(run->jobs.nodes[i], struct ready_job, node)->queue;
        if (q && offer(r, q))
            return true;
    }
    return false;
}

void ready_park_moved(struct ready *r, struct ready_run *run, enum ready_move how)
{
    for (const struct list *n = run->parked.next; n != &run->parked; n = n->next) {
        struct ready_job *j = CONTAINER_OF(n, struct ready_job, sibling);
        heap_moved(&j->queue->jobs, &j->node);
    }
    while (how == READY_LATER ? offer_another(r, run) : offer_one_of(r, run))
        ;
}

void ready_park(struct ready *r, struct ready_job *j, struct ready_lock *l)
{
    struct ready_queue *q = queue_of(r, j, l), *before = j->queue;
    heap_remove(&j->run->jobs, &j->node);
    if (before)
        ready_leave(r, j);
    j->queue = q;
    enter_parked(r, j);
    if (before)
        ready_offer(r, before);
    ready_place(r, j->run);
}

void ready_locks_done(struct ready *r)
{
    struct sv key;
    void *v;
    for (size_t i = 0; i < r->slots.queues.n; i++) {
        heap_free(&r->slots.queues.at[i]->jobs);
        mem_free(r->slots.queues.at[i]);
    }
    VEC_FREE(&r->slots.queues);
    map_free(&r->slots.by);
    for (size_t at = 0; map_each(&r->locks, &at, &key, &v);) {
        struct ready_lock *l = v;
        for (size_t i = 0; i < l->queues.n; i++) {
            heap_free(&l->queues.at[i]->jobs);
            mem_free(l->queues.at[i]);
        }
        VEC_FREE(&l->queues);
        map_free(&l->by);
        mem_free(l);
    }
    map_free(&r->locks);
}
