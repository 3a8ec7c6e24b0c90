/* SPDX-License-Identifier: Apache-2.0 */
#include "server/host.h"
#include <stdio.h>
#include <stdlib.h>
#include "base/crash.h"
#include "base/map.h"
#include "metrics/metrics.h"
#include "server/backlog.h"
#include "server/exit_class.h"
#include "server/intake.h"
#include "server/otlp/otlp.h"
#include "server/payload.h"

enum { LAZY_MS = 5 };

struct gate { /* actions that wait for a change-set */
    struct list node;
    int64_t seq;
    VEC(struct engine_action) actions;
    bool prepared;
    struct list letters; /* to people, who hear of what they asked for when it is on disk */
};

static struct app_letter *letter_owner(struct list *node)
{
    return CONTAINER_OF(CONTAINER_OF(node, struct letter, node), struct app_letter, letter);
}

struct host {
    struct app *app;
    struct engine *engine;
    struct engine_conf conf;
    struct arena conf_arena; /* of conf */
    struct list gates;
    size_t n_gates;
    struct mailbox *committed, *tasks, *stored; /* stored: deliveries of our own */
    struct watch *watches[3];
    struct timer *timer;
    struct list unsent; /* change-sets for the store */
    struct timer *send;
    bool hurry;            /* send runs out at once */
    struct reader *reader; /* for recall */
    struct backlog *backlog;
    struct map archives; /* server/archive.c */
    msec_t ahead;        /* of our wall clock before the monotonic one */
    struct lanes_seen lanes;
};

/* ---- configuration ---- */

void host_conf(struct host *h)
{
    struct arena old = h->conf_arena; /* the engine has it until the step is done */
    h->conf_arena = (struct arena){0};
    engine_conf_build(h->app, &h->conf_arena, &h->conf);
    struct engine_event ev = {.kind = EV_CONF, .conf = &h->conf};
    host_step(h, &ev);
    arena_free(&old);
}

static bool recall(void *ctx, const char *fingerprint, char ret_id[64], char ret_url[512])
{
    struct host *h = ctx;
    struct err e = {0};
    return read_remote(h->reader, fingerprint, ret_id, ret_url, &e) == 0;
}

const struct engine *host_engine(const struct host *h)
{
    return h->engine;
}

struct reader *host_reader(const struct host *h)
{
    return h->reader;
}

int host_payload(const struct host *h, int64_t delivery, struct buf *ret, struct err *e)
{
    return payload_read(h->reader, delivery, ret, e);
}

static int64_t run_number(void *ctx, const char *name)
{
    struct host *h = ctx;
    struct err e = {0};
    int64_t number = 0;
    return read_run_number(h->reader, name, &number, &e) == 0 ? number : 0;
}

static bool same(void *ctx, const uint8_t key[SAME_KEY], struct same_row *ret)
{
    struct host *h = ctx;
    struct err e = {0};
    return read_same(h->reader, key, ret, &e) == 0;
}

/* ---- actions ---- */

static void act(struct host *h, struct engine_action *x)
{
    struct app *a = h->app;
    switch (x->kind) {
    case ACT_DECODE:
        decode_start(a, x->delivery, backlog_take(h->backlog, x->delivery));
        break;
    case ACT_GATHER:
        gather_start(a, x->gather);
        break;
    case ACT_START:
        executor_start(a->executor, &x->start.spec);
        engine_start_done(x);
        break;
    case ACT_CHECKOUT:
        checkout_start(a, x);
        break;
    case ACT_DELIVER:
    case ACT_TAKE_IN:
        deliver_start(a, h->stored, x);
        break;
    case ACT_ARCHIVE:
        archive_start(a, x);
        break;
    case ACT_LOOKAHEAD:
        foresight_start(a, x->foresight);
        break;
    case ACT_HASH_FILES:
        hash_start(a, x);
        break;
    case ACT_SNAPSHOT:
        snapshot_start(a, x);
        break;
    case ACT_RESTORE:
        restore_start(a, x);
        break;
    case ACT_KILL:
        executor_cancel(a->executor, x->attempt);
        break;
    case ACT_SETTLED:
        executor_settled(a->executor, x->attempt);
        break;
    case ACT_CALL:
        call_start(a, x);
        break;
    case ACT_ASK:
    case ACT_LOOK:
        ask_start(a, x);
        break;
    case ACT_FIND:
        find_start(a, x);
        break;
    case ACT_MERGE:
    case ACT_LEARN:
    case ACT_PUSH:
        merge_start(a, x);
        break;
    case ACT_FORGET_JOB:
        executor_forget_job(a->executor, x->job);
        break;
    }
}

