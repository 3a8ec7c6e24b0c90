/* SPDX-License-Identifier: Apache-2.0 */
/* Concurrency groups (GitHub docs: "Control the concurrency of workflows and jobs"): one holds a group, the newest of
 * those that come meanwhile waits, one that waited before it is cancelled; with `queue: all` all wait in order. Names
 * are compared without case and mean the same for every repository. In memory; the rows of runs and jobs have the
 * names, so that a start-up finds the same again. */
#include "engine/state.h"

const char *group_name(struct arena *a, const char *text)
{
    char *copy = arena_strdup(a, text);
    for (char *p = copy; *p; p++)
        if (*p >= 'A' && *p <= 'Z')
            *p = (char)(*p + 32);
    return copy;
}

static struct group *group_of(struct engine *e, const char *name)
{
    AUTO(arena_free) struct arena a = {0};
    struct sv key = sv_of(group_name(&a, name));
    struct group *g = map_get(&e->groups, key);
    if (g)
        return g;
    g = mem_new(sizeof *g + key.n + 1);
    memcpy(g + 1, key.p, key.n + 1);
    g->name = (const char *)(g + 1);
    list_init(&g->waiting);
    map_put(&e->groups, key, g);
    return g;
}

static void rest(struct engine *e, struct group *g)
{
    if (g->holder || !list_empty(&g->waiting))
        return;
    map_remove(&e->groups, sv_of(g->name));
    mem_free(g);
}

struct claim *job_claim(struct live_job *j)
{
    if (!j->claim) {
        j->claim = arena_new(&j->run->arena, sizeof *j->claim);
        *j->claim = (struct claim){.run = j->run, .job = j};
    }
    return j->claim;
}

/* ---- who would wait for ever ---- */

static bool is_within(const struct live_job *j, const struct live_job *above)
{
    for (; j; j = j->parent)
        if (j == above)
            return true;
    return false;
}

/* Does the end of holder h need the end of c? */
static bool holds_back(const struct claim *h, const struct claim *c)
{
    return h->run == c->run && (!h->job || (c->job && is_within(c->job, h->job)));
}

/* The holder of g cannot end before those of its jobs that wait for groups, nor those groups before their holders. A
 * ring of them that leads back to c would stay for ever. */
static bool leads_to(struct engine *e, struct group *g, const struct claim *c)
{
    if (!g->holder || g->mark == e->group_walks)
        return false;
    g->mark = e->group_walks;
    if (holds_back(g->holder, c))
        return true;
    const struct live_run *r = g->holder->run;
    for (size_t i = 0; i < r->jobs.n; i++) {
        struct live_job *j = r->jobs.at[i];
        bool waits = job_group(j) && job_group(j)->holder != j->claim;
        if (waits && (!g->holder->job || is_within(j, g->holder->job)) && leads_to(e, job_group(j), c))
            return true;
    }
    return false;
}

/* ---- coming and going ---- */

static void cancel_claim(struct engine *e, struct claim *c, const char *cause)
{
    if (c->job)
        job_cancel(e, c->job, cause);
    else
        run_cancel(e, c->run, cause);
}

/* In the order in which they came. */
static bool before(const struct claim *x, const struct claim *y)
{
    return x->since != y->since ? x->since < y->since : x->order < y->order;
}

static bool waits_in_order(const struct claim *c)
{
    return c->job ? c->job->row->queue_all : c->run->row->queue_all;
}

/* Only the newest waits, but for those that asked to wait in order. A cancelled one leaves the list by its end, which
 * may let others come, and end the newest too. */
static void supersede(struct engine *e, struct group *g, const struct claim *newest)
{
    AUTO(arena_free) struct arena a = {0};
    const char *cause = arena_fmt(&a, "a newer one waits for the concurrency group \"%s\"", g->name);
    for (bool again = true; again && newest->group == g;) {
        again = false;
        LIST_EACH(&g->waiting, n)
        {
            struct claim *c = CONTAINER_OF(n, struct claim, node);
            if (c == newest || waits_in_order(c) || !before(c, newest))
                continue;
            cancel_claim(e, c, cause);
            again = c->group != g; /* the list may have changed in more than one place */
            break;
        }
    }
}

