/* SPDX-License-Identifier: Apache-2.0 */
/* A server in a thread that does what its script says to one connection after the other, plain or with TLS under a
 * test authority made here. Headers of cmocka come before. */
#pragma once
#include <arpa/inet.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>
#include "base/str.h"

struct script_line {
    const char *answer; /* sent when a whole request is read; NULL = close without an answer, "" = close unread */
    int more;           /* further requests answered alike on the same connection */
    int close_after;    /* close behind the answer */
    int silent;         /* read one more request, then close without a word */
    size_t filler;      /* bytes of 'x' behind the answer */
};

struct script_server {
    int listener, port;
    SSL_CTX *tls; /* NULL = plain */
    const struct script_line *script; /* one line a connection; answer NULL and more -1 ends it */
    size_t lines;
    pthread_t thread;
    atomic_int connections, requests;
    char last[8192]; /* bytes of the last request, a text; read after script_stop */
};

struct peer {
    int fd;
    SSL *ssl;
};

static inline ssize_t peer_read(struct peer *p, char *at, size_t n)
{
    return p->ssl ? SSL_read(p->ssl, at, (int)n) : recv(p->fd, at, n, 0);
}

static inline bool peer_write(struct peer *p, const char *at, size_t n)
{
    while (n) {
        ssize_t k = p->ssl ? SSL_write(p->ssl, at, (int)(n > 16384 ? 16384 : n)) : send(p->fd, at, n, MSG_NOSIGNAL);
        if (k <= 0)
            return false;
        at += k;
        n -= (size_t)k;
    }
    return true;
}

/* A whole request with Content-Length framing into s->last. */
static inline bool read_request(struct script_server *s, struct peer *p)
{
    size_t n = 0, want = 0;
    for (;;) {
        ssize_t k = peer_read(p, s->last + n, sizeof s->last - 1 - n);
        if (k <= 0)
            return false;
        n += (size_t)k;
        s->last[n] = 0;
        const char *end = strstr(s->last, "\r\n\r\n"), *length = strcasestr(s->last, "\r\ncontent-length:");
        if (end)
            want = (size_t)(end + 4 - s->last) + (length && length < end ? strtoul(length + 17, NULL, 10) : 0);
        if (want && n >= want)
            break;
    }
    atomic_fetch_add(&s->requests, 1);
    return true;
}

static inline void serve_one(struct script_server *s, struct peer *p, const struct script_line *line)
{
    for (int i = 0; i <= line->more; i++) {
        if (line->answer && !line->answer[0])
            return;
        if (!read_request(s, p) || !line->answer || !peer_write(p, line->answer, strlen(line->answer)))
            return;
        char block[1024];
        memset(block, 'x', sizeof block);
        for (size_t left = line->filler; left;) {
            size_t k = left < sizeof block ? left : sizeof block;
            if (!peer_write(p, block, k))
                return;
            left -= k;
        }
    }
    if (line->silent) {
        read_request(s, p);
        return;
    }
    /* Stays open until the client goes, unless told otherwise. */
    char byte;
    if (!line->close_after)
        peer_read(p, &byte, 1);
}

static inline void *script_run(void *ctx)
{
    struct script_server *s = ctx;
    for (size_t i = 0; i < s->lines; i++) {
        struct peer p = {.fd = accept(s->listener, NULL, NULL)};
        if (p.fd < 0)
            break;
        atomic_fetch_add(&s->connections, 1);
        bool up = true;
        if (s->tls) {
            p.ssl = SSL_new(s->tls);
            SSL_set_fd(p.ssl, p.fd);
            up = SSL_accept(p.ssl) == 1;
        }
        if (up)
            serve_one(s, &p, &s->script[i]);
        if (p.ssl) {
            if (up)
                SSL_shutdown(p.ssl);
            SSL_free(p.ssl);
        }
        close(p.fd);
    }
    return NULL;
}

static inline void script_start(struct script_server *s, const struct script_line *script, size_t lines, SSL_CTX *tls)
{
    struct sockaddr_in a = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t n = sizeof a;
    *s = (struct script_server){.script = script, .lines = lines, .tls = tls};
    s->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_int_equal(bind(s->listener, (struct sockaddr *)&a, sizeof a), 0);
    assert_int_equal(listen(s->listener, 16), 0);
    getsockname(s->listener, (struct sockaddr *)&a, &n);
    s->port = ntohs(a.sin_port);
    assert_int_equal(pthread_create(&s->thread, NULL, script_run, s), 0);
}

/* After the client is gone: connections that never came are not waited for. */
static inline void script_stop(struct script_server *s)
{
    shutdown(s->listener, SHUT_RDWR);
    pthread_join(s->thread, NULL);
    close(s->listener);
}

/* ---- the test authority ---- */

static inline X509 *cert_new(EVP_PKEY *key, const char *name, X509 *issuer, EVP_PKEY *issuer_key, const char *san)
{
    X509 *x = X509_new();
    X509_set_version(x, 2);
    ASN1_INTEGER_set(X509_get_serialNumber(x), san ? 2 : 1);
    X509_gmtime_adj(X509_getm_notBefore(x), -3600);
    X509_gmtime_adj(X509_getm_notAfter(x), 86400);
    X509_set_pubkey(x, key);
    X509_NAME_add_entry_by_txt(X509_get_subject_name(x), "CN", MBSTRING_ASC, (const unsigned char *)name, -1, -1, 0);
    X509_set_issuer_name(x, X509_get_subject_name(issuer ? issuer : x));
    X509V3_CTX ctx;
    X509V3_set_ctx(&ctx, issuer ? issuer : x, x, NULL, NULL, 0);
    X509_EXTENSION *ext = san ? X509V3_EXT_conf_nid(NULL, &ctx, NID_subject_alt_name, san)
                              : X509V3_EXT_conf_nid(NULL, &ctx, NID_basic_constraints, "critical,CA:TRUE");
    X509_add_ext(x, ext, -1);
    X509_EXTENSION_free(ext);
    X509_sign(x, issuer_key, EVP_sha256());
    return x;
}

/* A server context for `san` ("IP:127.0.0.1"), and its authority written to ca_path. */
static inline SSL_CTX *tls_new(const char *san, const char *ca_path)
{
    EVP_PKEY *ca_key = EVP_EC_gen("P-256"), *key = EVP_EC_gen("P-256");
    X509 *ca = cert_new(ca_key, "fettle test authority", NULL, ca_key, NULL);
    X509 *leaf = cert_new(key, "test server", ca, ca_key, san);
    SSL_CTX *c = SSL_CTX_new(TLS_server_method());
    assert_int_equal(SSL_CTX_use_certificate(c, leaf), 1);
    assert_int_equal(SSL_CTX_use_PrivateKey(c, key), 1);
    FILE *f = fopen(ca_path, "we");
    assert_non_null(f);
    PEM_write_X509(f, ca);
    fclose(f);
    X509_free(ca);
    X509_free(leaf);
    EVP_PKEY_free(ca_key);
    EVP_PKEY_free(key);
    return c;
}
