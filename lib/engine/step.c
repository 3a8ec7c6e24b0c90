/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/checkpoint.h"
#include "engine/judged.h"
#include "engine/lookout.h"
#include "engine/member.h"
#include "engine/recover.h"
#include "fmt/json.h"

static bool wake_before(const struct heap_node *x, const struct heap_node *y)
{
    const struct wake *a = CONTAINER_OF(x, struct wake, node), *b = CONTAINER_OF(y, struct wake, node);
    return a->at != b->at ? a->at < b->at : a->order < b->order;
}

struct engine *engine_new(const struct engine_conf *conf, const struct engine_ports *ports, uint64_t seed)
{
    struct engine *e = mem_new(sizeof *e);
    e->conf = conf;
    e->ports = *ports;
    e->random = seed;
    e->wakes.before = wake_before;
    ready_init(&e->ready, conf->slots, NULL);
    order_conf(e);
    duration_init(e);
    list_init(&e->over_runs);
    list_init(&e->over_effects);
    list_init(&e->granted);
    list_init(&e->curious);
    same_init(e);
    calls_init(e);
    outbox_lanes(e);
    return e;
}

static void run_forget(struct engine *e, struct live_run *r)
{
    map_remove_id(&e->runs, r->row->id);
    run_unwatch(e, r);
    report_forget(e, r);
    judged_forget(e, r);
    order_close(e, r);
    list_remove(&r->over);
    foresight_forget(e, r);
    struct arena arena = r->arena; /* r itself may live in it */
    for (size_t i = 0; i < r->jobs.n; i++) {
        doing_forget(e, r->jobs.at[i]);
        hold_forget(e, r->jobs.at[i]);
    }
    VEC_FREE(&r->jobs);
    jdoc_free(&r->context);
    mem_free(r);
    arena_free(&arena);
}

static void undecided_free(struct undecided *u)
{
    lane_drop(&u->call);
    arena_free(&u->event_arena);
    arena_free(&u->arena);
    mem_free(u);
}

void engine_free(struct engine **ep)
{
    struct engine *e = *ep;
    if (!e)
        return;
    void *v;
    struct sv key;
    schedule_free(e); /* while all timers are still there */
    lookouts_free(e);
    for (size_t at = 0; map_each(&e->runs, &at, &key, &v); at = 0)
        run_forget(e, v);
    for (size_t at = 0; map_each(&e->effects, &at, &key, &v); at = 0)
        outbox_forget(e, v);
    for (size_t at = 0; map_each(&e->undecided, &at, &key, &v);)
        undecided_free(v);
    for (size_t at = 0; map_each(&e->lanes, &at, &key, &v);) {
        lane_forget(v);
        lane_free(v);
    }
    for (size_t at = 0; map_each(&e->groups, &at, &key, &v);)
        mem_free(v);
    for (size_t at = 0; map_each(&e->numbers, &at, &key, &v);)
        mem_free(v);
    map_free(&e->groups);
    map_free(&e->numbers);
    map_free(&e->hashing);
    map_free(&e->keeping);
    map_free(&e->runs);
    map_free(&e->speakers);
    map_free(&e->judging);
    map_free(&e->effects);
    member_forget(e);
    same_free(e);
    calls_free(e);
    brakes_free(e);
    seen_free(e);
    map_free(&e->undecided);
    map_free(&e->lanes);
    map_free(&e->attempts);
    map_free(&e->approvals);
    learned_free(&e->learned);
    durations_free(&e->durations);
    ready_done(&e->ready);
    heap_free(&e->wakes);
    if (e->boot_work)
        arena_free(&e->boot_work->arena);
    mem_free(e->boot_work);
    mem_freep(ep);
}

void engine_out_free(struct engine_out *out)
{
    VEC_FREE(&out->now);
    VEC_FREE(&out->after);
}

void engine_start_done(struct engine_action *start)
{
    if (!start->start.arena)
        return;
    arena_free(start->start.arena);
    mem_free(start->start.arena);
    start->start.arena = NULL;
}

/* What is over and on disk leaves memory; the lists are in order of seq. */
static void committed(struct engine *e, int64_t seq)
{
    LIST_EACH(&e->over_runs, x)
    {
        struct live_run *r = CONTAINER_OF(x, struct live_run, over);
        if (r->over_at_seq > seq)
            break;
        run_forget(e, r);
    }
    LIST_EACH(&e->over_effects, x)
    {
        struct live_effect *f = CONTAINER_OF(x, struct live_effect, over);
        if (f->over_at_seq > seq)
            break;
        outbox_forget(e, f);
    }
    same_committed(e, seq);
    calls_committed(e, seq);
    lane_committed(e, seq);
}