static void drop_action(struct engine_action *x)
{
    if (x->kind == ACT_START || x->kind == ACT_ARCHIVE)
        engine_start_done(x);
    else if (x->kind == ACT_CALL)
        api_request_done(&x->call.request);
    else if (x->kind == ACT_ASK)
        api_request_done(&x->ask.request);
    else if (x->kind == ACT_LOOK)
        api_request_done(&x->look.request);
    else if (x->kind == ACT_LOOKAHEAD)
        foresight_free(&x->foresight);
}

/* Wall-clock time that never goes back: when the clock is set back, ours goes on from where it was, or what waits until
 * a time would wait for as long as the clock was wrong. */
msec_t host_now(struct host *h)
{
    msec_t mono = clk_mono_ms(), wall = clk_wall_ms();
    if (wall - mono > h->ahead)
        h->app->ahead = h->ahead = wall - mono;
    return mono + h->ahead;
}

static void set_timer(struct host *h)
{
    msec_t at = engine_next_timer(h->engine), now = host_now(h);
    if (at == INT64_MAX)
        timer_stop(h->timer);
    else
        timer_start(h->timer, at > now ? at - now : 0);
}

/* Steps get ready while the store makes their intents durable. */
static void prepare_starts(struct host *h)
{
    for (struct list *x = h->gates.prev; x != &h->gates; x = x->prev) {
        struct gate *g = CONTAINER_OF(x, struct gate, node);
        if (g->prepared)
            return;
        g->prepared = true;
        for (size_t i = 0; i < g->actions.n; i++)
            if (g->actions.at[i].kind == ACT_START)
                executor_prepare(h->app->executor, &g->actions.at[i].start.spec);
    }
}

static void on_send(void *ctx)
{
    struct host *h = ctx;
    h->hurry = false;
    store_commit_all(h->app->store, &h->unsent);
    prepare_starts(h);
}

/* Together with the others of this turn of the loop; when nothing waits for them, of the next few milliseconds: a sync
 * of the disk for each would be taken from those who accept deliveries. */
static void commit(struct host *h, struct engine_out *out)
{
    if (out->changes) {
        out->changes->reply = h->committed;
        if (list_empty(&h->unsent) && !out->after.n)
            timer_start(h->send, LAZY_MS);
        list_push(&h->unsent, &out->changes->letter.node);
    }
    if (out->after.n && !h->hurry && !list_empty(&h->unsent)) {
        h->hurry = true;
        timer_start(h->send, 0);
    }
}

void host_step(struct host *h, struct engine_event *ev)
{
    struct engine_out out = {0};
    ev->now = host_now(h);
    engine_step(h->engine, ev, &out);
    CRASHPOINT("host.decided");
    if (out.changes || h->n_gates) {
        /* Without changes of its own a step still stands on what was decided before it. */
        struct gate *g = mem_new(sizeof *g);
        list_init(&g->letters);
        for (size_t i = 0; i < out.after.n; i++)
            VEC_PUSH(&g->actions, out.after.at[i]);
        g->seq = out.changes ? out.changes->seq : CONTAINER_OF(h->gates.prev, struct gate, node)->seq;
        list_push(&h->gates, &g->node);
        h->n_gates++;
        commit(h, &out);
    } else
        for (size_t i = 0; i < out.after.n; i++)
            act(h, &out.after.at[i]);
    for (size_t i = 0; i < out.now.n; i++)
        act(h, &out.now.at[i]);
    engine_out_free(&out);
    set_timer(h);
    journal_gauges(h->engine);
    lane_gauges(h->engine, ev->now, &h->lanes);
}

void host_tell(struct host *h, struct app_letter *l)
{
    if (!h->n_gates) {
        mailbox_post(l->reply, &l->letter);
        return;
    }
    list_push(&CONTAINER_OF(h->gates.prev, struct gate, node)->letters, &l->letter.node);
    if (!h->hurry && !list_empty(&h->unsent)) {
        h->hurry = true;
        timer_start(h->send, 0);
    }
}

