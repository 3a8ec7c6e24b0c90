/* SPDX-License-Identifier: Apache-2.0 */
/* I13: the forge counts every call, and one that comes too early breaks an invariant: between writes, in a minute, in
 * an hour, more at once than it allows, or while it wants rest. It counts by itself, calls one by one, and nothing of
 * core/limit.h; over deaths of servers too, as a forge does. */
#include <stdio.h>
#include <time.h>
#include "world.h"

static const msec_t MINUTE = 60000, HOUR = 3600000;
static const msec_t REST_MS = 7000, SECONDARY_MS = 60000;

void limit_set(struct world *w, const struct call_limits *most)
{
    w->forge.limit.most = *most;
    if (w->bug != BUG_HASTY)
        w->forges[0].limits = *most;
}

static enum call_kind kind_of(const struct api_request *r)
{
    struct sv path = buf_view(&r->path);
    if (strcmp(r->method, "GET") == 0)
        return CALL_READ;
    bool creates = sv_ends(path, SV("/issues")) || sv_ends(path, SV("/comments")) || sv_ends(path, SV("/pulls")) ||
                   sv_ends(path, SV("/merge"));
    return creates && strcmp(r->method, "PATCH") != 0 ? CALL_CREATE : CALL_WRITE;
}

static int points_of(enum call_kind k)
{
    return k == CALL_READ ? 1 : 5;
}

/* What is older than an hour, or a minute, counts no more. */
static void move_on(struct world *w)
{
    struct sim_limit *l = &w->forge.limit;
    for (; l->hour < l->paid.n && l->paid.at[l->hour].at <= w->now - HOUR; l->hour++)
        l->hour_creates -= l->paid.at[l->hour].kind == CALL_CREATE;
    for (; l->minute < l->paid.n && l->paid.at[l->minute].at <= w->now - MINUTE; l->minute++) {
        l->minute_creates -= l->paid.at[l->minute].kind == CALL_CREATE;
        l->minute_points -= points_of(l->paid.at[l->minute].kind);
    }
    if (l->quota && w->now >= l->quota_reset) {
        l->quota_reset = (w->now / HOUR + 1) * HOUR;
        l->quota_left = l->quota;
    }
}

static void too_many(struct world *w, const char *what, int64_t n, int most)
{
    if (most > 0 && n > most)
        world_fail(w, "I13: %lld %s, %d are allowed", (long long)n, what, most);
}

static void too_soon(struct world *w, const char *what, msec_t last, msec_t gap)
{
    if (last && w->now < last + gap)
        world_fail(w, "I13: a call that %s comes %lld ms after the last one, %lld are asked for", what,
                   (long long)(w->now - last), (long long)gap);
}

enum call_kind limit_pay(struct world *w, const struct api_request *r)
{
    struct sim_limit *l = &w->forge.limit;
    const struct call_limits *most = &l->most;
    enum call_kind k = kind_of(r);
    move_on(w);
    if (w->now < l->rest_until)
        world_fail(w, "I13: a forge is asked although it wants rest for %lld ms", (long long)(l->rest_until - w->now));
    if (k != CALL_READ)
        too_soon(w, "writes", l->wrote_at, most->write_gap);
    if (k == CALL_CREATE)
        too_soon(w, "creates", l->created_at, most->create_gap);
    VEC_PUSH(&l->paid, ((struct sim_paid){w->now, k}));
    l->hour_creates += k == CALL_CREATE;
    l->minute_creates += k == CALL_CREATE;
    l->minute_points += points_of(k);
    l->flying++;
    l->writing += k != CALL_READ;
    l->quota_left -= l->quota_left > 0;
    l->wrote_at = k != CALL_READ ? w->now : l->wrote_at;
    l->created_at = k == CALL_CREATE ? w->now : l->created_at;
    too_many(w, "calls in an hour", (int64_t)(l->paid.n - l->hour), most->hour);
    too_many(w, "calls in a minute", (int64_t)(l->paid.n - l->minute), most->minute);
    too_many(w, "points in a minute", l->minute_points, most->points);
    too_many(w, "creating calls in a minute", l->minute_creates, most->creates_minute);
    too_many(w, "creating calls in an hour", l->hour_creates, most->creates_hour);
    too_many(w, "calls at once", l->flying, most->flights);
    too_many(w, "writing calls at once", l->writing, most->writes);
    return k;
}

/* ---- what it says ---- */

static struct sv date_of(struct world *w, msec_t at)
{
    char text[32];
    struct tm tm;
    time_t s = (time_t)(at / 1000);
    gmtime_r(&s, &tm);
    strftime(text, sizeof text, "%a, %d %b %Y %H:%M:%S GMT", &tm);
    return sv_of(arena_strdup(&w->arena, text));
}

void limit_says(struct world *w, enum sim_fault fault, struct api_reply *ret, struct buf *body)
{
    struct sim_limit *l = &w->forge.limit;
    if (fault == FAULT_LIMIT) {
        ret->status = 429;
        ret->retry_after = SV("7");
    } else if (fault == FAULT_SECONDARY) {
        ret->status = 403;
        buf_clear(body);
        buf_str(body, "{\"message\": \"You have exceeded a secondary rate limit. Please wait a few minutes.\"}");
    }
    if (!ret->status || !l->quota)
        return;
    ret->date = date_of(w, w->now);
    ret->rate_remaining = sv_of(arena_fmt(&w->arena, "%lld", (long long)l->quota_left));
    ret->rate_reset = sv_of(arena_fmt(&w->arena, "%lld", (long long)(l->quota_reset / 1000)));
    ret->rate_resource = SV("core");
}

void limit_heard(struct world *w, const struct sim_event *x)
{
    struct sim_limit *l = &w->forge.limit;
    msec_t until = 0;
    l->flying--;
    l->writing -= x->call != CALL_READ;
    if (x->reply.status == 429)
        until = w->now + REST_MS;
    else if (x->reply.status == 403 && sv_find(x->reply.body, SV("secondary")) >= 0)
        until = w->now + SECONDARY_MS;
    if (sv_is(x->reply.rate_remaining, "0") && l->quota_reset > until)
        until = l->quota_reset;
    l->rest_until = until > l->rest_until ? until : l->rest_until;
}

void limit_forget(struct world *w, bool all)
{
    struct sim_limit *l = &w->forge.limit;
    l->flying = l->writing = 0;
    if (!all)
        return;
    l->rest_until = l->wrote_at = l->created_at = 0;
    l->hour = l->minute = l->paid.n;
    l->hour_creates = l->minute_creates = l->minute_points = 0;
}

/* It may have died before the forge's wish was on disk; else it knows of it. */
void limit_remembered(struct world *w)
{
    struct sim_limit *l = &w->forge.limit;
    const int64_t *row = map_get(&w->store.settings, SV("forge.rest:github"));
    msec_t known = row ? *row - w->clock : 0;
    l->rest_until = known < l->rest_until ? known : l->rest_until;
}
