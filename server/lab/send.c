/* SPDX-License-Identifier: Apache-2.0 */
#include "server/lab/send.h"
#include <stdio.h>
#include "fmt/enc.h"
#include "http/client.h"
#include "io/loop.h"
#include "lang/glob.h"
#include "server/lab/event.h"
#include "server/lab/hook.h"
#include "server/lab/lab.h"
#include "server/lab/sign.h"

enum { TIMEOUT_MS = 10000, ANSWER_KEPT = 8192, HEADERS_MOST = 40 };

struct parcel { /* one delivery on its way */
    struct sender *sender;
    struct lab_hook *hook;
    struct lab_delivery *delivery;
    const struct lab_event *event;
    struct timer *timer; /* of one that is late or held back */
    struct http_call *call;
    struct buf headers, body;
    const char *fault;
    enum { PARCEL_QUEUED, PARCEL_LATE, PARCEL_HELD, PARCEL_SENT } at;
    msec_t ms;   /* of the fault */
    bool missed; /* it is given up when its turn comes */
};

struct sender {
    struct lab *lab;
    struct http_client *client;
    VEC(struct parcel *) parcels; /* in the order they are to be sent */
};

static void next(struct sender *s);

struct sender *sender_new(struct lab *l)
{
    struct sender *s = mem_new(sizeof *s);
    struct http_client_conf conf = {.ca_file = l->conf->hook_ca, .total_ms = TIMEOUT_MS, .user_agent = "fettle-lab"};
    s->lab = l;
    s->client = http_client_new(l->loop, &conf);
    return s;
}

static void parcel_free(struct parcel *p)
{
    timer_free(&p->timer);
    buf_free(&p->headers);
    buf_free(&p->body);
    mem_free(p);
}

void sender_free(struct sender **sp)
{
    struct sender *s = STEAL(*sp);
    if (!s)
        return;
    http_client_free(&s->client);
    for (size_t i = 0; i < s->parcels.n; i++)
        parcel_free(s->parcels.at[i]);
    VEC_FREE(&s->parcels);
    mem_free(s);
}

bool sender_idle(const struct sender *s)
{
    return s->parcels.n == 0;
}

/* ---- the end of one ---- */

static const char *result_text(const struct http_answer *a, struct arena *arena)
{
    if (a->status >= 200 && a->status < 300)
        return "OK";
    if (a->status)
        return arena_fmt(arena, "Invalid HTTP Response: %d", a->status);
    return a->maybe_sent ? "timed out" : "failed to connect to host";
}

static void remove_parcel(struct sender *s, struct parcel *p)
{
    for (size_t i = s->parcels.n; i-- > 0;)
        if (s->parcels.at[i] == p)
            VEC_REMOVE(&s->parcels, i);
    parcel_free(p);
}

static void settle(struct parcel *p, int status, const char *result)
{
    struct sender *s = p->sender;
    struct lab *l = s->lab;
    hook_settled(&l->world, p->hook, p->delivery, status, sv_of(result), lab_now(l));
    ledger_sent(l->ledger, lab_now(l), p->hook, p->delivery, p->fault);
    remove_parcel(s, p);
}

static void on_answer(void *ctx, const struct http_answer *a)
{
    struct parcel *p = ctx;
    struct sender *s = p->sender;
    p->call = NULL;
    p->delivery->answer = arena_dup(&s->lab->world.arena, sv_cut_utf8(a->body, ANSWER_KEPT));
    settle(p, a->status, result_text(a, &s->lab->world.arena));
    next(s);
}

/* ---- sending ---- */

static void sign_of(const struct parcel *p, struct arena *arena, struct hook_sign *ret)
{
    static const enum hook_sender senders[LAB_FORGES] = {SENDER_GITHUB, SENDER_GITLAB, SENDER_GITEA};
    static const char *const kinds[] = {"repository", "organization", "integration", "business"};
    struct lab_world *w = &p->sender->lab->world;
    const struct lab_hook *h = p->hook;
    char uuid[37];
    int64_t target = h->repo ? h->repo->id : 1;
    if (h->scope == HOOK_APP)
        sv_int(sv_of(h->owner), &target);
    *ret = (struct hook_sign){.sender = senders[h->forge],
                              .event = sv_of(p->delivery->event),
                              .id = sv_of(p->delivery->guid),
                              .now = lab_now(p->sender->lab),
                              .secret = sv_of(h->signing ? h->signing : h->secret),
                              .target_kind = sv_of(kinds[h->scope])};
    ret->flags = (h->form ? SIGN_FORM : 0u) | (h->scope == HOOK_SYSTEM && h->forge == LAB_GITLAB ? SIGN_SYSTEM : 0u) |
                 (h->signing ? SIGN_STANDARD : 0u);
    ret->hook = sv_of(arena_fmt(arena, "%lld", (long long)h->id));
    ret->target = sv_of(arena_fmt(arena, "%lld", (long long)target));
    world_uuid(w, p->event->number, 0, uuid);
    ret->event_uuid = sv_of(arena_strdup(arena, uuid));
    world_uuid(w, -p->delivery->id, -1, uuid);
    ret->try_uuid = sv_of(arena_strdup(arena, uuid));
}

