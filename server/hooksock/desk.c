/* SPDX-License-Identifier: Apache-2.0 */
#include "server/hooksock/desk.h"
#include <stdatomic.h>
#include "metrics/metrics.h"
#include "port/store.h"
#include "server/hooksock/case.h"
#include "server/hooksock/delivery.h"

/* ---- what the line hears ---- */

static void tell(struct hook_case *c, struct hook_tell *t)
{
    if (atomic_load(&c->gone))
        hook_tell_free(&t);
    else
        mailbox_post(c->reply, &t->letter);
}

void case_text(struct hook_case *c, const char *fmt, ...)
{
    struct hook_tell *t = hook_tell_new(TELL_TEXT, c->no);
    va_list ap;
    va_start(ap, fmt);
    buf_vfmt(&t->text, fmt, ap);
    va_end(ap);
    tell(c, t);
}

/* ---- life ---- */

struct hook_case *case_of(struct hook_desk *d, int64_t no)
{
    return map_get_id(&d->cases, no);
}

static void case_free(struct hook_case *c)
{
    list_remove(&c->node);
    timer_free(&c->timer);
    VEC_FREE(&c->runs);
    arena_free(&c->arena);
    mem_free(c);
}

/* It is over, for whatever reason: nobody hears of it any more. */
static void case_end(struct hook_case *c)
{
    map_remove_id(&c->desk->cases, c->no);
    atomic_store(&c->gone, true);
    timer_stop(c->timer);
    if (c->under_way == 0)
        case_free(c);
}

bool case_back(struct hook_case *c)
{
    bool waited_for = !atomic_load(&c->gone);
    c->under_way--;
    if (!waited_for && c->under_way == 0)
        case_free(c);
    return waited_for;
}

/* ---- storing ---- */

struct ref_put { /* in the arena of the delivery */
    struct hook_case *c;
    const struct delivery_put *put;
    size_t i;
};

/* The store knows a call by its id; an answer holds for what was asked, word for word. */
static bool is_the_same(const struct hook_case *c, const struct delivery_put *p)
{
    AUTO(buf_free) struct buf before = {0};
    struct err e = {0};
    uint8_t digest[SHA256_LEN];
    if (host_payload(c->desk->app->host, p->d.id, &before, &e) != 0)
        return false;
    sha256(before.p, before.n, digest);
    return memcmp(digest, p->d.digest, sizeof digest) == 0;
}

static void stored(void *ctx, int64_t delivery, const struct err *err)
{
    static const char *const verdicts[] = {"accepted", "duplicate", "suspect", "refused-store"};
    const struct ref_put *r = ctx;
    struct hook_case *c = r->c;
    COUNT2(M_DELIVERIES, c->forge, verdicts[r->put->verdict]);
    c->deliveries[r->i] = delivery;
    if (!case_back(c))
        return;
    enum err_class cls = err->cls;
    if (r->put->verdict == PUT_DUPLICATE && !is_the_same(c, r->put)) {
        cls = ERR_CONFLICT;
        case_text(c, "another call had this id, and said something else");
    } else if (cls != ERR_OK) {
        log_error("the call of a local hook could not be stored", LS("cause", err->msg));
        case_text(c, "it cannot be stored now: %s", err->msg);
    }
    enum course_step step = course_stored(&c->course, cls);
    if (step == STEP_JUDGE)
        timer_start(c->timer, 0); /* the engine hears of this delivery only behind us */
    else
        case_go(c, step);
}

static void case_store(struct hook_case *c)
{
    const struct hook_told t = {.call = &c->call,
                                .course = &c->course,
                                .caller = &c->caller,
                                .repo_id = c->repo_id,
                                .forge = c->forge,
                                .path = c->path,
                                .default_branch = c->default_branch};
    struct app *a = c->desk->app;
    struct list puts;
    list_init(&puts);
    c->deliveries = arena_new(&c->arena, c->call.n_updates * sizeof *c->deliveries);
    c->runs_seen = arena_new(&c->arena, c->call.n_updates * sizeof *c->runs_seen);
    for (size_t i = 0; i < c->call.n_updates; i++) {
        struct delivery_put *p = hook_delivery_new(&t, i);
        struct ref_put *r = arena_new(&p->arena, sizeof *r);
        *r = (struct ref_put){c, p, i};
        host_own(a->host, p, stored, r);
        list_push(&puts, &p->letter.node);
        c->under_way++;
    }
    log_info("local hook", LV("hook", c->call.hook), LV("call", c->call.id), LS("repository", c->repo_id),
             LI("refs", c->call.n_updates), LS("user", c->caller.user), LI("uid", c->caller.uid),
             LS("trusted", c->caller.trusted ? "yes" : "no"), LS("skip", c->course.skip ? "yes" : "no"));
    store_put_all(a->store, &puts);
}

/* ---- judging ---- */

static void case_judge(struct hook_case *c)
{
    struct host *h = c->desk->app->host;
    size_t n = c->course.n_refs;
    struct engine_verdict *v = mem_new(n * sizeof *v);
    for (size_t i = 0; i < n; i++) {
        host_verdict(h, c->deliveries[i], &v[i]);
        case_runs(c, i, &v[i]);
    }
    msec_t now = host_now(h);
    enum course_step step = course_judged(&c->course, v, n, now);
    if (step == STEP_VERDICT)
        case_verdict_text(c, &v[c->course.by]);
    mem_free(v);
    if (step == STEP_JUDGE)
        timer_start(c->timer, c->course.next > now ? c->course.next - now : 0);
    else
        case_go(c, step);
}

