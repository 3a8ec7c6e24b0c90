/* SPDX-License-Identifier: Apache-2.0 */
#include "server/cli/desk.h"
#include <stdio.h>
#include "http/client.h"
#include "io/loop.h"
#include "server/credential.h"

enum { TRIES = 3 };
static const msec_t PAUSE_MS = 1000, PAUSE_MOST_MS = 10000;

struct desk {
    struct conf *conf;
    struct loop *loop;
    struct http_client *client;
    struct credentials *credentials;
};

int desk_open(const char *conf_file, struct desk **ret)
{
    struct problems problems = {0};
    AUTO(buf_free) struct buf text = {0};
    struct conf *conf = NULL;
    const char *file = cli_config_file(conf_file);
    int rc = conf_load(file, &conf, &problems);
    problems_write(&problems, &text);
    if (rc < 0 && text.n)
        fputs(text.p, stderr);
    problems_free(&problems);
    if (rc < 0)
        return cli_fail(CLI_INVALID, "%s: the configuration with its secrets is needed", file);
    log_setup(LOG_ERROR, LOG_LOGFMT);
    struct desk *d = *ret = mem_new(sizeof *d);
    d->conf = conf;
    d->loop = loop_new();
    d->client = http_client_new(d->loop, &(struct http_client_conf){.ca_file = conf->ca_file});
    d->credentials = credentials_new(d->loop, d->client);
    return CLI_OK;
}

void desk_close(struct desk **dp)
{
    struct desk *d = STEAL(*dp);
    if (!d)
        return;
    credentials_free(&d->credentials);
    http_client_free(&d->client);
    loop_free(&d->loop);
    conf_unref(&d->conf);
    mem_free(d);
}

const struct conf *desk_conf(const struct desk *d)
{
    return d->conf;
}

/* ---- one token, one call ---- */

struct token_wait {
    struct desk *desk;
    struct buf *token;
    struct err *err;
    bool done;
    int rc;
};

static void on_token(void *ctx, const struct credential *c)
{
    struct token_wait *w = ctx;
    w->done = true;
    if (c->failed)
        *w->err = *c->failed;
    w->rc = c->failed || c->stopping ? -1 : 0;
    buf_sv(w->token, c->token);
    loop_stop(w->desk->loop);
}

int desk_token(struct desk *d, const struct conf_forge *f, const char *repo, enum credential_use use, struct buf *ret,
               struct err *e)
{
    struct token_wait w = {.desk = d, .token = ret, .err = e};
    credential_get(d->credentials, f, sv_of(repo), use, on_token, &w);
    while (!w.done)
        loop_run(d->loop);
    return w.rc;
}

/* One call on its way. */
struct call_wait {
    struct desk *desk;
    const struct conf_forge *forge;
    desk_reply_fn *fn;
    void *ctx;
    bool done;
};

static void on_answer(void *ctx, const struct http_answer *x)
{
    struct call_wait *w = ctx;
    struct sv expires = SV_NONE;
    struct api_reply r = {.status = x->status, .maybe_sent = x->maybe_sent, .body = x->body, .problem = x->problem};
    if (x->status) {
        r.link = x->header(x, "link");
        r.location = x->header(x, "location");
        r.retry_after = x->header(x, "retry-after");
        r.date = x->header(x, "date");
        r.rate_remaining = x->header(x, "x-ratelimit-remaining");
        r.rate_reset = x->header(x, "x-ratelimit-reset");
        if (w->forge->ops->expiry_header)
            expires = x->header(x, w->forge->ops->expiry_header);
    }
    w->fn(w->ctx, &r, expires);
    w->done = true;
    loop_stop(w->desk->loop);
}

static void send(struct call_wait *w, const struct api_request *q, struct sv token)
{
    AUTO(buf_free) struct buf url = {0}, auth = {0};
    const struct conf_forge *f = w->forge;
    const char *headers[ARRAY_LEN(q->headers) + 3];
    size_t n = 0;
    buf_str(&url, f->url);
    buf_sv(&url, buf_view(&q->path));
    if (token.n) {
        f->ops->authorize(token, &auth);
        headers[n++] = auth.p;
    }
    if (q->body.n)
        headers[n++] = "Content-Type: application/json";
    for (size_t i = 0; i < ARRAY_LEN(q->headers) && q->headers[i]; i++)
        headers[n++] = q->headers[i];
    headers[n] = NULL;
    http_client_call(w->desk->client, f->name, q->method, url.p, headers, buf_view(&q->body), on_answer, w);
    while (!w->done)
        loop_run(w->desk->loop);
}

int desk_ask(struct desk *d, const struct conf_forge *f, const char *repo, const struct api_request *q,
             desk_reply_fn *fn, void *ctx, struct err *e)
{
    AUTO(buf_free) struct buf token = {0};
    struct call_wait w = {.desk = d, .forge = f, .fn = fn, .ctx = ctx};
    if (desk_token(d, f, repo, USE_API, &token, e) < 0)
        return -1;
    send(&w, q, buf_view(&token));
    return 0;
}

/* ---- a conversation about webhooks ---- */