static bool write_parcel(struct parcel *p)
{
    struct err e = {0};
    AUTO(arena_free) struct arena arena = {0};
    struct hook_sign sign;
    sign_of(p, &arena, &sign);
    if (hook_write(&sign, sv_of(p->delivery->payload), &p->headers, &p->body, &e) < 0)
        return false;
    if (p->hook->forge == LAB_GITLAB && p->hook->signing && p->hook->secret)
        buf_fmt(&p->headers, "X-Gitlab-Token: %s\n", p->hook->secret);
    if (p->hook->forge == LAB_GITEA && p->hook->authorization)
        buf_fmt(&p->headers, "Authorization: %s\n", p->hook->authorization);
    p->delivery->headers = arena_dup(&p->sender->lab->world.arena, buf_view(&p->headers));
    return true;
}

static void send_now(struct parcel *p)
{
    AUTO(arena_free) struct arena arena = {0};
    const char *headers[HEADERS_MOST + 1] = {0};
    char pool[32];
    size_t n = 0;
    struct sv rest, one;
    p->at = PARCEL_SENT;
    if (p->missed) {
        settle(p, 0, "timed out");
        return;
    }
    if (!write_parcel(p)) {
        settle(p, 0, "the signing token is none");
        return;
    }
    rest = buf_view(&p->headers);
    while (n < HEADERS_MOST && sv_next(&rest, '\n', &one))
        if (one.n)
            headers[n++] = arena_dup(&arena, one);
    /* A connection of its own: one that was kept may be dead, and no forge sends a delivery twice because of that. */
    snprintf(pool, sizeof pool, "delivery %lld", (long long)p->delivery->id);
    p->call =
        http_client_call(p->sender->client, pool, "POST", p->hook->url, headers, buf_view(&p->body), on_answer, p);
}

static void on_due(void *ctx)
{
    struct parcel *p = ctx;
    p->at = PARCEL_QUEUED;
    next(p->sender);
}

static void hold(struct parcel *p)
{
    if (p->timer)
        return;
    p->timer = timer_new(p->sender->lab->loop, on_due, p);
    timer_start(p->timer, p->ms);
}

/* Those held back until another was sent to the same hook go now. */
static void let_go(struct sender *s, const struct parcel *sent)
{
    for (size_t i = 0; i < s->parcels.n; i++)
        if (s->parcels.at[i] != sent && s->parcels.at[i]->hook == sent->hook && s->parcels.at[i]->at == PARCEL_HELD) {
            timer_stop(s->parcels.at[i]->timer);
            s->parcels.at[i]->at = PARCEL_QUEUED;
        }
}

static bool is_busy(const struct sender *s, const struct lab_hook *h)
{
    for (size_t i = 0; i < s->parcels.n; i++)
        if (s->parcels.at[i]->at == PARCEL_SENT && (s->lab->virtual_now || s->parcels.at[i]->hook == h))
            return true;
    return false;
}

static void next(struct sender *s)
{
    for (size_t i = 0; i < s->parcels.n; i++) {
        struct parcel *p = s->parcels.at[i];
        if (p->at == PARCEL_QUEUED && !is_busy(s, p->hook)) {
            let_go(s, p);
            send_now(p);
            i = (size_t)-1; /* the list may have changed */
        }
    }
    lab_idle(s->lab);
}

/* ---- who is told ---- */