static void on_timer(void *ctx)
{
    struct hook_case *c = ctx;
    if (c->course.state == COURSE_JUDGING)
        case_judge(c);
}

void hook_desk_judge(struct hook_desk *d)
{
    VEC(int64_t) nos = {0};
    struct sv key;
    void *v;
    if (!d || d->cases.n == 0)
        return;
    for (size_t at = 0; map_each(&d->cases, &at, &key, &v);) {
        const struct hook_case *c = v;
        if (c->course.state == COURSE_JUDGING)
            VEC_PUSH(&nos, c->no);
    }
    for (size_t i = 0; i < nos.n; i++) {
        struct hook_case *c = case_of(d, nos.at[i]);
        if (c)
            case_judge(c);
    }
    VEC_FREE(&nos);
}

/* ---- the course ---- */

static void case_over(struct hook_case *c, enum hook_tell_kind kind)
{
    struct hook_tell *t = hook_tell_new(kind, c->no);
    t->verdict = c->course.verdict;
    t->reason = c->course.reason;
    if (kind == TELL_VERDICT)
        log_info("local hook answered", LV("call", c->call.id), LS("repository", c->repo_id ? c->repo_id : ""),
                 LS("verdict", t->verdict == VERDICT_ALLOW ? "allow" : "deny"), LS("reason", t->reason));
    tell(c, t);
    case_end(c);
}

void case_go(struct hook_case *c, enum course_step step)
{
    switch (step) {
    case STEP_NONE:
    case STEP_SEND: /* case_find has told the haves with it */
    case STEP_TAKE: /* the pack is in the letter */
        break;
    case STEP_FIND:
        case_find(c);
        break;
    case STEP_STORE:
        case_store(c);
        break;
    case STEP_JUDGE:
        case_judge(c);
        break;
    case STEP_VERDICT:
        case_over(c, TELL_VERDICT);
        break;
    case STEP_END:
        case_over(c, TELL_END);
        break;
    }
}

/* ---- letters ---- */

static void take_call(struct hook_desk *d, struct hook_ask *x)
{
    struct hook_case *c = mem_new(sizeof *c);
    c->desk = d;
    c->no = x->no;
    c->reply = x->reply;
    c->caller = x->caller;
    c->arena = x->arena;
    c->call = x->call;
    c->timer = timer_new(d->app->loop, on_timer, c);
    x->arena = (struct arena){0};
    list_push(&d->all, &c->node);
    map_put_id(&d->cases, c->no, c);
    enum course_step step = course_begin(&c->course, &c->call, host_now(d->app->host));
    if (step == STEP_END)
        case_text(c, "this server knows no hook of the name %.*s", SV_ARG(c->call.hook));
    case_go(c, step);
}

static void take_pack(struct hook_desk *d, struct hook_ask *x)
{
    struct hook_case *c = case_of(d, x->no);
    if (!c)
        return;
    if (x->pack == PACK_NONE)
        case_text(c, "there is no pack of the push: %.*s", (int)x->text.n, x->text.n ? x->text.p : "");
    else if (x->pack == PACK_TOO_LARGE)
        case_text(c, "the push is larger than the server takes (\"limits.pack\": %lld bytes)",
                  (long long)d->app->conf->limits.pack);
    else if (x->pack == PACK_NO_ROOM)
        case_text(c, "there is no room for the pack of the push");
    enum course_step step = course_pack(&c->course, x->pack);
    if (step == STEP_TAKE) {
        case_take(c, x->fd);
        x->fd = -1;
    } else {
        case_go(c, step);
    }
}

static void on_ask(void *ctx, struct letter *l)
{
    struct hook_desk *d = ctx;
    struct hook_ask *x = CONTAINER_OF(l, struct hook_ask, letter);
    struct hook_case *c;
    switch (x->kind) {
    case ASK_CALL:
        take_call(d, x);
        break;
    case ASK_PACK:
        take_pack(d, x);
        break;
    case ASK_GONE:
        if ((c = case_of(d, x->no)))
            case_end(c);
        break;
    }
    hook_ask_free(&x);
}

void hook_desk_ask(struct app *a, struct hook_ask *x)
{
    mailbox_post(a->desk->asks, &x->letter);
}

struct hook_desk *hook_desk_new(struct app *a)
{
    struct hook_desk *d = mem_new(sizeof *d);
    d->app = a;
    list_init(&d->all);
    d->asks = mailbox_new();
    d->watch = watch_mailbox(a->loop, d->asks, on_ask, d);
    return d;
}

void hook_desk_free(struct hook_desk **dp)
{
    struct hook_desk *d = STEAL(*dp);
    struct list left;
    if (!d)
        return;
    watch_free(&d->watch);
    mailbox_take(d->asks, &left);
    for (struct list *x; (x = list_shift(&left));) {
        struct hook_ask *a = CONTAINER_OF(CONTAINER_OF(x, struct letter, node), struct hook_ask, letter);
        hook_ask_free(&a);
    }
    mailbox_free(&d->asks);
    fetches_free(&d->fetches);
    LIST_EACH(&d->all, x)
    case_free(CONTAINER_OF(x, struct hook_case, node));
    map_free(&d->cases);
    mem_free(d);
}
