/* SPDX-License-Identifier: Apache-2.0 */
/* A server for tests from outside: answers every request with 202 and the length of its body, and tells on stdout what
 * it saw, a line each: "seen METHOD TARGET LENGTH VIA", VIA being the field X-Via or "-". -q: tells nothing.
 *     echo_server [-q] http ADDRESS | https ADDRESS CERT KEY */
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include "http/server.h"
#include "io/loop.h"

static bool quiet;
static struct loop *loop;

static void on_head(void *ctx, struct http_req *r)
{
    (void)ctx;
    http_req_set(r, mem_new(sizeof(int64_t)));
    http_req_limit(r, 32 << 20);
}

static void on_body(void *ctx, struct http_req *r, const char *p, size_t n)
{
    (void)ctx;
    (void)p;
    *(int64_t *)http_req_get(r) += (int64_t)n;
}

static void on_end(void *ctx, struct http_req *r)
{
    (void)ctx;
    const struct http_head *h = http_req_head(r);
    int64_t *length = http_req_get(r);
    if (!quiet) {
        struct sv via = http_header(h, "X-Via");
        printf("seen %.*s %.*s %" PRId64 " %.*s\n", SV_ARG(h->method), SV_ARG(h->target), *length,
               SV_ARG(via.p ? via : SV("-")));
        fflush(stdout);
    }
    char text[32];
    snprintf(text, sizeof text, "%" PRId64 "\n", *length);
    mem_free(length);
    http_req_answer(r, 202, "text/plain", "", sv_of(text));
}

static void on_gone(void *ctx, struct http_req *r)
{
    (void)ctx;
    mem_free(http_req_get(r));
}

static void on_refused(void *ctx, const char *reason, int status)
{
    (void)ctx;
    if (!quiet) {
        printf("refused %d %s\n", status, reason);
        fflush(stdout);
    }
}

static void on_signal(void *ctx, int sig)
{
    (void)ctx;
    (void)sig;
    loop_stop(loop);
}

int main(int argc, char **argv)
{
    int at = 1, port = 0;
    struct err e = {0};
    quiet = argc > 1 && strcmp(argv[1], "-q") == 0;
    at += quiet;
    bool tls = argc - at == 4 && strcmp(argv[at], "https") == 0;
    if (!tls && (argc - at != 2 || strcmp(argv[at], "http") != 0))
        return 2;
    struct http_listen l = {.kind = tls ? LISTEN_HTTPS : LISTEN_HTTP, .address = argv[at + 1]};
    if (tls) {
        l.cert = argv[at + 2];
        l.key = argv[at + 3];
    }
    loop = loop_new();
    struct http_handler h = {on_head, on_body, on_end, on_gone, on_refused, NULL};
    struct http_conf conf = {.connections = 20000, .per_address = 20000};
    struct http_server *s = http_server_new(loop, &conf, &h);
    if (http_server_listen(s, &l, &port, &e) < 0) {
        fprintf(stderr, "%s\n", e.msg);
        return 1;
    }
    struct watch *w = watch_signal(loop, SIGTERM, on_signal, NULL);
    printf("port %d\n", port);
    fflush(stdout);
    loop_run(loop);
    http_server_free(&s);
    watch_free(&w);
    loop_free(&loop);
    return 0;
}