/* Branches alone are filtered; a filter that is none lets nothing through. */
static bool passes_filter(const struct lab_hook *h, const struct lab_event *x)
{
    static const char heads[] = "refs/heads/";
    struct err ignored = {0};
    AUTO(arena_free) struct arena arena = {0};
    struct glob *g;
    if (!h->branches || !x->ref || !sv_starts(sv_of(x->ref), sv_of(heads)))
        return true;
    return glob_compile(sv_of(h->branches), &arena, &g, &ignored) == 0 && glob_match(g, sv_of(x->ref + strlen(heads)));
}

static bool is_told(const struct lab_hook *h, const struct lab_event *x, msec_t now)
{
    bool system = h->scope == HOOK_SYSTEM;
    struct sv path = sv_of(x->repo ? x->repo->path : NULL), owner = sv_of(h->owner);
    if (h->forge != x->forge || !hook_works(h, now) || (x->forge == LAB_GITLAB && system != x->system))
        return false;
    if (h->scope == HOOK_REPO && h->repo != x->repo)
        return false;
    if (h->scope == HOOK_OWNER && !(sv_istarts(path, owner) && path.n > owner.n && path.p[owner.n] == '/'))
        return false;
    if (!passes_filter(h, x))
        return false;
    return hook_wants(h, sv_of(x->event)) || (x->system && strcmp(x->event, "System Hook") == 0);
}

/* An App is told as which installation of it. */
static const char *payload_for(struct lab *l, const struct lab_hook *h, const struct lab_event *x)
{
    AUTO(buf_free) struct buf node = {0}, id = {0};
    int64_t n = h->scope == HOOK_APP && x->repo ? lab_app_installation(l->world.apps, sv_of(x->repo->path)) : 0;
    if (!n)
        return x->payload;
    buf_fmt(&id, "023:IntegrationInstallation%lld", (long long)n);
    base64_put(&node, id.p, id.n);
    return arena_fmt(&l->world.arena, "{\"installation\":{\"id\":%lld,\"node_id\":\"%s\"},%s", (long long)n, node.p,
                     x->payload + 1);
}

static struct lab_delivery *list(struct lab *l, struct lab_hook *h, const struct lab_event *x)
{
    char guid[37];
    world_uuid(&l->world, x->number, h->forge == LAB_GITHUB ? 0 : h->id, guid);
    const struct lab_delivery *again = x->again;
    struct lab_delivery *d =
        hook_deliver(&l->world, h, sv_of(again ? again->guid : guid), sv_of(again ? again->event : x->event),
                     sv_of(again ? again->action : x->action), lab_now(l));
    d->redelivery = again != NULL;
    d->payload = again ? again->payload : payload_for(l, h, x);
    d->repo_id = again ? again->repo_id : x->repo ? x->repo->id : 0;
    return d;
}

static void queue(struct sender *s, struct lab_hook *h, const struct lab_event *x, const struct fault *f)
{
    struct parcel *p = mem_new(sizeof *p);
    p->sender = s;
    p->hook = h;
    p->event = x;
    p->delivery = list(s->lab, h, x);
    p->fault = fault_names[f->kind];
    p->ms = f->ms;
    p->missed = f->kind == FAULT_MISSED;
    VEC_PUSH(&s->parcels, p);
    if (f->kind == FAULT_LATE || f->kind == FAULT_REORDERED) {
        p->at = f->kind == FAULT_LATE ? PARCEL_LATE : PARCEL_HELD;
        hold(p);
    }
}

static void tell_hook(struct sender *s, struct lab_hook *h, const struct lab_event *x)
{
    AUTO(buf_free) struct buf line = {0};
    buf_fmt(&line, "SEND %s %s %s", x->again ? x->again->event : x->event, x->repo ? x->repo->path : "", h->url);
    struct fault f = faults_take_sent(&s->lab->faults, buf_view(&line));
    if (f.kind == FAULT_SWALLOWED)
        return;
    queue(s, h, x, &f);
    if (f.kind == FAULT_DUPLICATE)
        queue(s, h, x, &f);
}

void sender_tell(struct sender *s)
{
    struct lab_world *w = &s->lab->world;
    for (size_t i = 0; i < w->events.n; i++) {
        const struct lab_event *x = w->events.at[i];
        if (x->hook)
            tell_hook(s, x->hook, x);
        for (size_t k = 0; !x->hook && k < w->hooks.n; k++)
            if (is_told(w->hooks.at[k], x, lab_now(s->lab)))
                tell_hook(s, w->hooks.at[k], x);
    }
    VEC_CLEAR(&w->events);
    next(s);
}
