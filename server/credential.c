/* SPDX-License-Identifier: Apache-2.0 */
#include "server/credential.h"
#include <stdio.h>
#include "base/log.h"
#include "base/map.h"
#include "base/vec.h"
#include "fmt/hmac.h"
#include "fmt/jwt.h"
#include "io/loop.h"
#include "metrics/metrics.h"
#include "port/talk.h"
#include "server/app_token.h"

enum { SWEEP_AT = 256 };

struct waiter {
    credential_fn *fn;
    void *ctx;
};

struct signer { /* one App as it was configured; stays as long as the credentials do */
    char *forge, *url, *id;
    struct jwt_key *key;
    const struct forge_ops *ops;
    struct app_clock clock;
};

struct entry { /* one token */
    struct credentials *home;
    struct signer *signer;
    char *repo;
    struct app_token token;
    struct http_call *call;
    VEC(struct waiter) waiting;
};

struct late { /* a failure that is told when the caller has returned */
    struct waiter waiter;
    struct err err;
};

struct credentials {
    struct http_client *client;
    struct timer *timer;
    VEC(struct late) late;
    struct map apps;    /* by what identifies them */
    struct map entries; /* by that, repository and use */
};

static void on_late(void *ctx)
{
    struct credentials *c = ctx;
    __typeof__(c->late) late = c->late;
    memset(&c->late, 0, sizeof c->late);
    for (size_t i = 0; i < late.n; i++)
        late.at[i].waiter.fn(late.at[i].waiter.ctx, &(struct credential){.failed = &late.at[i].err});
    VEC_FREE(&late);
}

struct credentials *credentials_new(struct loop *l, struct http_client *client)
{
    struct credentials *c = mem_new(sizeof *c);
    c->client = client;
    c->timer = timer_new(l, on_late, c);
    return c;
}

static void fail_later(struct credentials *c, struct waiter w, const struct err *e)
{
    VEC_PUSH(&c->late, ((struct late){w, *e}));
    timer_start(c->timer, 0);
}

/* ---- who ---- */

/* A reload may change the key, or all of the App: what was made with the old one is not given out any more. */
static void signer_name(const struct conf_forge *f, struct buf *out)
{
    uint8_t digest[SHA256_LEN];
    sha256(f->app.key.value.p, f->app.key.value.n, digest);
    buf_str(out, f->name);
    buf_chr(out, 0);
    buf_str(out, f->url);
    buf_chr(out, 0);
    buf_str(out, f->app.id);
    buf_chr(out, 0);
    buf_int(out, f->app.installation);
    buf_chr(out, 0);
    buf_add(out, digest, sizeof digest);
}

static struct signer *signer_of(struct credentials *c, const struct conf_forge *f, struct sv name)
{
    struct err e = {0};
    struct signer *a = map_get(&c->apps, name);
    if (a)
        return a;
    a = mem_new(sizeof *a);
    a->forge = mem_strdup(f->name);
    a->url = mem_strdup(f->url);
    a->id = mem_strdup(f->app.id);
    a->ops = f->ops;
    MUST(jwt_key_read(f->app.key.value, &a->key, &e) == 0); /* the configuration was read with it */
    map_put(&c->apps, name, a);
    return a;
}

static void entry_free(struct entry *x)
{
    http_call_cancel(&x->call);
    app_token_done(&x->token);
    VEC_FREE(&x->waiting);
    mem_free(x->repo);
    mem_free(x);
}

/* Tokens that are over, of repositories that nobody asks for. */
static void sweep(struct credentials *c)
{
    struct map kept = {0};
    size_t at = 0;
    struct sv key;
    msec_t now = clk_wall_ms();
    for (void *p; map_each(&c->entries, &at, &key, &p);) {
        struct entry *x = p;
        if (x->token.stage == APP_IDLE && x->waiting.n == 0 && x->token.expires < now)
            entry_free(x);
        else
            map_put(&kept, key, x);
    }
    map_free(&c->entries);
    c->entries = kept;
}

