/* SPDX-License-Identifier: Apache-2.0 */
#include "fmt/json.h"
#include "metrics/metrics.h"
#include "port/store.h"
#include "server/api/api.h"
#include "server/health/health.h"

void api_health(const struct api_call *c)
{
    struct health_answer x;
    AUTO(buf_free) struct buf b = {0};
    health_ask(intake_app(c->intake)->health, intake_conf_of(c->intake), &x);
    if (x.stalled)
        buf_fmt(&b, "%s: %s\n", x.stalled->name, x.stalled->detail);
    else
        buf_str(&b, "ok\n");
    http_req_answer(c->req, x.stalled ? 503 : 200, "text/plain", "Cache-Control: no-store\r\n", buf_view(&b));
    health_answer_free(&x);
}

/* To a stranger without names, and so without the forges. */
static void put_checks(const struct api_call *c, const struct health_answer *x, struct jout *j)
{
    char at[25];
    jout_key(j, "checks");
    jout_open(j, '[');
    for (size_t i = 0; i < x->checks.n; i++) {
        const struct health_check *k = &x->checks.at[i];
        if (c->stranger && sv_starts(sv_of(k->name), SV("forge:")))
            continue;
        jout_open(j, '{');
        jout_kstrz(j, "name", k->name);
        jout_kstrz(j, "state", health_state_name[k->state]);
        if (!c->stranger && k->detail[0])
            jout_kstrz(j, "detail", k->detail);
        jout_kstrz(j, "since", when_text(k->since, at));
        jout_close(j, '}');
    }
    jout_close(j, ']');
}

void api_ready(const struct api_call *c)
{
    char why[160] = "";
    struct health_answer x;
    AUTO(buf_free) struct buf b = {0};
    struct jout j = {.buf = &b};
    bool store = store_is_writable(intake_app(c->intake)->store, why);
    health_ask(intake_app(c->intake)->health, intake_conf_of(c->intake), &x);
    jout_open(&j, '{');
    jout_kbool(&j, "ready", x.ready);
    jout_kstrz(&j, "store", store ? "writable" : c->stranger ? "not writable" : why);
    jout_kbool(&j, "draining", intake_draining(c->intake));
    put_checks(c, &x, &j);
    jout_close(&j, '}');
    buf_chr(&b, '\n');
    api_json(c, x.ready ? 200 : 503, buf_view(&b));
    health_answer_free(&x);
}

void api_metrics(const struct api_call *c)
{
    AUTO(buf_free) struct buf b = {0};
    struct sv accept = http_header(http_req_head(c->req), "Accept");
    bool open = accept.p && sv_find(accept, SV("application/openmetrics-text")) >= 0;
    metric_write(&b, open ? METRIC_OPENMETRICS : METRIC_TEXT);
    http_req_answer(c->req, 200,
                    open ? "application/openmetrics-text; version=1.0.0; charset=utf-8"
                         : "text/plain; version=0.0.4; charset=utf-8",
                    "Cache-Control: no-store\r\nVary: Accept\r\n", buf_view(&b));
}

/* Those of which the forge says when they end. */
static void put_tokens(const struct conf *c, struct jout *j)
{
    jout_key(j, "tokens");
    jout_open(j, '[');
    for (size_t i = 0; i < c->n_forges; i++) {
        int64_t left = metric_value(M_TOKEN_EXPIRY, (const char *const[]){c->forges[i].name});
        if (!left)
            continue;
        jout_open(j, '{');
        jout_kstrz(j, "forge", c->forges[i].name);
        jout_kint(j, "expires_in_s", left);
        jout_close(j, '}');
    }
    jout_close(j, ']');
}

static void put_forge(const struct conf_forge *f, struct jout *j)
{
    static const char *const breaker[] = {"closed", "probing", "open"};
    const char *const name[] = {f->name};
    const int most[BUDGET_BUCKET_N] = {[BUDGET_HOUR] = f->limits.hour,
                                       [BUDGET_MINUTE] = f->limits.minute,
                                       [BUDGET_POINTS] = f->limits.points,
                                       [BUDGET_CREATES_MINUTE] = f->limits.creates_minute,
                                       [BUDGET_CREATES_HOUR] = f->limits.creates_hour};
    int64_t state = metric_value(M_API_BREAKER, name);
    jout_open(j, '{');
    jout_kstrz(j, "forge", f->name);
    jout_kint(j, "waiting", metric_value(M_API_WAITING, name));
    jout_kint(j, "in_flight", metric_value(M_API_IN_FLIGHT, name));
    jout_kint(j, "rest_s", metric_value(M_API_REST, name));
    jout_kstrz(j, "breaker", breaker[state > 0 && state < 3 ? state : 0]);
    jout_key(j, "budgets");
    jout_open(j, '[');
    for (int k = 0; k < BUDGET_BUCKET_N; k++) {
        if (!most[k])
            continue;
        jout_open(j, '{');
        jout_kstrz(j, "limit", budget_bucket_name[k]);
        jout_kint(j, "left", metric_value(M_API_BUDGET, (const char *const[]){f->name, budget_bucket_name[k]}));
        jout_kint(j, "of", most[k]);
        jout_close(j, '}');
    }
    jout_close(j, ']');
    jout_close(j, '}');
}

void api_forges_put(const struct conf *c, struct jout *j)
{
    jout_key(j, "forges");
    jout_open(j, '[');
    for (size_t i = 0; i < c->n_forges; i++)
        put_forge(&c->forges[i], j);
    jout_close(j, ']');
}

void api_stats(const struct api_call *c)
{
    char why[160] = "";
    struct health_answer x;
    bool store = store_is_writable(intake_app(c->intake)->store, why), draining = intake_draining(c->intake);
    health_ask(intake_app(c->intake)->health, intake_conf_of(c->intake), &x);
    bool ready = x.ready;
    health_answer_free(&x);
    AUTO(buf_free) struct buf b = {0};
    struct jout j = {.buf = &b};
    const struct app *a = intake_app(c->intake);
    char at[25];
    jout_open(&j, '{');
    jout_kint(&j, "schema", 1);
    jout_kstrz(&j, "version", FETTLE_VERSION);
    jout_kstrz(&j, "ready_at", when_text(a->ready_at, at));
    jout_kbool(&j, "ready", ready);
    jout_kstrz(&j, "store", store ? "writable" : why);
    jout_kbool(&j, "draining", draining);
    jout_kint(&j, "runs", metric_value(M_RUNS_ACTIVE, NULL));
    jout_kint(&j, "jobs_ready", metric_value(M_QUEUE, NULL));
    jout_kint(&j, "slots", metric_value(M_SLOTS, NULL));
    jout_kint(&j, "slots_busy", metric_value(M_SLOTS_BUSY, NULL));
    jout_kint(&j, "effects", metric_value(M_OUTBOX, NULL));
    put_tokens(intake_conf_of(c->intake), &j);
    api_forges_put(intake_conf_of(c->intake), &j);
    jout_close(&j, '}');
    buf_chr(&b, '\n');
    api_json(c, 200, buf_view(&b));
}

void api_reload(const struct api_call *c)
{
    api_ask(c, LETTER_RELOAD, 0);
}

void api_log(const struct api_call *c)
{
    AUTO(buf_free) struct buf b = {0};
    log_last(&b);
    http_req_answer(c->req, 200, "text/plain; charset=utf-8", "X-Content-Type-Options: nosniff\r\n", buf_view(&b));
}
