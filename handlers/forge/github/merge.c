/* SPDX-License-Identifier: Apache-2.0 */
/* A change is merged while its head is the commit that was meant, and at no other. Whether it may be merged is worked
 * out by GitHub in the background and may depend on others, so a refusal is tried again for a while; but first it is
 * looked whether it is merged already. Fields: GitHub REST API 2022-11-28, "Pull requests". */
#include <stdio.h>
#include "handlers/forge/github/turns.h"
#include "core/effect_body.h"
#include "fmt/json.h"
#include "port/harmless.h"

struct merge_talk { /* effect_talk.own, once it was refused */
    struct err why;
};

static void pull_path(const struct effect *x, struct api_request *ret)
{
    github_repo_path(x, "/pulls/", &ret->path);
    buf_int(&ret->path, x->merge.number);
}

/* ---- look ---- */

static void look_ask(const struct effect *x, struct effect_talk *t, struct api_request *ret)
{
    (void)t;
    ret->method = "GET";
    pull_path(x, ret);
}

static enum talk_next is_over(struct err *e, const char *what, struct sv head)
{
    err_set(e, ERR_CONFLICT, "%s%.*s", what, SV_ARG(sv_cut(head, 64)));
    return TALK_DEAD;
}

static enum talk_next look_done(const struct effect *x, struct effect_talk *t, const struct api_reply *r, struct err *e)
{
    AUTO(jdoc_free) struct jdoc *doc = NULL;
    const struct merge_talk *k = t->own;
    const struct jval *v = jdoc_parse(r->body, NULL, &doc, e) < 0 ? NULL : jdoc_root(doc);
    struct sv head = jval_str(jval_at(v, "head", "sha"));
    if (!head.n || sv_bad_utf8(head) >= 0) {
        err_set(e, ERR_TRANSIENT, "the change cannot be read");
        return TALK_RETRY;
    }
    talk_remember(t, r->body, "number", "html_url");
    bool merged = jval_true(jval_get(v, "merged"));
    if (!sv_is(head, x->merge.sha))
        return is_over(e, merged ? "merged at another commit: " : "head moved to ", head);
    if (merged)
        return TALK_SENT;
    if (sv_is(jval_str(jval_get(v, "state")), "closed"))
        return is_over(e, "closed without being merged at ", head);
    if (k) {
        *e = k->why;
        return TALK_RETRY;
    }
    t->stage = GITHUB_MERGE;
    return TALK_CALL;
}

const struct talk_turn github_merge_look = {TURN_READS, look_ask, look_done, NULL};

/* ---- merge ---- */

static void put_message(const struct effect *x, struct jout *j)
{
    AUTO(buf_free) struct buf title = {0}, message = {0};
    if (x->merge.method == MERGE_BY_REBASE) /* makes no commit of its own */
        return;
    if (x->merge.title) {
        harmless_title(x->merge.title, &title);
        jout_kstr(j, "commit_title", buf_view(&title));
    }
    if (x->merge.message) {
        harmless_plain(sv_of(x->merge.message), SLASH_PLAIN, &message);
        jout_kstr(j, "commit_message", sv_cut_utf8(buf_view(&message), TEXT_BODY_MAX));
    }
}

static void merge_ask(const struct effect *x, struct effect_talk *t, struct api_request *ret)
{
    struct jout j = {.buf = &ret->body};
    (void)t;
    ret->method = "PUT";
    pull_path(x, ret);
    buf_str(&ret->path, "/merge");
    jout_open(&j, '{');
    jout_kstrz(&j, "sha", x->merge.sha);
    jout_kstrz(&j, "merge_method", merge_method_name[x->merge.method]);
    put_message(x, &j);
    jout_close(&j, '}');
}

static enum talk_next look_again(struct effect_talk *t, const struct err *why)
{
    struct merge_talk *k = t->own = arena_new(&t->arena, sizeof *k);
    k->why = *why;
    k->why.cls = ERR_CONFLICT;
    t->stage = GITHUB_MERGE_LOOK;
    return TALK_CALL;
}

static enum talk_next merge_done(const struct effect *x, struct effect_talk *t, const struct api_reply *r,
                                 struct err *e)
{
    AUTO(jdoc_free) struct jdoc *doc = NULL;
    struct err why = {0};
    if (jdoc_parse(r->body, NULL, &doc, e) == 0 && jval_true(jval_get(jdoc_root(doc), "merged"))) {
        snprintf(t->remote_id, sizeof t->remote_id, "%lld", (long long)x->merge.number);
        return TALK_SENT;
    }
    err_set(&why, ERR_CONFLICT, "the answer does not say that it is merged");
    return look_again(t, &why);
}

static enum talk_next merge_refused(const struct effect *x, struct effect_talk *t, const struct api_reply *r,
                                    enum talk_next usual, struct err *e)
{
    (void)x;
    if (r->status != 405 && r->status != 409)
        return usual;
    err_add(e, "not merged");
    return look_again(t, e);
}

/* It would be refused the second time, and that would look like a refusal of the first. */
const struct talk_turn github_merge = {TURN_CREATES, merge_ask, merge_done, merge_refused};
