/* SPDX-License-Identifier: Apache-2.0 */
#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <sys/socket.h>
#include "http/conn.h"

enum { UNSENT_MOST = 256 * 1024 };

/* A list of words between commas. */
static bool lists(struct sv list, struct sv word, bool (*same)(struct sv a, struct sv b))
{
    struct sv item;
    while (sv_next(&list, ',', &item))
        if (same(sv_trim(item), word))
            return true;
    return false;
}

bool http_req_wants(const struct http_req *r, const char *protocol)
{
    const struct conn *c = CONTAINER_OF((struct http_req *)(uintptr_t)r, struct conn, req);
    const struct http_head *h = http_req_head(r);
    return r->in_head && r->no_body && !r->answered && h->minor >= 1 && !c->s->draining &&
           lists(http_header(h, "Connection"), SV("upgrade"), sv_ieq) &&
           lists(http_header(h, "Upgrade"), sv_of(protocol), sv_eq);
}

void stream_begin(struct conn *c, enum framing f, const struct http_stream_handler *h, void *ctx)
{
    c->req.answered = true;
    c->keep = false;
    c->upgraded = true;
    c->stream = (struct http_stream){.h = h, .ctx = ctx, .framing = f};
    if (c->addr)
        c->addr->streams++;
    conn_resume(c); /* HTTP may have read enough; from here on it is the handler who pauses */
    c->paused = false;
    conn_move(c, CONN_STREAM);
}

struct http_stream *http_req_upgrade(struct http_req *r, const char *protocol, const struct http_stream_handler *h,
                                     void *ctx)
{
    struct conn *c = CONTAINER_OF(r, struct conn, req);
    struct buf *b = &c->s->head;
    MUST(r->begun && r->in_head && r->no_body && !r->answered);
    stream_begin(c, FRAMING_NONE, h, ctx);
    buf_clear(b);
    buf_fmt(b, "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: %s\r\n\r\n", protocol);
    stream_push(c, buf_view(b), SV(""));
    return &c->stream;
}

int http_req_streams(const struct http_req *r)
{
    const struct conn *c = CONTAINER_OF((struct http_req *)(uintptr_t)r, struct conn, req);
    return c->addr ? c->addr->streams : 0;
}

/* ---- in ---- */

static bool takes(const struct conn *c)
{
    return c->stream.h && !c->closing && !c->paused && c->state == CONN_STREAM;
}

static void give(struct conn *c, const char *p, size_t n)
{
    if (c->stream.framing != FRAMING_NONE) {
        stream_swallow(c, n);
        return;
    }
    conn_move(c, CONN_STREAM);
    c->stream.h->on_bytes(c->stream.ctx, &c->stream, p, n);
}

static void give_held(struct conn *c)
{
    while (c->held_at < c->held.n && takes(c)) {
        size_t at = c->held_at, n = c->held.n - at < ROOM ? c->held.n - at : ROOM;
        c->held_at += n;
        give(c, c->held.p + at, n);
    }
    if (c->held_at == c->held.n) {
        buf_free(&c->held);
        c->held_at = 0;
    }
}

static void give_input(struct conn *c)
{
    struct evbuffer *in = bufferevent_get_input(c->bev);
    struct evbuffer_iovec v;
    while (takes(c) && evbuffer_get_length(in) > 0 && evbuffer_peek(in, ROOM, NULL, &v, 1) > 0) {
        size_t n = v.iov_len < ROOM ? v.iov_len : ROOM;
        give(c, v.iov_base, n);
        evbuffer_drain(in, n);
    }
}

/* After the last callback: its bytes may lie in what the end frees. */
static void finish(struct conn *c)
{
    c->stream.ending = false;
    if (c->closing)
        return;
    if (conn_unsent(c) > 0)
        conn_move(c, CONN_WRITE);
    else
        conn_linger(c);
}

void stream_go_on(struct conn *c)
{
    if (c->eating)
        return;
    conn_enter(c);
    c->eating = true;
    if (c->ssl)
        give_input(c);
    else
        give_held(c);
    c->eating = false;
    if (c->stream.ending)
        finish(c);
    else if (c->eof && takes(c))
        conn_close(c);
    conn_leave(c);
}

