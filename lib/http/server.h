/* SPDX-License-Identifier: Apache-2.0 */
/* HTTP/1.1 server on bufferevents and OpenSSL: one http_server per loop and thread, nothing shared but the keys of
 * session tickets. The handler sees a request when its head is whole, takes the body as it streams, and answers now or
 * later (same thread). Answers of pipelined requests go out in order; the next request is read only when the one before
 * is answered, and at most 64 KiB of it are held meanwhile.
 * All deadlines are absolute: 408 for a head or body that takes longer, else the connection just ends. A client that
 * closed its sending half is still answered. What is refused gets a fixed short body and lingers (3 s, 16 MiB at most),
 * so that the client sees the answer. Counts M_CONNECTIONS and, by reason, M_CONNECTIONS_REFUSED. Ignores SIGPIPE. */
#pragma once
#include "base/clk.h"
#include "base/err.h"
#include "http/codec.h"

struct loop;
struct http_server;
struct http_req; /* one request; valid until answered or closed */

struct http_handler {
    /* Head complete. Set the body limit with http_req_limit (default: conf.limits.body, else 1 MiB) and a context with
     * http_req_set; or answer at once. The answer to a request whose body was not read closes the connection, unless
     * the body is small and already here. */
    void (*on_head)(void *ctx, struct http_req *r);
    void (*on_body)(void *ctx, struct http_req *r, const char *p, size_t n);
    void (*on_end)(void *ctx, struct http_req *r);
    /* The connection ended (or a deadline passed, or the body was malformed) before the answer: forget r. */
    void (*on_gone)(void *ctx, struct http_req *r);
    /* A request the codec or a limit refused, for counting: reason code, status (0 = closed without an answer). */
    void (*on_refused)(void *ctx, const char *reason, int status); /* reason: a literal */
    void *ctx;
};

struct http_conf {
    struct http_limits limits;
    msec_t tls_ms, head_ms, body_ms, idle_ms, write_ms; /* absolute deadlines; defaults 10 s, 10 s, 60 s, 60 s, 30 s */
    msec_t stream_ms; /* since the last byte in or out of a connection that was taken over (stream.h); 60 s */
    /* Of this server; defaults 10000, 100; unix: not per address; IPv6 by /64. At the total, or out of descriptors, the
     * connection that idles for longest (a second at least) makes room. */
    int connections, per_address;
};

struct http_listen {
    enum { LISTEN_HTTPS, LISTEN_HTTP, LISTEN_UNIX } kind;
    const char *address; /* "0.0.0.0:8443", "[::]:8443", "127.0.0.1:0", or the path of a unix socket */
    const char *cert, *key; /* LISTEN_HTTPS: PEM files */
    unsigned mode;           /* LISTEN_UNIX: of the socket; 0 = 0600 */
    int tag;             /* given back by http_req_tag: which listener it was */
};

struct http_server *http_server_new(struct loop *l, const struct http_conf *c, const struct http_handler *h);
/* Binds with SO_REUSEPORT (tcp). May be called for several listeners. ret_port: the bound tcp port, may be NULL. */
MUST_USE int http_server_listen(struct http_server *s, const struct http_listen *l, int *ret_port, struct err *e);
/* Reads certificates again; running connections keep theirs. -1 and the old ones stay. */
MUST_USE int http_server_reload(struct http_server *s, struct err *e);
/* Stops accepting, lets running requests finish with Connection: close, closes idle ones; `done` is called once, from
 * the loop, when none is left or after `ms`, when the rest is cut off (on_gone). It may free the server. */
void http_server_drain(struct http_server *s, msec_t ms, void (*done)(void *ctx), void *ctx);
void http_server_free(struct http_server **s);

const struct http_head *http_req_head(const struct http_req *r);
int http_req_tag(const struct http_req *r);
struct sv http_req_peer(const struct http_req *r); /* "192.0.2.1", "::1", or "unix:<uid>" */
void http_req_set(struct http_req *r, void *own);
void *http_req_get(const struct http_req *r);
void http_req_limit(struct http_req *r, int64_t body_bytes); /* in on_head; 413 beyond it */
/* Answers once. headers: "Name: value\r\n…" or "" ; Content-Length, Date and Connection are added. HEAD gets no body.
 */
void http_req_answer(struct http_req *r, int status, const char *content_type, const char *headers, struct sv body);
/* Ends the connection without an answer, now; r is gone after it and on_gone is not called. */
void http_req_drop(struct http_req *r);
