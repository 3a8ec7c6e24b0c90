/* SPDX-License-Identifier: Apache-2.0 */
/* The bare sum of the parts that a durable intake cannot do without: sockets on libevent, the codec, HMAC and digest
 * of the body, one store with group commits. No routes, no limits, no metrics, no deadlines, nothing afterwards: what
 * a server adds to this is its own cost. Two threads, like one intake thread of the server and its store.
 *     bench_parts --secret FILE --store FILE [--cert FILE --key FILE]
 * Prints `port N`, and `tls N` when it has a certificate; ends with SIGTERM. */
#include <errno.h>
#include <event2/event.h>
#include <getopt.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include "base/file.h"
#include "fmt/hmac.h"
#include "http/codec.h"
#include "io/loop.h"
#include "port/store.h"

enum { ROOM = 64 * 1024 };

struct parts {
    struct loop *loop;
    struct store *store;
    struct mailbox *stored;
    struct buf secret;
    SSL_CTX *tls;
    char *room;
};

struct conn {
    struct parts *p;
    int fd;
    struct event *ev;
    SSL *ssl;
    struct http_codec *codec;
    struct mac *mac;
    struct digest *digest;
    struct buf body;
    uint8_t wanted[SHA256_LEN];
    char *guid, *event;
    bool storing, gone;
};

static void conn_free(struct conn *c)
{
    if (c->ssl) {
        SSL_shutdown(c->ssl);
        ERR_clear_error();
        SSL_free(c->ssl);
    }
    if (c->ev)
        event_free(c->ev);
    fd_closep(&c->fd);
    http_codec_free(&c->codec);
    mac_free(&c->mac);
    digest_free(&c->digest);
    buf_free(&c->body);
    mem_free(c->guid);
    mem_free(c->event);
    mem_free(c);
}

static void conn_gone(struct conn *c)
{
    if (c->storing)
        c->gone = true;
    else
        conn_free(c);
}

static void send_answer(struct conn *c, const char *text)
{
    size_t n = strlen(text);
    /* Closed loop: the answer always fits the socket. */
    if (c->ssl)
        (void)!SSL_write(c->ssl, text, (int)n);
    else
        (void)!send(c->fd, text, n, MSG_NOSIGNAL);
    ERR_clear_error();
}

static void on_head(struct conn *c)
{
    const struct http_head *h = http_codec_head(c->codec);
    struct sv key = sv_trim(buf_view(&c->p->secret)), hex = http_header(h, "X-Hub-Signature-256");
    c->guid = sv_dup(http_header(h, "X-GitHub-Delivery"));
    c->event = sv_dup(http_header(h, "X-GitHub-Event"));
    for (size_t i = 0; i < SHA256_LEN && hex.n == 7 + 2 * SHA256_LEN; i++) {
        char two[3] = {hex.p[7 + 2 * i], hex.p[8 + 2 * i], 0};
        c->wanted[i] = (uint8_t)strtoul(two, NULL, 16);
    }
    http_body_limit(c->codec, 26 << 20);
    c->mac = mac_new(&key, 1);
    c->digest = digest_new();
}

static void on_end(struct conn *c)
{
    if (!c->guid || !c->event || mac_match(c->mac, c->wanted, 1) < 0) {
        send_answer(c, "HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n");
    } else {
        struct delivery_put *p = delivery_put_new();
        p->d = (struct delivery){.forge = "github", .kind = "github", .hook = "/hook/github", .headers = "{}",
                                 .event = arena_strdup(&p->arena, c->event), .guid = arena_strdup(&p->arena, c->guid),
                                 .size = (int64_t)c->body.n, .received_at = clk_wall_ms()};
        digest_end(c->digest, p->d.digest);
        p->body = buf_take(&c->body);
        p->owner = c;
        p->reply = c->p->stored;
        c->storing = true;
        store_put(c->p->store, p);
    }
    mac_free(&c->mac);
    digest_free(&c->digest);
    mem_free(STEAL(c->guid));
    mem_free(STEAL(c->event));
}

static bool eat(struct conn *c, struct sv in)
{
    for (;;) {
        size_t used = 0;
        struct sv piece;
        enum http_event ev = http_feed(c->codec, in, &used, &piece);
        in = sv_from(in, used);
        if (ev == HTTP_MORE)
            return true;
        if (ev == HTTP_REFUSED)
            return false;
        if (ev == HTTP_HEAD)
            on_head(c);
        if (ev == HTTP_END)
            on_end(c);
        if (ev == HTTP_BODY) {
            mac_add(c->mac, piece.p, piece.n);
            digest_add(c->digest, piece.p, piece.n);
            buf_add(&c->body, piece.p, piece.n);
        }
    }
}

