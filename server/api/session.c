/* SPDX-License-Identifier: Apache-2.0 */
/* Sign-in for browsers: who calls, in with a token, out again, and who is in. */
#include <stdio.h>
#include "fmt/json.h"
#include "port/store.h"
#include "server/api/api.h"
#include "server/session/cookie.h"
#include "server/session/origin.h"

enum { SIGN_IN_MOST = 4096 };
static const struct json_limits limits = {.bytes = SIGN_IN_MOST, .depth = 4, .nodes = 64};

static const struct conf_listen *listen_of(const struct api_call *c)
{
    return intake_listen(c->intake, http_req_tag(c->req));
}

/* ---- who ---- */

static void put_scopes(struct jout *j, unsigned scopes)
{
    jout_key(j, "scopes");
    jout_open(j, '[');
    for (unsigned i = 0; api_scope_name[i]; i++)
        if (scopes & 1u << i)
            jout_strz(j, api_scope_name[i]);
    jout_close(j, ']');
}

static void answer_who(const struct api_call *c, const struct api_caller *who, const char *by, struct buf *headers)
{
    AUTO(buf_free) struct buf b = {0};
    struct jout j = {.buf = &b};
    char at[25];
    jout_open(&j, '{');
    jout_kint(&j, "schema", 1);
    jout_kbool(&j, "signed_in", who->shown != SHOWN_NOTHING);
    jout_kstrz(&j, "by", by && by[0] ? by : NULL);
    put_scopes(&j, who->scopes);
    jout_kstrz(&j, "csrf", who->csrf[0] ? who->csrf : "none");
    jout_kbool(&j, "local", who->local);
    jout_kstrz(&j, "ends_at", who->ends ? when_text(who->ends, at) : NULL);
    jout_close(&j, '}');
    buf_chr(&b, '\n');
    buf_str(headers, "Cache-Control: no-store\r\n");
    http_req_answer(c->req, 200, "application/json", headers->p, buf_view(&b));
}

/* A cookie that is worth nothing any more is taken back: what needs none is then not refused for it. */
void api_session(const struct api_call *c)
{
    AUTO(buf_free) struct buf headers = {0};
    struct sv cookie;
    bool stale = c->who.shown == SHOWN_NOTHING &&
                 cookie_get(http_req_head(c->req), cookie_name(listen_of(c)), &cookie) != COOKIE_NONE;
    if (stale)
        cookie_put(listen_of(c), SV_NONE, &headers);
    answer_who(c, &c->who, c->by, &headers);
}

/* ---- in ---- */

static void refuse(const struct api_call *c, const struct app_letter *l)
{
    char retry[48] = "";
    if (l->status == 429)
        snprintf(retry, sizeof retry, "Retry-After: %lld\r\n", (long long)l->id);
    else if (l->status == 401)
        snprintf(retry, sizeof retry, "WWW-Authenticate: Bearer realm=\"fettle\"\r\n");
    api_problem_with(c, l->status, retry,
                     l->status == 429   ? "too many tries to sign in"
                     : l->status == 401 ? "the token is not known"
                     : l->status == 403 ? "the token has not the scope \"read\", which a session needs"
                                        : "the store cannot be written now",
                     NULL);
}

static void answer_sign_in(const struct api_call *c, struct app_letter *l)
{
    AUTO(buf_free) struct buf headers = {0};
    struct api_caller who = {.shown = SHOWN_SESSION, .local = c->who.local, .scopes = (unsigned)l->id, .ends = l->ends};
    if (!l->ok) {
        refuse(c, l);
        return;
    }
    cookie_csrf(buf_view(&l->text), who.csrf);
    cookie_put(listen_of(c), buf_view(&l->text), &headers);
    explicit_bzero(l->text.p, l->text.n);
    answer_who(c, &who, l->by, &headers);
    explicit_bzero(headers.p, headers.n);
}

/* The address that a proxy saw, which it puts at the end; who comes past it gives himself one, and is held by what all
 * have together. */
static struct sv address_of(const struct api_call *c)
{
    const struct http_head *h = http_req_head(c->req);
    struct sv last = SV_NONE;
    for (size_t i = 0; i < h->n_fields && listen_of(c)->behind_proxy; i++)
        if (sv_ieq(h->fields[i].name, SV("x-forwarded-for")))
            last = sv_trim(sv_from(h->fields[i].value, (size_t)(sv_rchr(h->fields[i].value, ',') + 1)));
    return last.n ? last : http_req_peer(c->req);
}

