/* SPDX-License-Identifier: Apache-2.0 */
/* The forges: do they answer, whose is the token and until when, does our clock agree with theirs, has each repository
 * a webhook that works, and does a trial of one come back? */
#include "server/cli/doctor.h"
#include "server/health/judge.h"
#include "server/cli/hooks.h"
#include "server/cli/trip.h"
#include "server/token_expiry.h"

enum { REPOS_MOST = 20, CLOCK_SOON_S = 30, CLOCK_MOST_S = 300 /* signed times of webhooks may differ so much */ };
static const msec_t DAY = 24 * 60 * 60000, TRIP_MS = 10000;

struct visit { /* of one forge */
    struct doctor *d;
    const struct conf_forge *f;
    bool reachable, accepted, tried;
};

/* ---- the forge and its token ---- */

static const char *new_token(const struct visit *v)
{
    const struct conf_secret *s = v->f->has_app ? &v->f->app.key : &v->f->token;
    return s->file
               ? arena_fmt(&v->d->arena, "make a new one at the forge, put it into %s, then: fettle reload", s->file)
               : "make a new one at the forge, put it where `token` says, and start the server again";
}

static void say_expiry(struct visit *v, msec_t expires)
{
    msec_t left = expires - clk_wall_ms();
    if (expires && left <= 0)
        doctor_say(v->d, DOCTOR_ERROR, "forge", "token-expired", new_token(v), "the token of %s has ended", v->f->name);
    else if (expires && left < HEALTH_SOON_DAYS * DAY)
        doctor_say(v->d, DOCTOR_WARNING, "forge", "token-ends-soon", new_token(v), "the token of %s ends in %lld days",
                   v->f->name, (long long)(left / DAY));
}

/* "Sun, 06 Nov 1994 08:49:37 GMT" (RFC 9110, 5.6.7), the form that has to be sent; 0 = it is none. */
static msec_t http_date(struct sv text)
{
    static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
    AUTO(buf_free) struct buf iso = {0};
    msec_t ret;
    if (text.n != 29)
        return 0;
    ptrdiff_t at = sv_find(sv_of(months), sv_n(text.p + 8, 3));
    if (at < 0 || at % 3 != 0)
        return 0;
    buf_fmt(&iso, "%.4s-%02d-%.2sT%.8sZ", text.p + 12, (int)at / 3 + 1, text.p + 5, text.p + 17);
    return when_parse(buf_view(&iso), &ret) ? ret : 0;
}

static void say_clock(struct visit *v, struct sv date)
{
    msec_t theirs = http_date(date);
    if (!theirs)
        return;
    int64_t off = (clk_wall_ms() - theirs) / 1000, by = off < 0 ? -off : off;
    const char *mend = "timedatectl set-ntp true";
    if (by > CLOCK_MOST_S)
        doctor_say(v->d, DOCTOR_ERROR, "clock", "clock-off", mend,
                   "the clock is %lld s %s that of %s: signed webhooks and Apps are refused", (long long)by,
                   off < 0 ? "behind" : "before", v->f->name);
    else if (by > CLOCK_SOON_S)
        doctor_say(v->d, DOCTOR_WARNING, "clock", "clock-off", mend, "the clock is %lld s %s that of %s", (long long)by,
                   off < 0 ? "behind" : "before", v->f->name);
    else
        doctor_say(v->d, DOCTOR_OK, "clock", "ok", NULL, "the clock agrees with that of %s", v->f->name);
}

