/* SPDX-License-Identifier: Apache-2.0 */
#include "server/api/gate.h"
#include <pwd.h>
#include <stdio.h>
#include "fmt/hmac.h"
#include "metrics/metrics.h"
#include "port/store.h"
#include "server/session/cookie.h"
#include "server/session/origin.h"

enum { ENTRY_BYTES = 16 << 10 };
static const unsigned ALL_SCOPES = API_READ | API_RUN | API_APPROVE | API_ADMIN | API_HOOK;

struct entry { /* one request at the gate */
    struct api_call *c;
    const struct api_route *route;
    const struct http_head *h;
    const struct conf_listen *l;
    enum origin origin;
    struct sv cookie;
};

enum gate_token gate_token(const struct http_head *h, const struct conf *conf, const struct conf_api_token **ret)
{
    static const struct sv scheme = {"bearer ", 7};
    struct sv text = SV_NONE;
    *ret = NULL;
    for (size_t i = 0; i < h->n_fields; i++) {
        struct sv value = h->fields[i].value;
        if (!sv_ieq(h->fields[i].name, SV("authorization")) || value.n < scheme.n ||
            !sv_ieq(sv_cut(value, scheme.n), scheme))
            continue;
        if (text.p)
            return GATE_BAD;
        text = sv_trim(sv_from(value, scheme.n));
    }
    if (!text.p)
        return GATE_NONE;
    *ret = api_token_find(conf->api.tokens, conf->api.n_tokens, text);
    if (!*ret)
        return GATE_BAD;
    api_token_use(*ret, clk_wall_ms());
    return GATE_GOOD;
}

/* ---- refusals ---- */

static bool refuse(const struct api_call *c, const char *reason, const char *challenge, const char *title)
{
    AUTO(buf_free) struct buf header = {0};
    COUNT1(M_REFUSED, reason);
    if (challenge)
        buf_fmt(&header, "WWW-Authenticate: Bearer realm=\"fettle\"%s\r\n", challenge);
    api_problem_with(c, challenge && !strstr(challenge, "scope") ? 401 : 403, header.n ? header.p : "", title, NULL);
    return false;
}

/* The browser forgets it: what it shows next is nothing, and not refused where nothing is needed. */
static bool refuse_cookie(const struct entry *x, const char *reason, const char *title)
{
    AUTO(buf_free) struct buf header = {0};
    COUNT1(M_REFUSED, reason);
    buf_str(&header, "WWW-Authenticate: Bearer realm=\"fettle\"\r\n");
    cookie_put(x->l, SV_NONE, &header);
    api_problem_with(x->c, 401, header.p, title, NULL);
    return false;
}

static bool refuse_scope(const struct entry *x, const char *what, const char *name)
{
    AUTO(buf_free) struct buf challenge = {0}, title = {0};
    const char *word = "";
    for (unsigned i = 0; api_scope_name[i]; i++)
        if (x->route->scope == 1u << i)
            word = api_scope_name[i];
    buf_fmt(&challenge, ", error=\"insufficient_scope\", scope=\"%s\"", word);
    buf_fmt(&title, "the %s \"%s\" has not the scope \"%s\"", what, name, word);
    return refuse(x->c, "no-scope", challenge.p, title.p);
}

static bool refuse_origin(const struct entry *x)
{
    return refuse(x->c, "foreign-origin", NULL, "a page of another origin has sent this");
}

static bool refuse_stranger(const struct entry *x)
{
    return refuse(x->c, "not-local", NULL, "only from this machine, or with a token");
}

static bool refuse_csrf(const struct entry *x)
{
    return refuse(x->c, "no-csrf", NULL, "the header " CSRF_HEADER " is missing, or has another word");
}

/* ---- from where ---- */

/* A browser on this machine is a stranger when a page from elsewhere sent it, or one whose name was made to point
 * here. So is what a proxy passes on: most say so in the head, and where one is expected the listener is never local.
 */
static bool is_local(const struct entry *x)
{
    struct sv peer = http_req_peer(x->c->req);
    if (!conf_listen_is_local(x->l) || origin_is_passed_on(x->h) || x->origin == ORIGIN_FOREIGN)
        return false;
    if (sv_starts(peer, SV("unix:")))
        return !origin_is_browser(x->h) || origin_names_this_machine(x->h->host);
    return (sv_starts(peer, SV("127.")) || sv_is(peer, "::1")) && origin_names_this_machine(x->h->host);
}