bool group_claim(struct engine *e, struct claim *c, const char *name, bool queue_all, bool cancel_in_progress)
{
    AUTO(arena_free) struct arena a = {0};
    struct group *g = group_of(e, name);
    c->group = g;
    c->since = e->now;
    c->order = ++e->claims;
    if (!g->holder) {
        g->holder = c;
        return true;
    }
    const char *cause = arena_fmt(&a, "a newer one of the concurrency group \"%s\" took its place", g->name);
    list_push(&g->waiting, &c->node);
    if (!queue_all)
        supersede(e, g, c);
    if (c->group == g && cancel_in_progress && g->holder && g->holder != c)
        cancel_claim(e, g->holder, cause);
    if (c->group == g && g->holder && g->holder != c)
        order_lend(e, g->holder->run);
    return false; /* if it holds the group by now, group_drain goes on with it */
}

bool group_would_deadlock(struct engine *e, const struct claim *c, const char *name)
{
    struct group *g = group_of(e, name);
    e->group_walks++;
    bool yes = leads_to(e, g, c);
    rest(e, g);
    return yes;
}

/* The next one holds it from now on, and goes on when the step under way is at its end: it must not run into the
 * middle of what is being decided. */
static void grant(struct engine *e, struct group *g)
{
    if (g->holder || list_empty(&g->waiting))
        return;
    struct claim *c = CONTAINER_OF(list_shift(&g->waiting), struct claim, node);
    g->holder = c;
    list_push(&e->granted, &c->node);
}

void group_release(struct engine *e, struct claim *c)
{
    struct group *g = c ? c->group : NULL;
    if (!g)
        return;
    list_remove(&c->node);
    c->group = NULL;
    bool held = g->holder == c;
    if (held)
        g->holder = NULL;
    grant(e, g);
    if (held)
        order_lend(e, c->run);
    if (g->holder)
        order_lend(e, g->holder->run);
    rest(e, g);
}

void group_drain(struct engine *e)
{
    bool drained = !list_empty(&e->granted);
    for (struct list *n; (n = list_shift(&e->granted));) {
        struct claim *c = CONTAINER_OF(n, struct claim, node);
        if (c->job)
            job_go(e, c->job);
        else
            run_go(e, c->run);
    }
    if (!drained && !e->dispatch_later)
        return;
    e->dispatch_later = false;
    dispatch(e);
    outbox_pump_all(e);
}

/* ---- start-up ---- */

void group_adopt(struct engine *e, struct claim *c, const char *name, bool holds, msec_t since)
{
    struct group *g = group_of(e, name);
    c->group = g;
    c->since = since;
    if (holds) {
        MUST(!g->holder);
        g->holder = c;
        return;
    }
    struct list *at = &g->waiting; /* sorted by when they came; runs and jobs are adopted in the order of their ids */
    while (at->prev != &g->waiting && CONTAINER_OF(at->prev, struct claim, node)->since > since)
        at = at->prev;
    c->node.next = at;
    c->node.prev = at->prev;
    at->prev->next = &c->node;
    at->prev = &c->node;
}

void group_adopted(struct engine *e)
{
    VEC(struct group *) free_ones = {0};
    struct sv key;
    void *v;
    for (size_t at = 0; map_each(&e->groups, &at, &key, &v);) {
        struct group *g = v;
        if (!g->holder)
            VEC_PUSH(&free_ones, g);
    }
    /* The map has no order of its own: the one that waited longest goes first, so that a replay decides the same. */
    while (free_ones.n) {
        size_t first = 0;
        for (size_t i = 1; i < free_ones.n; i++) {
            const struct claim *x = CONTAINER_OF(free_ones.at[i]->waiting.next, struct claim, node);
            const struct claim *y = CONTAINER_OF(free_ones.at[first]->waiting.next, struct claim, node);
            int64_t x_id = x->job ? x->job->row->id : x->run->row->id,
                    y_id = y->job ? y->job->row->id : y->run->row->id;
            first = x->since < y->since || (x->since == y->since && x_id < y_id) ? i : first;
        }
        grant(e, free_ones.at[first]);
        VEC_REMOVE(&free_ones, first);
    }
    VEC_FREE(&free_ones);
}
