/* SPDX-License-Identifier: Apache-2.0 */
/* Blocking clients for the tests of the server. Every read gives up after five seconds. */
#pragma once
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include "unit/http/rig.h"

struct dial {
    int fd;
    SSL *ssl;
    bool bare;      /* answers have no body: HEAD was asked */
    struct buf got; /* read and not consumed */
};

static struct dial dial_fd(int fd, const struct sockaddr *sa, socklen_t n)
{
    struct timeval tv = {.tv_sec = 5};
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &tv, sizeof tv);
    if (connect(fd, sa, n) < 0) {
        close(fd);
        fd = -1;
    }
    return (struct dial){.fd = fd};
}

static struct dial dial_tcp(int port)
{
    struct sockaddr_in sa = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    sa.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return dial_fd(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), (struct sockaddr *)&sa, sizeof sa);
}

static inline struct dial dial_unix(const char *path)
{
    struct sockaddr_un sa = {.sun_family = AF_UNIX};
    snprintf(sa.sun_path, sizeof sa.sun_path, "%s", path);
    return dial_fd(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0), (struct sockaddr *)&sa, sizeof sa);
}

/* ssl stays NULL when the handshake fails. */
static inline struct dial dial_tls(int port, int max_version)
{
    struct dial d = dial_tcp(port);
    SSL_CTX *t = SSL_CTX_new(TLS_client_method());
    SSL_CTX_set_security_level(t, 0);
    SSL_CTX_set_options(t, SSL_OP_IGNORE_UNEXPECTED_EOF);
    SSL_CTX_set_min_proto_version(t, TLS1_VERSION);
    if (max_version)
        SSL_CTX_set_max_proto_version(t, max_version);
    d.ssl = SSL_new(t);
    SSL_CTX_free(t);
    SSL_set_fd(d.ssl, d.fd);
    if (SSL_connect(d.ssl) != 1) {
        SSL_free(d.ssl);
        d.ssl = NULL;
    }
    return d;
}

static inline const char *dial_cert_name(struct dial *d, char ret[64])
{
    X509 *x = SSL_get1_peer_certificate(d->ssl);
    X509_NAME_get_text_by_NID(X509_get_subject_name(x), NID_commonName, ret, 64);
    X509_free(x);
    return ret;
}

static bool dial_send(struct dial *d, struct sv s)
{
    if (d->ssl)
        return SSL_write(d->ssl, s.p, (int)s.n) == (int)s.n;
    while (s.n > 0) {
        ssize_t n = send(d->fd, s.p, s.n, MSG_NOSIGNAL);
        if (n <= 0)
            return false;
        s = sv_from(s, (size_t)n);
    }
    return true;
}

/* > 0 bytes read, 0 closed by the server, -1 reset, -2 nothing for five seconds. */
static int dial_more(struct dial *d)
{
    char room[16384];
    ssize_t n = d->ssl ? SSL_read(d->ssl, room, sizeof room) : recv(d->fd, room, sizeof room, 0);
    if (n > 0)
        buf_add(&d->got, room, (size_t)n);
    if (d->ssl && n <= 0)
        return SSL_get_error(d->ssl, (int)n) == SSL_ERROR_ZERO_RETURN ? 0 : errno == EAGAIN ? -2 : -1;
    return n < 0 ? (errno == EAGAIN ? -2 : -1) : (int)n;
}

struct reply {
    int status; /* 0: none came */
    bool close;
    char head[1024], body[256];
    size_t body_n;
};

static void dial_drop(struct dial *d, size_t n)
{
    memmove(d->got.p, d->got.p + n, d->got.n - n);
    d->got.n -= n;
}

static struct reply dial_reply(struct dial *d)
{
    struct reply r = {0};
    ptrdiff_t end;
    while ((end = sv_find(buf_view(&d->got), SV("\r\n\r\n"))) < 0) {
        if (dial_more(d) <= 0)
            return r;
    }
    struct sv head = sv_cut(buf_view(&d->got), (size_t)end + 4);
    snprintf(r.head, sizeof r.head, "%.*s", SV_ARG(head));
    r.status = (int)strtol(r.head + 9, NULL, 10);
    r.close = strstr(r.head, "Connection: close\r\n") != NULL;
    const char *length = strstr(r.head, "Content-Length: ");
    r.body_n = length && !d->bare ? strtoul(length + 16, NULL, 10) : 0;
    dial_drop(d, head.n);
    while (d->got.n < r.body_n) {
        if (dial_more(d) <= 0)
            return (struct reply){0};
    }
    snprintf(r.body, sizeof r.body, "%.*s", SV_ARG(sv_cut(buf_view(&d->got), r.body_n)));
    dial_drop(d, r.body_n);
    return r;
}

static inline struct reply dial_ask(struct dial *d, const char *text)
{
    return dial_send(d, sv_of(text)) ? dial_reply(d) : (struct reply){0};
}

/* true: closed in order, with nothing left to read. */
static inline bool dial_closed(struct dial *d)
{
    return d->got.n == 0 && dial_more(d) == 0;
}

static void dial_end(struct dial *d)
{
    SSL_free(d->ssl);
    close(d->fd);
    buf_free(&d->got);
}

#define GET(path) "GET " path " HTTP/1.1\r\nHost: x\r\n\r\n"
#define POST(path, n, body) "POST " path " HTTP/1.1\r\nHost: x\r\nContent-Length: " n "\r\n\r\n" body
