/* SPDX-License-Identifier: Apache-2.0 */
/* For the tests of the server: one server on a thread of its own, and blocking clients that talk bytes to it. */
#pragma once
#include <openssl/ssl.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdio.h>
#include <unistd.h>
#include "base/file.h"
#include "http/stream.h"
#include "io/loop.h"
#include "unit/http/certify.h"

struct rig;
typedef void rig_fn(struct rig *r);
struct rig {
    struct http_conf conf;
    char dir[64], cert[96], key[96], sock[96];
    int http, https; /* ports */
    struct loop *loop;
    struct mailbox *box;
    struct http_server *server;
    pthread_t thread;
    sem_t ready;
    int64_t limit; /* of bodies */
    void (*upgrade)(struct rig *r, struct http_req *q); /* who asks for echo/1 */
    void (*stream)(struct rig *r, struct http_req *q);  /* who asks for what is below /stream/ */
    _Atomic int heads, canaries, gone, refused, drained;
    const char *_Atomic reason; /* of the last refusal */
    struct timer *later[16];
    struct http_req *waiting[16];
    int n_later;
};

struct order {
    struct letter letter;
    rig_fn *fn;
    sem_t done;
};

static void rig_answer_later(void *ctx)
{
    struct http_req **at = ctx;
    http_req_answer(STEAL(*at), 200, "text/plain", "", SV("later"));
}

static void rig_on_head(void *ctx, struct http_req *q)
{
    struct rig *r = ctx;
    const struct http_head *h = http_req_head(q);
    r->heads++;
    r->canaries += sv_is(h->path, "/canary");
    if (r->upgrade && http_req_wants(q, "echo/1")) {
        r->upgrade(r, q);
        return;
    }
    if (r->stream && sv_starts(h->path, SV("/stream/"))) {
        r->stream(r, q);
        return;
    }
    http_req_limit(q, r->limit ? r->limit : 100000);
    struct buf *own = mem_new(sizeof *own);
    http_req_set(q, own);
    if (sv_is(h->path, "/now"))
        http_req_answer(q, 200, "text/plain", "X-Now: 1\r\n", SV("now"));
    else if (sv_is(h->path, "/peer"))
        http_req_answer(q, 200, NULL, NULL, http_req_peer(q));
    else if (sv_is(h->path, "/denied"))
        http_req_answer(q, 401, "text/plain", NULL, SV("no"));
    else if (sv_is(h->path, "/drop-at-head"))
        http_req_drop(q);
    else
        return;
    mem_free(own);
}

static void rig_on_body(void *ctx, struct http_req *q, const char *p, size_t n)
{
    (void)ctx;
    struct buf *b = http_req_get(q);
    buf_add(b, p, n);
    if (!sv_is(http_req_head(q)->path, "/half") || b->n < 3)
        return;
    buf_free(b);
    mem_free(b);
    http_req_answer(q, 422, NULL, NULL, SV("enough"));
}

static void rig_on_end(void *ctx, struct http_req *q)
{
    struct rig *r = ctx;
    if (sv_is(http_req_head(q)->path, "/now") || sv_is(http_req_head(q)->path, "/peer"))
        return;
    struct buf *b = http_req_get(q);
    if (sv_is(http_req_head(q)->path, "/later")) {
        int i = r->n_later++ % 16;
        r->waiting[i] = q;
        if (!r->later[i])
            r->later[i] = timer_new(r->loop, rig_answer_later, &r->waiting[i]);
        timer_start(r->later[i], 150);
    } else if (sv_is(http_req_head(q)->path, "/big") || sv_is(http_req_head(q)->path, "/block")) {
        size_t n = sv_is(http_req_head(q)->path, "/big") ? 8 << 20 : 60000;
        AUTO(mem_freep) char *p = mem_new(n);
        for (size_t i = 0; i < n; i++)
            p[i] = (char)('a' + i / 1000 % 26);
        http_req_answer(q, 200, "text/plain", "", sv_n(p, n));
    } else if (sv_is(http_req_head(q)->path, "/drop")) {
        http_req_drop(q);
    } else {
        http_req_answer(q, 200, "text/plain", "", buf_view(b));
    }
    buf_free(b);
    mem_free(b);
}

static void rig_on_gone(void *ctx, struct http_req *q)
{
    struct rig *r = ctx;
    r->gone++;
    for (int i = 0; i < 16; i++) {
        if (r->waiting[i] == q) { /* its buffer went with the end */
            timer_stop(r->later[i]);
            r->waiting[i] = NULL;
            return;
        }
    }
    buf_free(http_req_get(q));
    mem_free(http_req_get(q));
}

static void rig_on_refused(void *ctx, const char *reason, int status)
{
    struct rig *r = ctx;
    (void)status;
    r->reason = reason; /* literals all */
    r->refused++;
}

static void rig_on_order(void *ctx, struct letter *x)
{
    struct order *o = CONTAINER_OF(x, struct order, letter);
    o->fn(ctx);
    sem_post(&o->done);
}

/* Runs fn on the thread of the server and waits. */
static void rig_do(struct rig *r, rig_fn *fn)
{
    struct order o = {.fn = fn};
    sem_init(&o.done, 0, 0);
    mailbox_post(r->box, &o.letter);
    sem_wait(&o.done);
}

static void rig_listen(struct rig *r, int kind, const char *address, int *port)
{
    struct err e = {0};
    struct http_listen l = {.address = address, .cert = r->cert, .key = r->key, .tag = kind};
    l.kind = (__typeof__(l.kind))kind;
    if (http_server_listen(r->server, &l, port, &e) < 0) {
        fprintf(stderr, "%s\n", e.msg);
        abort();
    }
}

static void *rig_thread(void *ctx)
{
    struct rig *r = ctx;
    struct http_handler h = {rig_on_head, rig_on_body, rig_on_end, rig_on_gone, rig_on_refused, r};
    r->loop = loop_new();
    struct watch *w = watch_mailbox(r->loop, r->box, rig_on_order, r);
    r->server = http_server_new(r->loop, &r->conf, &h);
    rig_listen(r, LISTEN_HTTP, "127.0.0.1:0", &r->http);
    rig_listen(r, LISTEN_HTTPS, "127.0.0.1:0", &r->https);
    rig_listen(r, LISTEN_UNIX, r->sock, NULL);
    sem_post(&r->ready);
    loop_run(r->loop);
    http_server_free(&r->server);
    for (int i = 0; i < 16; i++)
        timer_free(&r->later[i]);
    watch_free(&w);
    loop_free(&r->loop);
    return NULL;
}

static void rig_start(struct rig *r)
{
    snprintf(r->dir, sizeof r->dir, "/tmp/fettle-http-XXXXXX");
    if (!mkdtemp(r->dir))
        abort();
    snprintf(r->cert, sizeof r->cert, "%s/cert.pem", r->dir);
    snprintf(r->key, sizeof r->key, "%s/key.pem", r->dir);
    snprintf(r->sock, sizeof r->sock, "%s/sock", r->dir);
    certify(r->cert, r->key, "first");
    r->box = mailbox_new();
    sem_init(&r->ready, 0, 0);
    pthread_create(&r->thread, NULL, rig_thread, r);
    sem_wait(&r->ready);
}

static void rig_stop_loop(struct rig *r)
{
    loop_stop(r->loop);
}

static void rig_stop(struct rig *r)
{
    struct err e = {0};
    rig_do(r, rig_stop_loop);
    pthread_join(r->thread, NULL);
    mailbox_free(&r->box);
    (void)!file_remove_tree(r->dir, &e);
}
