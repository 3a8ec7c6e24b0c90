/* SPDX-License-Identifier: Apache-2.0 */
/* Decoding, on a pool thread: the first time that anything looks into a body. */
#include "server/backlog.h"
#include <stdatomic.h>
#include <stdio.h>
#include "server/payload.h"

struct decode_task {
    struct app_task app_task;
    struct conf *conf;
    char *db_path;
    int64_t id;
    struct delivery_put *put;    /* NULL: read from the store */
    struct arena arena;          /* event and payload; given to the engine */
    struct sv payload;           /* JSON, for github.event */
    struct hook_arrival arrival; /* text in the arena */
    const char *trace;           /* in the arena */
    enum decode_verdict verdict;
    struct hook_event *event;
    char reason[300];
};

static void decode_body(struct decode_task *t, const struct delivery *d, struct sv body)
{
    struct err e = {0};
    AUTO(buf_free) struct buf form = {0};
    struct sv payload;
    const struct forge_ops *ops = forge_find(sv_of(d->kind));
    struct hook_event *ev = arena_new(&t->arena, sizeof *ev);
    ev->forge = arena_strdup(&t->arena, d->forge);
    ev->delivery = arena_strdup(&t->arena, d->guid);
    t->trace = arena_strdup(&t->arena, d->trace);
    if (d->source == SOURCE_HOOK)
        t->arrival = (struct hook_arrival){ev->forge, arena_strdup(&t->arena, d->hook), d->hook_id};
    t->verdict = DECODE_INVALID;
    int rc = -1;
    if (!ops)
        err_set(&e, ERR_INVALID, "there is no forge kind \"%s\"", d->kind);
    else if (payload_of(d, body, &form, &payload, &e) == 0)
        rc = ops->decode(d, payload, &t->arena, ev, &e);
    if (rc == 0) {
        t->verdict = DECODE_OK;
        t->event = ev;
        t->payload = arena_sv(&t->arena, payload);
    } else {
        t->verdict = rc > 0 ? DECODE_IGNORED : DECODE_INVALID;
        snprintf(t->reason, sizeof t->reason, "%s", e.msg);
    }
}

/* Opening a connection costs more than what is read: one is kept for whoever comes next. */
static int reader_take(struct decode_task *t, struct reader **ret, struct err *e)
{
    *ret = atomic_exchange(&t->app_task.app->spare_reader, NULL);
    return *ret ? 0 : reader_open(t->db_path, ret, e);
}

static void reader_give(struct decode_task *t, struct reader **r)
{
    *r = atomic_exchange(&t->app_task.app->spare_reader, *r);
    reader_close(r);
}

static void decode_stored(struct decode_task *t)
{
    struct err e = {0};
    struct reader *r = NULL;
    AUTO(buf_free) struct buf body = {0};
    AUTO(arena_free) struct arena a = {0};
    struct delivery d;
    const char *ignored;
    bool opened = reader_take(t, &r, &e) == 0;
    if (!opened || read_delivery(r, t->id, &a, &d, &ignored, &e) != 0 || read_body(r, t->id, &body, &e) < 0) {
        /* What was accepted is not given up for a busy disk or a want of descriptors. */
        bool gone = opened && (e.cls == ERR_MISSING || e.cls == ERR_BUG || e.cls == ERR_OK);
        t->verdict = gone ? DECODE_INVALID : DECODE_LATER;
        snprintf(t->reason, sizeof t->reason, "the stored body cannot be read: %s", e.msg);
    } else {
        decode_body(t, &d, buf_view(&body));
    }
    reader_give(t, &r);
}

static void run(struct task *task)
{
    struct decode_task *t = CONTAINER_OF(CONTAINER_OF(task, struct app_task, task), struct decode_task, app_task);
    give_way(t->app_task.app);
    if (t->put)
        decode_body(t, &t->put->d, sv_n(t->put->body, (size_t)t->put->d.size));
    else
        decode_stored(t);
}

static void done(struct app_task *at)
{
    struct decode_task *t = CONTAINER_OF(at, struct decode_task, app_task);
    if (!at->task.stopping) {
        struct engine_event ev = {.kind = EV_DECODED,
                                  .decoded = {.delivery = t->id,
                                              .verdict = t->verdict,
                                              .reason = t->reason,
                                              .arena = t->arena,
                                              .event = t->event,
                                              .arrival = t->arrival,
                                              .trace = t->trace,
                                              .payload = t->payload}};
        t->arena = (struct arena){0};
        host_decoded(at->app->host, &ev);
    }
    arena_free(&t->arena);
    delivery_put_free(&t->put);
    conf_unref(&t->conf);
    mem_free(t->db_path);
    mem_free(t);
}

void decode_start(struct app *a, int64_t delivery, struct delivery_put *put)
{
    struct decode_task *t = mem_new(sizeof *t);
    t->conf = conf_ref(a->conf);
    t->db_path = mem_strdup(a->db_path);
    t->id = delivery;
    t->put = put;
    app_task_post(a, a->decoder, &t->app_task, run, done, 0);
}
