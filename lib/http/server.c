/* SPDX-License-Identifier: Apache-2.0 */
#include <event2/bufferevent.h>
#include <fcntl.h>
#include <signal.h>
#include <unistd.h>
#include "http/conn.h"
#include "metrics/metrics.h"

static void or_default(msec_t *ms, msec_t otherwise)
{
    if (*ms <= 0)
        *ms = otherwise;
}

static msec_t time_in(const struct http_server *s, enum conn_state state)
{
    switch (state) {
    case CONN_TLS:
        return s->conf.tls_ms;
    case CONN_HEAD:
        return s->conf.head_ms;
    case CONN_BODY:
        return s->conf.body_ms;
    case CONN_WRITE:
        return s->conf.write_ms;
    case CONN_IDLE:
        return s->conf.idle_ms < QUIET_AFTER_MS ? s->conf.idle_ms : QUIET_AFTER_MS;
    case CONN_QUIET:
        return s->conf.idle_ms;
    case CONN_STREAM:
        return s->conf.stream_ms;
    case CONN_LINGER:
        return LINGER_MS;
    case CONN_WAIT:
    case CONN_STATES:
        break;
    }
    return INT64_MAX / 2;
}

static void write_overdue(struct conn *c)
{
    /* A large answer may take longer than the deadline as long as it moves. */
    enum { PROGRESS = 64 * 1024 };
    size_t left = conn_unsent(c);
    if (left + PROGRESS <= c->unsent) {
        conn_move(c, CONN_WRITE);
        return;
    }
    server_refused(c->s, "write-deadline", 0);
    conn_close(c);
}

static void close_silent(struct conn *c)
{
    server_refused(c->s, "silent", 0);
    conn_close(c);
}

static void overdue(struct conn *c)
{
    switch (c->state) {
    case CONN_TLS:
        server_refused(c->s, "tls-deadline", 0);
        conn_close(c);
        break;
    case CONN_HEAD:
        if (c->codec && !http_codec_idle(c->codec))
            conn_refuse(c, 408, "head-deadline");
        else
            close_silent(c);
        break;
    case CONN_BODY:
        conn_refuse(c, 408, "body-deadline");
        break;
    case CONN_WRITE:
        write_overdue(c);
        break;
    case CONN_IDLE:
        if (c->s->conf.idle_ms <= QUIET_AFTER_MS)
            conn_close(c);
        else
            conn_quiet(c);
        break;
    case CONN_STREAM:
        if (!c->broken)
            server_refused(c->s, "stream-deadline", 0);
        conn_close(c);
        break;
    default:
        conn_close(c);
    }
}

static void sweep_state(struct http_server *s, enum conn_state state, msec_t ms, msec_t now)
{
    struct list *l = &s->states[state];
    while (!list_empty(l)) {
        struct conn *c = CONTAINER_OF(l->next, struct conn, node);
        if (now - c->since < ms)
            break;
        conn_enter(c);
        overdue(c);
        conn_leave(c);
    }
}

static void close_all(struct http_server *s, enum conn_state state)
{
    while (!list_empty(&s->states[state]))
        conn_close(CONTAINER_OF(s->states[state].next, struct conn, node));
}

static void sweep_drain(struct http_server *s, msec_t now)
{
    close_all(s, CONN_IDLE);
    close_all(s, CONN_QUIET);
    /* Connected but silent: who has not begun within a second is not in the middle of anything. */
    LIST_EACH(&s->states[CONN_HEAD], x)
    {
        struct conn *c = CONTAINER_OF(x, struct conn, node);
        if (now - c->since >= QUIET_AFTER_MS && (!c->codec || http_codec_idle(c->codec)))
            conn_close(c);
    }
    if (now >= s->drain_end) {
        for (int i = 0; i < CONN_STATES; i++)
            close_all(s, (enum conn_state)i);
    }
    if (s->n == 0 && s->done) {
        void (*done)(void *) = STEAL(s->done);
        done(s->done_ctx); /* may free s */
    }
}

