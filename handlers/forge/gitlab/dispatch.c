/* SPDX-License-Identifier: Apache-2.0 */
/* A pipeline of a branch or tag, with the inputs as its variables. Beside them FETTLE_TOKEN, which no other pipeline
 * has: after a lost answer it is looked for in those that API calls started on the ref since. */
#include <stdio.h>
#include "fmt/enc.h"
#include "handlers/forge/gitlab/turns.h"

enum { LOOKED_AT = 50, KEY_MAX = 255, SKEW_MS = 3600 * 1000 };
static const char own_prefix[] = "FETTLE_";

static enum talk_next never(struct err *e, const char *why)
{
    err_set(e, ERR_INVALID, "%s", why);
    return TALK_DEAD;
}

/* ---- inputs ---- */

static bool is_variable(struct sv key)
{
    if (!key.n || key.n > KEY_MAX || sv_starts(key, sv_of(own_prefix)))
        return false;
    for (size_t i = 0; i < key.n; i++) {
        char c = key.p[i];
        if ((c < '0' || c > '9') && (c < 'A' || c > 'Z') && (c < 'a' || c > 'z') && c != '_')
            return false;
    }
    return true;
}

enum talk_next gitlab_dispatch_check(const struct effect *x, struct err *e)
{
    const struct dispatch_body *b = &x->dispatch;
    struct err ignored = {0};
    AUTO(jdoc_free) struct jdoc *doc = NULL;
    struct sv key;
    const struct jval *value;
    if (b->workflow)
        return never(e, "GitLab has no workflow to start by its file name: a pipeline of a ref alone");
    if (!b->ref || !b->ref[0])
        return never(e, "GitLab takes no events: a pipeline is of a branch or tag, and none is named");
    if (!b->inputs)
        return TALK_CALL;
    if (jdoc_parse(sv_of(b->inputs), NULL, &doc, &ignored) < 0 || jval_kind(jdoc_root(doc)) != J_OBJECT)
        return never(e, "the inputs are no JSON object");
    for (size_t at = 0; jval_each(jdoc_root(doc), &at, &key, &value);)
        if (!is_variable(key)) {
            err_set(e, ERR_INVALID, "the input \"%.*s\" cannot be a variable of a pipeline",
                    SV_ARG(sv_cut_utf8(key, 60)));
            return TALK_DEAD;
        }
    return TALK_CALL;
}

static void put_variable(const char *key, struct sv value, struct jout *j)
{
    jout_open(j, '{');
    jout_kstrz(j, "key", key);
    jout_kstr(j, "value", value.p ? value : SV(""));
    jout_close(j, '}');
}

static void put_inputs(const char *inputs, struct jout *j)
{
    struct err ignored = {0};
    AUTO(jdoc_free) struct jdoc *doc = NULL;
    struct sv key;
    const struct jval *v;
    if (!inputs || jdoc_parse(sv_of(inputs), NULL, &doc, &ignored) < 0)
        return;
    for (size_t at = 0; jval_each(jdoc_root(doc), &at, &key, &v);) {
        AUTO(buf_free) struct buf text = {0};
        if (jval_kind(v) != J_STRING)
            jout_val(&(struct jout){.buf = &text}, v);
        jout_open(j, '{');
        jout_kstr(j, "key", key);
        jout_kstr(j, "value", jval_kind(v) == J_STRING ? jval_str(v) : buf_view(&text));
        jout_close(j, '}');
    }
}

/* ---- start ---- */

static void pipeline_ask(const struct effect *x, struct effect_talk *t, struct api_request *ret)
{
    (void)t;
    const struct dispatch_body *b = &x->dispatch;
    AUTO(buf_free) struct buf hops = {0};
    buf_fmt(&hops, "%lld", (long long)b->hops);
    ret->method = "POST";
    gitlab_project_path(x, "/pipeline", &ret->path);
    struct jout j = {.buf = &ret->body};
    jout_open(&j, '{');
    jout_kstrz(&j, "ref", b->ref);
    jout_key(&j, "variables");
    jout_open(&j, '[');
    put_variable("FETTLE_TOKEN", sv_of(b->token), &j);
    put_variable("FETTLE_HOPS", buf_view(&hops), &j);
    if (b->event)
        put_variable("FETTLE_EVENT", sv_of(b->event), &j);
    put_inputs(b->inputs, &j);
    jout_close(&j, ']');
    jout_close(&j, '}');
}

static enum talk_next pipeline_done(const struct effect *x, struct effect_talk *t, const struct api_reply *r,
                                    struct err *e)
{
    (void)x;
    if (talk_remember(t, r->body, "id", "web_url"))
        return TALK_SENT;
    err_set(e, ERR_UNCERTAIN, "the answer to the new pipeline cannot be read");
    return TALK_UNCERTAIN;
}

const struct talk_turn gitlab_pipeline = {TURN_CREATES, pipeline_ask, pipeline_done, NULL};