static void on_committed(void *ctx, struct letter *x)
{
    struct host *h = ctx;
    struct change_set *cs = CONTAINER_OF(x, struct change_set, letter);
    const int64_t seq = cs->seq;
    if (cs->failed) {
        /* Memory is ahead of a store that refuses it: only a restart can tell what is true. */
        log_error("a change-set was refused; stopping", LS("cause", cs->err.msg));
        exit(1);
    }
    CRASHPOINT("host.committed");
    journal_tell(cs);
    intakes_nudge(h->app);
    otlp_saw(h->app, cs);
    hook_desk_saw(h->app->desk, cs);
    change_set_free(&cs);
    while (h->n_gates) {
        struct gate *g = CONTAINER_OF(h->gates.next, struct gate, node);
        if (g->seq > seq)
            break;
        list_remove(&g->node);
        h->n_gates--;
        for (size_t i = 0; i < g->actions.n; i++)
            act(h, &g->actions.at[i]);
        for (struct list *l; (l = list_shift(&g->letters));)
            mailbox_post(letter_owner(l)->reply, CONTAINER_OF(l, struct letter, node));
        VEC_FREE(&g->actions);
        mem_free(g);
    }
    CRASHPOINT("host.acted");
    struct engine_event ev = {.kind = EV_COMMITTED, .committed = seq};
    host_step(h, &ev);
    hook_desk_judge(h->app->desk);
}

static void on_task(void *ctx, struct letter *x)
{
    (void)ctx;
    struct task *t = CONTAINER_OF(x, struct task, letter);
    struct app_task *at = CONTAINER_OF(t, struct app_task, task);
    at->done(at);
}

static void on_stored(void *ctx, struct letter *x)
{
    (void)ctx;
    deliver_stored(x);
}

static void on_timer(void *ctx)
{
    struct engine_event ev = {.kind = EV_TIMER};
    host_step(ctx, &ev);
}

void app_task_post(struct app *a, struct pool *p, struct app_task *t, void (*run)(struct task *t),
                   void (*done)(struct app_task *t), uint64_t lane)
{
    t->app = a;
    t->done = done;
    t->task = (struct task){.run = run, .reply = a->host->tasks, .lane = lane};
    pool_post(p, &t->task);
}

/* ---- life ---- */

struct host *host_new(struct app *a)
{
    struct host *h = mem_new(sizeof *h);
    h->app = a;
    list_init(&h->gates);
    engine_conf_build(a, &h->conf_arena, &h->conf);
    struct engine_ports ports = {
        .recall = recall, .same = same, .run_number = run_number, .judged = find_judged, .ctx = h};
    h->engine = engine_new(&h->conf, &ports, (uint64_t)clk_mono_us());
    h->committed = mailbox_new();
    h->tasks = mailbox_new();
    h->watches[0] = watch_mailbox(a->loop, h->committed, on_committed, h);
    h->watches[1] = watch_mailbox(a->loop, h->tasks, on_task, h);
    h->stored = mailbox_new();
    h->watches[2] = watch_mailbox(a->loop, h->stored, on_stored, h);
    h->timer = timer_new(a->loop, on_timer, h);
    list_init(&h->unsent);
    h->send = timer_new(a->loop, on_send, h);
    h->backlog = backlog_new(h);
    return h;
}

