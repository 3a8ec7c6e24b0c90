/* SPDX-License-Identifier: Apache-2.0 */
/* GitHub's REST API 2022-11-28, "Webhook deliveries" of repositories, organizations and Apps: listed for three days,
 * the newest first, and brought once more under their id. */
#include "server/lab/app.h"
#include "server/lab/github.h"
#include "server/lab/hook.h"

enum { LISTED_MS = 3 * 24 * 3600 * 1000 };

/* The hook the path names, and the number of the segment that can name a delivery; NULL after answering 404. An App
 * has one hook, and the lab one App. */
static struct lab_hook *hook_asked(struct lab_call *c, size_t *ret_delivery)
{
    bool org = !c->repo && sv_is(c->segs[0], "orgs");
    struct lab_hook_place p = {LAB_GITHUB, org ? HOOK_OWNER : HOOK_REPO, c->repo, org ? c->segs[1] : SV_NONE};
    struct lab_hook *h = c->repo || org ? hook_find(c->world, &p, c->segs[org ? 3 : 1]) : NULL;
    *ret_delivery = org ? 5 : 3;
    for (size_t i = 0; !c->repo && !org && !h && i < c->world->hooks.n; i++)
        if (c->world->hooks.at[i]->forge == LAB_GITHUB && c->world->hooks.at[i]->scope == HOOK_APP &&
            !c->world->hooks.at[i]->removed)
            h = c->world->hooks.at[i];
    if (!h)
        call_message(c, 404, "Not Found");
    return h;
}

static void put_number(struct jout *j, const char *key, int64_t n)
{
    jout_key(j, key);
    if (n)
        jout_int(j, n);
    else
        jout_null(j);
}

static int64_t installation_of(const struct lab_call *c, const struct lab_hook *h, const struct lab_delivery *d)
{
    const struct lab_repo *r = h->scope == HOOK_APP ? world_repo_by_id(c->world, LAB_GITHUB, d->repo_id) : NULL;
    return r ? lab_app_installation(c->world->apps, sv_of(r->path)) : 0;
}

static void put_members(struct lab_call *c, const struct lab_hook *h, const struct lab_delivery *d)
{
    struct jout *j = &c->j;
    jout_kint(j, "id", d->id);
    jout_kstrz(j, "guid", d->guid);
    call_time(c, "delivered_at", d->at);
    jout_kbool(j, "redelivery", d->redelivery);
    jout_key(j, "duration");
    jout_real(j, (double)d->took / 1000.0);
    jout_kstrz(j, "status", d->result);
    jout_kint(j, "status_code", d->status);
    jout_kstrz(j, "event", d->event);
    jout_kstrz(j, "action", d->action);
    put_number(j, "installation_id", installation_of(c, h, d));
    put_number(j, "repository_id", d->repo_id);
    call_time(c, "throttled_at", 0);
}

static bool is_listed(const struct lab_call *c, const struct lab_delivery *d)
{
    struct sv status = call_param(c, "status");
    if (!d->result || c->now - d->at > LISTED_MS)
        return false;
    if (sv_is(status, "success"))
        return d->status >= 200 && d->status < 400;
    return !sv_is(status, "failure") || (d->status >= 400 && d->status < 600);
}

/* The cursor is the number of the last one that was given, in a form that nobody is to take apart. */
static int64_t before_of(const struct lab_call *c)
{
    struct sv cursor = call_param(c, "cursor");
    int64_t n;
    return sv_starts(cursor, SV("v1_")) && sv_int(sv_from(cursor, 3), &n) ? n : INT64_MAX;
}

static void list_deliveries(struct lab_call *c)
{
    size_t unused, given = 0, most = call_page_size(c);
    const struct lab_hook *h = hook_asked(c, &unused);
    int64_t before = before_of(c), last = 0;
    if (!h)
        return;
    jout_open(call_open(c, 200), '[');
    for (size_t i = h->deliveries.n; i-- > 0;) {
        const struct lab_delivery *d = h->deliveries.at[i];
        if (d->id >= before || !is_listed(c, d))
            continue;
        if (given++ == most) {
            call_cursor(c, arena_fmt(c->arena, "v1_%lld", (long long)last));
            break;
        }
        jout_open(&c->j, '{');
        put_members(c, h, d);
        jout_close(&c->j, '}');
        last = d->id;
    }
    jout_close(&c->j, ']');
}

static struct lab_delivery *delivery_asked(struct lab_call *c, struct lab_hook **ret_hook)
{
    size_t at;
    int64_t id;
    struct lab_hook *h = *ret_hook = hook_asked(c, &at);
    if (!h)
        return NULL;
    struct lab_delivery *d = sv_int(c->segs[at], &id) ? hook_delivery(h, id) : NULL;
    if (d && d->result && c->now - d->at <= LISTED_MS)
        return d;
    call_message(c, 404, "Not Found");
    return NULL;
}

static void put_headers(struct jout *j, struct sv lines)
{
    struct sv line;
    jout_key(j, "headers");
    jout_open(j, '{');
    while (sv_next(&lines, '\n', &line)) {
        ptrdiff_t colon = sv_chr(line, ':');
        if (colon <= 0)
            continue;
        jout_keyv(j, sv_cut(line, (size_t)colon));
        jout_str(j, sv_trim(sv_from(line, (size_t)colon + 1)));
    }
    jout_close(j, '}');
}

static void get_delivery(struct lab_call *c)
{
    struct lab_hook *h;
    const struct lab_delivery *d = delivery_asked(c, &h);
    if (!d)
        return;
    struct jout *j = call_open(c, 200);
    jout_open(j, '{');
    put_members(c, h, d);
    jout_kstrz(j, "url", h->url);
    jout_key(j, "request");
    jout_open(j, '{');
    put_headers(j, sv_of(d->headers));
    jout_key(j, "payload");
    jout_raw(j, sv_of(d->payload));
    jout_close(j, '}');
    jout_key(j, "response");
    jout_open(j, '{');
    put_headers(j, SV(""));
    jout_kstrz(j, "payload", d->answer);
    jout_close(j, '}');
    jout_close(j, '}');
}

/* Nothing is sent to a hook that is switched off. */
static void post_attempt(struct lab_call *c)
{
    struct lab_hook *h;
    struct lab_call e;
    const struct lab_delivery *d = delivery_asked(c, &h);
    if (!d)
        return;
    if (!hook_works(h, c->now)) {
        call_message(c, 422, "The hook is not active");
        return;
    }
    tell_open(&e, c);
    tell_put(&e, &(struct lab_event){.event = d->event, .action = d->action, .hook = h, .again = d});
    jout_open(call_open(c, 202), '{');
    jout_close(&c->j, '}');
}

const struct lab_row github_delivery_rows[] = {
    {"GET", "hooks/*/deliveries", list_deliveries},
    {"GET", "hooks/*/deliveries/*", get_delivery},
    {"POST", "hooks/*/deliveries/*/attempts", post_attempt},
    {NULL, NULL, NULL},
};
const struct lab_row github_delivery_tops[] = {
    {"GET", "orgs/*/hooks/*/deliveries", list_deliveries},
    {"GET", "orgs/*/hooks/*/deliveries/*", get_delivery},
    {"POST", "orgs/*/hooks/*/deliveries/*/attempts", post_attempt},
    {"GET", "app/hook/deliveries", list_deliveries},
    {"GET", "app/hook/deliveries/*", get_delivery},
    {"POST", "app/hook/deliveries/*/attempts", post_attempt},
    {NULL, NULL, NULL},
};
