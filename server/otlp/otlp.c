/* SPDX-License-Identifier: Apache-2.0 */
#include "server/otlp/otlp.h"
#include <stdio.h>
#include "core/backoff.h"
#include "metrics/metrics.h"
#include "port/talk.h"
#include "server/app.h"
#include "server/otlp/span.h"

static const msec_t CONNECT_MS = 3000, CALL_MS = 10000, BACKOFF_MS = 1000, BACKOFF_MOST_MS = 30000,
                    REST_MOST_MS = 300000;
enum { BATCH_BYTES = 1 << 20 };

struct waiting {
    struct list node;
    struct buf json;
};

struct otlp {
    struct app *app;
    struct http_client *client;
    struct http_call *call; /* NULL: none is under way */
    struct timer *timer;
    struct list spans; /* the first n_sent of them are in the call */
    size_t n, n_sent;
    int tries;                  /* of the first ones */
    msec_t not_before, ends_at; /* monotonic; ends_at 0 = the server does not end */
    uint64_t random;
    bool away; /* said so in the log */
};

static const struct conf_otlp *conf_of(const struct otlp *o)
{
    return &o->app->conf->otlp;
}

bool otlp_wants(const struct otlp *o, const struct trace *t)
{
    return o && conf_of(o)->endpoint && span_is_sampled(t, conf_of(o)->sample_percent);
}

static void count(const char *outcome, int64_t n)
{
    if (n > 0)
        metric_add(M_SPANS, (const char *const[]){outcome}, n);
}

static void forget(struct otlp *o, size_t n)
{
    for (; n && o->n; n--, o->n--) {
        struct waiting *w = CONTAINER_OF(list_shift(&o->spans), struct waiting, node);
        buf_free(&w->json);
        mem_free(w);
    }
    metric_set(M_SPANS_WAITING, NULL, (int64_t)o->n);
}

enum otlp_next otlp_judge(int status)
{
    if (status >= 200 && status <= 299)
        return OTLP_TAKEN;
    return status == 0 || status == 429 || (status >= 502 && status <= 504) ? OTLP_AGAIN : OTLP_REFUSED;
}

int64_t otlp_rejected(struct sv body)
{
    AUTO(jdoc_free) struct jdoc *doc = NULL;
    struct err ignored;
    int64_t n = 0;
    if (!body.n || jdoc_parse(body, NULL, &doc, &ignored) < 0)
        return 0;
    const struct jval *v = jval_at(jdoc_root(doc), "partialSuccess", "rejectedSpans");
    return (jval_int(v, &n) || sv_int(jval_str(v), &n)) && n > 0 ? n : 0;
}

static void send(struct otlp *o);

/* Retry-After: seconds, or a date. -1 = it is not there. */
static msec_t asked_ms(struct sv after)
{
    int64_t s;
    msec_t at, ms = -1;
    if (after.p && sv_int(sv_trim(after), &s) && s >= 0)
        ms = s < REST_MOST_MS / 1000 ? s * 1000 : REST_MOST_MS;
    else if (after.p && talk_date(after, &at))
        ms = at - clk_wall_ms();
    return ms > REST_MOST_MS ? REST_MOST_MS : ms;
}

static void wait_again(struct otlp *o, const struct http_answer *x)
{
    struct sv after = x->status ? x->header(x, "retry-after") : SV_NONE;
    msec_t ms = asked_ms(after);
    if (ms < 0)
        ms = backoff_ms(o->tries, BACKOFF_MS, BACKOFF_MOST_MS, &o->random);
    o->tries++;
    o->not_before = clk_mono_ms() + ms;
    if (!o->away)
        log_warn("spans cannot be sent; they wait", LI("status", x->status), LS("cause", x->problem), LI("ms", ms));
    o->away = true;
    timer_start(o->timer, ms);
}

static void on_answer(void *ctx, const struct http_answer *x)
{
    struct otlp *o = ctx;
    size_t n = o->n_sent;
    o->call = NULL;
    o->n_sent = 0;
    switch (otlp_judge(x->status)) {
    case OTLP_AGAIN:
        wait_again(o, x);
        return;
    case OTLP_TAKEN: {
        int64_t no = otlp_rejected(x->body);
        no = no < (int64_t)n ? no : (int64_t)n;
        count("rejected", no);
        count("sent", (int64_t)n - no);
        if (o->away)
            log_info("spans are sent again");
        o->away = false;
        break;
    }
    case OTLP_REFUSED:
        log_warn("spans were refused", LI("status", x->status), LI("spans", n));
        count("refused", (int64_t)n);
        break;
    }
    o->tries = 0;
    forget(o, n);
    if (o->n)
        send(o);
}

