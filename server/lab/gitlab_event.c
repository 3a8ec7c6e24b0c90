/* SPDX-License-Identifier: Apache-2.0 */
/* GitLab's REST API v4, "Project webhooks" and "Group webhooks": the events of the last seven days, and sending one
 * again, five times a minute at most. */
#include "server/lab/fault.h"
#include "server/lab/gitlab.h"
#include "server/lab/hook.h"

enum { LISTED_MS = 7 * 24 * 3600 * 1000, RESENDS_MOST = 5, MINUTE_MS = 60000 };

static struct lab_hook *hook_asked(struct lab_call *c)
{
    bool group = !c->repo;
    struct lab_hook_place p = {LAB_GITLAB, group ? HOOK_OWNER : HOOK_REPO, c->repo, group ? c->segs[1] : SV_NONE};
    struct lab_hook *h = hook_find(c->world, &p, c->segs[group ? 3 : 1]);
    if (!h)
        call_message(c, 404, "404 Not found");
    return h;
}

static bool is_status(struct sv wanted, int status)
{
    int64_t n;
    if (!wanted.n)
        return true;
    if (sv_int(wanted, &n))
        return n == status;
    return sv_is(wanted, "successful")       ? status >= 200 && status < 300
           : sv_is(wanted, "client_failure") ? status >= 400 && status < 500
           : sv_is(wanted, "server_failure") ? status >= 500 && status < 600
                                             : false;
}

static void put_headers(struct jout *j, const char *key, struct sv lines)
{
    struct sv line;
    jout_key(j, key);
    jout_open(j, '{');
    while (sv_next(&lines, '\n', &line)) {
        ptrdiff_t colon = sv_chr(line, ':');
        struct sv name = sv_cut(line, (size_t)(colon < 0 ? 0 : colon));
        if (!name.n)
            continue;
        jout_keyv(j, name);
        jout_str(j, sv_ieq(name, SV("X-Gitlab-Token")) ? SV("[REDACTED]") : sv_trim(sv_from(line, name.n + 1)));
    }
    jout_close(j, '}');
}

/* "Merge Request Hook" is the trigger merge_request_hooks. */
static void put_trigger(struct jout *j, const char *event)
{
    AUTO(buf_free) struct buf b = {0};
    for (const char *p = event; *p; p++)
        buf_chr(&b, *p == ' ' ? '_' : *p >= 'A' && *p <= 'Z' ? (char)(*p + 32) : *p);
    buf_chr(&b, 's');
    jout_kstr(j, "trigger", buf_view(&b));
}

static void put_event(struct lab_call *c, const struct lab_hook *h, const struct lab_delivery *d)
{
    struct jout *j = &c->j;
    jout_open(j, '{');
    jout_kint(j, "id", d->id);
    jout_kstrz(j, "url", h->url);
    put_trigger(j, d->event);
    put_headers(j, "request_headers", sv_of(d->headers));
    jout_key(j, "request_data");
    jout_raw(j, sv_of(d->payload));
    put_headers(j, "response_headers", SV(""));
    jout_kstrz(j, "response_body", d->answer ? d->answer : "");
    jout_key(j, "execution_duration");
    jout_real(j, (double)d->took / 1000.0);
    if (d->status)
        jout_kstrz(j, "response_status", arena_fmt(c->arena, "%d", d->status));
    else
        jout_kstrz(j, "response_status", "internal error");
    jout_close(j, '}');
}

static void list_events(struct lab_call *c)
{
    const struct lab_hook *h = hook_asked(c);
    VEC(const struct lab_delivery *) found = {0};
    if (!h)
        return;
    for (size_t i = h->deliveries.n; i-- > 0;) {
        const struct lab_delivery *d = h->deliveries.at[i];
        if (d->result && c->now - d->at <= LISTED_MS && is_status(call_param(c, "status"), d->status))
            VEC_PUSH(&found, d);
    }
    struct lab_page p = call_page(c, found.n);
    jout_open(call_open(c, 200), '[');
    for (size_t i = p.from; i < p.to; i++)
        put_event(c, h, found.at[i]);
    jout_close(&c->j, ']');
    VEC_FREE(&found);
}

/* The forge waits for the answer and tells it; here it is on its way when this is answered, and told as 200. */
static void post_resend(struct lab_call *c)
{
    struct lab_call e;
    int64_t id, before = 0;
    struct lab_hook *h = hook_asked(c);
    if (!h)
        return;
    const struct lab_delivery *d = sv_int(c->segs[c->repo ? 3 : 5], &id) ? hook_delivery(h, id) : NULL;
    if (!d || !d->result) {
        call_message(c, 404, "404 Not found");
        return;
    }
    for (size_t i = 0; i < h->deliveries.n; i++)
        before += h->deliveries.at[i]->redelivery && c->now - h->deliveries.at[i]->at < MINUTE_MS;
    if (before >= RESENDS_MOST) {
        struct limit_verdict over = {LIMITED_RESOURCE, 429, MINUTE_MS, false};
        fault_limited(c, &over);
        return;
    }
    tell_open(&e, c);
    tell_put(&e, &(struct lab_event){.event = d->event, .hook = h, .again = d});
    struct jout *j = call_open(c, 201);
    jout_open(j, '{');
    jout_kint(j, "response_status", 200);
    jout_close(j, '}');
}

const struct lab_row gitlab_event_rows[] = {
    {"GET", "hooks/*/events", list_events},
    {"POST", "hooks/*/events/*/resend", post_resend},
    {NULL, NULL, NULL},
};
const struct lab_row gitlab_event_tops[] = {
    {"GET", "groups/*/hooks/*/events", list_events},
    {"POST", "groups/*/hooks/*/events/*/resend", post_resend},
    {NULL, NULL, NULL},
};
