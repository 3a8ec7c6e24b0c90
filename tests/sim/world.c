/* SPDX-License-Identifier: Apache-2.0 */
#include "world.h"
#include "ports.h"
#include <stdio.h>
#include "config/conf.h"
#include "config/reading.h"
#include "config/sections.h"
#include "core/backoff.h"

static const msec_t COMMIT_MS = 2, DECODE_MS = 1, GATHER_MS = 20, CALL_MS = 30;

void world_fail(struct world *w, const char *fmt, ...)
{
    va_list ap;
    if (w->failed.cls)
        return;
    va_start(ap, fmt);
    vsnprintf(w->failed.msg, sizeof w->failed.msg, fmt, ap);
    va_end(ap);
    w->failed.cls = ERR_BUG;
}

void world_push(struct world *w, struct sim_event *ev)
{
    ev->order = ++w->order;
    ev->generation = w->generation;
    heap_add(&w->events, &ev->node);
}

static void answer_in(struct world *w, struct sim_event *ev, msec_t ms)
{
    ev->at = w->now + fault_late(w, ms);
    world_push(w, ev);
}

static void push_at(struct world *w, enum sim_event_kind kind, msec_t in, int64_t id)
{
    struct sim_event *ev = mem_new(sizeof *ev);
    ev->kind = kind;
    ev->at = w->now + in;
    ev->id = id;
    world_push(w, ev);
}

bool world_workflow(struct world *w, const char *name, struct sv text)
{
    struct problems problems = {0};
    struct workflow *f = workflow_read(text, name, NULL, w->repos.n ? &w->repos : NULL, &w->conf_arena, &problems);
    if (!f) {
        AUTO(buf_free) struct buf b = {0};
        problems_write(&problems, &b);
        if (!w->silent)
            fputs(b.p, stderr);
    } else {
        struct workflow **at = arena_new(&w->conf_arena, (w->workflows.n + 1) * sizeof(struct workflow *));
        if (w->workflows.n)
            memcpy(at, w->workflows.at, w->workflows.n * sizeof(struct workflow *));
        at[w->workflows.n++] = f;
        w->workflows.at = at;
    }
    problems_free(&problems);
    return f != NULL;
}

/* ---- actions ---- */