void stream_read(struct conn *c, const char *p, size_t n)
{
    c->eating = true;
    if (takes(c) && c->held.n == 0)
        give(c, p, n);
    else
        buf_add(&c->held, p, n);
    c->eating = false;
    if (c->stream.ending)
        finish(c);
    else
        stream_go_on(c);
}

void stream_eof(struct conn *c)
{
    stream_go_on(c);
    if (c->state != CONN_STREAM || c->closing)
        return;
    conn_pause(c);
    c->eof = true;
    conn_close(c);
}

void http_stream_pause(struct http_stream *s)
{
    conn_pause(CONTAINER_OF(s, struct conn, stream));
}

void http_stream_resume(struct http_stream *s)
{
    struct conn *c = CONTAINER_OF(s, struct conn, stream);
    conn_resume(c);
    stream_go_on(c);
}

/* ---- out ---- */

/* Noticed inside a call of the handler, which must not find itself gone: the next sweep ends it. */
static void broke(struct conn *c)
{
    c->closing = false;
    c->broken = true;
    conn_pause(c);
    list_remove(&c->node);
    c->since = clk_mono_ms() - c->s->conf.stream_ms;
    list_push(c->s->states[CONN_STREAM].next, &c->node); /* in front of all: it is the oldest */
}

void stream_push(struct conn *c, struct sv head, struct sv body)
{
    if (c->broken || c->closing)
        return; /* the end is on its way */
    conn_enter(c);
    conn_send(c, head, body);
    c->depth--;
    if (c->closing)
        broke(c);
    else if (conn_unsent(c) == 0)
        conn_move(c, CONN_STREAM);
}

bool http_stream_send(struct http_stream *s, struct sv bytes)
{
    struct conn *c = CONTAINER_OF(s, struct conn, stream);
    size_t unsent = conn_unsent(c);
    if (!s->h || !bytes.n)
        return true;
    if (unsent > 0 && unsent + bytes.n > UNSENT_MOST) {
        s->refused = true;
        return false;
    }
    stream_push(c, s->framing == FRAMING_CHUNKS ? stream_framed(c, bytes) : bytes, SV(""));
    return true;
}

size_t http_stream_unsent(const struct http_stream *s)
{
    return conn_unsent(CONTAINER_OF((struct http_stream *)(uintptr_t)s, struct conn, stream));
}

void stream_flushed(struct conn *c)
{
    conn_move(c, CONN_STREAM);
    if (!c->stream.refused || !c->stream.h)
        return;
    c->stream.refused = false;
    if (c->stream.h->on_room)
        c->stream.h->on_room(c->stream.ctx, &c->stream);
}

/* ---- the end ---- */

void http_stream_close(struct http_stream *s)
{
    struct conn *c = CONTAINER_OF(s, struct conn, stream);
    s->h = NULL;
    if (s->framing == FRAMING_CHUNKS)
        stream_end(c);
    if (c->broken)
        return; /* swept */
    if (c->eating)
        s->ending = true;
    else
        finish(c);
}

void http_stream_drop(struct http_stream *s)
{
    struct conn *c = CONTAINER_OF(s, struct conn, stream);
    s->h = NULL;
    c->broken = true;
    conn_close(c);
}

/* Who sends something moves to the end of the list, so the list is not walked while they do. */
void streams_drain(struct http_server *s)
{
    struct list before;
    list_init(&before);
    for (struct list *x; (x = list_shift(&s->states[CONN_STREAM]));)
        list_push(&before, x);
    for (struct list *x; (x = list_shift(&before));) {
        struct conn *c = CONTAINER_OF(x, struct conn, node);
        list_push(&s->states[CONN_STREAM], x);
        if (c->stream.h && c->stream.h->on_drain)
            c->stream.h->on_drain(c->stream.ctx, &c->stream);
    }
}

void stream_gone(struct conn *c)
{
    const struct http_stream_handler *h = STEAL(c->stream.h);
    if (h)
        h->on_gone(c->stream.ctx);
}
