/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <openssl/err.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <time.h>
#include "http/conn.h"

static const char *phrase(int status)
{
    static const struct {
        int status;
        const char *text;
    } rows[] = {{200, "OK"}, {201, "Created"}, {202, "Accepted"}, {204, "No Content"}, {301, "Moved Permanently"},
                {302, "Found"}, {303, "See Other"}, {304, "Not Modified"}, {307, "Temporary Redirect"},
                {308, "Permanent Redirect"}, {400, "Bad Request"}, {401, "Unauthorized"}, {403, "Forbidden"},
                {404, "Not Found"}, {405, "Method Not Allowed"}, {406, "Not Acceptable"}, {408, "Request Timeout"},
                {409, "Conflict"}, {410, "Gone"}, {411, "Length Required"}, {412, "Precondition Failed"},
                {413, "Content Too Large"}, {414, "URI Too Long"}, {415, "Unsupported Media Type"},
                {416, "Range Not Satisfiable"}, {417, "Expectation Failed"}, {422, "Unprocessable Content"},
                {426, "Upgrade Required"},
                {429, "Too Many Requests"}, {431, "Request Header Fields Too Large"}, {500, "Internal Server Error"},
                {501, "Not Implemented"}, {502, "Bad Gateway"}, {503, "Service Unavailable"},
                {504, "Gateway Timeout"}, {505, "HTTP Version Not Supported"}};
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        if (rows[i].status == status)
            return rows[i].text;
    }
    return "Status"; /* RFC 9112 4: clients ignore it */
}

/* RFC 9110 5.6.7, made once a second. */
static const char *date_text(struct http_server *s)
{
    static const char days[] = "SunMonTueWedThuFriSat", months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
    time_t now = (time_t)(clk_wall_ms() / 1000);
    if (now != s->date_at) {
        struct tm t;
        gmtime_r(&now, &t);
        snprintf(s->date, sizeof s->date, "%.3s, %02d %.3s %04d %02d:%02d:%02d GMT", days + 3 * t.tm_wday, t.tm_mday,
                 months + 3 * t.tm_mon, t.tm_year + 1900, t.tm_hour, t.tm_min, t.tm_sec);
        s->date_at = now;
    }
    return s->date;
}

size_t conn_unsent(const struct conn *c)
{
    return c->bev ? evbuffer_get_length(bufferevent_get_output(c->bev)) : 0;
}

/* Head and body in one write; bufferevents take only what the socket does not. */
static void send_plain(struct conn *c, struct sv head, struct sv body)
{
    size_t sent = 0;
    if (conn_unsent(c) == 0) {
        struct iovec v[2] = {{(void *)(uintptr_t)head.p, head.n}, {(void *)(uintptr_t)body.p, body.n}};
        struct msghdr m = {.msg_iov = v, .msg_iovlen = body.n ? 2 : 1};
        ssize_t n = sendmsg(c->fd, &m, MSG_NOSIGNAL);
        if (n < 0 && errno != EAGAIN && errno != EINTR) {
            c->broken = true;
            conn_close(c);
            return;
        }
        sent = n > 0 ? (size_t)n : 0;
    }
    if (sent == head.n + body.n)
        return;
    struct evbuffer *out = bufferevent_get_output(conn_bev(c));
    if (sent < head.n)
        evbuffer_add(out, head.p + sent, head.n - sent);
    size_t of_body = sent > head.n ? sent - head.n : 0;
    if (of_body < body.n)
        evbuffer_add(out, body.p + of_body, body.n - of_body);
}

/* What OpenSSL has taken of b, a record at a time, or -1 when the connection is broken. */
static ssize_t write_records(struct conn *c, const struct buf *b)
{
    size_t sent = 0, n;
    ERR_clear_error();
    while (sent < b->n) {
        if (SSL_write_ex(c->ssl, b->p + sent, b->n - sent, &n) != 1) {
            int why = SSL_get_error(c->ssl, 0);
            return why == SSL_ERROR_WANT_WRITE || why == SSL_ERROR_WANT_READ ? (ssize_t)sent : -1;
        }
        sent += n;
    }
    return (ssize_t)sent;
}

/* In one piece, so a small answer is one record and one write, past the bufferevent while it has nothing to send
 * itself. What is left goes through it as one piece too: OpenSSL wants to see no less than it was asked to write
 * before. */
static void send_tls(struct conn *c, struct sv head, struct sv body)
{
    struct evbuffer *out = bufferevent_get_output(c->bev);
    struct buf *b = &c->s->record;
    struct evbuffer_iovec v;
    ssize_t sent = 0;
    if (head.n + body.n > ROOM) {
        evbuffer_add(out, head.p, head.n);
        evbuffer_add(out, body.p, body.n);
        return;
    }
    buf_clear(b);
    buf_sv(b, head);
    buf_sv(b, body);
    if (conn_unsent(c) == 0)
        sent = write_records(c, b);
    if (sent < 0) {
        c->broken = true;
        conn_close(c);
        return;
    }
    size_t left = b->n - (size_t)sent;
    if (left == 0)
        return;
    MUST(evbuffer_reserve_space(out, (ssize_t)left, &v, 1) == 1);
    memcpy(v.iov_base, b->p + sent, left);
    v.iov_len = left;
    MUST(evbuffer_commit_space(out, &v, 1) == 0);
}

