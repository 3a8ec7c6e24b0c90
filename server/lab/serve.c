/* SPDX-License-Identifier: Apache-2.0 */
/* One request to an emulated forge, from the socket to the answer: faults, who may, limits, the call itself,
 * validators, the line in the ledger, what the hooks are told. */
#include <string.h>
#include "base/log.h"
#include "fmt/enc.h"
#include "fmt/hmac.h"
#include "http/server.h"
#include "io/loop.h"
#include "server/lab/lab.h"

enum { BODY_MOST = 8 << 20, TAG_TLS = 1 };

struct visit { /* one request */
    struct lab *lab;
    struct http_req *r;
    struct buf body;
    struct timer *timer; /* of a kept back answer */
    int64_t *under_way;  /* counted there until it is answered; NULL: not */
    int status;
    const char *type;
    struct buf headers, out;
};

static void visit_free(struct visit **vp)
{
    struct visit *v = STEAL(*vp);
    if (!v)
        return;
    if (v->under_way)
        --*v->under_way;
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

static void record(struct visit *v, enum lab_forge forge, int status, enum fault_kind fault, bool early)
{
    struct err e = {0};
    struct ledger_line line = {lab_now(v->lab),    forge, http_req_head(v->r), buf_view(&v->body), status,
                               fault_names[fault], early};
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
    if (fault.kind == FAULT_LATENCY && v->lab->virtual_now) {
        v->lab->virtual_now += fault.ms;
    } else if (fault.kind == FAULT_LATENCY) {
        v->timer = timer_new(v->lab->loop, on_late, v);
        timer_start(v->timer, fault.ms);
        return;
    }
    send(v);
}

/* ---- who asks, and how much ---- */

/* The value behind "Bearer " or "token ", or all of it. */
static struct sv token_of(const struct http_head *h, enum lab_forge forge)
{
    struct sv value = http_header(h, "PRIVATE-TOKEN");
    if (forge != LAB_GITLAB || !value.n)
        value = http_header(h, "Authorization");
    return sv_trim(sv_from(value, (size_t)(sv_chr(value, ' ') + 1)));
}

static bool is_allowed(const struct lab *l, const struct lab_call *c)
{
    const struct lab_token *t = world_token(&l->world, c->token);
    if (t)
        return !t->expires || c->now < t->expires;
    return c->token.n && (!l->conf->token || sv_is(c->token, l->conf->token));
}

static void *count_of(struct lab *l, struct sv token)
{
    int64_t *n = map_get(&l->under_way, token);
    if (!n) {
        n = arena_new(&l->limits.arena, sizeof *n);
        map_put(&l->under_way, token, n);
    }
    return n;
}

static bool has_segment(const struct lab_call *c, const char *const *names)
{
    for (; *names; names++)
        for (size_t i = 0; i < c->n_segs; i++)
            if (sv_is(c->segs[i], *names))
                return true;
    return false;
}

static struct limit_ask ask_of(struct visit *v, const struct lab_call *c)
{
    static const char *const notes[] = {"comments", "notes", "discussions", NULL};
    static const char *const others[] = {"pulls",    "merge_requests", "reviews", "labels",
                                         "releases", "dispatches",     NULL};
    static const char *const issues[] = {"issues", NULL};
    struct sv first = c->n_segs ? c->segs[0] : SV("");
    bool post = sv_is(c->method, "POST");
    struct limit_ask a = {
        .forge = c->forge, .token = c->token, .now = c->now, .under_way = v->under_way ? *v->under_way : 1};
    a.write = !sv_is(c->method, "GET") && !sv_is(c->method, "HEAD") && !sv_is(c->method, "OPTIONS");
    a.bucket = sv_is(first, "search")                                              ? BUCKET_SEARCH
               : c->n_segs && sv_is(c->segs[c->n_segs - 1], "graphql") && !c->repo ? BUCKET_GRAPHQL
                                                                                   : BUCKET_CORE;
    a.free = sv_is(first, "rate_limit") && !c->repo;
    if (post && has_segment(c, notes))
        a.content = CONTENT_NOTE;
    else if (post && has_segment(c, issues))
        a.content = CONTENT_ISSUE;
    else if (post && has_segment(c, others))
        a.content = CONTENT_OTHER;
    return a;
}

/* ---- validators ---- */

/* GitHub's are bound to the token, GitLab's to the body alone, Gitea has none. */
static void put_validator(const struct visit *v, struct lab_call *c)
{
    AUTO(buf_free) struct buf text = {0}, tag = {0};
    uint8_t digest[SHA256_LEN];
    if (c->status != 200 || !sv_is(c->method, "GET") || c->forge == LAB_GITEA)
        return;
    if (c->forge == LAB_GITHUB)
        buf_sv(&text, c->token);
    buf_chr(&text, '\n');
    buf_sv(&text, buf_view(&c->out));
    sha256(text.p, text.n, digest);
    buf_str(&tag, "W/\"");
    hex_put(&tag, digest, 16);
    buf_chr(&tag, '"');
    buf_fmt(&c->headers, "ETag: %s\r\n", tag.p);
    if (c->forge == LAB_GITHUB)
        buf_str(&c->headers, "Vary: Accept, Authorization, Cookie, X-GitHub-OTP, Accept-Encoding\r\n");
    if (sv_find(http_header(http_req_head(v->r), "If-None-Match"), buf_view(&tag)) < 0)
        return;
    c->status = 304;
    buf_clear(&c->out);
}

/* ---- the request ---- */

static void base_of(const struct visit *v, const struct lab_call *c, struct buf *out)
{
    const struct http_head *h = http_req_head(v->r);
    buf_fmt(out, "%s://%.*s%.*s", http_req_tag(v->r) == TAG_TLS ? "https" : "http",
            SV_ARG(h->host.n ? h->host : SV("localhost")), (int)(h->target.n - c->path.n), h->target.p);
}

/* What a fault said of a limit holds: whoever comes before its time is early. */
static void block_by(struct lab *l, const struct fault *f, const struct limit_ask *a)
{
    enum { SECONDARY_MS = 60000 };
    msec_t seconds = f->ms <= 1000 ? 1 : (f->ms + 999) / 1000;
    if (f->kind == FAULT_RATE_LIMIT)
        limits_block(&l->limits, a, a->forge == LAB_GITHUB ? LIMITED_PRIMARY : LIMITED_SECONDARY,
                     a->now + seconds * 1000);
    if (f->kind == FAULT_SECONDARY || f->kind == FAULT_SECONDARY_429)
        limits_block(&l->limits, a, LIMITED_SECONDARY, a->now + (f->ms > 1000 ? f->ms : SECONDARY_MS));
}

/* Fault, lag and limit in this order, else the call is made. */
static void decide(struct visit *v, struct lab_call *c, struct fault *fault, const struct limit_ask *a)
{
    struct lab *l = v->lab;
    AUTO(buf_free) struct buf line = {0};
    request_line(http_req_head(v->r), &line);
    *fault = faults_take(&l->faults, buf_view(&line));
    c->lag = faults_lag(&l->faults, buf_view(&line));
    c->partial = fault->kind == FAULT_PARTIAL;
    if (fault_answer(fault, c)) {
        block_by(l, fault, a);
        return;
    }
    c->type = "application/json; charset=utf-8";
    enum lab_entry entry = lab_app_entry(l->world.apps, c);
    if (entry == ENTRY_PLAIN && !is_allowed(l, c))
        lab_dialect(c->forge)->denied(c);
    if (entry == ENTRY_SHUT || c->status)
        return;
    if (c->lag && fault_lag_answer(c, c->lag)) {
        fault->kind = FAULT_LAG;
        return;
    }
    struct limit_verdict limited = limits_ask(&l->limits, a);
    if (limited.kind != LIMITED_NOT) {
        fault_limited(c, &limited);
    } else {
        call_run(c);
        put_validator(v, c);
        if (c->cost || c->status == 304)
            limits_charge(&l->limits, a, c->status == 304 ? -1 : c->cost);
    }
    limits_headers(&l->limits, a, &c->headers);
}

static void serve(struct visit *v, struct lab_call *c)
{
    struct lab *l = v->lab;
    const struct http_head *h = http_req_head(v->r);
    AUTO(buf_free) struct buf base = {0};
    AUTO(jdoc_free) struct jdoc *doc = NULL;
    struct err ignored = {0};
    struct fault fault;
    if (v->body.n && jdoc_parse(buf_view(&v->body), NULL, &doc, &ignored) < 0)
        c->bad_body = true;
    base_of(v, c, &base);
    c->world = &l->world;
    c->method = h->method;
    c->base = buf_view(&base);
    c->body = doc ? jdoc_root(doc) : NULL;
    c->now = lab_now(l);
    c->token = token_of(h, c->forge);
    c->limits = &l->limits;
    v->under_way = count_of(l, c->token);
    ++*v->under_way;
    call_parse(c);
    struct limit_ask a = ask_of(v, c);
    c->ask = &a;
    bool early = limits_early(&l->limits, &a);
    decide(v, c, &fault, &a);
    record(v, c->forge, c->status, fault.kind, early);
    v->status = c->status;
    v->type = c->type;
    v->headers = c->headers;
    v->out = c->out;
    finish(v, fault);
    sender_tell(l->sender);
}

/* ---- what the server calls ---- */

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
    if (!lab_route(h->target, &forge, &rest))
        return;
    enum fault_kind kind = faults_away(&l->faults, buf_view(&line), lab_now(l));
    if (kind == FAULT_NONE)
        return;
    record(v, forge, kind == FAULT_AWAY ? 0 : 503, kind, false);
    if (kind == FAULT_AWAY) {
        drop(v);
        return;
    }
    v->status = 503;
    v->type = "text/html";
    buf_str(&v->out, "<html><body><h1>503 Service Unavailable</h1></body></html>\n");
    send(v);
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
    http_req_set(r, NULL);
    if (sv_starts(h->path, SV("/_lab/")))
        lab_control(l, r, buf_view(&v->body));
    else
        http_req_answer(r, 404, "text/plain", "", SV("there are /github, /gitlab, /gitea and /_lab\n"));
    visit_free(&v);
}

static void on_gone(void *ctx, struct http_req *r)
{
    struct lab *l = ctx;
    struct visit *v = http_req_get(r);
    for (size_t i = l->waiting.n; i-- > 0;)
        if (l->waiting.at[i] == r)
            VEC_REMOVE(&l->waiting, i);
    visit_free(&v);
}

static void on_refused(void *ctx, const char *reason, int status)
{
    (void)ctx;
    log_debug("refused", LS("reason", reason), LI("status", status));
}

struct http_handler lab_handler(struct lab *l)
{
    return (struct http_handler){on_head, on_body, on_end, on_gone, on_refused, l};
}
