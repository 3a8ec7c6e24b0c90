/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include "port/talk.h"
#include "fmt/enc.h"
#include "fmt/json.h"

enum { REDIRECTS = 3, ADDRESS_MAX = 2048 };
static const struct json_limits answer_limits = {.bytes = 16 << 20, .depth = 32, .nodes = 500000};

/* ---- refusals ---- */

/* What the forge said, for people: its JSON message, else the first bytes of a plain text. */
static void answer_words(struct sv body, struct buf *out)
{
    struct err ignored = {0};
    AUTO(jdoc_free) struct jdoc *doc = NULL;
    AUTO(buf_free) struct buf text = {0};
    if (jdoc_parse(body, &answer_limits, &doc, &ignored) == 0) {
        const struct jval *root = jdoc_root(doc), *m = jval_get(root, "message");
        if (!m)
            m = jval_get(root, "error");
        if (jval_str(m).p)
            buf_sv(&text, jval_str(m));
        else if (m)
            jout_val(&(struct jout){.buf = &text}, m);
    } else if (body.n < 4096 && sv_bad_utf8(body) < 0 && sv_chr(body, '<') < 0) {
        buf_sv(&text, body);
    }
    if (text.n)
        buf_str(out, ": ");
    talk_line(text.p, 120, out);
}

static enum talk_next refusal(const struct api_reply *r, enum talk_next next, enum err_class cls, const char *what,
                              struct err *e)
{
    AUTO(buf_free) struct buf words = {0};
    answer_words(r->body, &words);
    struct sv cut = sv_cut_utf8(buf_view(&words), 180);
    err_set(e, cls, "%s (%d)%.*s", what, r->status, SV_ARG(cut));
    e->code = r->status;
    return next;
}

static enum talk_next no_answer(const struct api_reply *r, enum turn_risk risk, struct err *e)
{
    const char *why = r->problem ? r->problem : "no answer";
    e->code = 0;
    if (!r->maybe_sent || risk == TURN_READS) {
        err_set(e, ERR_TRANSIENT, "%s", why);
        return TALK_RETRY;
    }
    err_set(e, ERR_UNCERTAIN, "sent, and then: %s", why);
    return TALK_UNCERTAIN;
}

static enum talk_next server_fault(const struct api_reply *r, enum turn_risk risk, int tries, struct err *e)
{
    msec_t wait = talk_limit(r, tries);
    enum talk_next next = risk == TURN_CREATES
                              ? refusal(r, TALK_UNCERTAIN, ERR_UNCERTAIN, "the forge failed after the request", e)
                              : refusal(r, TALK_RETRY, ERR_TRANSIENT, "the forge failed", e);
    e->retry_after_ms = wait > 0 ? wait : 0;
    return next;
}

enum talk_next talk_refused(const struct effect *x, const struct api_reply *r, enum turn_risk risk, struct err *e)
{
    *e = (struct err){0};
    if (r->status == 0)
        return no_answer(r, risk, e);
    if (r->status >= 500)
        return server_fault(r, risk, x->tries, e);
    msec_t wait = talk_limit(r, x->tries);
    if (wait >= 0) {
        refusal(r, TALK_RETRY, ERR_LIMITED, "the forge limits our calls", e);
        e->retry_after_ms = wait;
        return TALK_RETRY;
    }
    switch (r->status) {
    case 401:
        return refusal(r, TALK_RETRY, ERR_DENIED, "the credential is refused", e);
    case 403:
        return refusal(r, TALK_DEAD, ERR_DENIED, "permission is missing", e);
    case 404:
        return refusal(r, TALK_DEAD, ERR_MISSING, "not there, or permission is missing", e);
    case 410:
        return refusal(r, TALK_DEAD, ERR_MISSING, "gone or switched off", e);
    case 408:
    case 425:
        return refusal(r, TALK_RETRY, ERR_TRANSIENT, "the forge asks to repeat", e);
    case 409:
        return refusal(r, TALK_RETRY, ERR_CONFLICT, "somebody else is changing it", e);
    default:
        return refusal(r, TALK_DEAD, ERR_INVALID, r->status < 400 ? "unexpected answer" : "refused", e);
    }
}

/* ---- the driver ---- */

static enum talk_next ask(const struct talk_dialect *d, const struct talk_turn *turns, const struct effect *x,
                          struct effect_talk *t, struct api_request *ret, struct err *e)
{
    if (t->turns++ >= TALK_TURNS) {
        err_set(e, ERR_INVALID, "more than %d requests for one effect", TALK_TURNS);
        return TALK_RETRY;
    }
    size_t n = 0;
    buf_clear(&ret->path);
    buf_clear(&ret->body);
    turns[t->stage].ask(x, t, ret);
    for (; d->headers[n]; n++)
        ret->headers[n] = d->headers[n];
    ret->headers[n] = NULL;
    return TALK_CALL;
}

static bool is_redirect(int status)
{
    return status == 301 || status == 302 || status == 307 || status == 308;
}

/* A renamed repository: the same request again at its new path, whatever the method. Nothing was done yet. */
static enum talk_next redirected(const struct talk_dialect *d, const struct talk_turn *turns, const struct effect *x,
                                 struct effect_talk *t, const struct api_reply *r, struct api_request *ret,
                                 struct err *e)
{
    AUTO(buf_free) struct buf path = {0};
    if (t->spare++ >= REDIRECTS)
        return refusal(r, TALK_DEAD, ERR_INVALID, "redirected too often", e);
    if (!talk_below(d, r->location, &path))
        return refusal(r, TALK_DEAD, ERR_INVALID, "redirected to somewhere else", e);
    enum talk_next next = ask(d, turns, x, t, ret, e);
    if (next == TALK_CALL) {
        buf_clear(&ret->path);
        buf_sv(&ret->path, buf_view(&path));
    }
    return next;
}

