/* SPDX-License-Identifier: Apache-2.0 */
#include "core/check.h"
#include "fmt/hmac.h"
#include "fmt/json.h"

#define X(id, name) name,
const char *const effect_state_name[] = {EFFECT_STATES(X)};
#undef X
const char *const effect_kind_name[] = {
    [EFFECT_STATUS] = "status", [EFFECT_ISSUE] = "issue",     [EFFECT_EVENT] = "event",
    [EFFECT_CHECK] = "check",   [EFFECT_COMMENT] = "comment", [EFFECT_LABEL] = "label",
    [EFFECT_PULL] = "pull",     [EFFECT_MERGE] = "merge",     [EFFECT_DISPATCH] = "dispatch",
};
const char *const status_state_name[] = {
    [STATUS_QUEUED] = "queued",       [STATUS_RUNNING] = "running", [STATUS_SUCCESS] = "success",
    [STATUS_FAILED] = "failed",       [STATUS_ERROR] = "error",     [STATUS_TIMED_OUT] = "timed_out",
    [STATUS_CANCELLED] = "cancelled", [STATUS_SKIPPED] = "skipped",
};

static void status_write(const struct status_body *s, struct jout *j)
{
    jout_kstrz(j, "sha", s->sha);
    jout_kstrz(j, "context", s->context);
    jout_kstrz(j, "state", status_state_name[s->state]);
    jout_kstrz(j, "description", s->description);
    jout_kstrz(j, "target_url", s->target_url);
    jout_kstrz(j, "ref", s->ref);
    jout_kint(j, "change", s->change);
    jout_kstrz(j, "head_repo", s->head_repo);
}

static void issue_write(const struct issue_body *b, struct jout *j)
{
    jout_kstrz(j, "title", b->title);
    jout_kstrz(j, "body", b->body);
    jout_kstrz(j, "marker", b->marker);
    jout_key(j, "labels");
    jout_strs(j, b->labels, b->n_labels);
    jout_kbool(j, "close", b->close);
}

static void event_write(const struct event_body *b, struct jout *j)
{
    jout_kstrz(j, "guid", b->guid);
    jout_kstrz(j, "event", b->event);
    if (b->made_up)
        jout_kbool(j, "made_up", true);
    if (b->trace)
        jout_kstrz(j, "trace", b->trace);
    jout_kstrz(j, "payload", b->payload);
}

void effect_body_write(const struct effect *x, struct buf *out)
{
    struct jout j = {.buf = out};
    jout_open(&j, '{');
    switch (x->kind) {
    case EFFECT_STATUS:
        status_write(&x->status, &j);
        break;
    case EFFECT_ISSUE:
        issue_write(&x->issue, &j);
        break;
    case EFFECT_CHECK:
        check_write(&x->check, &j);
        break;
    case EFFECT_COMMENT:
        comment_write(&x->comment, &j);
        break;
    case EFFECT_LABEL:
        label_write(&x->label, &j);
        break;
    case EFFECT_PULL:
        pull_write(&x->pull, &j);
        break;
    case EFFECT_MERGE:
        merge_write(&x->merge, &j);
        break;
    case EFFECT_DISPATCH:
        dispatch_write(&x->dispatch, &j);
        break;
    case EFFECT_EVENT:
    case EFFECT_KIND_N:
        event_write(&x->event, &j);
    }
    jout_close(&j, '}');
}

/* A text that must be there: false leaves *ret alone. */
static bool need(const struct jval *v, const char *key, struct arena *arena, const char **ret)
{
    struct sv s = jval_str(jval_get(v, key));
    if (!s.p)
        return false;
    *ret = arena_dup(arena, s);
    return true;
}

static const char *may(const struct jval *v, const char *key, struct arena *arena)
{
    return arena_dup(arena, jval_str(jval_get(v, key)));
}

bool status_state_find(struct sv name, enum status_state *ret)
{
    for (size_t i = 0; i < STATUS_STATE_N; i++)
        if (sv_is(name, status_state_name[i])) {
            *ret = (enum status_state)i;
            return true;
        }
    return false;
}

static int status_read(const struct jval *v, struct arena *arena, struct status_body *ret, struct err *e)
{
    struct status_body s = {0};
    if (!need(v, "sha", arena, &s.sha) || !need(v, "context", arena, &s.context))
        return err_set(e, ERR_INVALID, "status without sha or context");
    struct sv state = jval_str(jval_get(v, "state"));
    if (!status_state_find(state, &s.state))
        return err_set(e, ERR_INVALID, "unknown status \"%.*s\"", SV_ARG(sv_cut_utf8(state, 40)));
    s.description = may(v, "description", arena);
    s.target_url = may(v, "target_url", arena);
    s.ref = may(v, "ref", arena);
    s.head_repo = may(v, "head_repo", arena);
    if (!jval_int(jval_get(v, "change"), &s.change))
        s.change = 0;
    if (!s.description)
        s.description = "";
    *ret = s;
    return 0;
}