static void act(struct world *w, struct engine_action *x)
{
    switch (x->kind) {
    case ACT_DECODE:
        push_at(w, SIM_DECODE, fault_late(w, DECODE_MS), x->delivery);
        break;
    case ACT_GATHER: {
        struct sim_event *ev = mem_new(sizeof *ev);
        ev->kind = SIM_GATHER;
        ev->gather = x->gather;
        answer_in(w, ev, GATHER_MS);
        break;
    }
    case ACT_LOOKAHEAD: {
        struct sim_event *ev = mem_new(sizeof *ev);
        ev->kind = SIM_LOOKAHEAD;
        ev->foresight = x->foresight;
        answer_in(w, ev, x->foresight->budget);
        break;
    }
    case ACT_START:
        exec_start(w, &x->start.spec);
        engine_start_done(x);
        world_point(w, POINT_SPAWN);
        break;
    case ACT_CHECKOUT:
        push_at(w, SIM_CHECKED_OUT, fault_late(w, GATHER_MS), x->checkout.attempt);
        break;
    case ACT_ARCHIVE:
        push_at(w, SIM_ARCHIVED, fault_late(w, GATHER_MS), x->start.spec.attempt_id);
        engine_start_done(x);
        break;
    case ACT_HASH_FILES: {
        struct sim_event *ev = mem_new(sizeof *ev);
        ev->kind = SIM_HASHED;
        ev->id = x->hash.job;
        ev->body = mem_strdup(x->hash.key);
        answer_in(w, ev, DECODE_MS);
        break;
    }
    case ACT_DELIVER: {
        struct sim_event *ev = mem_new(sizeof *ev);
        world_check_call(w, x->deliver.effect);
        ev->kind = SIM_DELIVER;
        ev->id = x->deliver.effect;
        ev->body = mem_strdup(x->deliver.payload);
        ev->guid = arena_strdup(&w->arena, x->deliver.guid);
        ev->event = arena_strdup(&w->arena, x->deliver.event);
        ev->made_up = x->deliver.made_up;
        answer_in(w, ev, COMMIT_MS);
        break;
    }
    case ACT_SETTLED:
        break;
    case ACT_SNAPSHOT:
        keep_snapshot(w, x);
        break;
    case ACT_RESTORE:
        keep_restore(w, x);
        break;
    case ACT_KILL:
        exec_kill(w, x->attempt);
        break;
    case ACT_CALL: {
        world_check_call(w, x->call.effect);
        struct sim_event *ev = mem_new(sizeof *ev);
        ev->kind = SIM_REPLY;
        ev->id = x->call.effect;
        forge_call(w, &x->call.request, ev);
        api_request_done(&x->call.request);
        answer_in(w, ev, CALL_MS);
        world_point(w, POINT_CALL);
        break;
    }
    case ACT_ASK: {
        struct sim_event *ev = mem_new(sizeof *ev);
        ev->kind = SIM_ASKED;
        ev->id = x->ask.delivery;
        forge_call(w, &x->ask.request, ev);
        api_request_done(&x->ask.request);
        answer_in(w, ev, CALL_MS);
        world_point(w, POINT_CALL);
        break;
    }
    case ACT_FIND: {
        struct sim_event *ev = mem_new(sizeof *ev);
        ev->kind = SIM_FOUND;
        ev->id = x->find.delivery;
        ev->repo_id = arena_strdup(&w->arena, x->find.repo_id);
        ev->sha = arena_strdup(&w->arena, x->find.sha);
        ev->context = arena_strdup(&w->arena, x->find.context);
        ev->change = x->find.change;
        answer_in(w, ev, DECODE_MS);
        break;
    }
    case ACT_LOOK: {
        struct sim_event *ev = mem_new(sizeof *ev);
        ev->kind = SIM_LOOKED;
        ev->id = x->look.talk;
        forge_call(w, &x->look.request, ev);
        api_request_done(&x->look.request);
        answer_in(w, ev, CALL_MS);
        world_point(w, POINT_CALL);
        break;
    }
    case ACT_TAKE_IN:
        hub_take_in(w, x);
        break;
    case ACT_MERGE: /* nobody asks for them yet */
    case ACT_LEARN:
    case ACT_PUSH:
    case ACT_FORGET_JOB:
        break;
    }
}

static msec_t engine_timer(const struct world *w)
{
    msec_t at = engine_next_timer(w->engine);
    return at == INT64_MAX ? at : at - w->clock;
}

static void arm_timer(struct world *w)
{
    msec_t at = engine_timer(w);
    if (at == INT64_MAX || (w->timer_set && w->timer_at <= at))
        return;
    w->timer_set = true;
    w->timer_at = at;
    push_at(w, SIM_TIMER, at > w->now ? at - w->now : 0, 0);
}

/* A server that is dying carries nothing out. */
static void act_all(struct world *w, struct engine_action *at, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (world_point(w, POINT_ACT))
            drop(&at[i]);
        else
            act(w, &at[i]);
}

static void commit(struct world *w, struct change_set *cs)
{
    VEC_PUSH(&w->commits, cs);
    push_at(w, SIM_COMMIT, fault_commit(w, COMMIT_MS) - w->now, 0);
}

