/* SPDX-License-Identifier: Apache-2.0 */
/* An answer that is written bit by bit. In chunks, for they alone tell a client, and the proxies before it, an end from
 * a break (RFC 9112 8); proxies that speak HTTP/1.0 to us pass on what comes until the connection ends. */
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <sys/socket.h>
#include "http/conn.h"

static const char last_chunk[] = "0\r\n\r\n";

/* A client whose network went away acknowledges nothing: what the kernel takes for it is not sent. Linux: tcp(7) */
static void give_up_in_time(struct conn *c)
{
    unsigned ms = (unsigned)c->s->conf.stream_ms;
    if (c->peer.family != AF_UNIX)
        (void)setsockopt(c->fd, IPPROTO_TCP, TCP_USER_TIMEOUT, &ms, sizeof ms);
}

struct http_stream *http_req_stream(struct http_req *r, const char *content_type, const char *headers,
                                    const struct http_stream_handler *h, void *ctx)
{
    struct conn *c = CONTAINER_OF(r, struct conn, req);
    const struct http_head *head = http_req_head(r);
    enum framing f = head->minor >= 1 ? FRAMING_CHUNKS : FRAMING_CLOSE;
    MUST(r->begun && r->in_head && !r->answered);
    if (sv_is(head->method, "HEAD")) {
        r->answered = true;
        c->keep = false;
        conn_send(c, answer_open(c, content_type, headers, f), SV(""));
        return NULL; /* on_head goes on with what follows an answer */
    }
    stream_begin(c, f, h, ctx);
    give_up_in_time(c);
    stream_push(c, answer_open(c, content_type, headers, f), SV(""));
    return &c->stream;
}

struct sv stream_framed(struct conn *c, struct sv bytes)
{
    struct buf *b = &c->s->head;
    buf_clear(b);
    buf_fmt(b, "%zx\r\n", bytes.n);
    buf_sv(b, bytes);
    buf_str(b, "\r\n");
    return buf_view(b);
}

void stream_swallow(struct conn *c, size_t n)
{
    c->lingered += n;
    if (c->lingered > ROOM) {
        c->broken = true;
        conn_close(c);
    }
}

void stream_end(struct conn *c)
{
    stream_push(c, sv_n(last_chunk, sizeof last_chunk - 1), SV(""));
}
