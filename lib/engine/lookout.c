/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/lookout.h"
#include "core/backoff.h"

/* The forge's limits are for what people wait for: so many requests in an interval are enough for this. */
enum { CALLS_MOST = 200 };
static const msec_t SELF_AGAIN_MS = 3600000, AWAY_BASE_MS = 2000, AWAY_CAP_MS = 300000, PAUSE_MS = 100;

/* ---- the lookouts ---- */

struct lookout *lookout_of(const struct engine *e, const char *forge)
{
    for (size_t i = 0; forge && i < e->lookouts.n; i++)
        if (strcmp(e->lookouts.at[i]->name, forge) == 0)
            return e->lookouts.at[i];
    return NULL;
}

static struct lookout *lookout_new(struct engine *e, const char *name)
{
    struct lookout *l = mem_new(sizeof *l);
    l->name = mem_strdup(name);
    l->home = e;
    l->up = e->now;
    l->wake = (struct wake){.kind = WAKE_LOOK, .owner = l};
    VEC_PUSH(&e->lookouts, l);
    return l;
}

/* ---- a conversation ---- */

static const char *repo_of(const struct lookout *l, enum look_at at)
{
    if (at == LOOK_MISSED)
        return l->missed->repo;
    return at == LOOK_STATE ? l->look->repos[l->look->at < l->look->n ? l->look->at : 0].path : "";
}

static enum credential_use use_of(const struct lookout *l, enum look_at at)
{
    if (at != LOOK_MISSED)
        return USE_API;
    return l->missed->of == MISSED_APP ? USE_APP : USE_HOOKS;
}

/* What changes something at the forge goes when it is on disk that it was to be done. */
static bool is_change(enum look_at at, const struct api_request *request)
{
    return at == LOOK_MISSED && strcmp(request->method, "GET") != 0;
}

static void send(struct engine *e, struct lookout *l, enum look_at at, struct api_request *request)
{
    struct lane *lane = map_get(&e->lanes, sv_of(l->name));
    buf_str(&request->repo, repo_of(l, at));
    request->use = use_of(l, at);
    l->at = at;
    l->talk = ++e->look_talks;
    l->call.what = ACT_LOOK;
    l->call.id = l->talk;
    l->calls++;
    if (is_change(at, request))
        lane_call_held(e, lane, &l->call, request);
    else
        lane_call(e, lane, &l->call, request);
}

static void arm(struct engine *e, struct lookout *l)
{
    msec_t at = places_due(l), missed = missed_due(e, l);
    at = missed < at ? missed : at;
    if (l->at != LOOK_NOTHING || at == INT64_MAX)
        return;
    msec_t full = l->calls >= CALLS_MOST ? l->window_at + l->forge->reconcile_ms : 0;
    at = at > l->not_before ? at : l->not_before;
    at = at > full ? at : full;
    wake_at(e, &l->wake, &l->waits, at > e->now ? at : e->now + PAUSE_MS);
}

/* ---- who we are ---- */

/* The number outlives the program: what comes before the forge has answered is known all the same. */
static const char *self_setting(const struct lookout *l, struct arena *a)
{
    return arena_fmt(a, "account %s", l->name);
}

static void self_ask(struct engine *e, struct lookout *l)
{
    struct api_request request = {0};
    if (!l->forge || l->forge->is_app || !l->forge->ops->ask_self || l->at != LOOK_NOTHING)
        return;
    l->self_asked_at = e->now;
    l->forge->ops->ask_self(&request);
    send(e, l, LOOK_WHO, &request);
}

/* ---- what is there ---- */

void lookout_due(struct engine *e, struct lookout *l)
{
    struct api_request request = {0};
    if (!l->forge || l->at != LOOK_NOTHING)
        return;
    if (e->now - l->window_at >= l->forge->reconcile_ms) {
        l->window_at = e->now;
        l->calls = 0;
    }
    /* What the forge could not deliver comes before what is made up for it. */
    if (missed_look(e, l, &request))
        send(e, l, LOOK_MISSED, &request);
    else if (places_look(e, l, &request))
        send(e, l, LOOK_STATE, &request);
    arm(e, l);
}

static void look_heard(struct engine *e, struct lookout *l, enum look_at at, const struct api_reply *reply)
{
    struct api_request request = {0};
    struct err err = {0};
    if (!l->forge || (at == LOOK_STATE ? !l->look : !l->missed))
        return; /* another configuration came in between */
    enum talk_next next =
        at == LOOK_STATE ? places_heard(e, l, reply, &request, &err) : missed_heard(e, l, reply, &request, &err);
    if (next == TALK_CALL) {
        send(e, l, at, &request);
        return;
    }
    api_request_done(&request);
    if (next == TALK_SENT) {
        l->fails = 0;
        l->at = at == LOOK_MISSED && !missed_is_over(e, l) ? LOOK_MISSED : LOOK_NOTHING;
        return;
    }
    msec_t wait =
        next == TALK_RETRY ? backoff_ms(l->fails++, AWAY_BASE_MS, AWAY_CAP_MS, &e->random) : l->forge->reconcile_ms;
    l->not_before = e->now + (err.retry_after_ms > wait ? err.retry_after_ms : wait);
    places_put_off(e, l, l->not_before);
    missed_put_off(l, l->not_before);
    record_journal(e, "reconcile", 0, 0, NULL, "later",
                   arena_fmt(&engine_changes(e)->arena, "%s: %s", l->name, err.msg));
}