static void sign_in(const struct api_call *c, struct sv body)
{
    AUTO(jdoc_free) struct jdoc *doc = NULL;
    struct err e = {0};
    if (jdoc_parse(body, &limits, &doc, &e) < 0) {
        api_problem(c, 400, "the body is no JSON", NULL); /* what is wrong could have a part of the token */
        return;
    }
    struct sv token = jval_str(jval_get(jdoc_root(doc), "token")), from = address_of(c);
    if (!token.n || jval_len(jdoc_root(doc)) != 1) {
        api_problem(c, 422, "the body is {\"token\": \"…\"}", NULL);
        return;
    }
    struct app_letter *l = mem_new(sizeof *l);
    l->kind = LETTER_SIGN_IN;
    l->id = c->who.session;
    l->look = conf_listen_is_local(listen_of(c));
    snprintf(l->guid, sizeof l->guid, "%.*s", SV_ARG(sv_cut(from, sizeof l->guid - 1)));
    buf_sv(&l->text, token);
    api_post(c, l, answer_sign_in);
}

void api_sign_in(const struct api_call *c)
{
    api_body(c, SIGN_IN_MOST, sign_in);
}

/* ---- out ---- */

static void out(const struct api_call *c)
{
    AUTO(buf_free) struct buf headers = {0};
    struct api_caller nobody = {.local = c->who.local};
    cookie_put(listen_of(c), SV_NONE, &headers);
    answer_who(c, &nobody, NULL, &headers);
}

static void answer_sign_out(const struct api_call *c, struct app_letter *l)
{
    if (l->ok)
        out(c);
    else
        api_problem(c, 503, "the store cannot be written now", NULL);
}

static void end_session(const struct api_call *c, enum app_letter_kind kind, int64_t session, api_answer_fn *answer)
{
    struct app_letter *l = mem_new(sizeof *l);
    l->kind = kind;
    l->id = session;
    api_post(c, l, answer);
}

static void sign_out(const struct api_call *c, struct sv body)
{
    (void)body;
    if (c->who.shown == SHOWN_SESSION)
        end_session(c, LETTER_SIGN_OUT, c->who.session, answer_sign_out);
    else
        out(c);
}

void api_sign_out(const struct api_call *c)
{
    api_body(c, SIGN_IN_MOST, sign_out);
}

/* ---- all of them ---- */

struct shown_list {
    struct jout j;
    msec_t now;
    int64_t wanted; /* an id */
    bool found;
};

static void put_session(void *ctx, const struct session *s)
{
    struct shown_list *l = ctx;
    char at[25];
    if (session_is_over(s, l->now))
        return;
    l->found |= s->id == l->wanted;
    jout_open(&l->j, '{');
    jout_kid(&l->j, "id", s->id);
    jout_kstrz(&l->j, "name", s->name);
    put_scopes(&l->j, s->scopes);
    jout_kstrz(&l->j, "created_at", when_text(s->created, at));
    jout_kstrz(&l->j, "seen_at", when_text(s->seen, at));
    jout_kstrz(&l->j, "ends_at", when_text(s->ends, at));
    jout_close(&l->j, '}');
}

static bool list(const struct api_call *c, struct shown_list *l)
{
    struct err e = {0};
    struct reader *r = intake_reader(c->intake);
    l->now = clk_wall_ms();
    jout_open(&l->j, '{');
    jout_kint(&l->j, "schema", 1);
    jout_key(&l->j, "sessions");
    jout_open(&l->j, '[');
    if (r && read_sessions(r, put_session, l, &e) == 0)
        return true;
    api_no_store(c, &e);
    return false;
}

void api_sessions(const struct api_call *c)
{
    AUTO(buf_free) struct buf b = {0};
    struct shown_list l = {.j = {.buf = &b}};
    if (!list(c, &l))
        return;
    jout_close(&l.j, ']');
    jout_key(&l.j, "next");
    jout_null(&l.j);
    jout_close(&l.j, '}');
    buf_chr(&b, '\n');
    api_json(c, 200, buf_view(&b));
}

static void answer_end(const struct api_call *c, struct app_letter *l)
{
    if (l->ok)
        api_json(c, 202, SV("{\"status\":\"accepted\"}\n"));
    else
        api_problem(c, 503, "the store cannot be written now", NULL);
}

static void end_one(const struct api_call *c, struct sv body)
{
    AUTO(buf_free) struct buf b = {0};
    struct shown_list l = {.j = {.buf = &b}, .wanted = c->id};
    (void)body;
    if (!list(c, &l))
        return;
    if (l.found)
        end_session(c, LETTER_SESSION_END, c->id, answer_end);
    else
        api_problem(c, 404, "no such session", NULL);
}

void api_session_end(const struct api_call *c)
{
    api_body(c, SIGN_IN_MOST, end_one);
}