/* ---- who ---- */

/* Said twice is not said. */
static struct sv csrf_of(const struct http_head *h)
{
    struct sv said = SV_NONE;
    for (size_t i = 0; i < h->n_fields; i++) {
        if (!sv_ieq(h->fields[i].name, SV(CSRF_HEADER)))
            continue;
        if (said.p)
            return SV_NONE;
        said = h->fields[i].value;
    }
    return said;
}

static bool token_passes(const struct entry *x, const struct conf_api_token *t)
{
    struct api_call *c = x->c;
    if (x->route->scope && !(t->scopes & x->route->scope))
        return refuse_scope(x, "token", t->name);
    c->who.shown = SHOWN_TOKEN;
    c->who.scopes = t->scopes;
    memcpy(c->who.hash, t->hash, sizeof c->who.hash);
    snprintf(c->by, sizeof c->by, "token:%s", t->name);
    return true;
}

static const struct conf_api_token *token_of(const struct conf *conf, const uint8_t hash[API_TOKEN_HASH])
{
    for (size_t i = 0; i < conf->api.n_tokens; i++)
        if (memcmp(conf->api.tokens[i].hash, hash, API_TOKEN_HASH) == 0)
            return &conf->api.tokens[i];
    return NULL;
}

/* 1 = there is no such session, or it is over. The token that it was begun with may have lost scopes since. */
static int session_of(struct intake *i, const uint8_t hash[SESSION_HASH], struct arena *a, struct session *ret)
{
    struct err e = {0};
    struct reader *r = intake_reader(i);
    int rc = r ? read_session(r, hash, a, ret, &e) : -1;
    if (rc != 0)
        return rc;
    const struct conf_api_token *t = ret->of_token ? token_of(intake_conf_of(i), ret->token) : NULL;
    if ((ret->of_token && !t) || session_is_over(ret, clk_wall_ms()))
        return 1;
    if (t)
        ret->scopes &= t->scopes;
    return 0;
}

static void tell_seen(struct intake *i, const struct session *s)
{
    if (clk_wall_ms() - s->seen < SESSION_SEEN)
        return;
    struct app_letter *l = mem_new(sizeof *l);
    l->kind = LETTER_SESSION_SEEN;
    l->id = s->id;
    mailbox_post(intake_app(i)->inbox, &l->letter);
}

static void be_session(struct entry *x, const struct session *s)
{
    struct api_call *c = x->c;
    c->who.shown = SHOWN_SESSION;
    c->who.scopes = s->scopes;
    c->who.session = s->id;
    c->who.ends = s->ends;
    memcpy(c->who.hash, s->hash, sizeof c->who.hash);
    cookie_csrf(x->cookie, c->who.csrf);
    snprintf(c->by, sizeof c->by, "session:%s", s->name);
    tell_seen(c->intake, s);
}

/* GET session and POST session are for those who have none, too. */
static bool is_about_itself(const struct entry *x)
{
    return x->route->scope == API_ANYBODY && !sv_is(x->h->method, "DELETE");
}

static bool session_passes(struct entry *x)
{
    AUTO(arena_free) struct arena a = {0};
    struct session s;
    uint8_t hash[SHA256_LEN];
    sha256(x->cookie.p, x->cookie.n, hash);
    int rc = session_of(x->c->intake, hash, &a, &s);
    if (rc < 0) {
        api_problem(x->c, 503, "the sessions cannot be read", NULL);
        return false;
    }
    if (rc > 0)
        return is_about_itself(x) || refuse_cookie(x, "bad-session", "the session has ended: sign in again");
    bool reads = origin_only_reads(x->h);
    if (x->origin == ORIGIN_FOREIGN || (!reads && x->origin != ORIGIN_OWN))
        return refuse_origin(x);
    if (conf_listen_is_local(x->l) && !is_local(x))
        return refuse_stranger(x);
    bool knows = sv_is(x->h->method, "POST") && x->route->scope == API_ANYBODY
                     ? csrf_of(x->h).n > 0
                     : cookie_csrf_is(x->cookie, csrf_of(x->h));
    if (!reads && !knows)
        return refuse_csrf(x);
    if (x->route->scope && !(s.scopes & x->route->scope))
        return refuse_scope(x, "session", s.name);
    be_session(x, &s);
    return true;
}

/* ---- who shows nothing ---- */