static void timer(struct engine *e)
{
    for (struct heap_node *top; (top = heap_top(&e->wakes));) {
        struct wake *w = CONTAINER_OF(top, struct wake, node);
        if (w->at > e->now)
            return;
        if (w->kind == WAKE_LANE) {
            struct lane *l = w->owner;
            wake_drop(e, w, &l->waits);
            outbox_pump(e, l);
        } else if (w->kind == WAKE_GATHER) {
            struct undecided *u = w->owner;
            wake_drop(e, w, &u->waits);
            intake_retry(e, u);
        } else if (w->kind == WAKE_RUN) {
            struct live_run *r = w->owner;
            wake_drop(e, w, &r->waits);
            run_times(e, r);
            dispatch(e);
            outbox_pump_all(e);
        } else if (w->kind == WAKE_SCHEDULE) {
            schedule_due(e, w->owner);
            outbox_pump_all(e);
        } else if (w->kind == WAKE_YIELD) {
            foresight_due(e, w->owner);
            outbox_pump_all(e);
        } else if (w->kind == WAKE_LOOK) {
            struct lookout *l = w->owner;
            wake_drop(e, w, &l->waits);
            lookout_due(e, l);
        } else if (w->kind == WAKE_HOLD) {
            hold_due(e, w->owner);
        }
    }
}

static void take_conf(struct engine *e, const struct engine_conf *conf)
{
    e->conf = conf;
    e->conf_no++;
    member_forget(e); /* perhaps asked with another credential */
    seen_conf(e);
    order_conf(e);
    outbox_lanes(e);
    jobs_refit(e);
    schedule_all(e);
    lookouts_conf(e);
    outbox_pump_all(e);
    dispatch(e);
}

void engine_step(struct engine *e, struct engine_event *ev, struct engine_out *out)
{
    e->out = out;
    /* A wall clock that steps back must not make time run backwards in rows. */
    if (ev->now > e->now)
        e->now = ev->now;
    if (ev->kind == EV_BOOT)
        engine_boot(e, ev);
    else if (ev->kind == EV_CONF)
        take_conf(e, ev->conf);
    else if (ev->kind == EV_COMMITTED)
        committed(e, ev->committed);
    else if (ev->kind == EV_TIMER)
        timer(e);
    else
        event_take(e, ev);
    group_drain(e);
    while (!list_empty(&e->curious)) { /* what then starts may end at once, and let others have their group */
        foresight_ask(e);
        group_drain(e);
    }
    /* Whatever ended a run, and however late in the step: what is told of it must not wait for another event. */
    while (e->told || e->awaited) {
        bool told = e->told;
        e->told = e->awaited = false;
        if (told)
            outbox_pump_all(e);
        dispatch(e); /* a step that waited for its effect is over */
    }
    e->out = NULL;
}

msec_t engine_next_timer(const struct engine *e)
{
    struct heap_node *top = heap_top(&e->wakes);
    return top ? CONTAINER_OF(top, struct wake, node)->at : INT64_MAX;
}

bool engine_has_run(const struct engine *e, int64_t run)
{
    const struct live_run *r = map_get_id(&e->runs, run);
    return r && r->row->state != WORK_DONE;
}

msec_t engine_oldest_run(const struct engine *e)
{
    msec_t oldest = INT64_MAX;
    struct sv key;
    void *v;
    for (size_t at = 0; map_each(&e->runs, &at, &key, &v);) {
        int64_t made = id_time_ms(((const struct live_run *)v)->row->id);
        oldest = made < oldest ? made : oldest;
    }
    return oldest;
}

void engine_stats(const struct engine *e, struct engine_stats *ret)
{
    *ret = (struct engine_stats){.runs = (int)e->runs.n,
                                 .jobs_ready = (int)e->ready.waiting,
                                 .jobs_startable = (int)ready_startable(&e->ready, e->now),
                                 .slots = e->ready.slots.capacity,
                                 .slots_busy = e->ready.slots.used,
                                 .effects = (int)e->n_effects,
                                 .undecided = (int)e->undecided.n,
                                 .hooks_idle = lookouts_idle_hooks(e)};
}