static void on_self(void *ctx, const struct api_reply *r, struct sv expires)
{
    struct visit *v = ctx;
    struct own_account me = {0};
    struct err e = {0};
    msec_t end;
    v->reachable = r->status != 0;
    if (!v->reachable) {
        doctor_say(v->d, DOCTOR_ERROR, "forge", "unreachable",
                   arena_fmt(&v->d->arena, "curl -v %s", hooks_word(v->f->url, &v->d->arena)),
                   "%s does not answer at %s: %s", v->f->name, v->f->url, r->problem ? r->problem : "no answer");
        return;
    }
    if (r->status == 401) {
        doctor_say(v->d, DOCTOR_ERROR, "forge", "token-refused", new_token(v), "%s does not take the token",
                   v->f->name);
    } else if (r->status >= 500) {
        doctor_say(v->d, DOCTOR_WARNING, "forge", "forge-fails", "try again later; look at the forge's status page",
                   "%s answers %d", v->f->name, r->status);
    } else if (v->f->ops->read_self(r, &v->d->arena, &me, &e) == 0) {
        v->accepted = true;
        doctor_say(v->d, DOCTOR_OK, "forge", "ok", NULL, "%s answers, and knows the token as %s's", v->f->name,
                   me.login);
    } else {
        v->accepted = true; /* tokens that may not ask for a person may ask other things */
        doctor_say(v->d, DOCTOR_NOTE, "forge", "token-of-nobody", "none, if webhooks and statuses work",
                   "%s answers %d when asked whose the token is", v->f->name, r->status);
    }
    if (expires.n && when_parse(expires, &end))
        say_expiry(v, end);
    say_clock(v, r->date);
}

static void on_expiry(void *ctx, const struct api_reply *r, struct sv expires)
{
    struct visit *v = ctx;
    struct err e = {0};
    msec_t end = 0;
    (void)expires;
    if (v->f->ops->read_expiry(r, &end, &e) == 0)
        say_expiry(v, end);
}

static void ask(struct visit *v, void (*what)(struct api_request *), desk_reply_fn *fn)
{
    struct api_request q = {0};
    struct err e = {0};
    what(&q);
    if (desk_ask(v->d->desk, v->f, "", &q, fn, v, &e) < 0)
        doctor_say(v->d, DOCTOR_ERROR, "forge", "no-credential", new_token(v), "%s: %s", v->f->name, e.msg);
    api_request_done(&q);
}

/* ---- webhooks ---- */

static const char *connect_words(const struct visit *v, const struct repo *r)
{
    return arena_fmt(&v->d->arena, "fettle connect %s", r->id);
}

static void say_denied(struct visit *v, const struct repo *r, const struct err *e)
{
    struct arena *a = &v->d->arena;
    if (e->cls == ERR_DENIED)
        doctor_say(v->d, DOCTOR_WARNING, "webhook", "token-rights",
                   arena_fmt(a,
                             "give the token of %s the right to webhooks (README, Connect a repository), or make the "
                             "webhook by hand",
                             v->f->name),
                   "the token may not see the webhooks of %s: %s", r->id, e->msg);
    else if (e->cls == ERR_MISSING)
        doctor_say(v->d, DOCTOR_ERROR, "webhook", "repository-missing",
                   "the right path in repositories.yaml, or a token that may see it",
                   "%s is not there, or the token may not see it", r->id);
    else
        doctor_say(v->d, DOCTOR_WARNING, "webhook", "not-looked-at", "fettle doctor, again", "%s: %s", r->id, e->msg);
}

/* A trial that is a push can start workflows. */
static bool may_try(const struct visit *v)
{
    return !v->tried && v->d->server == SERVER_RUNS &&
           (v->d->trial == TRIAL_ALL ||
            (v->d->trial == TRIAL_HARMLESS && strcmp(v->f->ops->hooks->ping_event, "ping") == 0));
}

static void try_it(struct visit *v, const struct repo *r, const struct conf_webhook *w, const char *url, int64_t id)
{
    AUTO(hook_answer_free) struct hook_answer answer = {0};
    AUTO(trip_end) struct trip trip = {0};
    struct trip_found found;
    struct err e = {0};
    struct hook_wish wish = {.effect = {.forge = v->f->name, .repo = r->path},
                             .ops = v->f->ops->hooks,
                             .verb = HOOK_PING,
                             .url = url,
                             .secret = "",
                             .id = id,
                             .answer = &answer};
    struct trip_want want = {.path = w->path,
                             .event = v->f->ops->hooks->ping_event,
                             .repo = r->path,
                             .sent = clk_wall_ms(),
                             .most = TRIP_MS};
    v->tried = true;
    if (trip_begin(v->d->file, &trip) != CLI_OK || !trip.remote)
        return;
    if (desk_try(v->d->desk, v->f, &wish, &e) != TALK_SENT)
        doctor_say(v->d, DOCTOR_WARNING, "webhook", "not-tried", "fettle doctor, again", "%s: %s", r->id, e.msg);
    else if (trip_wait(&trip, &want, &found) == CLI_OK)
        doctor_say(v->d, DOCTOR_OK, "webhook", "ok", NULL, "a trial of %s came back after %lld ms as delivery %s",
                   r->id, (long long)found.ms, found.id);
    else
        doctor_say(v->d, DOCTOR_ERROR, "webhook", "trial-lost",
                   arena_fmt(&v->d->arena, "open %s to %s, with a certificate that it trusts; then: %s", url,
                             v->f->name, connect_words(v, r)),
                   "%s was asked to try the webhook of %s, and nothing arrived within %d s", v->f->name, r->id,
                   (int)(TRIP_MS / 1000));
}

