/* SPDX-License-Identifier: Apache-2.0 */
#include "server/intake.h"
#include <pthread.h>
#include <stdio.h>
#include <sys/resource.h>
#include "metrics/metrics.h"
#include "port/store.h"
#include "server/dash/dash.h"
#include "server/events.h"
#include "server/health/health.h"
#include "server/hooksock/line.h"
#include "server/loop_lag.h"

enum { PUTS_A_TURN = 32 };
enum { OWN_FILES = 128 };

enum note_kind { NOTE_CONF, NOTE_CERTS, NOTE_GREW, NOTE_DRAIN };
struct note { /* to the thread, from the engine thread */
    struct letter letter;
    enum note_kind kind;
    struct conf *conf;
    msec_t ms;
};

struct intake {
    struct app *app;
    struct conf *conf;
    struct conf *born; /* the one it was started with: listeners and state do not change with a new one */
    struct loop *loop;
    struct http_server *server;
    struct mailbox *stored, *notes, *answers;
    struct watch *watches[3];
    struct list puts, accepted; /* of this turn: for the store, for the engine thread */
    struct timer *turn;
    struct loop_lag *lag;
    size_t n_puts, storing; /* storing: with the store, or about to be */
    struct hook_lines *lines;
    struct events *events;
    struct reader *reader;
    struct overview_kept *overview;
    pthread_t thread;
    int connections; /* at most */
    bool draining, drained;
};

struct reader *intake_reader(struct intake *i)
{
    struct err e = {0};
    if (!i->reader && reader_open(i->app->db_path, &i->reader, &e) < 0)
        log_warn("the store cannot be read", LS("cause", e.msg));
    return i->reader;
}

struct overview_kept **intake_overview(struct intake *i)
{
    return &i->overview;
}

struct app *intake_app(struct intake *i)
{
    return i->app;
}

const struct conf *intake_conf_of(const struct intake *i)
{
    return i->conf;
}

const char *intake_state_dir(const struct intake *i)
{
    return i->born->state_dir;
}

const struct conf_listen *intake_listen(const struct intake *i, int tag)
{
    return &i->born->listens[tag];
}

bool intake_draining(const struct intake *i)
{
    return i->draining;
}

int intake_connections(const struct intake *i)
{
    return i->connections;
}

struct events *intake_events(struct intake *i)
{
    return i->events;
}

/* ---- requests ---- */

static void on_head(void *ctx, struct http_req *r)
{
    struct intake *i = ctx;
    unsigned serves = intake_listen(i, http_req_tag(r))->serves;
    if ((serves & SERVES_HOOKS) && hook_lines_start(i->lines, r))
        return;
    if ((serves & SERVES_API) && api_start(i, r))
        return;
    if ((serves & SERVES_DASHBOARD) && dash_start(i, r))
        return;
    if (serves & SERVES_HOOKS)
        webhook_start(i, r);
    else
        http_req_answer(r, 404, "text/plain", "", SV("not found\n"));
}

static void on_body(void *ctx, struct http_req *r, const char *p, size_t n)
{
    (void)ctx;
    struct handler *h = http_req_get(r);
    if (h && h->on_body)
        h->on_body(h, r, p, n);
}

static void on_end(void *ctx, struct http_req *r)
{
    (void)ctx;
    struct handler *h = http_req_get(r);
    if (h && h->on_end)
        h->on_end(h, r);
}

static void on_gone(void *ctx, struct http_req *r)
{
    (void)ctx;
    struct handler *h = http_req_get(r);
    if (h && h->on_gone)
        h->on_gone(h);
}

static void on_refused(void *ctx, const char *reason, int status)
{
    (void)ctx;
    (void)status;
    COUNT1(M_REFUSED, reason);
}

/* ---- letters ---- */

static void on_turn(void *ctx)
{
    struct intake *i = ctx;
    store_put_all(i->app->store, &i->puts);
    mailbox_post_all(i->app->inbox, &i->accepted);
    i->n_puts = 0;
}

void intake_store(struct intake *i, struct delivery_put *p)
{
    p->reply = i->stored;
    list_push(&i->puts, &p->letter.node);
    i->storing++;
    i->app->storing++;
    if (++i->n_puts >= PUTS_A_TURN)
        on_turn(i);
    else if (i->n_puts == 1)
        timer_start(i->turn, 0);
}