static void on_readable(evutil_socket_t fd, short what, void *ctx)
{
    struct conn *c = ctx;
    (void)what;
    for (;;) {
        ERR_clear_error();
        ssize_t n = c->ssl ? SSL_read(c->ssl, c->p->room, ROOM) : recv(fd, c->p->room, ROOM, 0);
        bool wait = n < 0 && (c->ssl ? SSL_get_error(c->ssl, (int)n) == SSL_ERROR_WANT_READ : errno == EAGAIN);
        if (wait)
            return;
        if (n <= 0 || !eat(c, sv_n(c->p->room, (size_t)n))) {
            event_del(c->ev);
            conn_gone(c);
            return;
        }
        if (!c->ssl)
            return;
    }
}

static void on_stored(void *ctx, struct letter *x)
{
    struct delivery_put *p = CONTAINER_OF(x, struct delivery_put, letter);
    struct conn *c = p->owner;
    (void)ctx;
    c->storing = false;
    if (c->gone)
        conn_free(c);
    else
        send_answer(c, p->verdict == PUT_ACCEPTED ? "HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\n\r\n"
                                                  : "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
    delivery_put_free(&p);
}

static void open_conn(struct parts *p, int listener, SSL_CTX *tls)
{
    int fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (fd < 0)
        return;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &(int){1}, sizeof(int));
    struct conn *c = mem_new(sizeof *c);
    *c = (struct conn){.p = p, .fd = fd, .codec = http_codec_new(NULL)};
    if (tls) {
        c->ssl = SSL_new(tls);
        MUST(c->ssl && SSL_set_fd(c->ssl, fd));
        SSL_set_accept_state(c->ssl);
    }
    c->ev = event_new(loop_base(p->loop), fd, EV_READ | EV_PERSIST, on_readable, c);
    MUST(c->ev && event_add(c->ev, NULL) == 0);
}

static void on_plain(void *ctx, int fd)
{
    open_conn(ctx, fd, NULL);
}

static void on_tls(void *ctx, int fd)
{
    open_conn(ctx, fd, ((struct parts *)ctx)->tls);
}

static int listener(const char *what)
{
    struct sockaddr_in at = {.sin_family = AF_INET};
    socklen_t n = sizeof at;
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    MUST(fd >= 0 && bind(fd, (struct sockaddr *)&at, sizeof at) == 0 && listen(fd, 4096) == 0);
    MUST(getsockname(fd, (struct sockaddr *)&at, &n) == 0);
    printf("%s %d\n", what, ntohs(at.sin_port));
    return fd;
}

static void on_signal(void *ctx, int sig)
{
    (void)sig;
    loop_stop(((struct parts *)ctx)->loop);
}

static SSL_CTX *open_tls(const char *cert, const char *key)
{
    SSL_CTX *t = SSL_CTX_new(TLS_server_method());
    MUST(t && SSL_CTX_use_certificate_chain_file(t, cert) == 1);
    MUST(SSL_CTX_use_PrivateKey_file(t, key, SSL_FILETYPE_PEM) == 1 && SSL_CTX_set1_groups_list(t, "X25519:P-256"));
    SSL_CTX_set_mode(t, SSL_MODE_RELEASE_BUFFERS);
    SSL_CTX_set_session_cache_mode(t, SSL_SESS_CACHE_OFF);
    SSL_CTX_set_num_tickets(t, 1);
    return t;
}

int main(int argc, char **argv)
{
    static const struct option known[] = {{"secret", 1, NULL, 's'}, {"store", 1, NULL, 'd'}, {"cert", 1, NULL, 'c'},
                                          {"key", 1, NULL, 'k'},    {NULL, 0, NULL, 0}};
    const char *secret = NULL, *store = NULL, *cert = NULL, *key = NULL;
    for (int o; (o = getopt_long(argc, argv, "", known, NULL)) != -1;) {
        if (o == '?')
            return 2;
        *(o == 's' ? &secret : o == 'd' ? &store : o == 'c' ? &cert : &key) = optarg;
    }
    struct parts p = {0};
    struct err e = {0};
    signal(SIGPIPE, SIG_IGN);
    if (!secret || !store || file_read(secret, 4096, &p.secret, &e) < 0 || store_open(store, &p.store, &e) < 0) {
        fprintf(stderr, "bench_parts: %s\n", secret && store ? e.msg : "--secret FILE --store FILE are needed");
        return 2;
    }
    p.loop = loop_new();
    p.stored = mailbox_new();
    p.room = mem_new(ROOM);
    struct watch *watches[4] = {watch_mailbox(p.loop, p.stored, on_stored, &p),
                                watch_signal(p.loop, SIGTERM, on_signal, &p)};
    watches[2] = watch_fd(p.loop, listener("port"), on_plain, &p);
    if (cert && key) {
        p.tls = open_tls(cert, key);
        watches[3] = watch_fd(p.loop, listener("tls"), on_tls, &p);
    }
    fflush(stdout);
    loop_run(p.loop);
    for (size_t i = 0; i < ARRAY_LEN(watches); i++)
        watch_free(&watches[i]);
    store_close(&p.store);
    return 0;
}
