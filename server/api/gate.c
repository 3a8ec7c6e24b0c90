/* SPDX-License-Identifier: Apache-2.0 */
#include "server/api/gate.h"
#include <pwd.h>
#include <stdio.h>
#include "metrics/metrics.h"

enum { ENTRY_BYTES = 16 << 10 };

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
    return *ret ? GATE_GOOD : GATE_BAD;
}

/* "localhost", "[::1]" or 127.x.y.z, with or without a port; not names that merely begin so, which their owner can let
 * point to this machine. */
static bool names_this_machine(struct sv host)
{
    ptrdiff_t colon = sv_rchr(host, ':');
    struct sv name = colon > 0 && host.p[host.n - 1] != ']' ? sv_cut(host, (size_t)colon) : host;
    if (sv_ieq(name, SV("localhost")) || sv_is(name, "[::1]"))
        return true;
    bool digits = sv_starts(name, SV("127."));
    for (size_t i = 0; i < name.n; i++)
        digits &= (name.p[i] >= '0' && name.p[i] <= '9') || name.p[i] == '.';
    return digits;
}

/* A browser on this machine is a stranger too: it names a host that is not ours, or an origin. So is what a proxy
 * passes on: most say so in the head, and where one is expected the listener is never local. */
static bool is_local(const struct http_req *r)
{
    static const char *const strange[] = {"Origin", "X-Forwarded-For", "X-Real-IP", "Forwarded", "Via"};
    const struct http_head *h = http_req_head(r);
    struct sv peer = http_req_peer(r);
    for (size_t i = 0; i < ARRAY_LEN(strange); i++)
        if (http_header(h, strange[i]).p)
            return false;
    if (sv_starts(peer, SV("unix:")))
        return true;
    return (sv_starts(peer, SV("127.")) || sv_is(peer, "::1")) && names_this_machine(h->host);
}

static bool refuse(const struct api_call *c, const char *reason, const char *challenge, const char *title)
{
    AUTO(buf_free) struct buf header = {0};
    COUNT1(M_REFUSED, reason);
    if (challenge)
        buf_fmt(&header, "WWW-Authenticate: Bearer realm=\"fettle\"%s\r\n", challenge);
    api_problem_with(c, challenge && !strstr(challenge, "scope") ? 401 : 403, header.n ? header.p : "", title, NULL);
    return false;
}

static bool token_passes(const struct api_call *c, const struct api_route *route, const struct conf_api_token *t)
{
    AUTO(buf_free) struct buf challenge = {0}, title = {0};
    const char *word = "";
    if (t->scopes & route->scope)
        return true;
    for (unsigned i = 0; api_scope_name[i]; i++)
        if (route->scope == 1u << i)
            word = api_scope_name[i];
    buf_fmt(&challenge, ", error=\"insufficient_scope\", scope=\"%s\"", word);
    buf_fmt(&title, "the token \"%s\" has not the scope \"%s\"", t->name, word);
    return refuse(c, "no-scope", challenge.p, title.p);
}

/* The user at the other end of the local socket; whoever comes over loopback says nothing of that. */
static void name_caller(struct api_call *c, const struct conf_api_token *t)
{
    struct sv peer = http_req_peer(c->req);
    struct passwd entry, *found = NULL;
    int64_t uid;
    char text[ENTRY_BYTES];
    if (t)
        snprintf(c->by, sizeof c->by, "token:%s", t->name);
    if (t || !sv_starts(peer, SV("unix:")) || !sv_int(sv_from(peer, 5), &uid) || uid < 0 || uid >= UINT32_MAX)
        return;
    if (getpwuid_r((uid_t)uid, &entry, text, sizeof text, &found) == 0 && found && entry.pw_name[0])
        snprintf(c->by, sizeof c->by, "%.*s", (int)sizeof c->by - 1, entry.pw_name);
    else
        snprintf(c->by, sizeof c->by, "%lld", (long long)uid);
}

static bool is_stranger(const struct api_call *c, enum gate_token shown, const struct conf_api_token *t)
{
    if (shown == GATE_GOOD)
        return !(t->scopes & API_READ);
    return shown == GATE_BAD || !conf_listen_is_local(intake_listen(c->intake, http_req_tag(c->req))) ||
           !is_local(c->req);
}

bool gate_pass(struct api_call *c, const struct api_route *route)
{
    const struct http_head *h = http_req_head(c->req);
    const struct conf_api_token *t;
    enum gate_token shown = gate_token(h, intake_conf_of(c->intake), &t);
    if (route->scope == API_ALL) {
        c->stranger = is_stranger(c, shown, t);
        return true;
    }
    if (shown == GATE_BAD)
        return refuse(c, "bad-token", ", error=\"invalid_token\"", "the token is not known");
    if (shown == GATE_GOOD && !token_passes(c, route, t))
        return false;
    bool for_all = !conf_listen_is_local(intake_listen(c->intake, http_req_tag(c->req)));
    if (shown == GATE_NONE && for_all)
        return refuse(c, "no-token", "", "a token is needed: Authorization: Bearer …");
    if (shown == GATE_NONE && !is_local(c->req))
        return refuse(c, "not-local", NULL, "only from this machine, or with a token");
    if (route->scope != API_READ)
        name_caller(c, t);
    return true;
}