void intake_pass_on(struct intake *i, struct delivery_put *p)
{
    struct app_letter *l = mem_new(sizeof *l);
    l->kind = LETTER_DELIVERY;
    l->put = p;
    if (list_empty(&i->accepted))
        timer_start(i->turn, 0);
    list_push(&i->accepted, &l->letter.node);
}

static void on_answer(void *ctx, struct letter *x)
{
    api_answered(ctx, CONTAINER_OF(x, struct app_letter, letter));
}

static void end(struct intake *i)
{
    struct app_letter *l = mem_new(sizeof *l);
    l->kind = LETTER_DRAINED;
    loop_stop(i->loop);
    mailbox_post(i->app->inbox, &l->letter);
}

/* No connection is left; the store may still have deliveries of some that went away. */
static void drained(void *ctx)
{
    struct intake *i = ctx;
    i->drained = true;
    on_turn(i);
    if (i->storing == 0)
        end(i);
}

static void on_stored(void *ctx, struct letter *x)
{
    struct intake *i = ctx;
    i->storing--;
    i->app->storing--;
    i->app->stored_at = clk_mono_ms();
    webhook_stored(i, CONTAINER_OF(x, struct delivery_put, letter));
    if (i->drained && i->storing == 0)
        end(i);
}

static void on_note(void *ctx, struct letter *x)
{
    struct intake *i = ctx;
    struct note *n = CONTAINER_OF(x, struct note, letter);
    struct err e = {0};
    if (n->kind == NOTE_CONF) {
        struct conf *old = i->conf;
        i->conf = n->conf;
        conf_unref(&old);
    } else if (n->kind == NOTE_CERTS) {
        if (http_server_reload(i->server, &e) < 0)
            log_error("certificates were not reloaded", LS("cause", e.msg));
    } else if (n->kind == NOTE_GREW) {
        events_grew(i->events);
    } else {
        i->draining = true;
        http_server_drain(i->server, n->ms, drained, i);
    }
    mem_free(n);
}

static void post_note(struct intake *i, enum note_kind kind, struct conf *c, msec_t ms)
{
    struct note *n = mem_new(sizeof *n);
    n->kind = kind;
    n->conf = c;
    n->ms = ms;
    mailbox_post(i->notes, &n->letter);
}

void intake_conf(struct intake *i, struct conf *c)
{
    post_note(i, NOTE_CONF, c, 0);
}

void intake_certs(struct intake *i)
{
    post_note(i, NOTE_CERTS, NULL, 0);
}

void intake_drain(struct intake *i, msec_t ms)
{
    post_note(i, NOTE_DRAIN, NULL, ms);
}

void intakes_nudge(struct app *a)
{
    for (size_t k = 0; k < a->n_intakes; k++)
        if (a->intakes[k] && events_nudge(a->intakes[k]->events))
            post_note(a->intakes[k], NOTE_GREW, NULL, 0);
}

/* ---- life ---- */

static int listen_all(struct intake *i, int *ports, struct err *e)
{
    for (size_t k = 0; k < i->conf->n_listens; k++) {
        const struct conf_listen *c = &i->conf->listens[k];
        char address[256];
        const char *colon = strrchr(c->address, ':');
        struct http_listen l = {.kind = c->kind == CONF_HTTPS  ? LISTEN_HTTPS
                                        : c->kind == CONF_UNIX ? LISTEN_UNIX
                                                               : LISTEN_HTTP,
                                .address = c->address,
                                .cert = c->cert,
                                .key = c->key,
                                .mode = conf_listen_is_open(c) ? 0666 : 0600,
                                .tag = (int)k};
        bool first = ports[k] == 0;
        if (l.kind == LISTEN_UNIX && !first)
            continue; /* one thread serves the local socket */
        if (l.kind != LISTEN_UNIX && !first && colon) {
            snprintf(address, sizeof address, "%.*s:%d", (int)(colon - c->address), c->address, ports[k]);
            l.address = address;
        }
        int port = 1;
        if (http_server_listen(i->server, &l, &port, e) < 0)
            return err_add(e, "listen on %s", c->address);
        ports[k] = l.kind == LISTEN_UNIX ? 1 : port;
        if (first && l.kind == LISTEN_UNIX)
            log_info("listening", LS("unix", c->address));
        else if (first)
            log_info("listening", LS("kind", l.kind == LISTEN_HTTPS ? "https" : "http"),
                     LV("host", sv_cut(sv_of(c->address), colon ? (size_t)(colon - c->address) : 0)), LI("port", port));
    }
    return 0;
}