enum talk_next talk_turns(const struct talk_dialect *d, const struct talk_turn *turns, const struct effect *x,
                          struct effect_talk *t, const struct api_reply *reply, struct api_request *ret_request,
                          struct err *e)
{
    if (!reply)
        return ask(d, turns, x, t, ret_request, e);
    const struct talk_turn *turn = &turns[t->stage];
    enum talk_next next;
    if (is_redirect(reply->status) && reply->location.p)
        return redirected(d, turns, x, t, reply, ret_request, e);
    if (reply->status >= 200 && reply->status < 300) {
        t->spare = 0;
        next = turn->done(x, t, reply, e);
    } else {
        next = talk_refused(x, reply, turn->risk, e);
        if (turn->refused)
            next = turn->refused(x, t, reply, next, e);
    }
    return next == TALK_CALL ? ask(d, turns, x, t, ret_request, e) : next;
}

/* ---- addresses and texts ---- */

struct sv talk_link_next(struct sv link)
{
    while (link.n) {
        ptrdiff_t open = sv_chr(link, '<'), end = sv_chr(link, '>');
        if (open < 0 || end < open)
            break;
        struct sv url = sv_cut(sv_from(link, (size_t)open + 1), (size_t)(end - open - 1));
        struct sv rest = sv_from(link, (size_t)end + 1);
        ptrdiff_t more = sv_chr(rest, '<');
        struct sv params = more < 0 ? rest : sv_cut(rest, (size_t)more);
        if (sv_find(params, SV("rel=\"next\"")) >= 0 || sv_find(params, SV("rel=next")) >= 0)
            return url;
        link = more < 0 ? SV_NONE : sv_from(rest, (size_t)more);
    }
    return SV_NONE;
}

static bool has_dots(struct sv path)
{
    struct sv segment;
    while (sv_next(&path, '/', &segment))
        if (sv_is(segment, ".") || sv_is(segment, ".."))
            return true;
    return false;
}

/* A dot segment could lead out of the base after all. In a query it is only text (RFC 3986 §3.4), but no forge sends
 * one there, and not every proxy on the way ends the path where the query begins. */
static bool is_clean(struct sv url)
{
    if (url.n > ADDRESS_MAX)
        return false;
    for (size_t i = 0; i < url.n; i++)
        if (url.p[i] <= ' ' || url.p[i] > '~' || url.p[i] == '#' || url.p[i] == '\\')
            return false;
    ptrdiff_t query = sv_chr(url, '?');
    struct sv path = query < 0 ? url : sv_cut(url, (size_t)query);
    return !talk_has_word(path, SV("%2e")) && !has_dots(path) && !has_dots(url);
}

bool talk_below(const struct talk_dialect *d, struct sv url, struct buf *out)
{
    if (!url.p || !is_clean(url))
        return false;
    ptrdiff_t scheme = sv_find(url, SV("://"));
    struct sv path = scheme < 0 ? url : sv_from(url, (size_t)scheme + 3);
    ptrdiff_t query = sv_chr(path, '?');
    struct sv place = query < 0 ? path : sv_cut(path, (size_t)query);
    ptrdiff_t first = -1;
    for (const char *const *root = d->roots; *root; root++) {
        ptrdiff_t at = sv_find(place, sv_of(*root));
        if (at >= 0 && (first < 0 || at < first))
            first = at;
    }
    if (first < 0)
        return false;
    buf_sv(out, sv_from(path, (size_t)first));
    return true;
}

void talk_repo_path(const char *repo, struct buf *out)
{
    struct sv rest = sv_of(repo), part;
    for (bool first = true; sv_next(&rest, '/', &part); first = false) {
        if (!first)
            buf_chr(out, '/');
        url_put(out, part);
    }
}

enum talk_next talk_no_such(const struct effect *x, struct err *e)
{
    const char *forge = x->forge ? x->forge : "it";
    if (x->kind == EFFECT_CHECK)
        err_set(e, ERR_INVALID, "%s has no check runs: the commit status alone is posted", forge);
    else
        err_set(e, ERR_INVALID, "%s has no effect \"%s\"", forge, effect_kind_name[x->kind]);
    return TALK_DEAD;
}

void talk_line(const char *text, size_t n_chars, struct buf *out)
{
    struct sv s = sv_of(text ? text : "");
    bool cut = sv_cut_chars(s, n_chars).n < s.n;
    if (cut)
        s = sv_cut_chars(s, n_chars - 1);
    for (size_t i = 0; i < s.n; i++)
        buf_chr(out, (unsigned char)s.p[i] < ' ' || s.p[i] == 0x7f ? ' ' : s.p[i]);
    if (cut)
        buf_str(out, "\xe2\x80\xa6");
}

bool talk_remember(struct effect_talk *t, struct sv json, const char *id_key, const char *url_key)
{
    struct err ignored = {0};
    AUTO(jdoc_free) struct jdoc *doc = NULL;
    int64_t id;
    if (jdoc_parse(json, &answer_limits, &doc, &ignored) < 0 || !jval_int(jval_get(jdoc_root(doc), id_key), &id) ||
        id <= 0)
        return false;
    snprintf(t->remote_id, sizeof t->remote_id, "%lld", (long long)id);
    struct sv url = url_key ? jval_str(jval_get(jdoc_root(doc), url_key)) : SV_NONE;
    if (url.p && url.n < sizeof t->remote_url)
        snprintf(t->remote_url, sizeof t->remote_url, "%.*s", SV_ARG(url));
    return true;
}