void world_step(struct world *w, struct engine_event *ev)
{
    struct engine_out out = {0};
    struct engine_stats stats;
    ev->now = w->now + w->clock;
    w->steps++;
    engine_step(w->engine, ev, &out);
    engine_stats(w->engine, &stats);
    world_check_step(w, &stats);
    if (world_point(w, POINT_STEP)) {
        change_set_free(&out.changes);
        for (size_t i = 0; i < out.now.n; i++)
            drop(&out.now.at[i]);
        for (size_t i = 0; i < out.after.n; i++)
            drop(&out.after.at[i]);
        engine_out_free(&out);
        return;
    }
    if (out.changes || w->gates.n) {
        struct sim_gate g = {.seq = out.changes ? out.changes->seq : w->gates.at[w->gates.n - 1].seq};
        for (size_t i = 0; i < out.after.n; i++)
            VEC_PUSH(&g.actions, out.after.at[i]);
        VEC_PUSH(&w->gates, g);
    } else {
        act_all(w, out.after.at, out.after.n);
    }
    if (out.changes)
        commit(w, out.changes);
    act_all(w, out.now.at, out.now.n);
    engine_out_free(&out);
    arm_timer(w);
}

/* ---- events ---- */

/* The first one that waits is on disk. */
static void on_commit(struct world *w)
{
    if (w->now < w->faults.full_until) {
        push_at(w, SIM_COMMIT, w->faults.full_until - w->now, 0);
        return;
    }
    struct change_set *cs = w->commits.at[0];
    int64_t seq = cs->seq;
    VEC_REMOVE(&w->commits, 0);
    store_on_disk(w, cs);
    if (world_point(w, POINT_SYNC))
        return;
    world_check_groups(w);
    world_check_locks(w);
    while (w->gates.n && w->gates.at[0].seq <= seq) {
        struct sim_gate g = w->gates.at[0];
        VEC_REMOVE(&w->gates, 0);
        act_all(w, g.actions.at, g.actions.n);
        VEC_FREE(&g.actions);
    }
    if (w->death.dying)
        return;
    struct engine_event ev = {.kind = EV_COMMITTED, .committed = seq};
    world_step(w, &ev);
    if (w->commits.n == 0 && !w->death.dying)
        world_check_counters(w);
}

static void on_decode(struct world *w, int64_t id)
{
    if (fault_of_reading(w)) {
        struct engine_event ev = {.kind = EV_DECODED,
                                  .decoded = {.delivery = id, .verdict = DECODE_LATER, .reason = "no descriptors"}};
        world_step(w, &ev);
        return;
    }
    for (size_t i = 0; i < w->store.deliveries.n; i++) {
        const struct sim_delivery *d = &w->store.deliveries.at[i];
        if (d->d.id != id)
            continue;
        struct engine_event ev = {.kind = EV_DECODED, .decoded = {.delivery = id, .verdict = DECODE_INVALID}};
        struct err e = {0};
        ev.decoded.event = arena_new(&ev.decoded.arena, sizeof *ev.decoded.event);
        ev.decoded.event->forge = d->d.forge;
        int rc =
            forge_find(sv_of(d->d.kind))->decode(&d->d, sv_of(d->payload), &ev.decoded.arena, ev.decoded.event, &e);
        ev.decoded.payload = arena_sv(&ev.decoded.arena, sv_of(d->payload));
        ev.decoded.verdict = rc == 0 ? DECODE_OK : rc > 0 ? DECODE_IGNORED : DECODE_INVALID;
        ev.decoded.reason = e.msg;
        if (rc)
            ev.decoded.event = NULL;
        world_step(w, &ev);
        return;
    }
}

static void read_files(struct world *w, struct gather *g, struct gather_repo *r)
{
    r->files = arena_new(&g->arena, (w->files.n + 1) * sizeof *r->files);
    for (size_t i = 0; i < w->files.n; i++) {
        const struct sim_file *f = &w->files.at[i];
        if (strcmp(f->alias, r->alias) != 0 || (f->ref && (!r->called || strcmp(f->ref, r->called) != 0)) ||
            (!f->ref && r->called))
            continue;
        struct problems problems = {0};
        struct gather_file *x = &r->files[r->n_files++];
        x->path = arena_strdup(&g->arena, f->path);
        x->workflow = workflow_read(f->text, f->path, r->alias, &w->repos, &g->arena, &problems);
        if (!x->workflow)
            x->problem = arena_fmt(&g->arena, "%s:%d:%d: %s", f->path, problems.list.at[0].at.line,
                                   problems.list.at[0].at.col, problems.list.at[0].text);
        problems_free(&problems);
    }
}

