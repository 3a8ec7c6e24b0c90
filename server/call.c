/* SPDX-License-Identifier: Apache-2.0 */
/* Calls to the APIs of forges: what the engine asks, with the credential put in at the last moment. */
#include "server/host.h"
#include <stdio.h>
#include "base/crash.h"
#include "core/trace.h"
#include "engine/engine_trace.h"
#include "metrics/metrics.h"
#include "server/health/health.h"
#include "server/otlp/otlp.h"
#include "server/token_expiry.h"

enum call_for { CALL_EFFECT, CALL_QUESTION, CALL_LOOK };
struct call {
    struct app *app;
    enum call_for what;
    int64_t id; /* of the effect, of the delivery whose sender is asked about, or of the conversation */
    char forge[64];
    char trace[TRACE_KEPT]; /* what it belongs to; "" = nothing that is known */
    struct api_request request;
    int64_t generation; /* of the token it was sent with; 0 = not one that can be had anew */
    bool again;         /* it is */
    int64_t parent;     /* the run or delivery that it is for */
    char *url;
    msec_t sent_at; /* wall clock */
};

static struct sv header(const struct http_answer *a, const char *name)
{
    return a->status ? a->header(a, name) : SV_NONE;
}

/* GitHub and Gitea say X-RateLimit-…, GitLab RateLimit-…. */
static struct sv rate_header(const struct http_answer *a, const char *name)
{
    struct sv v = header(a, name);
    return v.p ? v : header(a, name + strlen("x-"));
}

static void call_free(struct call *c)
{
    api_request_done(&c->request);
    mem_free(c->url);
    mem_free(c);
}

static void tell(struct call *c, const struct api_reply *reply)
{
    struct app *a = c->app;
    struct engine_event ev = {.kind = EV_REPLY, .reply = {c->id, reply}};
    if (c->what == CALL_QUESTION)
        ev = (struct engine_event){.kind = EV_ASKED, .asked = {c->id, reply}};
    else if (c->what == CALL_LOOK)
        ev = (struct engine_event){.kind = EV_LOOKED, .looked = {c->id, reply}};
    call_free(c);
    host_step(a->host, &ev);
}

static void get_credential(struct call *c);

/* A token may be withdrawn before its time: nothing was done with it, and a new one may. */
static bool is_to_be_renewed(struct call *c, const struct api_reply *r)
{
    const struct conf_forge *f = conf_forge_by_name(c->app->conf, sv_of(c->forge));
    return r->status == 401 && !c->again &&
           credential_refused(c->app->credentials, f, buf_view(&c->request.repo), c->request.use, c->generation, r);
}

static void on_answer(void *ctx, const struct http_answer *x)
{
    struct call *c = ctx;
    struct api_reply reply = {.status = x->status,
                              .maybe_sent = x->maybe_sent,
                              .no_call = x->kept,
                              .body = x->body,
                              .link = header(x, "link"),
                              .location = header(x, "location"),
                              .retry_after = header(x, "retry-after"),
                              .rate_remaining = rate_header(x, "x-ratelimit-remaining"),
                              .rate_reset = rate_header(x, "x-ratelimit-reset"),
                              .rate_resource = rate_header(x, "x-ratelimit-resource"),
                              .date = header(x, "date"),
                              .problem = x->problem};
    char outcome[16];
    CRASHPOINT("call.answered");
    if (x->status)
        snprintf(outcome, sizeof outcome, "%d", x->status);
    else
        snprintf(outcome, sizeof outcome, "%s", x->maybe_sent ? "lost" : "unreachable");
    if (!x->kept) {
        otlp_called(c->app, &(struct otlp_call){.trace = c->trace,
                                                .parent = c->parent,
                                                .forge = c->forge,
                                                .method = c->request.method,
                                                .url = c->url,
                                                .problem = x->problem,
                                                .status = x->status,
                                                .start = c->sent_at});
        health_called(c->app->health, c->forge, x->status && x->status < 500 ? HEALTH_ANSWERED : HEALTH_FAILED);
        COUNT3(M_API_CALLS, c->forge, c->request.method, outcome);
    }
    log_debug("forge answered", LS("forge", c->forge), LS("outcome", outcome), LID("id", c->id),
              LV("trace", c->trace[0] ? trace_id(c->trace) : SV("")));
    token_expiry_answer(c->app->expiry, conf_forge_by_name(c->app->conf, sv_of(c->forge)), x);
    if (is_to_be_renewed(c, &reply)) {
        c->again = true;
        get_credential(c);
        return;
    }
    tell(c, &reply);
}

