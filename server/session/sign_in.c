/* SPDX-License-Identifier: Apache-2.0 */
/* From a token to a session, or to a refusal. */
#include <stdio.h>
#include <sys/random.h>
#include "fmt/enc.h"
#include "fmt/hmac.h"
#include "metrics/metrics.h"
#include "server/session/bucket.h"
#include "server/session/cookie.h"
#include "server/session/desk_inside.h"

static void refuse(struct app_letter *l, int status, const char *reason)
{
    COUNT1(M_REFUSED, reason);
    l->ok = false;
    l->status = status;
    session_answer(l);
}

/* What the bucket lets through is few enough for a journal. */
static void refuse_token(struct session_desk *d, struct app_letter *l, int status, const char *reason)
{
    char cause[120];
    struct change_set *cs = change_set_new();
    snprintf(cause, sizeof cause, "%s, from %s", reason, l->guid);
    session_journal(cs, "sign-in-refused", 0, cause);
    log_warn("sign-in refused", LS("reason", reason), LS("address", l->guid));
    session_commit(d, cs, NULL);
    refuse(l, status, reason);
}

/* The entry of `api.tokens`, or the one-time token, that this text is. */
static bool token_find(struct session_desk *d, struct sv text, struct session *ret, char name[API_TOKEN_NAME + 1])
{
    const struct conf *c = d->app->conf;
    const struct conf_api_token *t = api_token_find(c->api.tokens, c->api.n_tokens, text);
    struct once once;
    *ret = (struct session){.name = name};
    if (t) {
        ret->of_token = true;
        memcpy(ret->token, t->hash, sizeof ret->token);
        ret->scopes = t->scopes;
        snprintf(name, API_TOKEN_NAME + 1, "%s", t->name);
        return true;
    }
    if (!once_take(&d->onces, text, clk_mono_ms(), &once))
        return false;
    ret->scopes = once.scopes;
    snprintf(name, API_TOKEN_NAME + 1, "%s", once.name);
    return true;
}

static void make_cookie(struct session *s, struct buf *ret)
{
    uint8_t bytes[COOKIE_BYTES];
    MUST(getrandom(bytes, sizeof bytes, 0) == (ssize_t)sizeof bytes);
    buf_clear(ret);
    base64url_put(ret, bytes, sizeof bytes);
    sha256(ret->p, ret->n, s->hash);
}

static void begin(struct session_desk *d, struct app_letter *l, struct session *s)
{
    char cause[API_TOKEN_NAME + 100];
    struct change_set *cs = change_set_new();
    s->created = s->seen = clk_wall_ms();
    s->ends = s->created + SESSION_LONGEST;
    s->id = id_next(&d->ids, s->created, 0);
    make_cookie(s, &l->text);
    snprintf(cause, sizeof cause, "session:%s, from %s", s->name, l->guid);
    if (l->id)
        change_add(cs, CHANGE_SESSION_END)->session.id = l->id;
    struct change *c = change_add(cs, CHANGE_SESSION_NEW);
    c->session = *s;
    c->session.name = arena_strdup(&cs->arena, s->name);
    session_journal(cs, "sign-in", s->id, cause);
    if (!d->signed_in) {
        d->signed_in = true;
        change_add(cs, CHANGE_SETTING)->setting = (struct setting){SESSION_SETTING, s->created};
        session_setup_over(d);
    }
    log_info("signed in", LS("name", s->name), LID("id", s->id), LS("address", l->guid));
    snprintf(l->by, sizeof l->by, "session:%s", s->name);
    l->id = s->scopes;
    l->ends = s->ends;
    l->ok = true;
    session_commit(d, cs, l);
}

void session_sign_in(struct session_desk *d, struct app_letter *l)
{
    char why[160], name[API_TOKEN_NAME + 1];
    struct session s;
    msec_t wait = buckets_take(d->buckets, sv_of(l->guid), l->look ? BUCKET_HERE : BUCKET_ELSEWHERE, clk_mono_ms());
    if (wait) {
        l->id = (wait + 999) / 1000;
        refuse(l, 429, "sign-in-limit");
    } else if (!store_is_writable(d->app->store, why)) {
        refuse(l, 503, "no-store");
    } else if (!token_find(d, buf_view(&l->text), &s, name)) {
        refuse_token(d, l, 401, "bad-sign-in");
    } else if (!(s.scopes & API_READ)) {
        refuse_token(d, l, 403, "no-scope");
    } else {
        begin(d, l, &s);
    }
}
