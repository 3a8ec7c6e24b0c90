/* SPDX-License-Identifier: Apache-2.0 */
#include "server/token_expiry.h"
#include "base/log.h"
#include "base/map.h"
#include "io/loop.h"
#include "metrics/metrics.h"
#include "server/health/judge.h"
#include "server/app.h"

static const msec_t FIRST_MS = 5000, MINUTE = 60000, HOUR = 60 * 60000, DAY = 24 * 60 * 60000;

struct known { /* of one forge */
    char *forge;
    msec_t expires; /* 0 = never, or nobody says */
    msec_t warned;
};

struct question {
    struct token_expiry *home;
    char *forge;
};

struct token_expiry {
    struct app *app;
    struct timer *timer;
    struct map known; /* by the name of the forge */
    msec_t asked;     /* monotonic; 0 = not yet */
};

bool token_expiry_due(msec_t expires, msec_t warned, msec_t now)
{
    return expires && expires - now < HEALTH_SOON_DAYS * DAY && (!warned || now - warned >= DAY);
}

static struct known *known_of(struct token_expiry *t, const char *forge)
{
    struct known *k = map_get(&t->known, sv_of(forge));
    if (k)
        return k;
    k = mem_new(sizeof *k);
    k->forge = mem_strdup(forge);
    map_put(&t->known, sv_of(forge), k);
    return k;
}

/* Told once a day while it is so; the gauge always. */
static void look(struct known *k)
{
    char at[25];
    msec_t now = clk_wall_ms();
    if (k->expires)
        metric_set(M_TOKEN_EXPIRY, (const char *const[]){k->forge}, (k->expires - now) / 1000);
    if (!token_expiry_due(k->expires, k->warned, now))
        return;
    k->warned = now;
    when_text(k->expires, at);
    if (k->expires > now)
        log_warn("the token ends soon: make a new one", LS("forge", k->forge), LS("at", at),
                 LI("days", (k->expires - now) / DAY));
    else
        log_error("the token has ended: make a new one", LS("forge", k->forge), LS("at", at));
}

static void learn(struct token_expiry *t, const char *forge, msec_t expires)
{
    struct known *k = known_of(t, forge);
    if (k->expires != expires) { /* another token */
        k->expires = expires;
        k->warned = 0;
        if (!expires)
            metric_set(M_TOKEN_EXPIRY, (const char *const[]){forge}, 0);
    }
    look(k);
}

void token_expiry_answer(struct token_expiry *t, const struct conf_forge *f, const struct http_answer *x)
{
    msec_t expires = 0;
    if (!t || !f || !f->has_token || !f->ops->expiry_header || x->status < 200 || x->status > 299)
        return;
    struct sv value = x->header(x, f->ops->expiry_header);
    if (!value.n || when_parse(value, &expires))
        learn(t, f->name, expires);
}

/* ---- asking ---- */

static void on_answer(void *ctx, const struct http_answer *x)
{
    struct question *q = ctx;
    struct token_expiry *t = q->home;
    struct err e = {0};
    msec_t expires = 0;
    const struct conf_forge *f = conf_forge_by_name(t->app->conf, sv_of(q->forge));
    struct api_reply r = {.status = x->status, .body = x->body, .problem = x->problem};
    if (f && f->ops->read_expiry && f->ops->read_expiry(&r, &expires, &e) == 0)
        learn(t, q->forge, expires);
    else if (e.msg[0])
        log_debug("when the token ends is not known", LS("forge", q->forge), LS("cause", e.msg));
    mem_free(q->forge);
    mem_free(q);
}

static void ask(struct token_expiry *t, const struct conf_forge *f)
{
    AUTO(buf_free) struct buf url = {0}, auth = {0};
    struct api_request r = {0};
    const char *headers[ARRAY_LEN(r.headers) + 2];
    size_t n = 0;
    f->ops->ask_expiry(&r);
    f->ops->authorize(f->token.value, &auth);
    headers[n++] = auth.p;
    for (size_t i = 0; i < ARRAY_LEN(r.headers) && r.headers[i]; i++)
        headers[n++] = r.headers[i];
    headers[n] = NULL;
    buf_str(&url, f->url);
    buf_sv(&url, buf_view(&r.path));
    struct question *q = mem_new(sizeof *q);
    q->home = t;
    q->forge = mem_strdup(f->name);
    http_client_call(t->app->client, f->name, r.method, url.p, headers, SV(""), on_answer, q);
    api_request_done(&r);
}

static void on_timer(void *ctx)
{
    struct token_expiry *t = ctx;
    const struct conf *c = t->app->conf;
    size_t at = 0;
    struct sv name;
    msec_t now = clk_mono_ms();
    for (void *k; map_each(&t->known, &at, &name, &k);)
        look(k);
    bool due = !t->asked || now - t->asked >= HOUR;
    for (size_t i = 0; due && i < c->n_forges; i++)
        if (c->forges[i].has_token && c->forges[i].ops->ask_expiry)
            ask(t, &c->forges[i]);
    if (due)
        t->asked = now;
    timer_start(t->timer, MINUTE);
}

struct token_expiry *token_expiry_new(struct app *a)
{
    struct token_expiry *t = mem_new(sizeof *t);
    t->app = a;
    t->timer = timer_new(a->loop, on_timer, t);
    timer_start(t->timer, FIRST_MS);
    return t;
}

void token_expiry_free(struct token_expiry **tp)
{
    struct token_expiry *t = STEAL(*tp);
    size_t at = 0;
    struct sv name;
    if (!t)
        return;
    timer_free(&t->timer);
    for (void *p; map_each(&t->known, &at, &name, &p);) {
        struct known *k = p;
        mem_free(k->forge);
        mem_free(k);
    }
    map_free(&t->known);
    mem_free(t);
}