/* A change that is numbered from 50 on comes from a fork: no branch ends where it does. */
static const char *commit_of(struct gather_repo *r)
{
    static const char head[] = "1111111111111111111111111111111111111111",
                      change[] = "2222222222222222222222222222222222222222";
    if (!r->rev || strncmp(r->rev, "refs/", 5) != 0)
        return r->rev ? r->rev : head;
    int number = 0;
    r->other_code = r->branch_only && sscanf(r->rev, "refs/pull/%d/head", &number) == 1 && number >= 50;
    return r->other_code || number == 0 ? head : change;
}

/* Git, as far as the engine sees it: every repository is there, heads are made of their names, nothing changed. */
static void on_gather(struct world *w, struct sim_event *x)
{
    struct gather *g = x->gather;
    for (size_t i = 0; i < g->n_repos; i++)
        g->repos[i].sha = commit_of(&g->repos[i]);
    for (size_t i = 0; i < g->n_repos; i++)
        if (g->repos[i].files_wanted)
            read_files(w, g, &g->repos[i]);
    enum sim_trouble trouble = fault_of_reading(w);
    if (trouble)
        g->repos[0].failed = trouble == TROUBLE_TRANSIENT ? ERR_TRANSIENT : ERR_MISSING;
    g->changed_known = true;
    static const char *const changed[] = {"src/main.c"};
    g->changed.at = arena_new(&g->arena, sizeof changed);
    memcpy(g->changed.at, changed, sizeof changed);
    g->changed.n = 1;
    hooks_gather(w, g);
    x->gather = NULL;
    struct engine_event ev = {.kind = EV_GATHERED, .gathered = g};
    world_step(w, &ev);
}

static void on_exit(struct world *w, int64_t attempt)
{
    struct sim_process *p = exec_find(w, attempt);
    if (!p || p->reported || !p->started || p->killed || w->now < p->ends_at)
        return;
    p->ended = true;
    if (!w->engine)
        return; /* the record waits on disk */
    p->reported = true;
    struct engine_event ev = {.kind = EV_EXITED, .exited = {p->exit, p->result, exec_failure(w, p)}};
    world_step(w, &ev);
    if (w->faults.twice && !w->death.dying)
        world_step(w, &ev);
}

/* The store takes it once; the answer may be lost in a crash, and then it comes again. */
static void on_deliver(struct world *w, struct sim_event *x)
{
    if (!map_get(&w->store.guids, sv_of(x->guid))) {
        map_put(&w->store.guids, sv_of(x->guid), w);
        world_deliver_own(w, x->event, x->body, x->made_up ? SOURCE_RECONCILED : SOURCE_HOOK);
    }
    if (w->death.dying)
        return;
    struct engine_event ev = {.kind = EV_DELIVERED, .delivered = {.effect = x->id}};
    world_step(w, &ev);
}

/* Now and then a cache was there under its key. */
static void on_archived(struct world *w, int64_t attempt)
{
    AUTO(step_result_free) struct step_result r = {0};
    const struct name_value key = {"cache-primary-key", "k"}, hit = {"cache-hit", attempt % 3 ? "" : "true"};
    VEC_PUSH(&r.outputs.v, key);
    VEC_PUSH(&r.outputs.v, hit);
    struct engine_event ev = {.kind = EV_ARCHIVED,
                              .archived = {.record = {.attempt_id = attempt, .reason = EXIT_NORMAL}, .result = &r}};
    world_step(w, &ev);
}

/* All schedules, whatever time they take: the same seed has the same history. */
static void on_lookahead(struct world *w, struct sim_event *x)
{
    foresight_look(x->foresight, NULL, NULL);
    struct engine_event ev = {.kind = EV_LOOKAHEAD, .foresight = x->foresight};
    x->foresight = NULL;
    world_step(w, &ev);
}

