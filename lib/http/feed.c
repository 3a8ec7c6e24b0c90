/* SPDX-License-Identifier: Apache-2.0 */
/* From bytes to requests: drives the codec of a connection and calls the handler. */
#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include "http/conn.h"

enum { BODY_DEFAULT = 1024 * 1024 };

static bool eats(const struct conn *c)
{
    return !c->closing && !c->upgraded && c->state != CONN_WAIT && c->state != CONN_WRITE && c->state != CONN_LINGER;
}

static void on_head(struct conn *c, size_t ahead)
{
    static const char go_on[] = "HTTP/1.1 100 Continue\r\n\r\n";
    struct http_server *s = c->s;
    struct http_req *r = &c->req;
    const struct http_head *h = http_codec_head(c->codec);
    *r = (struct http_req){.limit = s->conf.limits.body > 0 ? s->conf.limits.body : BODY_DEFAULT,
                           .ahead = ahead,
                           .no_body = !h->chunked && h->content_length <= 0};
    conn_move(c, CONN_BODY);
    r->begun = r->in_head = true;
    s->h.on_head(s->h.ctx, r);
    r->in_head = false;
    if (c->upgraded)
        return;
    if (r->answered) {
        conn_answered(c);
        return;
    }
    http_body_limit(c->codec, r->limit);
    if (h->expect_continue && ahead == 0 && h->content_length <= r->limit)
        conn_send(c, sv_n(go_on, sizeof go_on - 1), SV(""));
}

static void on_body(struct conn *c, struct sv piece)
{
    if (c->req.answered)
        return;
    c->s->h.on_body(c->s->h.ctx, &c->req, piece.p, piece.n);
    if (c->req.answered)
        conn_answered(c);
}

static void on_end(struct conn *c)
{
    c->req.ended = true;
    if (!c->req.answered) {
        conn_move(c, CONN_WAIT);
        c->s->h.on_end(c->s->h.ctx, &c->req);
    }
    if (c->req.answered)
        conn_answered(c);
}

static void on_refused(struct conn *c)
{
    struct http_refusal why = http_codec_refusal(c->codec);
    conn_refuse(c, why.status, why.reason);
}

size_t conn_eat(struct conn *c, const char *p, size_t n)
{
    size_t used = 0;
    if (!c->codec)
        c->codec = http_codec_new(&c->s->conf.limits);
    c->eating = true;
    while (eats(c)) {
        size_t k = 0;
        struct sv piece = SV_NONE;
        enum http_event ev = http_feed(c->codec, sv_n(p + used, n - used), &k, &piece);
        used += k;
        if (ev == HTTP_MORE)
            break;
        if (ev == HTTP_HEAD)
            on_head(c, n - used);
        else if (ev == HTTP_BODY)
            on_body(c, piece);
        else if (ev == HTTP_END)
            on_end(c);
        else
            on_refused(c);
    }
    c->eating = false;
    /* The time for a head runs from its first byte. */
    if (!c->closing && (c->state == CONN_IDLE || c->state == CONN_QUIET) && !http_codec_idle(c->codec))
        conn_move(c, CONN_HEAD);
    return used;
}

static void eat_held(struct conn *c)
{
    while (c->held_at < c->held.n && eats(c))
        c->held_at += conn_eat(c, c->held.p + c->held_at, c->held.n - c->held_at);
    if (c->held_at == c->held.n) {
        buf_free(&c->held);
        c->held_at = 0;
    }
}

static void eat_input(struct conn *c)
{
    struct evbuffer *in = bufferevent_get_input(c->bev);
    struct evbuffer_iovec v;
    /* Without bytes there may still be an empty piece to peek at. */
    while (eats(c) && evbuffer_get_length(in) > 0 && evbuffer_peek(in, 1, NULL, &v, 1) > 0) {
        size_t used = conn_eat(c, v.iov_base, v.iov_len);
        if (c->state == CONN_LINGER)
            return; /* the buffer is gone */
        evbuffer_drain(in, used);
    }
}

void conn_go_on(struct conn *c)
{
    if (c->ssl)
        eat_input(c);
    else
        eat_held(c);
    if (c->state == CONN_STREAM)
        stream_go_on(c);
    if (!eats(c))
        return;
    if (c->eof)
        conn_close(c);
    else
        conn_resume(c);
}

/* After the answer went out: the next request, or the end. */
void conn_flushed(struct conn *c)
{
    if (c->keep) {
        c->req = (struct http_req){0};
        conn_move(c, CONN_IDLE);
        if (!c->eating)
            conn_go_on(c);
        return;
    }
    bool whole = c->req.ended || c->req.no_body;
    bool more = c->held_at < c->held.n || (c->ssl && evbuffer_get_length(bufferevent_get_input(c->bev)) > 0);
    if ((!whole || more || c->upgraded) && !c->eof)
        conn_linger(c);
    else
        conn_close(c);
}

void conn_answered(struct conn *c)
{
    if (c->closing || (c->keep && !c->req.ended))
        return; /* a body that is small and here is skipped first */
    if (conn_unsent(c) > 0)
        conn_move(c, CONN_WRITE);
    else
        conn_flushed(c);
}