static void put_headers(const struct conf_otlp *c, struct buf text[OTLP_HEADERS], const char **ret)
{
    size_t n = 0;
    ret[n++] = "Content-Type: application/json";
    for (size_t i = 0; i < c->n_headers; i++) {
        buf_fmt(&text[i], "%s: %.*s", c->headers[i].name, SV_ARG(c->headers[i].value.value));
        ret[n++] = text[i].p;
    }
    ret[n] = NULL;
}

/* A receiver of one's own may give the whole path. */
static void put_url(const struct conf_otlp *c, struct buf *url)
{
    buf_str(url, c->endpoint);
    if (!sv_ends(sv_of(c->endpoint), SV("/v1/traces")))
        buf_str(url, "/v1/traces");
}

static void send(struct otlp *o)
{
    const struct conf_otlp *c = conf_of(o);
    AUTO(buf_free) struct buf url = {0}, body = {0};
    struct buf text[OTLP_HEADERS] = {0};
    const char *headers[OTLP_HEADERS + 2];
    msec_t now = clk_mono_ms();
    if (o->call || !o->n)
        return;
    if (!c->endpoint) { /* switched off meanwhile */
        count("unsent", (int64_t)o->n);
        forget(o, o->n);
        return;
    }
    if (now < o->not_before) {
        timer_start(o->timer, o->not_before - now);
        return;
    }
    spans_open(&body, c->service_name);
    LIST_EACH(&o->spans, node)
    {
        if (o->n_sent == OTLP_BATCH || (o->n_sent && body.n > BATCH_BYTES))
            break;
        if (o->n_sent++)
            buf_chr(&body, ',');
        buf_sv(&body, buf_view(&CONTAINER_OF(node, struct waiting, node)->json));
    }
    spans_close(&body);
    put_url(c, &url);
    put_headers(c, text, headers);
    o->call = http_client_call(o->client, "otlp", "POST", url.p, headers, buf_view(&body), on_answer, o);
    for (size_t i = 0; i < ARRAY_LEN(text); i++)
        buf_free(&text[i]);
}

static void on_timer(void *ctx)
{
    send(ctx);
}

void otlp_add(struct otlp *o, struct buf *span)
{
    if (o->n >= OTLP_SPANS) {
        count("queue-full", 1);
        buf_free(span);
        return;
    }
    struct waiting *w = mem_new(sizeof *w);
    w->json = *span;
    *span = (struct buf){0};
    list_push(&o->spans, &w->node);
    o->n++;
    metric_set(M_SPANS_WAITING, NULL, (int64_t)o->n);
    if (o->call || o->tries)
        return;
    if (o->n >= OTLP_BATCH)
        send(o);
    else if (o->n == 1)
        timer_start(o->timer, OTLP_WAIT_MS);
}

uint64_t otlp_random(struct otlp *o)
{
    uint64_t ret = random_next(&o->random) & INT64_MAX;
    return ret ? ret : 1;
}

bool otlp_end(struct otlp *o)
{
    msec_t now = clk_mono_ms();
    if (!o || !o->n)
        return true;
    if (!o->ends_at) {
        o->ends_at = now + OTLP_END_MS;
        o->not_before = 0; /* there is no later */
        send(o);
    }
    if (now < o->ends_at && o->n)
        return false;
    if (o->n)
        log_warn("spans were not sent before the end", LI("spans", o->n));
    count("unsent", (int64_t)o->n);
    http_call_cancel(&o->call);
    forget(o, o->n);
    return true;
}

struct otlp *otlp_new(struct app *a)
{
    struct otlp *o = mem_new(sizeof *o);
    struct http_client_conf c = {.ca_file = a->conf->ca_file,
                                 .connect_ms = CONNECT_MS,
                                 .total_ms = CALL_MS,
                                 .max_answer = 64 << 10,
                                 .user_agent = "OTLP-Exporter-fettle/" FETTLE_VERSION};
    o->app = a;
    o->client = http_client_new(a->loop, &c);
    o->timer = timer_new(a->loop, on_timer, o);
    o->random = (uint64_t)clk_mono_us();
    list_init(&o->spans);
    return o;
}

void otlp_free(struct otlp **op)
{
    struct otlp *o = STEAL(*op);
    if (!o)
        return;
    forget(o, o->n);
    timer_free(&o->timer);
    http_client_free(&o->client);
    mem_free(o);
}
