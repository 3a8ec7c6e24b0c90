/* SPDX-License-Identifier: Apache-2.0 */
#include "server/lab/hook.h"
#include <stdio.h>
#include "fmt/hmac.h"

enum { FAILURES_FREE = 3, FAILURES_MOST = 40, PAUSE_MS = 60 * 1000, PAUSE_MOST_MS = 24 * 3600 * 1000 };

struct lab_hook *hook_add(struct lab_world *w, enum lab_forge forge, enum lab_hook_scope scope, struct lab_repo *repo,
                          struct sv owner, msec_t now)
{
    struct lab_hook *h = arena_new(&w->arena, sizeof *h);
    h->id = ++w->last_hook;
    h->forge = forge;
    h->scope = scope;
    h->repo = repo;
    h->owner = arena_dup(&w->arena, owner);
    h->url = "";
    h->active = true;
    h->created = h->updated = now;
    VEC_PUSH(&w->hooks, h);
    return h;
}

void hook_set_text(struct lab_world *w, struct lab_hook *h, const char **field, struct sv value)
{
    if (!value.p || (!value.n && field == &h->url))
        return;
    *field = value.n ? arena_dup(&w->arena, value) : NULL;
}

void hook_set_events(struct lab_world *w, struct lab_hook *h, const struct sv *names, size_t n)
{
    VEC_CLEAR(&h->events);
    for (size_t i = 0; i < n; i++)
        VEC_PUSH(&h->events, arena_dup(&w->arena, names[i]));
}

void hook_edited(struct lab_hook *h, msec_t now)
{
    h->updated = now;
    h->failures = 0;
    h->disabled_until = 0;
    h->disabled = false;
}

void hook_remove(struct lab_hook *h, msec_t now)
{
    h->removed = true;
    h->updated = now;
}

/* ---- finding ---- */

bool hook_is_at(const struct lab_hook *h, const struct lab_hook_place *p)
{
    if (h->removed || h->forge != p->forge || h->scope != p->scope)
        return false;
    if (p->scope == HOOK_REPO)
        return h->repo == p->repo;
    return p->scope == HOOK_SYSTEM || sv_ieq(p->owner, sv_of(h->owner));
}

struct lab_hook *hook_by_id(const struct lab_world *w, int64_t id)
{
    return id >= 1 && id <= (int64_t)w->hooks.n ? w->hooks.at[id - 1] : NULL;
}

struct lab_hook *hook_find(const struct lab_world *w, const struct lab_hook_place *p, struct sv id)
{
    int64_t n;
    struct lab_hook *h = sv_int(id, &n) ? hook_by_id(w, n) : NULL;
    return h && hook_is_at(h, p) ? h : NULL;
}

size_t hooks_at(const struct lab_world *w, const struct lab_hook_place *p, struct lab_hook ***ret)
{
    VEC(struct lab_hook *) found = {0};
    for (size_t i = 0; i < w->hooks.n; i++)
        if (hook_is_at(w->hooks.at[i], p))
            VEC_PUSH(&found, w->hooks.at[i]);
    *ret = found.at;
    return found.n;
}

/* ---- whether it is sent to ---- */

bool hook_wants(const struct lab_hook *h, struct sv event)
{
    for (size_t i = 0; i < h->events.n; i++)
        if (strcmp(h->events.at[i], "*") == 0 || sv_is(event, h->events.at[i]))
            return true;
    return false;
}

enum lab_hook_alert hook_alert(const struct lab_hook *h, msec_t now)
{
    return h->disabled ? HOOK_DISABLED : h->disabled_until > now ? HOOK_PAUSED : HOOK_EXECUTABLE;
}

const char *hook_alert_text(const struct lab_hook *h, msec_t now)
{
    static const char *const texts[] = {"executable", "temporarily_disabled", "disabled"};
    return texts[hook_alert(h, now)];
}

bool hook_works(const struct lab_hook *h, msec_t now)
{
    return h->active && !h->removed && hook_alert(h, now) == HOOK_EXECUTABLE;
}

/* ---- deliveries ---- */

void world_uuid(const struct lab_world *w, int64_t a, int64_t b, char ret[37])
{
    uint8_t d[SHA256_LEN];
    char text[96];
    int n = snprintf(text, sizeof text, "uuid %lld %lld %lld", (long long)w->seed, (long long)a, (long long)b);
    sha256(text, (size_t)n, d);
    d[6] = (uint8_t)((d[6] & 0x0f) | 0x40);
    d[8] = (uint8_t)((d[8] & 0x3f) | 0x80);
    snprintf(ret, 37, "%02x%02x%02x%02x-%02x%02x-%02x%02x-%02x%02x-%02x%02x%02x%02x%02x%02x", d[0], d[1], d[2], d[3],
             d[4], d[5], d[6], d[7], d[8], d[9], d[10], d[11], d[12], d[13], d[14], d[15]);
}

