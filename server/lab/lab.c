/* SPDX-License-Identifier: Apache-2.0 */
#include "server/lab/lab.h"
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include "base/log.h"
#include "http/server.h"
#include "io/loop.h"
#include "server/lab/call.h"

enum { BODY_MOST = 8 << 20, CONNECTIONS = 20000, TAG_TLS = 1 };

struct visit { /* one request */
    struct lab *lab;
    struct http_req *r;
    struct buf body;
    struct timer *timer; /* of a kept back answer */
    int status;
    const char *type;
    struct buf headers, out;
};

static void visit_free(struct visit **vp)
{
    struct visit *v = STEAL(*vp);
    if (!v)
        return;
    timer_free(&v->timer);
    buf_free(&v->body);
    buf_free(&v->headers);
    buf_free(&v->out);
    mem_free(v);
}

static void request_line(const struct http_head *h, struct buf *out)
{
    buf_fmt(out, "%.*s %.*s", SV_ARG(h->method), SV_ARG(h->target));
}

static void record(struct visit *v, enum lab_forge forge, int status, enum fault_kind fault)
{
    struct err e = {0};
    struct ledger_line line = {clk_wall_ms(), forge, http_req_head(v->r), buf_view(&v->body), status,
                               fault_names[fault]};
    if (ledger_add(v->lab->ledger, &line, &e) < 0)
        log_error("the ledger lacks a line", LS("cause", e.msg));
}

/* ---- the answer ---- */

static void send(struct visit *v)
{
    http_req_answer(v->r, v->status, v->type, buf_view(&v->headers).p, buf_view(&v->out));
    visit_free(&v);
}

static void on_late(void *ctx)
{
    send(ctx);
}

static void drop(struct visit *v)
{
    http_req_drop(v->r);
    visit_free(&v);
}

static void finish(struct visit *v, struct fault fault)
{
    if (fault.kind == FAULT_LOST) {
        drop(v);
        return;
    }
    if (fault.kind == FAULT_TRUNCATE)
        v->out.n /= 2;
    if (fault.kind == FAULT_LATENCY) {
        v->timer = timer_new(v->lab->loop, on_late, v);
        timer_start(v->timer, fault.ms);
        return;
    }
    send(v);
}

/* ---- the request ---- */

/* The value behind "Bearer " or "token ", or all of it. */
static struct sv token_of(const struct http_head *h, enum lab_forge forge)
{
    struct sv value = http_header(h, "PRIVATE-TOKEN");
    if (forge != LAB_GITLAB || !value.n)
        value = http_header(h, "Authorization");
    return sv_trim(sv_from(value, (size_t)(sv_chr(value, ' ') + 1)));
}

static bool is_allowed(const struct lab *l, struct sv token)
{
    return token.n && (!l->conf->token || sv_is(token, l->conf->token));
}

static void base_of(const struct visit *v, const struct lab_call *c, struct buf *out)
{
    const struct http_head *h = http_req_head(v->r);
    buf_fmt(out, "%s://%.*s%.*s", http_req_tag(v->r) == TAG_TLS ? "https" : "http",
            SV_ARG(h->host.n ? h->host : SV("localhost")), (int)(h->target.n - c->path.n), h->target.p);
}

static void serve(struct visit *v, struct lab_call *c)
{
    const struct http_head *h = http_req_head(v->r);
    AUTO(buf_free) struct buf base = {0}, line = {0};
    AUTO(jdoc_free) struct jdoc *doc = NULL;
    struct err ignored = {0};
    if (v->body.n && jdoc_parse(buf_view(&v->body), NULL, &doc, &ignored) < 0)
        c->bad_body = true;
    base_of(v, c, &base);
    request_line(h, &line);
    c->world = &v->lab->world;
    c->method = h->method;
    c->base = buf_view(&base);
    c->body = doc ? jdoc_root(doc) : NULL;
    c->now = clk_wall_ms();
    c->token = token_of(h, c->forge);
    call_parse(c);
    struct fault fault = faults_take(&v->lab->faults, buf_view(&line));
    if (!fault_answer(&fault, c)) {
        c->type = "application/json; charset=utf-8";
        if (is_allowed(v->lab, c->token))
            call_run(c);
        else
            lab_dialect(c->forge)->denied(c);
    }
    record(v, c->forge, c->status, fault.kind);
    v->status = c->status;
    v->type = c->type;
    v->headers = c->headers;
    v->out = c->out;
    finish(v, fault);
}