static struct signer *signer_for(struct credentials *c, const struct conf_forge *f)
{
    AUTO(buf_free) struct buf name = {0};
    signer_name(f, &name);
    return signer_of(c, f, buf_view(&name));
}

static struct entry *entry_of(struct credentials *c, const struct conf_forge *f, struct sv repo,
                              enum credential_use use)
{
    AUTO(buf_free) struct buf key = {0};
    signer_name(f, &key);
    struct signer *a = signer_of(c, f, buf_view(&key));
    buf_chr(&key, (char)('0' + use));
    buf_sv(&key, repo);
    struct entry *x = map_get(&c->entries, buf_view(&key));
    if (x)
        return x;
    if (c->entries.n >= SWEEP_AT)
        sweep(c);
    x = mem_new(sizeof *x);
    x->home = c;
    x->signer = a;
    x->repo = sv_dup(repo);
    x->token = (struct app_token){
        .ops = f->ops->app, .repo = x->repo, .use = use, .known = f->app.installation, .clock = &a->clock};
    map_put(&c->entries, buf_view(&key), x);
    return x;
}

/* ---- asking ---- */

static void tell_all(struct entry *x, const struct credential *c)
{
    /* Whoever hears may ask again at once. */
    __typeof__(x->waiting) waiting = x->waiting;
    AUTO(buf_free) struct buf token = {0};
    struct credential told = *c;
    memset(&x->waiting, 0, sizeof x->waiting);
    buf_sv(&token, c->token);
    if (c->token.p)
        told.token = buf_view(&token);
    for (size_t i = 0; i < waiting.n; i++)
        waiting.at[i].fn(waiting.at[i].ctx, &told);
    VEC_FREE(&waiting);
}

static void on_answer(void *ctx, const struct http_answer *a);

/* The App's own token, by the clock of the forge. */
static void sign(const struct signer *a, struct buf *out)
{
    jwt_sign(a->key, sv_of(a->id), jwt_times(clk_wall_ms(), a->clock.offset), out);
}

static void send(struct entry *x, struct api_request *q)
{
    AUTO(buf_free) struct buf url = {0}, jwt = {0}, auth = {0};
    const char *headers[ARRAY_LEN(q->headers) + 3];
    size_t n = 0;
    struct signer *a = x->signer;
    sign(a, &jwt);
    a->ops->authorize(buf_view(&jwt), &auth);
    headers[n++] = auth.p;
    if (q->body.n)
        headers[n++] = "Content-Type: application/json";
    for (size_t i = 0; i < ARRAY_LEN(q->headers) && q->headers[i]; i++)
        headers[n++] = q->headers[i];
    headers[n] = NULL;
    buf_str(&url, a->url);
    buf_sv(&url, buf_view(&q->path));
    x->call = http_client_call(x->home->client, a->forge, q->method, url.p, headers, buf_view(&q->body), on_answer, x);
}

static void go_on(struct entry *x, enum app_next next, struct api_request *q, const struct api_reply *r, struct err *e)
{
    if (next == APP_CALL) {
        send(x, q);
    } else if (next == APP_HAVE) {
        log_debug("the App has a token", LS("forge", x->signer->forge), LS("repository", x->repo));
        tell_all(x, &(struct credential){.token = buf_view(&x->token.token), .generation = x->token.generation});
    } else if (next == APP_FAILED) {
        bool limited = r && talk_limit(r, 0) >= 0;
        err_add(e, "no token of the App for %s", x->repo);
        log_warn("no credential", LS("forge", x->signer->forge), LS("repository", x->repo), LS("cause", e->msg));
        tell_all(x, &(struct credential){.failed = e, .limit = limited ? r : NULL});
    }
}

static void tell_clock(const struct signer *a)
{
    log_warn("our clock and the forge's differ", LS("forge", a->forge), LI("ms", a->clock.offset));
}