struct lab_delivery *hook_deliver(struct lab_world *w, struct lab_hook *h, struct sv guid, struct sv event,
                                  struct sv action, msec_t now)
{
    struct lab_delivery *d = arena_new(&w->arena, sizeof *d);
    char fresh[37];
    d->id = ++w->last_delivery;
    if (!guid.n) {
        world_uuid(w, -d->id, h->id, fresh);
        guid = sv_of(fresh);
    }
    d->guid = arena_dup(&w->arena, guid);
    d->event = arena_dup(&w->arena, event);
    d->action = action.n ? arena_dup(&w->arena, action) : NULL;
    d->at = now;
    VEC_PUSH(&h->deliveries, d);
    return d;
}

struct lab_delivery *hook_delivery(const struct lab_hook *h, int64_t id)
{
    for (size_t i = h->deliveries.n; i-- > 0;)
        if (h->deliveries.at[i]->id == id)
            return h->deliveries.at[i];
    return NULL;
}

/* 3xx is as good as 2xx to GitLab, and counted by it alone. */
static void count(struct lab_hook *h, int status, msec_t now)
{
    msec_t pause = PAUSE_MS;
    if (status >= 200 && status < 400) {
        h->failures = 0;
        h->disabled_until = 0;
        return;
    }
    if (++h->failures <= FAILURES_FREE)
        return;
    if (h->failures > FAILURES_MOST) {
        h->disabled = true;
        return;
    }
    for (int64_t i = FAILURES_FREE + 1; i < h->failures && pause < PAUSE_MOST_MS; i++)
        pause *= 2;
    h->disabled_until = now + (pause > PAUSE_MOST_MS ? PAUSE_MOST_MS : pause);
}

void hook_settled(struct lab_world *w, struct lab_hook *h, struct lab_delivery *d, int status, struct sv result,
                  msec_t now)
{
    d->status = status;
    d->result = arena_dup(&w->arena, result);
    d->took = now > d->at ? now - d->at : 0;
    if (h->forge == LAB_GITLAB && h->scope != HOOK_SYSTEM)
        count(h, status, now);
}

static void put_delivery(const struct lab_delivery *d, struct jout *j)
{
    jout_open(j, '{');
    jout_kint(j, "id", d->id);
    jout_kstrz(j, "guid", d->guid);
    jout_kstrz(j, "event", d->event);
    jout_kstrz(j, "action", d->action);
    jout_kbool(j, "redelivery", d->redelivery);
    jout_kint(j, "status", d->status);
    jout_kstrz(j, "result", d->result);
    jout_close(j, '}');
}

void hooks_state(const struct lab_world *w, struct jout *j)
{
    jout_key(j, "hooks");
    jout_open(j, '[');
    for (size_t i = 0; i < w->hooks.n; i++) {
        const struct lab_hook *h = w->hooks.at[i];
        jout_open(j, '{');
        jout_kint(j, "id", h->id);
        jout_kstrz(j, "forge", lab_forge_names[h->forge]);
        jout_kstrz(j, "repo", h->repo ? h->repo->path : NULL);
        jout_kstrz(j, "owner", h->owner);
        jout_kbool(j, "system", h->scope == HOOK_SYSTEM);
        jout_kstrz(j, "url", h->url);
        jout_key(j, "events");
        jout_strs(j, h->events.at, h->events.n);
        jout_kbool(j, "active", h->active);
        jout_kbool(j, "form", h->form);
        jout_kbool(j, "insecure", h->insecure);
        jout_kstrz(j, "secret", h->secret);
        jout_kstrz(j, "signing", h->signing);
        jout_kbool(j, "removed", h->removed);
        jout_kint(j, "failures", h->failures);
        jout_key(j, "deliveries");
        jout_open(j, '[');
        for (size_t k = 0; k < h->deliveries.n; k++)
            put_delivery(h->deliveries.at[k], j);
        jout_close(j, ']');
        jout_close(j, '}');
    }
    jout_close(j, ']');
}

void hooks_free(struct lab_world *w)
{
    for (size_t i = 0; i < w->hooks.n; i++) {
        VEC_FREE(&w->hooks.at[i]->events);
        VEC_FREE(&w->hooks.at[i]->deliveries);
    }
    VEC_FREE(&w->hooks);
}
