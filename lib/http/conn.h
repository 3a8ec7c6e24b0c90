/* SPDX-License-Identifier: Apache-2.0 */
/* Inside the server: connections and what they share. Not for other rooms. One thread per server, as server.h says.
 *
 * A connection is in exactly one state and so on one list of the server. All members of a list have the same time to
 * live in it and are appended as they come, so the oldest is at the front and one timer per server looks only there.
 *
 *   TLS ─► HEAD ─► BODY ─► WAIT ─► (WRITE) ─► IDLE ─► QUIET        LINGER: answered, shut, reading what still comes
 *           ▲       │                           │       │
 *           └───────┼───────────────────────────┴───────┘
 *                   └─► STREAM ─► (WRITE) ─► LINGER                 taken over by another protocol
 */
#pragma once
#include <event2/event.h>
#include <event2/event_struct.h>
#include <openssl/ssl.h>
#include "base/list.h"
#include "base/map.h"
#include "http/stream.h"
#include "io/loop.h"

struct bufferevent;

enum conn_state {
    CONN_TLS,    /* handshake */
    CONN_HEAD,   /* accepted and nothing read yet, or inside a head */
    CONN_BODY,   /* inside a request behind its head */
    CONN_WAIT,   /* the request is whole, the handler has it: no deadline */
    CONN_WRITE,  /* the client does not take the answer as fast as we give it */
    CONN_IDLE,   /* kept alive, buffers still there */
    CONN_QUIET,  /* kept alive for a while, buffers given back */
    CONN_STREAM, /* no HTTP any more; since the last byte in or out */
    CONN_LINGER,
    CONN_STATES
};

enum {
    ROOM = 64 * 1024, /* read at once; held for a request that has to wait */
    QUIET_AFTER_MS = 1000,
    LINGER_MS = 3000,
    LINGER_BYTES = 16 * 1024 * 1024
};

struct peer {
    sa_family_t family; /* AF_INET, AF_INET6, AF_UNIX */
    union {
        uint8_t ip[16];
        uint32_t uid;
    };
};

/* How many connections an address has; IPv6 by /64. Freed with the last. */
struct address {
    int n, streams;
    uint8_t key_n, key[9];
};

struct http_req {
    void *own;
    int64_t limit;
    size_t ahead;                /* bytes behind the head that are already here */
    bool begun, ended, answered; /* begun: on_head was called */
    bool in_head, no_body;
};

enum framing {
    FRAMING_NONE,   /* another protocol's bytes, both ways */
    FRAMING_CHUNKS, /* an answer, as the two below */
    FRAMING_CLOSE   /* HTTP/1.0 */
};

struct http_stream {
    const struct http_stream_handler *h; /* NULL: not taken over, or ended by the handler */
    void *ctx;
    enum framing framing;
    bool ending;  /* to be ended when the callback on the stack is left */
    bool refused; /* a send was: on_room is owed */
};

struct conn {
    struct list node;
    enum conn_state state;
    msec_t since; /* in this state */
    struct http_server *s;
    int fd, tag;
    int depth;                /* callbacks of this connection on the stack: it is freed when none is left */
    SSL *ssl;                 /* NULL: plain */
    struct bufferevent *bev;  /* TLS: always. Plain: from the first answer that did not fit the socket */
    struct event rd;          /* plain, and lingering: we read ourselves, more at once than bufferevents do */
    struct http_codec *codec; /* NULL while quiet */
    struct buf held;          /* plain: bytes behind a request that is not answered */
    size_t held_at;           /* eaten of them */
    size_t unsent;            /* WRITE: what was left when the deadline was last looked at */
    size_t lingered;          /* bytes read and thrown away */
    struct address *addr;
    struct peer peer;
    char *peer_text;
    struct http_req req;
    struct http_stream stream;
    bool upgraded; /* it is, or was, a stream */
    bool eating;   /* conn_eat or stream_go_on is on the stack and will look at what a callback did */
    bool keep;     /* another request may follow the answer */
    bool paused;   /* reading stopped: enough is held */
    bool eof, broken, closing;
};