static void check_hook(struct visit *v, const struct repo *r, const struct conf_webhook *w, const char *url)
{
    AUTO(hook_answer_free) struct hook_answer answer = {0};
    struct err e = {0};
    struct hook_wish wish = {.effect = {.forge = v->f->name, .repo = r->path},
                             .ops = v->f->ops->hooks,
                             .verb = HOOK_LOOK,
                             .url = url,
                             .secret = "",
                             .answer = &answer};
    if (desk_try(v->d->desk, v->f, &wish, &e) != TALK_SENT) {
        say_denied(v, r, &e);
        return;
    }
    const struct hook_found *h = answer.found.n ? &answer.found.at[0] : NULL;
    if (!h)
        doctor_say(v->d, DOCTOR_WARNING, "webhook", "webhook-missing", connect_words(v, r),
                   "%s has no webhook that points at %s", r->id, url);
    else if (!h->active || !h->json)
        doctor_say(v->d, DOCTOR_ERROR, "webhook", h->active ? "webhook-form" : "webhook-off", connect_words(v, r),
                   "the webhook of %s %s", r->id, h->active ? "sends forms, not JSON" : "is switched off");
    else if (may_try(v))
        try_it(v, r, w, url, h->id);
    else
        doctor_say(v->d, DOCTOR_OK, "webhook", "ok", NULL, "%s has a webhook, which is on", r->id);
}

static void check_hooks(struct visit *v)
{
    const struct conf *c = v->d->conf;
    AUTO(buf_free) struct buf url = {0};
    const struct conf_webhook *w = NULL;
    for (size_t i = 0; i < v->f->n_webhooks && !w; i++)
        w = v->f->webhooks[i].system ? NULL : &v->f->webhooks[i];
    if (!w || !v->f->ops->hooks)
        return;
    if (!c->public_url) {
        doctor_say(v->d, DOCTOR_NOTE, "webhook", "no-public-url", "public-url: https://… in fettle.yaml",
                   "webhooks at %s are not looked at: public-url says where this server is, and is not set",
                   v->f->name);
        return;
    }
    buf_fmt(&url, "%s%s", c->public_url, w->path);
    int n = 0;
    for (size_t i = 0; i < c->repos.n && n < REPOS_MOST; i++)
        if (strcmp(c->repos.at[i].forge, v->f->name) == 0) {
            check_hook(v, &c->repos.at[i], w, url.p);
            n++;
        }
}

/* ---- all ---- */

void doctor_forges(struct doctor *d)
{
    for (size_t i = 0; d->desk && i < d->conf->n_forges; i++) {
        struct visit v = {.d = d, .f = &d->conf->forges[i]};
        if (v.f->ops->local)
            continue;
        if (!conf_forge_can_ask(v.f)) {
            doctor_say(d, DOCTOR_WARNING, "forge", "no-token",
                       "token: {file: secrets/token} at the forge in fettle.yaml",
                       "%s has no token: nothing can be told to it", v.f->name);
            continue;
        }
        if (v.f->has_app)
            v.accepted = true; /* an App is nobody; its credential is asked for with each repository */
        else if (v.f->ops->ask_self)
            ask(&v, v.f->ops->ask_self, on_self);
        if (v.accepted && v.f->has_token && v.f->ops->ask_expiry)
            ask(&v, v.f->ops->ask_expiry, on_expiry);
        if (v.accepted)
            check_hooks(&v);
    }
}