static void send(struct call *c, struct sv token)
{
    const struct conf_forge *f = conf_forge_by_name(c->app->conf, sv_of(c->forge));
    const struct api_request *r = &c->request;
    AUTO(buf_free) struct buf url = {0}, auth = {0};
    const char *headers[ARRAY_LEN(r->headers) + 4];
    size_t n = 0;
    /* A forge that left the configuration in this moment: nothing is sent, the engine hears so. */
    if (f && f->ops->address)
        f->ops->address(sv_of(f->url), buf_view(&r->path), &url);
    else
        buf_fmt(&url, "%s%.*s", f ? f->url : "", SV_ARG(buf_view(&r->path)));
    if (f && token.n)
        f->ops->authorize(token, &auth);
    if (auth.n)
        headers[n++] = auth.p;
    if (r->body.n)
        headers[n++] = "Content-Type: application/json";
    for (size_t i = 0; i < ARRAY_LEN(r->headers) && r->headers[i]; i++)
        headers[n++] = r->headers[i];
    headers[n] = NULL;
    mem_free(c->url);
    c->url = mem_strdup(url.p);
    c->sent_at = clk_wall_ms();
    http_kept_call(c->app->kept, c->forge, r->method, url.p, headers, buf_view(&r->body), on_answer, c);
    CRASHPOINT("call.made");
}

/* Nothing was sent: what was to be called is tried again, and people see for want of what it waits. */
static void on_credential(void *ctx, const struct credential *x)
{
    struct call *c = ctx;
    if (x->stopping) {
        call_free(c);
    } else if (x->failed && x->limit) {
        tell(c, x->limit);
    } else if (x->failed) {
        tell(c, &(struct api_reply){.no_call = true, .problem = x->failed->msg});
    } else {
        c->generation = x->generation;
        send(c, x->token);
    }
}

static void on_local(void *ctx, const struct api_reply *reply)
{
    struct call *c = ctx;
    if (reply)
        tell(c, reply);
    else
        call_free(c);
}

static void get_credential(struct call *c)
{
    const struct conf_forge *f = conf_forge_by_name(c->app->conf, sv_of(c->forge));
    if (f && f->ops->local)
        local_call(c->app, c->forge, &c->request, on_local, c);
    else
        credential_get(c->app->credentials, f, buf_view(&c->request.repo), c->request.use, on_credential, c);
}

static void start(struct app *a, enum call_for what, int64_t id, const char *forge, struct api_request *r)
{
    struct call *c = mem_new(sizeof *c);
    c->app = a;
    c->what = what;
    c->id = id;
    c->request = *r;
    *r = (struct api_request){0};
    const char *trace = engine_trace(host_engine(a->host), id);
    int64_t run = engine_run_of(host_engine(a->host), id);
    snprintf(c->trace, sizeof c->trace, "%s", trace ? trace : "");
    c->parent = run ? run : id;
    snprintf(c->forge, sizeof c->forge, "%s", forge);
    get_credential(c);
}

void call_start(struct app *a, struct engine_action *act)
{
    if (a->on_call)
        a->on_call(a, act);
    else
        start(a, CALL_EFFECT, act->call.effect, act->call.forge, &act->call.request);
}

void ask_start(struct app *a, struct engine_action *act)
{
    if (a->on_call) {
        a->on_call(a, act);
    } else if (act->kind == ACT_LOOK) {
        start(a, CALL_LOOK, act->look.talk, act->look.forge, &act->look.request);
    } else {
        start(a, CALL_QUESTION, act->ask.delivery, act->ask.forge, &act->ask.request);
    }
}