static void on_head(void *ctx, struct http_req *r)
{
    struct lab *l = ctx;
    const struct http_head *h = http_req_head(r);
    AUTO(buf_free) struct buf line = {0};
    enum lab_forge forge;
    struct sv rest;
    struct visit *v = mem_new(sizeof *v);
    v->lab = l;
    v->r = r;
    http_req_set(r, v);
    http_req_limit(r, BODY_MOST);
    request_line(h, &line);
    if (lab_route(h->target, &forge, &rest) && faults_away(&l->faults, buf_view(&line), clk_mono_ms())) {
        record(v, forge, 0, FAULT_AWAY);
        drop(v);
    }
}

static void on_body(void *ctx, struct http_req *r, const char *p, size_t n)
{
    struct visit *v = http_req_get(r);
    (void)ctx;
    buf_add(&v->body, p, n);
}

static void on_end(void *ctx, struct http_req *r)
{
    struct lab *l = ctx;
    struct visit *v = http_req_get(r);
    const struct http_head *h = http_req_head(r);
    AUTO(arena_free) struct arena arena = {0};
    struct lab_call c = {.arena = &arena};
    if (lab_route(h->target, &c.forge, &c.path)) {
        serve(v, &c);
        return;
    }
    if (sv_starts(h->path, SV("/_lab/")))
        lab_control(l, r, buf_view(&v->body));
    else
        http_req_answer(r, 404, "text/plain", "", SV("there are /github, /gitlab, /gitea and /_lab\n"));
    visit_free(&v);
}

static void on_gone(void *ctx, struct http_req *r)
{
    struct visit *v = http_req_get(r);
    (void)ctx;
    visit_free(&v);
}

static void on_refused(void *ctx, const char *reason, int status)
{
    (void)ctx;
    log_debug("refused", LS("reason", reason), LI("status", status));
}

/* ---- life ---- */

static void on_signal(void *ctx, int signal)
{
    struct lab *l = ctx;
    (void)signal;
    loop_stop(l->loop);
}

static int listen_all(struct lab *l, struct err *e)
{
    const struct lab_conf *c = l->conf;
    int port = 0;
    bool tls = c->cert && c->key;
    struct http_listen tcp = {.kind = tls ? LISTEN_HTTPS : LISTEN_HTTP, .address = c->listen, .cert = c->cert,
                              .key = c->key, .tag = tls ? TAG_TLS : 0};
    struct http_listen local = {.kind = LISTEN_UNIX, .address = c->unix_path};
    const char *colon = strrchr(c->listen, ':');
    if (http_server_listen(l->server, &tcp, &port, e) < 0)
        return err_add(e, "listen on %s", c->listen);
    if (c->unix_path && http_server_listen(l->server, &local, NULL, e) < 0)
        return err_add(e, "listen on %s", c->unix_path);
    if (c->unix_path)
        printf("listening unix:%s\n", c->unix_path);
    printf("listening %s://%.*s:%d\n", tls ? "https" : "http", (int)(colon ? colon - c->listen : 0), c->listen, port);
    fflush(stdout);
    return 0;
}

static int run(struct lab *l, struct err *e)
{
    struct http_handler h = {on_head, on_body, on_end, on_gone, on_refused, l};
    struct http_conf hc = {.connections = CONNECTIONS, .per_address = CONNECTIONS};
    if (ledger_open(l->conf->ledger, &l->ledger, e) < 0 || ledger_replay(l->ledger, &l->world, e) < 0)
        return -1;
    l->loop = loop_new();
    l->server = http_server_new(l->loop, &hc, &h);
    if (listen_all(l, e) < 0)
        return -1;
    struct watch *stops[] = {watch_signal(l->loop, SIGTERM, on_signal, l), watch_signal(l->loop, SIGINT, on_signal, l)};
    loop_run(l->loop);
    for (size_t i = 0; i < ARRAY_LEN(stops); i++)
        watch_free(&stops[i]);
    return 0;
}

int lab_serve(const struct lab_conf *conf, struct err *e)
{
    struct lab l = {.conf = conf};
    int rc = run(&l, e);
    http_server_free(&l.server);
    loop_free(&l.loop);
    ledger_close(&l.ledger);
    faults_clear(&l.faults);
    world_free(&l.world);
    return rc;
}