void conn_send(struct conn *c, struct sv head, struct sv body)
{
    if (c->closing)
        return;
    if (c->ssl)
        send_tls(c, head, body);
    else
        send_plain(c, head, body);
}

static void start_head(struct conn *c, int status, const char *content_type, const char *headers)
{
    struct buf *b = &c->s->head;
    buf_clear(b);
    buf_str(b, "HTTP/1.1 ");
    buf_int(b, status);
    buf_chr(b, ' ');
    buf_str(b, phrase(status));
    buf_str(b, "\r\nDate: ");
    buf_str(b, date_text(c->s));
    if (content_type) {
        buf_str(b, "\r\nContent-Type: ");
        buf_str(b, content_type);
    }
    buf_str(b, "\r\n");
    if (headers)
        buf_str(b, headers);
}

static void end_head(struct conn *c, int status, size_t body_n)
{
    struct buf *b = &c->s->head;
    if (status != 204 && status != 304) {
        buf_str(b, "Content-Length: ");
        buf_int(b, (int64_t)body_n);
        buf_str(b, "\r\n");
    }
    buf_str(b, c->keep ? "\r\n" : "Connection: close\r\n\r\n");
}

struct sv answer_open(struct conn *c, const char *content_type, const char *headers, enum framing f)
{
    struct buf *b = &c->s->head;
    start_head(c, 200, content_type, headers);
    if (f == FRAMING_CHUNKS)
        buf_str(b, "Transfer-Encoding: chunked\r\n");
    buf_str(b, "Connection: close\r\n\r\n");
    return buf_view(b);
}

static bool may_keep(const struct conn *c, const struct http_head *h)
{
    const struct http_req *r = &c->req;
    bool here = r->in_head && !h->chunked && h->content_length <= (int64_t)r->ahead;
    return h->keep_alive && h->minor >= 1 && !c->s->draining && (r->ended || r->no_body || here);
}

void http_req_answer(struct http_req *r, int status, const char *content_type, const char *headers, struct sv body)
{
    struct conn *c = CONTAINER_OF(r, struct conn, req);
    const struct http_head *h = http_codec_head(c->codec);
    MUST(r->begun && !r->answered);
    conn_enter(c);
    r->answered = true;
    c->keep = may_keep(c, h);
    bool bare = sv_is(h->method, "HEAD") || status == 204 || status == 304;
    start_head(c, status, content_type, headers);
    end_head(c, status, body.n);
    conn_send(c, buf_view(&c->s->head), bare ? SV("") : body);
    if (!c->eating)
        conn_answered(c);
    conn_leave(c);
}

void http_req_drop(struct http_req *r)
{
    struct conn *c = CONTAINER_OF(r, struct conn, req);
    MUST(r->begun && !r->answered);
    r->answered = true;
    c->broken = true;
    conn_close(c);
}

void conn_refuse(struct conn *c, int status, const char *reason)
{
    struct http_server *s = c->s;
    bool answered = c->req.answered;
    if (c->req.begun && !answered && s->h.on_gone)
        s->h.on_gone(s->h.ctx, &c->req);
    c->req = (struct http_req){0};
    server_refused(s, reason, status);
    if (answered) {
        conn_close(c);
        return;
    }
    char text[96]; /* our words, nothing of theirs */
    snprintf(text, sizeof text, "%d %s\n", status, reason);
    c->keep = false;
    start_head(c, status, "text/plain", NULL);
    end_head(c, status, strlen(text));
    conn_send(c, buf_view(&s->head), sv_of(text));
    conn_answered(c);
}

const struct http_head *http_req_head(const struct http_req *r)
{
    return http_codec_head(CONTAINER_OF(r, struct conn, req)->codec);
}

int http_req_tag(const struct http_req *r)
{
    return CONTAINER_OF(r, struct conn, req)->tag;
}

struct sv http_req_peer(const struct http_req *r)
{
    struct conn *c = CONTAINER_OF((struct http_req *)(uintptr_t)r, struct conn, req);
    char text[64];
    if (!c->peer_text)
        c->peer_text = mem_strdup(peer_text(&c->peer, text));
    return sv_of(c->peer_text);
}

void http_req_set(struct http_req *r, void *own)
{
    r->own = own;
}

void *http_req_get(const struct http_req *r)
{
    return r->own;
}

void http_req_limit(struct http_req *r, int64_t body_bytes)
{
    r->limit = body_bytes;
}