static void handle(struct world *w, struct sim_event *x)
{
    if (x->kind != SIM_EXIT && (x->generation != w->generation || !w->engine))
        return;
    switch (x->kind) {
    case SIM_COMMIT:
        on_commit(w);
        break;
    case SIM_DECODE:
        on_decode(w, x->id);
        break;
    case SIM_GATHER:
        on_gather(w, x);
        break;
    case SIM_LOOKAHEAD:
        on_lookahead(w, x);
        break;
    case SIM_EXIT:
        on_exit(w, x->id);
        break;
    case SIM_CHECKED_OUT: {
        struct engine_event ev = {.kind = EV_CHECKED_OUT, .checked_out = {.attempt = x->id}};
        world_step(w, &ev);
        break;
    }
    case SIM_ARCHIVED:
        on_archived(w, x->id);
        break;
    case SIM_HASHED: {
        struct engine_event ev = {.kind = EV_HASHED, .hashed = {.job = x->id, .key = x->body, .digest = "5eed"}};
        world_step(w, &ev);
        break;
    }
    case SIM_KEPT:
    case SIM_RESTORED: {
        struct engine_event ev;
        (x->kind == SIM_KEPT ? keep_kept : keep_restored)(w, x, &ev);
        world_step(w, &ev);
        break;
    }
    case SIM_DELIVER:
        on_deliver(w, x);
        break;
    case SIM_REPLY: {
        x->reply.body = sv_of(x->body);
        limit_heard(w, x);
        struct engine_event ev = {.kind = EV_REPLY, .reply = {x->id, &x->reply}};
        world_step(w, &ev);
        break;
    }
    case SIM_ASKED: {
        x->reply.body = sv_of(x->body);
        limit_heard(w, x);
        struct engine_event ev = {.kind = EV_ASKED, .asked = {x->id, &x->reply}};
        world_step(w, &ev);
        break;
    }
    case SIM_FOUND:
        keep_found(w, x);
        break;
    case SIM_LOOKED: {
        x->reply.body = sv_of(x->body);
        limit_heard(w, x);
        struct engine_event ev = {.kind = EV_LOOKED, .looked = {x->id, &x->reply}};
        world_step(w, &ev);
        break;
    }
    case SIM_TAKEN_IN: {
        struct engine_event ev = {.kind = EV_TAKEN_IN, .taken_in = {.talk = x->id}};
        world_step(w, &ev);
        break;
    }
    case SIM_TIMER: {
        w->timer_set = false;
        struct engine_event ev = {.kind = EV_TIMER};
        world_step(w, &ev);
        if (w->faults.twice && !w->death.dying)
            world_step(w, &ev);
        break;
    }
    }
    world_bury(w);
}

void world_run(struct world *w, msec_t until)
{
    for (struct heap_node *top; (top = heap_top(&w->events));) {
        struct sim_event *x = CONTAINER_OF(top, struct sim_event, node);
        if (x->at > until)
            break;
        heap_pop(&w->events);
        w->now = x->at > w->now ? x->at : w->now;
        handle(w, x);
        event_free(x);
    }
    w->now = until > w->now ? until : w->now;
}

/* What it was set for does not come any more: no time passes for it. */
static bool is_stale_timer(const struct world *w, const struct sim_event *x)
{
    return x->kind == SIM_TIMER && (x->generation != w->generation || !w->engine || engine_timer(w) > x->at);
}

static void drop_timer(struct world *w, struct sim_event *x)
{
    heap_pop(&w->events);
    if (x->generation == w->generation && w->engine) {
        w->timer_set = false;
        arm_timer(w);
    }
    event_free(x);
}

void world_settle(struct world *w, msec_t ms)
{
    msec_t end = w->now + ms;
    for (struct heap_node *top; (top = heap_top(&w->events)) && !w->failed.cls;) {
        struct sim_event *x = CONTAINER_OF(top, struct sim_event, node);
        msec_t at = x->at;
        if (is_stale_timer(w, x)) {
            drop_timer(w, x);
            continue;
        }
        if (at > end)
            break;
        world_run(w, at > w->now ? at : w->now);
    }
}