static void on_answer(void *ctx, const struct http_answer *a)
{
    struct entry *x = ctx;
    struct api_request q = {0};
    struct err e = {0};
    char outcome[16];
    struct api_reply r = {.status = a->status, .maybe_sent = a->maybe_sent, .body = a->body, .problem = a->problem};
    if (a->status) {
        r.date = a->header(a, "date");
        r.retry_after = a->header(a, "retry-after");
        r.rate_remaining = a->header(a, "x-ratelimit-remaining");
        r.rate_reset = a->header(a, "x-ratelimit-reset");
    }
    x->call = NULL;
    if (a->status)
        snprintf(outcome, sizeof outcome, "%d", a->status);
    else
        snprintf(outcome, sizeof outcome, "%s", a->maybe_sent ? "lost" : "unreachable");
    COUNT3(M_API_CALLS, x->signer->forge, x->token.stage == APP_AT_TOKEN ? "POST" : "GET", outcome);
    msec_t offset = x->signer->clock.offset;
    enum app_next next = app_token_answered(&x->token, &r, clk_wall_ms(), &q, &e);
    if (x->signer->clock.offset != offset)
        tell_clock(x->signer);
    go_on(x, next, &q, &r, &e);
    api_request_done(&q);
}

/* What cannot change without a new configuration. */
static bool is_plain(const struct conf_forge *f, struct credential *ret)
{
    *ret = (struct credential){.token = f && f->has_token ? f->token.value : SV_NONE};
    return !f || !f->has_app;
}

void credential_get(struct credentials *c, const struct conf_forge *f, struct sv repo, enum credential_use use,
                    credential_fn *fn, void *ctx)
{
    struct waiter w = {fn, ctx};
    struct credential plain;
    struct api_request q = {0};
    struct err e = {0};
    if (is_plain(f, &plain)) {
        fn(ctx, &plain);
        return;
    }
    if (use == USE_APP) {
        AUTO(buf_free) struct buf jwt = {0};
        sign(signer_for(c, f), &jwt);
        fn(ctx, &(struct credential){.token = buf_view(&jwt), .generation = 1});
        return;
    }
    if (repo.n == 0) {
        err_set(&e, ERR_INVALID, "the App has tokens for repositories alone");
        fail_later(c, w, &e);
        return;
    }
    struct entry *x = entry_of(c, f, repo, use);
    enum app_next next = app_token_want(&x->token, clk_wall_ms(), &q, &e);
    if (next == APP_FAILED) { /* then nobody waits yet */
        fail_later(c, w, &e);
    } else {
        VEC_PUSH(&x->waiting, w);
        go_on(x, next, &q, NULL, &e);
    }
    api_request_done(&q);
}

/* Of what the App signs itself nothing but the times can be wrong and mended. */
static bool clock_mended(struct signer *a, const struct api_reply *r)
{
    msec_t date;
    if (!r || !a->ops->app->clock_is_off(r) || !talk_date(r->date, &date))
        return false;
    a->clock.offset = date - clk_wall_ms();
    tell_clock(a);
    return true;
}

bool credential_refused(struct credentials *c, const struct conf_forge *f, struct sv repo, enum credential_use use,
                        int64_t generation, const struct api_reply *r)
{
    if (!f || !f->has_app || !generation)
        return false;
    if (use == USE_APP)
        return clock_mended(signer_for(c, f), r);
    return repo.n && app_token_refused(&entry_of(c, f, repo, use)->token, generation, clk_wall_ms());
}

void credentials_free(struct credentials **cp)
{
    struct credentials *c = STEAL(*cp);
    size_t at = 0;
    struct sv key;
    if (!c)
        return;
    for (void *p; map_each(&c->entries, &at, &key, &p);) {
        tell_all(p, &(struct credential){.stopping = true});
        entry_free(p);
    }
    map_free(&c->entries);
    for (size_t i = 0; i < c->late.n; i++)
        c->late.at[i].waiter.fn(c->late.at[i].waiter.ctx, &(struct credential){.stopping = true});
    VEC_FREE(&c->late);
    timer_free(&c->timer);
    at = 0;
    for (void *p; map_each(&c->apps, &at, &key, &p);) {
        struct signer *a = p;
        jwt_key_free(&a->key);
        mem_free(a->forge);
        mem_free(a->url);
        mem_free(a->id);
        mem_free(a);
    }
    map_free(&c->apps);
    mem_free(c);
}
