/* SPDX-License-Identifier: Apache-2.0 */
/* A connection that goes on beyond one answer, the same over TLS and plain sockets: another protocol takes it over
 * after an HTTP/1.1 upgrade (RFC 9110 7.8), bytes in and out; or an answer whose end nobody knows is written bit by
 * bit. Thread of the server. It counts as a connection like all others, and lives as long as a byte comes or goes every
 * conf.stream_ms, or with an answer goes; what else a protocol wants in time it has to watch itself. */
#pragma once
#include "http/server.h"

struct http_stream; /* valid until it is closed or dropped by the handler, or on_gone */

struct http_stream_handler {
    /* All n bytes are taken, 64 KiB at most. They belong to the connection and are gone when this returns. Not of an
     * answer: what comes behind its request is thrown away, and with more than 64 KiB of it the client is cut off. */
    void (*on_bytes)(void *ctx, struct http_stream *s, const char *p, size_t n);
    /* Everything sent before a refused http_stream_send is out. May be NULL. */
    void (*on_room)(void *ctx, struct http_stream *s);
    /* The server drains: come to an end, or be cut off (on_gone) at the end of its time. May be NULL. */
    void (*on_drain)(void *ctx, struct http_stream *s);
    /* The other side closed, also if only its sending half, or was too slow: s is no more. */
    void (*on_gone)(void *ctx);
};

/* Does the request ask for this protocol in a way that may be granted: HTTP/1.1, without a body, `Upgrade: protocol`
 * named by `Connection`, and the server does not drain? The protocol is compared as it is. */
bool http_req_wants(const struct http_req *r, const char *protocol);
/* In on_head, of a request that http_req_wants: answers 101. r and its head are gone after it, and on_gone of the
 * server's handler is not called; what stands behind the head comes by on_bytes, later. */
struct http_stream *http_req_upgrade(struct http_req *r, const char *protocol, const struct http_stream_handler *h,
                                     void *ctx);
/* In on_head: answers 200 with a body that goes on until it is closed, in chunks, which say that it is whole; HTTP/1.0
 * has none, there it ends with the connection, which does not serve another request in either case (RFC 9112 6.3, 7.1).
 * r and its head are gone after it, and on_gone of the server's handler is not called. headers as for http_req_answer.
 * NULL: it was a HEAD, which is answered and over. */
struct http_stream *http_req_stream(struct http_req *r, const char *content_type, const char *headers,
                                    const struct http_stream_handler *h, void *ctx);
/* How many streams the address of the request has now; 0 over a unix socket. */
int http_req_streams(const struct http_req *r);
/* False: 256 KiB wait to be sent already, and this was not added. Never calls back. */
bool http_stream_send(struct http_stream *s, struct sv bytes);
/* Bytes that wait to be sent. */
size_t http_stream_unsent(const struct http_stream *s);
/* No on_bytes until it is resumed: the other side is held up, and not seen to go away. */
void http_stream_pause(struct http_stream *s);
/* May call on_bytes at once, unless it is on the stack already. */
void http_stream_resume(struct http_stream *s);
/* What was sent still goes out (conf.write_ms), then the connection ends so that the other side can read it; what comes
 * from there is thrown away. Without a callback. */
void http_stream_close(struct http_stream *s);
/* Ends it now, without a callback. */
void http_stream_drop(struct http_stream *s);