struct listener {
    struct list node;
    struct http_server *s;
    struct event *ev;
    int fd, tag;
    SSL_CTX *tls;
    char *cert, *key, *path;
};

struct http_server {
    struct loop *loop;
    struct http_conf conf;
    struct http_handler h;
    struct list listeners, states[CONN_STATES];
    struct map addresses;
    struct timer *sweep;
    msec_t tick;
    int n, spare_fd;
    bool accept_paused;
    msec_t paused_at, short_since; /* short_since: out of descriptors since, 0 = not */
    bool draining;
    msec_t drain_end;
    void (*done)(void *ctx);
    void *done_ctx;
    int64_t date_at; /* second since 1970 that date says */
    char date[32];
    struct buf head, record; /* of the answer being sent */
    char *room;
};

/* conn.c */
void conn_open(struct listener *l, int fd, const struct peer *p, struct address *a);
void conn_move(struct conn *c, enum conn_state to);
void conn_enter(struct conn *c);
void conn_leave(struct conn *c);
void conn_close(struct conn *c); /* now, or when the last callback is left */
void conn_quiet(struct conn *c); /* gives buffers back */
void conn_pause(struct conn *c);
void conn_resume(struct conn *c);
struct bufferevent *conn_bev(struct conn *c); /* made when first needed */
/* feed.c: bytes in, requests out. */
size_t conn_eat(struct conn *c, const char *p, size_t n);
void conn_answered(struct conn *c); /* after an answer was sent: what follows */
void conn_go_on(struct conn *c);    /* eats what is held, then reads */
void conn_flushed(struct conn *c);
/* stream.c */
void stream_begin(struct conn *c, enum framing f, const struct http_stream_handler *h, void *ctx);
void stream_push(struct conn *c, struct sv head, struct sv body); /* past all limits; does not close the connection */
void stream_read(struct conn *c, const char *p, size_t n);        /* plain: bytes just read */
void stream_go_on(struct conn *c);                                /* hands on what is held */
void stream_flushed(struct conn *c);
void stream_eof(struct conn *c);
void streams_drain(struct http_server *s);
void stream_gone(struct conn *c); /* tells the handler, once */
/* answer.c */
void conn_send(struct conn *c, struct sv head, struct sv body);
size_t conn_unsent(const struct conn *c);
void conn_refuse(struct conn *c, int status, const char *reason); /* tells the handler, answers, lingers */
struct sv answer_open(struct conn *c, const char *content_type, const char *headers, enum framing f); /* its head */
/* stream_answer.c */
struct sv stream_framed(struct conn *c, struct sv bytes); /* as they go out; until the server's next answer */
void stream_swallow(struct conn *c, size_t n); /* bytes that came where none are read */
void stream_end(struct conn *c);               /* says that the answer is whole */
/* linger.c: ends a connection so that the client can still read the answer. */
void conn_linger(struct conn *c);
/* tls.c */
SSL_CTX *tls_new(const char *cert, const char *key, struct err *e);
/* ticket.c: OpenSSL's callback for session tickets. Any thread. */
int ticket_crypt(SSL *ssl, unsigned char name[16], unsigned char iv[16], EVP_CIPHER_CTX *cipher, EVP_MAC_CTX *mac,
                 int encrypt);
/* listen.c */
void listener_free(struct listener **l);
void listener_accept(struct listener *l);
void accept_pause(struct http_server *s, msec_t now);
void accept_sweep(struct http_server *s, msec_t now);
struct address *address_take(struct http_server *s, const struct peer *p); /* NULL: too many; unix: unlimited */
void address_release(struct http_server *s, struct address *a);
/* server.c */
void server_refused(struct http_server *s, const char *reason, int status);
bool server_shed(struct http_server *s); /* closes the connection that is quiet for longest */
void server_tick(struct http_server *s);
/* peer.c */
struct peer peer_of(int fd, const struct sockaddr *sa);
const char *peer_text(const struct peer *p, char ret[64]);