static void sweep(void *ctx)
{
    struct http_server *s = ctx;
    msec_t now = clk_mono_ms();
    accept_sweep(s, now);
    for (int i = 0; i < CONN_STATES; i++)
        sweep_state(s, (enum conn_state)i, time_in(s, (enum conn_state)i), now);
    if (s->n > 0 || s->accept_paused || s->done)
        timer_start(s->sweep, s->tick);
    if (s->draining)
        sweep_drain(s, now);
}

void server_tick(struct http_server *s)
{
    timer_start(s->sweep, s->tick);
}

static msec_t tick_for(const struct http_server *s)
{
    msec_t least = 2000;
    for (int i = 0; i < CONN_STATES; i++) {
        if (time_in(s, (enum conn_state)i) < least)
            least = time_in(s, (enum conn_state)i);
    }
    return least / 8 < 10 ? 10 : least / 8;
}

struct http_server *http_server_new(struct loop *l, const struct http_conf *conf, const struct http_handler *h)
{
    struct http_server *s = mem_new(sizeof *s);
    s->loop = l;
    s->conf = *conf;
    s->h = *h;
    or_default(&s->conf.tls_ms, 10000);
    or_default(&s->conf.head_ms, 10000);
    or_default(&s->conf.body_ms, 60000);
    or_default(&s->conf.idle_ms, 60000);
    or_default(&s->conf.write_ms, 30000);
    or_default(&s->conf.stream_ms, 60000);
    s->conf.connections = conf->connections > 0 ? conf->connections : 10000;
    s->conf.per_address = conf->per_address > 0 ? conf->per_address : 100;
    list_init(&s->listeners);
    for (int i = 0; i < CONN_STATES; i++)
        list_init(&s->states[i]);
    s->spare_fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
    s->room = mem_new(ROOM);
    s->sweep = timer_new(l, sweep, s);
    s->tick = tick_for(s);
    /* OpenSSL writes with write(2). */
    struct sigaction now;
    if (sigaction(SIGPIPE, NULL, &now) == 0 && now.sa_handler == SIG_DFL)
        signal(SIGPIPE, SIG_IGN);
    return s;
}

void http_server_drain(struct http_server *s, msec_t ms, void (*done)(void *ctx), void *ctx)
{
    s->draining = true;
    s->drain_end = clk_mono_ms() + ms;
    s->done = done;
    s->done_ctx = ctx;
    LIST_EACH(&s->listeners, x)
    {
        struct listener *l = CONTAINER_OF(x, struct listener, node);
        /* Who is in the queue of the kernel would be reset by closing it. */
        listener_accept(l);
        listener_free(&l);
    }
    s->accept_paused = false;
    streams_drain(s);
    timer_start(s->sweep, 0);
}

void http_server_free(struct http_server **sp)
{
    struct http_server *s = STEAL(*sp);
    if (!s)
        return;
    s->draining = true;
    LIST_EACH(&s->listeners, x)
    {
        struct listener *l = CONTAINER_OF(x, struct listener, node);
        listener_free(&l);
    }
    for (int i = 0; i < CONN_STATES; i++)
        close_all(s, (enum conn_state)i);
    MUST(s->n == 0);
    timer_free(&s->sweep);
    map_free(&s->addresses);
    fd_closep(&s->spare_fd);
    buf_free(&s->head);
    buf_free(&s->record);
    mem_free(s->room);
    mem_free(s);
}

void server_refused(struct http_server *s, const char *reason, int status)
{
    if (status == 0)
        COUNT1(M_CONNECTIONS_REFUSED, reason);
    if (s->h.on_refused)
        s->h.on_refused(s->h.ctx, reason, status);
}

bool server_shed(struct http_server *s)
{
    if (list_empty(&s->states[CONN_QUIET]))
        return false;
    conn_close(CONTAINER_OF(s->states[CONN_QUIET].next, struct conn, node));
    return true;
}
