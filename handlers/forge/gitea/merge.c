/* SPDX-License-Identifier: Apache-2.0 */
/* Merging while the head is the commit: the forge compares head_commit_id itself, so that a second try merges nothing
 * else. It answers 405 and 409 for nearly everything, also for what is merged already: what they mean is read from the
 * pull request. */
#include <stdio.h>
#include "handlers/forge/gitea/turns.h"
#include "port/harmless.h"

enum { SAID_MAX = 200 };

static void pull_path(const struct effect *x, struct buf *out)
{
    gitea_repo_path(x, "/pulls/", out);
    buf_fmt(out, "%lld", (long long)x->merge.number);
}

/* ---- look ---- */

static void look_ask(const struct effect *x, struct effect_talk *t, struct api_request *ret)
{
    (void)t;
    ret->method = "GET";
    pull_path(x, &ret->path);
}

/* What the forge says while it still checks for conflicts, while required statuses are on their way, and when a push
 * came between; and 409 of one that it calls mergeable. */
static bool passes(const char *said, const struct jval *v)
{
    static const char *const words[] = {"try again later", "status checks", "out of date"};
    for (size_t i = 0; i < ARRAY_LEN(words); i++)
        if (strstr(said, words[i]))
            return true;
    return strncmp(said, "(409)", 5) == 0 && jval_true(jval_get(v, "mergeable"));
}

/* t->own is what it said when it refused this conversation's try. */
static enum talk_next refused_open(const struct effect_talk *t, const struct jval *v, struct err *e)
{
    const char *said = t->own;
    if (passes(said, v)) {
        err_set(e, ERR_CONFLICT, "not merged yet %s", said);
        return TALK_RETRY;
    }
    err_set(e, ERR_INVALID, "cannot be merged %s", said);
    return TALK_DEAD;
}

static enum talk_next judge(const struct effect *x, struct effect_talk *t, const struct jval *v, struct err *e)
{
    struct sv sha = jval_str(jval_at(v, "head", "sha"));
    bool merged = jval_true(jval_get(v, "merged")), open = sv_is(jval_str(jval_get(v, "state")), "open");
    bool same = sv_is(sha, x->merge.sha);
    if (merged && same)
        return TALK_SENT;
    if (open && same && t->own)
        return refused_open(t, v, e);
    if (open && same) {
        t->stage = GITEA_MERGE;
        return TALK_CALL;
    }
    if (merged || open)
        err_set(e, ERR_CONFLICT, "not merged: it is %s and its head is %.*s", merged ? "merged" : "open",
                SV_ARG(sv_cut_utf8(sha, 64)));
    else
        err_set(e, ERR_CONFLICT, "not merged: it is closed");
    return TALK_DEAD;
}

static enum talk_next look_done(const struct effect *x, struct effect_talk *t, const struct api_reply *r, struct err *e)
{
    AUTO(jdoc_free) struct jdoc *doc = NULL;
    if (jdoc_parse(r->body, NULL, &doc, e) < 0 || !jval_str(jval_get(jdoc_root(doc), "state")).n) {
        err_set(e, ERR_TRANSIENT, "the pull request cannot be read");
        return TALK_RETRY;
    }
    talk_remember(t, r->body, "number", "html_url");
    return judge(x, t, jdoc_root(doc), e);
}

const struct talk_turn gitea_merge_look = {TURN_READS, look_ask, look_done, NULL};

/* ---- merge ---- */

static void put_message(const struct merge_body *b, struct jout *j)
{
    AUTO(buf_free) struct buf title = {0}, message = {0};
    if (b->title) {
        harmless_title(b->title, &title);
        jout_kstr(j, "MergeTitleField", buf_view(&title));
    }
    if (b->message) {
        harmless_plain(sv_of(b->message), SLASH_PLAIN, &message);
        jout_kstr(j, "MergeMessageField", sv_cut_utf8(buf_view(&message), TEXT_BODY_MAX));
    }
}

static void merge_ask(const struct effect *x, struct effect_talk *t, struct api_request *ret)
{
    (void)t;
    const struct merge_body *b = &x->merge;
    ret->method = "POST";
    pull_path(x, &ret->path);
    buf_str(&ret->path, "/merge");
    struct jout j = {.buf = &ret->body};
    jout_open(&j, '{');
    jout_kstrz(&j, "Do", merge_method_name[b->method]);
    jout_kstrz(&j, "head_commit_id", b->sha);
    if (b->method != MERGE_BY_REBASE) /* makes no commit of its own */
        put_message(b, &j);
    jout_close(&j, '}');
}

static enum talk_next merge_done(const struct effect *x, struct effect_talk *t, const struct api_reply *r,
                                 struct err *e)
{
    (void)r, (void)e;
    snprintf(t->remote_id, sizeof t->remote_id, "%lld", (long long)x->merge.number);
    return TALK_SENT;
}

static enum talk_next merge_refused(const struct effect *x, struct effect_talk *t, const struct api_reply *r,
                                    enum talk_next usual, struct err *e)
{
    (void)x;
    if (r->status != 404 && r->status != 405 && r->status != 409)
        return usual;
    const char *said = strchr(e->msg, '('); /* the status, and the forge's own words */
    t->own = arena_dup(&t->arena, sv_cut_utf8(sv_of(said ? said : e->msg), SAID_MAX));
    t->stage = GITEA_MERGE_LOOK;
    return TALK_CALL;
}

const struct talk_turn gitea_merge = {TURN_CREATES, merge_ask, merge_done, merge_refused};