void host_free(struct host **hp)
{
    struct host *h = *hp;
    if (!h)
        return;
    for (struct list *x; (x = list_shift(&h->gates));) {
        struct gate *g = CONTAINER_OF(x, struct gate, node);
        for (size_t i = 0; i < g->actions.n; i++)
            drop_action(&g->actions.at[i]);
        for (struct list *l; (l = list_shift(&g->letters));)
            app_letter_free(letter_owner(l));
        VEC_FREE(&g->actions);
        mem_free(g);
    }
    struct list left;
    mailbox_take(h->committed, &left);
    for (struct list *x; (x = list_shift(&left)) || (x = list_shift(&h->unsent));) {
        struct change_set *cs = CONTAINER_OF(CONTAINER_OF(x, struct letter, node), struct change_set, letter);
        change_set_free(&cs);
    }
    mailbox_take(h->tasks, &left);
    for (struct list *x; (x = list_shift(&left));) {
        /* Also those that had ended: nothing can be started any more. */
        CONTAINER_OF(x, struct task, letter.node)->stopping = true;
        on_task(h, CONTAINER_OF(x, struct letter, node));
    }
    mailbox_take(h->stored, &left);
    for (struct list *x; (x = list_shift(&left));)
        deliver_drop(CONTAINER_OF(x, struct letter, node));
    archives_free(&h->archives);
    backlog_free(&h->backlog);
    engine_free(&h->engine);
    watch_free(&h->watches[0]);
    watch_free(&h->watches[1]);
    watch_free(&h->watches[2]);
    timer_free(&h->timer);
    timer_free(&h->send);
    mailbox_free(&h->committed);
    mailbox_free(&h->tasks);
    mailbox_free(&h->stored);
    reader_close(&h->reader);
    arena_free(&h->conf_arena);
    mem_freep(hp);
}

/* Workspaces of jobs that had ended when the last server was killed. */
static void forget_ended(struct host *h, const struct open_work *w)
{
    VEC(int64_t) jobs = {0};
    for (size_t i = 0; i < w->n_runs; i++)
        for (size_t k = 0; k < w->runs[i]->n_jobs; k++)
            if (w->runs[i]->jobs[k]->state != WORK_DONE)
                VEC_PUSH(&jobs, w->runs[i]->jobs[k]->id);
    executor_forget_others(h->app->executor, jobs.at, jobs.n);
    VEC_FREE(&jobs);
}

/* Looked for before anything makes one. */
static size_t find_gone(struct host *h, const struct open_work *w, int64_t **ret)
{
    VEC(int64_t) gone = {0};
    for (size_t i = 0; i < w->n_runs; i++)
        for (size_t k = 0; k < w->runs[i]->n_jobs; k++) {
            const struct job *j = w->runs[i]->jobs[k];
            if (j->state != WORK_DONE && j->started_at && !executor_has_workspace(h->app->executor, j->id))
                VEC_PUSH(&gone, j->id);
        }
    *ret = gone.at;
    return gone.n;
}

static void boot_engine(struct host *h, struct open_work *work, const enum found *found,
                        const struct exit_record *exits)
{
    struct step_result *kept = mem_new((work->n_attempts + 1) * sizeof *kept);
    const struct step_result **results = mem_new((work->n_attempts + 1) * sizeof *results);
    struct failure *why = mem_new((work->n_attempts + 1) * sizeof *why);
    const struct failure **failures = mem_new((work->n_attempts + 1) * sizeof *failures);
    AUTO(arena_free) struct arena arena = {0};
    size_t n = work->n_attempts; /* the engine takes `work` */
    for (size_t i = 0; i < n; i++) {
        if (found[i] != FOUND_FINISHED)
            continue;
        if (executor_result(h->app->executor, &exits[i], &kept[i]))
            results[i] = &kept[i];
        failures[i] = exit_class(h->app, &exits[i], results[i], NULL, &arena, &why[i]);
    }
    int64_t *gone;
    struct engine_event ev = {
        .kind = EV_BOOT,
        .boot = {.work = work, .found = found, .exits = exits, .results = results, .failures = failures}};
    ev.boot.n_gone = find_gone(h, work, &gone);
    ev.boot.gone = gone;
    host_step(h, &ev);
    mem_free(gone);
    mem_free(failures);
    mem_free(why);
    for (size_t i = 0; i < n; i++)
        if (results[i])
            step_result_free(&kept[i]);
    mem_free(results);
    mem_free(kept);
}

int host_boot(struct host *h, struct err *e)
{
    struct open_work *work = mem_new(sizeof *work);
    if (reader_open(h->app->db_path, &h->reader, e) < 0 || read_open_work(h->reader, work, e) < 0) {
        mem_free(work);
        return -1;
    }
    enum found *found = mem_new((work->n_attempts + 1) * sizeof *found);
    struct exit_record *exits = mem_new((work->n_attempts + 1) * sizeof *exits);
    int rc = 0;
    for (size_t i = 0; rc == 0 && i < work->n_attempts; i++)
        rc = executor_find(h->app->executor, work->attempts[i].id, work->attempts[i].epoch, &found[i], &exits[i], e);
    if (rc == 0) {
        log_info("taking up open work", LI("deliveries", work->n_deliveries), LI("runs", work->n_runs),
                 LI("attempts", work->n_attempts), LI("effects", work->n_effects));
        CRASHPOINT("boot.found");
        forget_ended(h, work);
        boot_engine(h, work, found, exits);
    }
    mem_free(found);
    mem_free(exits);
    return rc;
}