static int issue_read(const struct jval *v, struct arena *arena, struct issue_body *ret, struct err *e)
{
    struct issue_body b = {0};
    if (!need(v, "title", arena, &b.title) || !need(v, "marker", arena, &b.marker) || !b.marker[0])
        return err_set(e, ERR_INVALID, "issue without title or marker");
    b.body = may(v, "body", arena);
    if (!b.body)
        b.body = "";
    b.close = jval_true(jval_get(v, "close"));
    if (effect_texts_read(jval_get(v, "labels"), arena, &b.labels, &b.n_labels, e) < 0)
        return -1;
    *ret = b;
    return 0;
}

static int event_read(const struct jval *v, struct arena *arena, struct event_body *ret, struct err *e)
{
    struct event_body b = {0};
    if (!need(v, "guid", arena, &b.guid) || !need(v, "event", arena, &b.event) ||
        !need(v, "payload", arena, &b.payload))
        return err_set(e, ERR_INVALID, "event without guid, name or payload");
    b.made_up = jval_true(jval_get(v, "made_up"));
    if (jval_kind(jval_get(v, "trace")) == J_STRING)
        b.trace = arena_dup(arena, jval_str(jval_get(v, "trace")));
    *ret = b;
    return 0;
}

int effect_body_read(struct effect *x, struct arena *arena, struct err *e)
{
    AUTO(jdoc_free) struct jdoc *doc = NULL;
    if (!x->body)
        return err_set(e, ERR_INVALID, "effect without a body");
    if (jdoc_parse(sv_of(x->body), NULL, &doc, e) < 0)
        return err_add(e, "body of an effect");
    const struct jval *v = jdoc_root(doc);
    if (jval_kind(v) != J_OBJECT)
        return err_set(e, ERR_INVALID, "body of an effect is no object");
    switch (x->kind) {
    case EFFECT_STATUS:
        return status_read(v, arena, &x->status, e);
    case EFFECT_ISSUE:
        return issue_read(v, arena, &x->issue, e);
    case EFFECT_EVENT:
        return event_read(v, arena, &x->event, e);
    case EFFECT_CHECK:
        return check_read(v, arena, &x->check, e);
    case EFFECT_COMMENT:
        return comment_read(v, arena, &x->comment, e);
    case EFFECT_LABEL:
        return label_read(v, arena, &x->label, e);
    case EFFECT_PULL:
        return pull_read(v, arena, &x->pull, e);
    case EFFECT_MERGE:
        return merge_read(v, arena, &x->merge, e);
    case EFFECT_DISPATCH:
        return dispatch_read(v, arena, &x->dispatch, e);
    case EFFECT_KIND_N:
        break;
    }
    return err_set(e, ERR_BUG, "effect kind %d", (int)x->kind);
}

/* 26 digits of Crockford's base32 are the first 130 bits. */
static void digest_text(const struct buf *b, char ret[27])
{
    static const char digit[] = "0123456789abcdefghjkmnpqrstvwxyz";
    uint8_t d[SHA256_LEN];
    sha256(b->p, b->n, d);
    for (unsigned i = 0; i < 26; i++) {
        unsigned bit = i * 5, pair = (unsigned)d[bit / 8] << 8 | d[bit / 8 + 1];
        ret[i] = digit[pair >> (11 - bit % 8) & 31];
    }
    ret[26] = 0;
}

/* Lengths in front make different parts different bytes, whatever they contain. */
static void part(struct buf *b, struct sv s)
{
    buf_int(b, (int64_t)s.n);
    buf_chr(b, ':');
    buf_sv(b, s);
}

void effect_key(int64_t run_id, enum effect_kind kind, struct sv name, int64_t generation, char ret[27])
{
    AUTO(buf_free) struct buf b = {0};
    buf_fmt(&b, "effect %lld %s %lld ", (long long)run_id, effect_kind_name[kind], (long long)generation);
    part(&b, name);
    digest_text(&b, ret);
}

void effect_fingerprint(struct sv forge, struct sv repo, struct sv fingerprint, char ret[27])
{
    AUTO(buf_free) struct buf b = {0};
    buf_str(&b, "fingerprint ");
    part(&b, forge);
    part(&b, repo);
    part(&b, fingerprint);
    digest_text(&b, ret);
}
