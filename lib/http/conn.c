/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/bufferevent_ssl.h>
#include <openssl/err.h>
#include <sys/socket.h>
#include "http/conn.h"
#include "metrics/metrics.h"

void conn_move(struct conn *c, enum conn_state to)
{
    list_remove(&c->node);
    /* A quiet connection is idle since it became idle. */
    if (to != CONN_QUIET)
        c->since = clk_mono_ms();
    if (to == CONN_WRITE)
        c->unsent = conn_unsent(c);
    c->state = to;
    list_push(&c->s->states[to], &c->node);
}

static void conn_free(struct conn *c)
{
    struct http_server *s = c->s;
    list_remove(&c->node);
    if (c->req.begun && !c->req.answered && s->h.on_gone)
        s->h.on_gone(s->h.ctx, &c->req);
    stream_gone(c);
    if (event_initialized(&c->rd))
        event_del(&c->rd);
    if (c->ssl && c->state != CONN_TLS && !c->broken) {
        ERR_clear_error();
        (void)SSL_shutdown(c->ssl); /* says goodbye if the socket takes it; nobody waits for the answer */
        ERR_clear_error();
    }
    if (c->bev)
        bufferevent_free(c->bev);
    SSL_free(c->ssl);
    fd_closep(&c->fd);
    http_codec_free(&c->codec);
    buf_free(&c->held);
    mem_free(c->peer_text);
    if (c->addr && c->upgraded)
        c->addr->streams--;
    address_release(s, c->addr);
    mem_free(c);
    s->n--;
    metric_add(M_CONNECTIONS, NULL, -1);
}

void conn_enter(struct conn *c)
{
    c->depth++;
}

void conn_leave(struct conn *c)
{
    if (--c->depth == 0 && c->closing)
        conn_free(c);
}

void conn_close(struct conn *c)
{
    c->closing = true;
    if (c->depth == 0)
        conn_free(c);
}

void conn_quiet(struct conn *c)
{
    http_codec_free(&c->codec);
    buf_free(&c->held);
    mem_free(STEAL(c->peer_text));
    conn_move(c, CONN_QUIET);
}

void conn_pause(struct conn *c)
{
    if (c->paused)
        return;
    c->paused = true;
    if (c->ssl)
        bufferevent_disable(c->bev, EV_READ);
    else
        event_del(&c->rd);
}

void conn_resume(struct conn *c)
{
    if (!c->paused || c->eof || c->closing)
        return;
    c->paused = false;
    if (c->ssl)
        bufferevent_enable(c->bev, EV_READ);
    else
        event_add(&c->rd, NULL);
}

/* The other side will send no more. What it asked before is still answered: some clients close their half early. */
static void on_eof(struct conn *c)
{
    if (c->state == CONN_STREAM) {
        stream_eof(c);
        return;
    }
    conn_pause(c);
    c->eof = true;
    if (c->state != CONN_WAIT && c->state != CONN_WRITE)
        conn_close(c);
}

static bool busy(const struct conn *c)
{
    return c->state == CONN_WAIT || c->state == CONN_WRITE;
}

static void on_plain_readable(evutil_socket_t fd, short what, void *ctx)
{
    struct conn *c = ctx;
    (void)what;
    ssize_t n = recv(fd, c->s->room, ROOM, 0);
    if (n < 0 && (errno == EAGAIN || errno == EINTR))
        return;
    conn_enter(c);
    if (n < 0) {
        c->broken = true;
        conn_close(c);
    } else if (n == 0) {
        on_eof(c);
    } else if (c->state == CONN_STREAM) {
        stream_read(c, c->s->room, (size_t)n);
    } else {
        size_t used = busy(c) ? 0 : conn_eat(c, c->s->room, (size_t)n);
        if (!c->closing && used < (size_t)n && c->state != CONN_LINGER)
            buf_add(&c->held, c->s->room + used, (size_t)n - used);
        if (c->state == CONN_STREAM)
            stream_go_on(c);
        else if (busy(c) && c->held.n - c->held_at >= ROOM)
            conn_pause(c);
    }
    conn_leave(c);
}

static void on_tls_read(struct bufferevent *bev, void *ctx)
{
    struct conn *c = ctx;
    (void)bev;
    if (c->depth > 0)
        return;
    conn_enter(c);
    if (c->state == CONN_STREAM)
        stream_go_on(c);
    else if (!busy(c))
        conn_go_on(c);
    else if (evbuffer_get_length(bufferevent_get_input(c->bev)) >= ROOM)
        conn_pause(c);
    conn_leave(c);
}

static void on_written(struct bufferevent *bev, void *ctx)
{
    struct conn *c = ctx;
    (void)bev;
    if (c->depth > 0 || (c->state != CONN_WRITE && c->state != CONN_STREAM))
        return;
    conn_enter(c);
    if (c->state == CONN_STREAM)
        stream_flushed(c);
    else
        conn_flushed(c);
    conn_leave(c);
}

static void on_bev_event(struct bufferevent *bev, short what, void *ctx)
{
    struct conn *c = ctx;
    (void)bev;
    conn_enter(c);
    if (what & BEV_EVENT_CONNECTED) {
        conn_move(c, CONN_HEAD);
    } else if (what & BEV_EVENT_EOF && c->state != CONN_TLS) {
        on_eof(c);
    } else {
        c->broken = true;
        if (c->state == CONN_TLS)
            server_refused(c->s, "tls-failed", 0);
        conn_close(c);
    }
    ERR_clear_error();
    conn_leave(c);
}

static void start_tls(struct conn *c, SSL_CTX *tls)
{
    c->ssl = SSL_new(tls);
    MUST(c->ssl);
    c->bev = bufferevent_openssl_socket_new(loop_base(c->s->loop), c->fd, c->ssl, BUFFEREVENT_SSL_ACCEPTING, 0);
    MUST(c->bev);
    bufferevent_openssl_set_allow_dirty_shutdown(c->bev, 1);
    bufferevent_setcb(c->bev, on_tls_read, on_written, on_bev_event, c);
    bufferevent_enable(c->bev, EV_READ | EV_WRITE);
}

struct bufferevent *conn_bev(struct conn *c)
{
    if (!c->bev) {
        c->bev = bufferevent_socket_new(loop_base(c->s->loop), c->fd, 0);
        MUST(c->bev);
        bufferevent_setcb(c->bev, NULL, on_written, on_bev_event, c);
        bufferevent_disable(c->bev, EV_READ);
        bufferevent_enable(c->bev, EV_WRITE);
    }
    return c->bev;
}

void conn_open(struct listener *l, int fd, const struct peer *p, struct address *a)
{
    struct http_server *s = l->s;
    struct conn *c = mem_new(sizeof *c);
    *c = (struct conn){.s = s, .tag = l->tag, .fd = fd, .peer = *p, .addr = a};
    if (++s->n == 1)
        server_tick(s);
    metric_add(M_CONNECTIONS, NULL, 1);
    if (l->tls) {
        start_tls(c, l->tls);
        conn_move(c, CONN_TLS);
        return;
    }
    event_assign(&c->rd, loop_base(s->loop), fd, EV_READ | EV_PERSIST, on_plain_readable, c);
    event_add(&c->rd, NULL);
    conn_move(c, CONN_HEAD);
}
