/* SPDX-License-Identifier: Apache-2.0 */
#include "server/session/desk.h"
#include <stdio.h>
#include "server/host.h"
#include "server/session/bucket.h"
#include "server/session/desk_inside.h"

static const msec_t SWEEP_MS = 3600000;

void session_journal(struct change_set *cs, const char *what, int64_t session, const char *cause)
{
    change_add(cs, CHANGE_JOURNAL)->journal = (struct journal){
        .at = clk_wall_ms(), .kind = "api", .ref_id = session, .to = what, .cause = arena_strdup(&cs->arena, cause)};
}

/* ---- the store ---- */

void session_commit(struct session_desk *d, struct change_set *cs, struct app_letter *l)
{
    cs->reply = d->stored;
    cs->seq = ++d->seq;
    if (l)
        map_put_id(&d->waiting, cs->seq, l);
    store_commit(d->app->store, cs);
}

void session_answer(struct app_letter *l)
{
    if (l->reply)
        mailbox_post(l->reply, &l->letter);
    else
        app_letter_free(l);
}

static void on_stored(void *ctx, struct letter *x)
{
    struct session_desk *d = ctx;
    struct change_set *cs = CONTAINER_OF(x, struct change_set, letter);
    struct app_letter *l = map_remove_id(&d->waiting, cs->seq);
    if (cs->failed)
        log_error("a session was not written", LS("cause", cs->err.msg));
    if (cs->failed && l) {
        l->ok = false;
        l->status = 503;
    }
    change_set_free(&cs);
    if (l)
        session_answer(l);
}

/* ---- what is over ---- */

static void on_sweep(void *ctx)
{
    struct session_desk *d = ctx;
    msec_t now = clk_wall_ms();
    struct change_set *cs = change_set_new();
    change_add(cs, CHANGE_SESSIONS_SWEEP)->session = (struct session){.seen = now - SESSION_IDLE + 1, .ends = now + 1};
    session_commit(d, cs, NULL);
    timer_start(d->sweep, SWEEP_MS);
}

struct gone { /* those whose token is gone */
    const struct conf *conf;
    struct change_set *cs;
};

static bool has_token(const struct conf *c, const struct session *s)
{
    for (size_t i = 0; i < c->api.n_tokens; i++)
        if (memcmp(c->api.tokens[i].hash, s->token, sizeof s->token) == 0)
            return true;
    return false;
}

static void end_without_token(void *ctx, const struct session *s)
{
    struct gone *g = ctx;
    char cause[API_TOKEN_NAME + 40];
    if (!s->of_token || has_token(g->conf, s))
        return;
    snprintf(cause, sizeof cause, "session:%s, its token is gone", s->name);
    change_add(g->cs, CHANGE_SESSION_END)->session.id = s->id;
    session_journal(g->cs, "session-end", s->id, cause);
    log_info("session ended: its token is gone", LS("name", s->name), LID("id", s->id));
}

void session_desk_conf(struct session_desk *d)
{
    struct err e = {0};
    struct gone g = {.conf = d->app->conf, .cs = change_set_new()};
    if (read_sessions(host_reader(d->app->host), end_without_token, &g, &e) < 0)
        log_warn("the sessions cannot be read", LS("cause", e.msg));
    if (g.cs->n)
        session_commit(d, g.cs, NULL);
    else
        change_set_free(&g.cs);
}

/* ---- letters ---- */

static void end(struct session_desk *d, struct app_letter *l, const char *what)
{
    struct change_set *cs = change_set_new();
    change_add(cs, CHANGE_SESSION_END)->session.id = l->id;
    session_journal(cs, what, l->id, l->by);
    map_remove_id(&d->seen, l->id);
    log_info("session ended", LID("id", l->id), LS("by", l->by));
    l->ok = true;
    session_commit(d, cs, l);
}

/* Several threads may say so before the first of it can be read. */
static void seen(struct session_desk *d, struct app_letter *l)
{
    msec_t now = clk_wall_ms();
    intptr_t last = (intptr_t)map_get_id(&d->seen, l->id);
    if (!last || now - last >= SESSION_SEEN) {
        struct change_set *cs = change_set_new();
        if (d->seen.n > 2 * SESSIONS_MOST)
            map_free(&d->seen);
        map_put_id(&d->seen, l->id, (void *)(intptr_t)now);
        change_add(cs, CHANGE_SESSION_SEEN)->session = (struct session){.id = l->id, .seen = now};
        session_commit(d, cs, NULL);
    }
    session_answer(l);
}

static void one_time(struct session_desk *d, struct app_letter *l)
{
    AUTO(buf_free) struct buf address = {0};
    bool named = l->by[0] && !api_token_name_fault(sv_of(l->by));
    buf_clear(&l->text);
    if (!session_address(d->app, d->born, &address)) {
        l->status = 409;
        session_answer(l);
        return;
    }
    once_new(&d->onces, ONCE_ASKED, named ? l->by : "local", (unsigned)l->id, clk_mono_ms(), &l->text);
    buf_fmt(&l->text, "\n%s", address.p);
    l->ends = clk_wall_ms() + ONCE_MS;
    l->ok = true;
    struct change_set *cs = change_set_new();
    session_journal(cs, "one-time-token", 0, l->by);
    session_commit(d, cs, l);
}

/* On a full disk a change waits for space, and so would who asked for it. */
static bool can_write(struct session_desk *d, struct app_letter *l)
{
    char why[160];
    if (store_is_writable(d->app->store, why))
        return true;
    l->status = 503;
    session_answer(l);
    return false;
}

void session_desk_letter(struct session_desk *d, struct app_letter *l)
{
    if (l->kind == LETTER_SIGN_IN)
        session_sign_in(d, l);
    else if (!can_write(d, l))
        return;
    else if (l->kind == LETTER_SIGN_OUT)
        end(d, l, "sign-out");
    else if (l->kind == LETTER_SESSION_END)
        end(d, l, "session-end");
    else if (l->kind == LETTER_SESSION_SEEN)
        seen(d, l);
    else
        one_time(d, l);
}

/* ---- life ---- */

struct session_desk *session_desk_new(struct app *a)
{
    struct session_desk *d = mem_new(sizeof *d);
    d->app = a;
    d->born = conf_ref(a->conf);
    d->stored = mailbox_new();
    d->watch = watch_mailbox(a->loop, d->stored, on_stored, d);
    d->buckets = buckets_new();
    d->sweep = timer_new(a->loop, on_sweep, d);
    d->setup_end = timer_new(a->loop, session_setup_over, d);
    on_sweep(d);
    session_desk_conf(d);
    session_setup(d);
    return d;
}

void session_desk_free(struct session_desk **dp)
{
    struct session_desk *d = STEAL(*dp);
    struct list left;
    size_t at = 0;
    struct sv key;
    if (!d)
        return;
    mailbox_take(d->stored, &left);
    for (struct list *x; (x = list_shift(&left));) {
        struct change_set *cs = CONTAINER_OF(CONTAINER_OF(x, struct letter, node), struct change_set, letter);
        change_set_free(&cs);
    }
    for (void *p; map_each(&d->waiting, &at, &key, &p);) {
        mem_free(((struct app_letter *)p)->owner); /* its request went away with the intakes */
        app_letter_free(p);
    }
    watch_free(&d->watch);
    mailbox_free(&d->stored);
    timer_free(&d->sweep);
    timer_free(&d->setup_end);
    buckets_free(&d->buckets);
    map_free(&d->waiting);
    map_free(&d->seen);
    conf_unref(&d->born);
    mem_free(d);
}