static void *run(void *ctx)
{
    struct intake *i = ctx;
    loop_run(i->loop);
    return NULL;
}

static void release(struct intake *i)
{
    http_server_free(&i->server);
    hook_lines_free(&i->lines);
    events_free(&i->events);
    for (size_t k = 0; k < ARRAY_LEN(i->watches); k++)
        watch_free(&i->watches[k]);
    struct list left;
    on_turn(i);
    /* A sender that went away leaves its delivery with the store, which answers to the mailbox that is freed below. */
    while (i->storing) {
        mailbox_wait(i->stored, -1);
        mailbox_take(i->stored, &left);
        for (struct list *x; (x = list_shift(&left));)
            on_stored(i, CONTAINER_OF(x, struct letter, node));
    }
    timer_free(&i->turn);
    loop_lag_free(&i->lag);
    mailbox_take(i->answers, &left);
    for (struct list *x; (x = list_shift(&left));)
        api_answered(i, CONTAINER_OF(CONTAINER_OF(x, struct letter, node), struct app_letter, letter));
    mailbox_take(i->notes, &left);
    for (struct list *x; (x = list_shift(&left));) {
        struct note *n = CONTAINER_OF(CONTAINER_OF(x, struct letter, node), struct note, letter);
        conf_unref(&n->conf);
        mem_free(n);
    }
    mailbox_free(&i->stored);
    mailbox_free(&i->notes);
    mailbox_free(&i->answers);
    reader_close(&i->reader);
    overview_kept_free(&i->overview);
    loop_free(&i->loop);
    conf_unref(&i->conf);
    conf_unref(&i->born);
    mem_free(i);
}

/* Of one thread; never none, which would mean the default. Senders may not take the descriptors that the store, steps
 * and forges need; a connection may hold two, its own and that of a spooled body. */
static int share_of_connections(const struct conf *c)
{
    int64_t all = c->limits.connections, room = all;
    struct rlimit files;
    if (getrlimit(RLIMIT_NOFILE, &files) == 0 && files.rlim_cur < INT32_MAX)
        room = ((int64_t)files.rlim_cur - OWN_FILES - 16 * c->slots) / 2;
    if (room < c->intake_threads)
        room = c->intake_threads;
    if (room < all)
        all = room;
    return (int)((all + c->intake_threads - 1) / c->intake_threads);
}

int intake_start(struct app *a, int *ports, struct intake **ret, struct err *e)
{
    struct intake *i = mem_new(sizeof *i);
    struct http_conf hc = {.head_ms = a->conf->limits.head_time,
                           .body_ms = a->conf->limits.body_time,
                           .tls_ms = a->conf->limits.tls_time,
                           .connections = share_of_connections(a->conf),
                           .per_address = a->conf->limits.per_address};
    struct http_handler h = {on_head, on_body, on_end, on_gone, on_refused, i};
    i->app = a;
    i->connections = hc.connections;
    i->conf = conf_ref(a->conf);
    i->born = conf_ref(a->conf);
    i->loop = loop_new();
    i->server = http_server_new(i->loop, &hc, &h);
    list_init(&i->puts);
    list_init(&i->accepted);
    i->turn = timer_new(i->loop, on_turn, i);
    i->lag = loop_lag_new(i->loop, "intake", health_pulse_intake(a->health));
    i->stored = mailbox_new();
    i->notes = mailbox_new();
    i->answers = mailbox_new();
    i->lines = hook_lines_new(i);
    i->events = events_new(i);
    i->watches[0] = watch_mailbox(i->loop, i->stored, on_stored, i);
    i->watches[1] = watch_mailbox(i->loop, i->notes, on_note, i);
    i->watches[2] = watch_mailbox(i->loop, i->answers, on_answer, i);
    if (listen_all(i, ports, e) < 0) {
        release(i);
        return -1;
    }
    if (pthread_create(&i->thread, NULL, run, i) != 0) {
        release(i);
        return err_set(e, ERR_TRANSIENT, "a thread could not be started");
    }
    *ret = i;
    return 0;
}

void intake_join(struct intake **ip)
{
    struct intake *i = *ip;
    if (!i)
        return;
    pthread_join(i->thread, NULL);
    release(i);
    *ip = NULL;
}

struct loop *intake_loop(const struct intake *i)
{
    return i->loop;
}

struct mailbox *intake_answers(struct intake *i)
{
    return i->answers;
}