void host_delivery(struct host *h, struct delivery_put *put)
{
    backlog_add(h->backlog, put);
}

void host_deliver(struct host *h, const struct own_event *x, deliver_done_fn *done, void *ctx)
{
    deliver_own(h->app, h->stored, x, done, ctx);
}

void host_own(struct host *h, struct delivery_put *p, deliver_done_fn *done, void *ctx)
{
    deliver_prepare(h->app, h->stored, p, done, ctx);
}

void host_verdict(const struct host *h, int64_t delivery, struct engine_verdict *ret)
{
    if (!engine_verdict(h->engine, delivery, ret) && backlog_has(h->backlog, delivery))
        *ret = (struct engine_verdict){.state = VERDICT_OPEN};
}

void host_decoded(struct host *h, struct engine_event *ev)
{
    host_step(h, ev);
    backlog_decoded(h->backlog);
}

void host_replay(struct host *h, int64_t delivery)
{
    struct engine_event ev = {.kind = EV_REPLAY, .replay = delivery};
    if (!backlog_has(h->backlog, delivery))
        host_step(h, &ev);
}

bool host_cancel(struct host *h, int64_t run, const char *cause)
{
    struct engine_event ev = {.kind = EV_CANCEL, .cancel = {run, cause}};
    if (!engine_has_run(h->engine, run))
        return false;
    host_step(h, &ev);
    return true;
}

bool host_queue(struct host *h, const struct queue_asked *asked)
{
    struct engine_event ev = {.kind = EV_QUEUE, .queue = *asked};
    bool of_run = asked->wish == QUEUE_BUMP || asked->wish == QUEUE_PRIORITY;
    if (of_run && !engine_has_run(h->engine, asked->run))
        return false;
    host_step(h, &ev);
    return true;
}

bool host_ask(struct host *h, enum app_letter_kind what, int64_t id, struct buf *ret)
{
    if (what == LETTER_WHY)
        return engine_has_run(h->engine, id) && engine_why(h->engine, id, host_now(h), ret);
    if (what == LETTER_HOOKS)
        engine_hooks(h->engine, ret);
    else
        engine_queue(h->engine, (size_t)id, host_now(h), ret);
    return true;
}

bool host_answer(struct host *h, int64_t run, enum approval_answer how, struct buf *text)
{
    char *by = text->n ? strchr(text->p, '\n') : NULL;
    if (by)
        *by++ = '\0';
    const char *sha = text->n && text->p[0] ? text->p : NULL;
    const char *problem =
        engine_has_run(h->engine, run) ? engine_answer_problem(h->engine, run, sha) : "the run is not open";
    struct engine_event ev = {.kind = EV_ANSWER, .answer = {run, how, by && by[0] ? by : NULL, sha}};
    if (!problem)
        host_step(h, &ev);
    text->n = 0;
    buf_str(text, problem ? problem : "");
    return !problem;
}

void host_rerun(struct host *h, int64_t run, struct rerun *want, struct rerun_answer *ret)
{
    AUTO(arena_free) struct arena a = {0};
    struct err e = {0};
    struct run_rows rows;
    int rc = read_run_rows(h->reader, run, &a, &rows, &e);
    *ret = (struct rerun_answer){0};
    if (rc != 0) {
        snprintf(ret->text, sizeof ret->text, "%.190s", rc > 0 ? "there is no such run" : e.msg);
        return;
    }
    want->rows = &rows;
    struct engine_event ev = {.kind = EV_RERUN, .rerun = {want, ret}};
    host_step(h, &ev);
}

struct map *host_archives(struct host *h)
{
    return &h->archives;
}

msec_t host_oldest_run(const struct host *h)
{
    return engine_oldest_run(h->engine);
}

size_t host_uncommitted(const struct host *h)
{
    return h->n_gates;
}