/* ---- look: the pipelines, and the variables of each ---- */

struct suspects { /* t->own */
    size_t n, at;
    bool all; /* no younger one than the effect can be beyond them */
    struct {
        int64_t id;
        const char *url;
    } row[LOOKED_AT];
};

static void list_ask(const struct effect *x, struct effect_talk *t, struct api_request *ret)
{
    (void)t;
    ret->method = "GET";
    gitlab_project_path(x, "/pipelines?ref=", &ret->path);
    url_put(&ret->path, sv_of(x->dispatch.ref));
    buf_fmt(&ret->path, "&source=api&order_by=id&sort=desc&per_page=%d", LOOKED_AT);
}

/* Nothing left to look at: it did not arrive, unless it may be further back than we look. */
static enum talk_next none_left(struct effect_talk *t, const struct suspects *s, struct err *e)
{
    if (!s->all)
        return never(e, "it may have started, and too many pipelines were started since to tell which");
    t->stage = GITLAB_PIPELINE;
    return TALK_CALL;
}

static enum talk_next next_suspect(struct effect_talk *t, const struct suspects *s, struct err *e)
{
    if (s->at >= s->n)
        return none_left(t, s, e);
    t->stage = GITLAB_VARIABLES;
    return TALK_CALL;
}

static enum talk_next list_done(const struct effect *x, struct effect_talk *t, const struct api_reply *r, struct err *e)
{
    AUTO(jdoc_free) struct jdoc *doc = NULL;
    struct suspects *s = arena_new(&t->arena, sizeof *s);
    t->own = s;
    if (jdoc_parse(r->body, NULL, &doc, e) < 0 || jval_kind(jdoc_root(doc)) != J_ARRAY) {
        err_set(e, ERR_TRANSIENT, "the list of pipelines cannot be read");
        return TALK_RETRY;
    }
    size_t n = jval_len(jdoc_root(doc));
    s->all = n < LOOKED_AT;
    for (size_t i = 0; i < n && s->n < LOOKED_AT; i++) {
        const struct jval *v = jval_item(jdoc_root(doc), i);
        msec_t made;
        if (when_parse(jval_str(jval_get(v, "created_at")), &made) && made < x->created_at - SKEW_MS) {
            s->all = true;
            break;
        }
        if (jval_int(jval_get(v, "id"), &s->row[s->n].id) && s->row[s->n].id > 0)
            s->row[s->n++].url = arena_dup(&t->arena, jval_str(jval_get(v, "web_url")));
    }
    return next_suspect(t, s, e);
}

const struct talk_turn gitlab_pipelines = {TURN_READS, list_ask, list_done, NULL};

static void variables_ask(const struct effect *x, struct effect_talk *t, struct api_request *ret)
{
    const struct suspects *s = t->own;
    ret->method = "GET";
    gitlab_project_path(x, "/pipelines/", &ret->path);
    buf_fmt(&ret->path, "%lld/variables", (long long)s->row[s->at].id);
}

static bool has_token(const struct jval *list, const char *token)
{
    for (size_t i = 0; i < jval_len(list); i++) {
        const struct jval *v = jval_item(list, i);
        if (sv_is(jval_str(jval_get(v, "key")), "FETTLE_TOKEN") && sv_is(jval_str(jval_get(v, "value")), token))
            return true;
    }
    return false;
}

static enum talk_next variables_done(const struct effect *x, struct effect_talk *t, const struct api_reply *r,
                                     struct err *e)
{
    AUTO(jdoc_free) struct jdoc *doc = NULL;
    struct suspects *s = t->own;
    if (jdoc_parse(r->body, NULL, &doc, e) < 0 || jval_kind(jdoc_root(doc)) != J_ARRAY) {
        err_set(e, ERR_TRANSIENT, "the variables of a pipeline cannot be read");
        return TALK_RETRY;
    }
    if (!has_token(jdoc_root(doc), x->dispatch.token)) {
        s->at++;
        return next_suspect(t, s, e);
    }
    snprintf(t->remote_id, sizeof t->remote_id, "%lld", (long long)s->row[s->at].id);
    const char *url = s->row[s->at].url;
    snprintf(t->remote_url, sizeof t->remote_url, "%s", url && strlen(url) < sizeof t->remote_url ? url : "");
    return TALK_SENT;
}

/* Only who started a pipeline and maintainers may read its variables: one that is refused is none of ours. */
static enum talk_next variables_refused(const struct effect *x, struct effect_talk *t, const struct api_reply *r,
                                        enum talk_next usual, struct err *e)
{
    (void)x;
    struct suspects *s = t->own;
    if (usual != TALK_DEAD || (r->status != 403 && r->status != 404))
        return usual;
    s->at++;
    return next_suspect(t, s, e);
}

const struct talk_turn gitlab_variables = {TURN_READS, variables_ask, variables_done, variables_refused};