static void self_heard(struct engine *e, struct lookout *l, const struct api_reply *reply)
{
    AUTO(arena_free) struct arena a = {0};
    struct own_account self = {0};
    struct err err = {0};
    if (!l->forge || !l->forge->ops->read_self || l->forge->ops->read_self(reply, &a, &self, &err) < 0)
        return; /* asked again when something comes and it is still not known */
    if (self.id != l->self.id)
        record_setting(e, self_setting(l, &a), self.id);
    mem_free((void *)(uintptr_t)l->self.login);
    l->self = (struct own_account){self.id, self.login ? mem_strdup(self.login) : NULL};
}

const struct own_account *lookout_self(struct engine *e, const char *forge)
{
    static const struct own_account nobody;
    struct lookout *l = lookout_of(e, forge);
    if (l && !l->self.login && e->now - l->self_asked_at >= SELF_AGAIN_MS)
        self_ask(e, l);
    return l ? &l->self : &nobody;
}

/* ---- events ---- */

void lookout_heard(struct engine *e, int64_t talk, const struct api_reply *reply)
{
    for (size_t i = 0; i < e->lookouts.n; i++) {
        struct lookout *l = e->lookouts.at[i];
        struct lane *lane = l->call.lane;
        if (l->talk != talk || l->at == LOOK_NOTHING || !lane_answered(e, &l->call, reply))
            continue;
        enum look_at was = l->at;
        l->at = LOOK_NOTHING;
        if (was == LOOK_WHO)
            self_heard(e, l, reply);
        else
            look_heard(e, l, was, reply);
        arm(e, l);
        outbox_pump(e, lane);
    }
}

void lookout_taken_in(struct engine *e, int64_t talk, const struct err *err)
{
    for (size_t i = 0; i < e->lookouts.n; i++) {
        struct lookout *l = e->lookouts.at[i];
        if (!l->missed || l->missed_talk != talk)
            continue;
        l->takes--;
        l->take_failed |= err->cls != ERR_OK;
        if (l->missed_over && missed_is_over(e, l)) {
            l->at = LOOK_NOTHING;
            arm(e, l);
        }
    }
}

void lookouts_conf(struct engine *e)
{
    for (size_t i = 0; i < e->lookouts.n; i++)
        e->lookouts.at[i]->forge = NULL;
    for (size_t i = 0; i < e->conf->n_forges; i++) {
        const struct engine_forge *f = &e->conf->forges[i];
        struct lookout *l = lookout_of(e, f->name);
        if (!f->looks || !f->can_post)
            continue;
        if (!l)
            l = lookout_new(e, f->name);
        l->forge = f;
        self_ask(e, l); /* perhaps another account's credential */
    }
    for (size_t i = 0; i < e->lookouts.n; i++) {
        places_conf(e, e->lookouts.at[i]);
        idle_conf(e->lookouts.at[i]);
        if (e->lookouts.at[i]->at > LOOK_WHO) { /* given up: an answer to it is nobody's */
            lane_drop(&e->lookouts.at[i]->call);
            e->lookouts.at[i]->at = LOOK_NOTHING;
            e->lookouts.at[i]->talk = 0;
        }
        wake_drop(e, &e->lookouts.at[i]->wake, &e->lookouts.at[i]->waits);
        arm(e, e->lookouts.at[i]);
    }
}

void lookouts_adopt(struct engine *e, const struct open_work *w)
{
    AUTO(arena_free) struct arena a = {0};
    lookouts_conf(e);
    for (size_t i = 0; i < e->lookouts.n; i++)
        missed_adopt(e->lookouts.at[i], w);
    for (size_t i = 0; i < e->lookouts.n; i++)
        hooks_adopt(e->lookouts.at[i], w);
    for (size_t i = 0; i < e->lookouts.n; i++)
        for (size_t k = 0; k < w->n_settings; k++)
            if (strcmp(w->settings[k].name, self_setting(e->lookouts.at[i], &a)) == 0)
                e->lookouts.at[i]->self.id = w->settings[k].value;
}

void lookouts_free(struct engine *e)
{
    for (size_t i = 0; i < e->lookouts.n; i++) {
        struct lookout *l = e->lookouts.at[i];
        wake_drop(e, &l->wake, &l->waits);
        lane_drop(&l->call);
        missed_done(l);
        hooks_done(l);
        idle_done(l);
        places_free(l);
        mem_free((void *)(uintptr_t)l->self.login);
        mem_free((void *)(uintptr_t)l->name);
        mem_free(l);
    }
    VEC_FREE(&e->lookouts);
}