struct talk_wait {
    const struct hook_wish *wish;
    struct effect_talk talk;
    struct api_request request;
    struct err *err;
    enum talk_next next;
};

static void on_reply(void *ctx, const struct api_reply *r, struct sv expires)
{
    struct talk_wait *t = ctx;
    (void)expires;
    t->next = hook_talk(t->wish, &t->talk, r, &t->request, t->err);
}

enum talk_next desk_try(struct desk *d, const struct conf_forge *f, const struct hook_wish *w, struct err *e)
{
    struct talk_wait t = {.wish = w, .err = e};
    t.next = hook_talk(w, &t.talk, NULL, &t.request, e);
    while (t.next == TALK_CALL) {
        AUTO(buf_free) struct buf token = {0};
        struct call_wait call = {.desk = d, .forge = f, .fn = on_reply, .ctx = &t};
        if (desk_token(d, f, w->effect.repo, USE_HOOKS, &token, e) < 0)
            t.next = e->cls == ERR_TRANSIENT ? TALK_RETRY : TALK_DEAD;
        else
            send(&call, &t.request, buf_view(&token));
    }
    api_request_done(&t.request);
    effect_talk_done(&t.talk);
    return t.next;
}

static int verdict(const struct hook_wish *w, const struct err *e)
{
    bool asked = e->code != 0; /* and answered */
    int code = e->cls == ERR_MISSING             ? CLI_MISSING
               : e->cls == ERR_DENIED            ? CLI_DENIED
               : e->cls == ERR_LIMITED           ? CLI_TIMEOUT
               : !asked && e->cls == ERR_INVALID ? CLI_INVALID
               : !asked                          ? CLI_UNREACHABLE
               : e->cls == ERR_CONFLICT          ? CLI_CONFLICT
                                                 : CLI_FAILED;
    return cli_fail(code, "%s:%s: %s", w->effect.forge, w->effect.repo, e->msg);
}

int desk_talk(struct desk *d, const struct conf_forge *f, struct hook_wish *w)
{
    struct err e = {0};
    w->ops = f->ops->hooks;
    w->effect.forge = f->name;
    if (!w->ops)
        return cli_fail(CLI_USAGE, "%s: webhooks of a forge of kind %s are made by hand", f->name, f->kind);
    if (!conf_forge_can_ask(f))
        return cli_fail(CLI_DENIED, "%s: the forge has no token", f->name);
    for (int i = 0; i < TRIES; i++) {
        hook_answer_free(w->answer);
        *w->answer = (struct hook_answer){0};
        e = (struct err){0};
        enum talk_next next = desk_try(d, f, w, &e);
        if (next == TALK_SENT)
            return CLI_OK;
        if (next == TALK_DEAD || e.retry_after_ms > PAUSE_MOST_MS)
            break;
        clk_sleep_ms(e.retry_after_ms ? e.retry_after_ms : PAUSE_MS << i);
    }
    return verdict(w, &e);
}

/* ---- what the command line names ---- */

int desk_repo(const struct desk *d, const char *name, const struct conf_forge **ret_forge, const char **ret_path,
              struct arena *a)
{
    struct sv s = sv_of(name);
    ptrdiff_t colon = sv_chr(s, ':');
    if (colon <= 0 || sv_from(s, (size_t)colon + 1).n == 0 || sv_chr(s, '/') < colon)
        return cli_fail(CLI_USAGE, "\"%s\" is no repository: FORGE:PATH, like github:acme/api", name);
    *ret_forge = conf_forge_by_name(d->conf, sv_cut(s, (size_t)colon));
    *ret_path = arena_dup(a, sv_from(s, (size_t)colon + 1));
    if (!*ret_forge)
        return cli_fail(CLI_MISSING, "the configuration has no forge \"%.*s\"", (int)colon, name);
    return CLI_OK;
}

int desk_webhook(const struct conf_forge *f, const char *path, const struct conf_webhook **ret)
{
    *ret = NULL;
    for (size_t i = 0; i < f->n_webhooks && !*ret; i++)
        if (path ? strcmp(f->webhooks[i].path, path) == 0 : !f->webhooks[i].system)
            *ret = &f->webhooks[i];
    if (!*ret)
        return cli_fail(CLI_MISSING, "the forge %s has no webhook %s", f->name, path ? path : "for repositories");
    if ((*ret)->system)
        return cli_fail(CLI_USAGE, "%s is a system hook: an administrator of GitLab makes it by hand", path);
    return CLI_OK;
}

int desk_address(const struct conf *c, const struct conf_webhook *w, const char *base, struct buf *ret)
{
    struct sv s = sv_of(base ? base : c->public_url);
    if (!s.p)
        return cli_fail(CLI_USAGE, "where the forge finds this server is not known: set public-url, or give --url URL");
    if (!sv_starts(s, SV("https://")) && !sv_starts(s, SV("http://")))
        return cli_fail(CLI_USAGE, "\"%s\" is no address: https://HOST", base);
    buf_sv(ret, sv_ends(s, SV("/")) ? sv_cut(s, s.n - 1) : s);
    buf_str(ret, w->path);
    return CLI_OK;
}