/* The user at the other end of the local socket; whoever comes over loopback says nothing of that. */
static void name_caller(struct api_call *c)
{
    struct sv peer = http_req_peer(c->req);
    struct passwd entry, *found = NULL;
    int64_t uid;
    char text[ENTRY_BYTES];
    if (!sv_starts(peer, SV("unix:")) || !sv_int(sv_from(peer, 5), &uid) || uid < 0 || uid >= UINT32_MAX)
        return;
    if (getpwuid_r((uid_t)uid, &entry, text, sizeof text, &found) == 0 && found && entry.pw_name[0])
        snprintf(c->by, sizeof c->by, "%.*s", (int)sizeof c->by - 1, entry.pw_name);
    else
        snprintf(c->by, sizeof c->by, "%lld", (long long)uid);
}

/* Whether he may not know names: he shows nothing that may read, and does not come from this machine. */
static bool is_stranger(struct entry *x, enum gate_token shown, const struct conf_api_token *t)
{
    AUTO(arena_free) struct arena a = {0};
    struct session s;
    uint8_t hash[SHA256_LEN];
    if (shown != GATE_NONE)
        return shown == GATE_BAD || !(t->scopes & API_READ);
    if (x->c->who.local)
        return false;
    if (x->origin == ORIGIN_FOREIGN || cookie_get(x->h, cookie_name(x->l), &x->cookie) != COOKIE_ONE)
        return true;
    sha256(x->cookie.p, x->cookie.n, hash);
    return session_of(x->c->intake, hash, &a, &s) != 0 || !(s.scopes & API_READ);
}

static bool nothing_passes(struct entry *x)
{
    struct api_call *c = x->c;
    bool writes = !origin_only_reads(x->h), anybody = x->route->scope == API_ANYBODY;
    c->who.scopes = c->who.local ? ALL_SCOPES : 0;
    snprintf(c->who.csrf, sizeof c->who.csrf, "none");
    if (!anybody && !conf_listen_is_local(x->l))
        return refuse(c, "no-token", "", "a token is needed: Authorization: Bearer …");
    if (!anybody && !c->who.local)
        return refuse_stranger(x);
    if (anybody && x->origin == ORIGIN_FOREIGN)
        return refuse_origin(x);
    if (writes && conf_listen_is_local(x->l) && !c->who.local)
        return refuse_stranger(x);
    if (writes && (anybody || origin_is_browser(x->h)) && !csrf_of(x->h).n)
        return refuse_csrf(x);
    if (c->who.local && x->route->scope != API_READ)
        name_caller(c);
    return true;
}

static bool cookie_or_nothing_passes(struct entry *x)
{
    switch (cookie_get(x->h, cookie_name(x->l), &x->cookie)) {
    case COOKIE_NONE:
        return nothing_passes(x);
    case COOKIE_ONE:
        return session_passes(x) && (x->c->who.shown == SHOWN_SESSION || nothing_passes(x));
    case COOKIE_BAD:
        return is_about_itself(x) ? nothing_passes(x)
                                  : refuse_cookie(x, "bad-session", "the cookie is not one of ours");
    case COOKIE_MANY:
        break;
    }
    return refuse_cookie(x, "two-cookies", "there are two cookies of that name: clear them");
}

bool gate_pass(struct api_call *c, const struct api_route *route)
{
    struct entry x = {.c = c, .route = route, .h = http_req_head(c->req)};
    const struct conf *conf = intake_conf_of(c->intake);
    const struct conf_api_token *t;
    x.l = intake_listen(c->intake, http_req_tag(c->req));
    x.origin = origin_of(x.h, x.l, conf->public_url);
    enum gate_token shown = gate_token(x.h, conf, &t);
    c->who.local = is_local(&x);
    if (route->scope == API_PROBE) {
        c->stranger = is_stranger(&x, shown, t);
        return true;
    }
    if (shown == GATE_BAD)
        return refuse(c, "bad-token", ", error=\"invalid_token\"", "the token is not known");
    bool passes = shown == GATE_GOOD ? token_passes(&x, t) : cookie_or_nothing_passes(&x);
    if (route->scope == API_READ)
        c->by[0] = 0;
    return passes;
}

bool gate_holds(struct intake *i, const struct api_caller *who)
{
    AUTO(arena_free) struct arena a = {0};
    struct session s;
    if (who->shown == SHOWN_TOKEN)
        return token_of(intake_conf_of(i), who->hash) != NULL;
    return who->shown == SHOWN_NOTHING || session_of(i, who->hash, &a, &s) == 0;
}
