/* SPDX-License-Identifier: Apache-2.0 */
/* Merging while the head is the commit: the forge compares `sha` itself, so that a second try merges nothing else.
 * What a refusal means is read from the merge request: 405 and 422 are also the answers of one that is merged already,
 * 401 of one that our account may not merge. */
#include "handlers/forge/gitlab/turns.h"
#include "port/harmless.h"

enum { SAID_MAX = 120 };

enum talk_next gitlab_merge_check(const struct effect *x, struct err *e)
{
    if (x->merge.method != MERGE_BY_REBASE)
        return TALK_CALL;
    err_set(e, ERR_INVALID,
            "GitLab rebases only where the project's merge method says so, not on demand: "
            "\"merge\" or \"squash\"");
    return TALK_DEAD;
}

/* ---- look ---- */

static void look_ask(const struct effect *x, struct effect_talk *t, struct api_request *ret)
{
    (void)t;
    ret->method = "GET";
    gitlab_thread_path(x, THREAD_CHANGE, x->merge.number, &ret->path);
}

/* Words of detailed_merge_status (and of merge_status before 15.6) that pass by themselves. */
static bool passes(struct sv status)
{
    static const char *const words[] = {"checking",         "unchecked",         "preparing",
                                        "ci_still_running", "approvals_syncing", "cannot_be_merged_recheck",
                                        "mergeable",        "can_be_merged"};
    for (size_t i = 0; i < ARRAY_LEN(words); i++)
        if (sv_is(status, words[i]))
            return true;
    return false;
}

/* t->own is what the forge said when it refused this conversation's try. */
static enum talk_next refused_open(const struct effect_talk *t, const struct jval *v, struct err *e)
{
    struct sv why = jval_str(jval_get(v, "merge_error")), status = jval_str(jval_get(v, "detailed_merge_status"));
    if (!status.n)
        status = jval_str(jval_get(v, "merge_status"));
    if (!why.n && passes(status)) {
        err_set(e, ERR_CONFLICT, "not merged yet, %.*s %s", SV_ARG(sv_cut_utf8(status, 40)), (const char *)t->own);
        return TALK_RETRY;
    }
    err_set(e, ERR_INVALID, "cannot be merged, %.*s %s", SV_ARG(sv_cut_utf8(why.n ? why : status, 90)),
            (const char *)t->own);
    return TALK_DEAD;
}

static enum talk_next judge(const struct effect *x, struct effect_talk *t, const struct jval *v, struct err *e)
{
    struct sv state = jval_str(jval_get(v, "state")), sha = jval_str(jval_get(v, "sha"));
    bool same = sv_is(sha, x->merge.sha);
    if (sv_is(state, "merged") && same)
        return TALK_SENT;
    if (sv_is(state, "locked")) {
        err_set(e, ERR_CONFLICT, "it is being merged");
        return TALK_RETRY;
    }
    if (sv_is(state, "opened") && same && t->own)
        return refused_open(t, v, e);
    if (sv_is(state, "opened") && same) {
        t->stage = GITLAB_MERGE;
        return TALK_CALL;
    }
    if (sv_is(state, "opened") || sv_is(state, "merged"))
        err_set(e, ERR_CONFLICT, "not merged: it is %.*s and its head is %.*s", SV_ARG(state),
                SV_ARG(sv_cut_utf8(sha, 64)));
    else
        err_set(e, ERR_CONFLICT, "not merged: it is %.*s", SV_ARG(sv_cut_utf8(state, 20)));
    return TALK_DEAD;
}

static enum talk_next look_done(const struct effect *x, struct effect_talk *t, const struct api_reply *r, struct err *e)
{
    AUTO(jdoc_free) struct jdoc *doc = NULL;
    if (jdoc_parse(r->body, NULL, &doc, e) < 0 || !jval_str(jval_get(jdoc_root(doc), "state")).n) {
        err_set(e, ERR_TRANSIENT, "the merge request cannot be read");
        return TALK_RETRY;
    }
    talk_remember(t, r->body, "iid", "web_url");
    return judge(x, t, jdoc_root(doc), e);
}

const struct talk_turn gitlab_merge_look = {TURN_READS, look_ask, look_done, NULL};

/* ---- merge ---- */

static void put_message(const struct merge_body *b, struct jout *j)
{
    AUTO(buf_free) struct buf text = {0};
    if (b->title)
        harmless_title(b->title, &text);
    if (b->title && b->message && b->message[0])
        buf_str(&text, "\n\n");
    if (b->message)
        harmless_plain(sv_of(b->message), SLASH_RUNS, &text);
    if (text.n)
        jout_kstr(j, b->method == MERGE_BY_SQUASH ? "squash_commit_message" : "merge_commit_message",
                  sv_cut_utf8(buf_view(&text), TEXT_BODY_MAX));
}

static void merge_ask(const struct effect *x, struct effect_talk *t, struct api_request *ret)
{
    (void)t;
    ret->method = "PUT";
    gitlab_thread_path(x, THREAD_CHANGE, x->merge.number, &ret->path);
    buf_str(&ret->path, "/merge");
    struct jout j = {.buf = &ret->body};
    jout_open(&j, '{');
    jout_kstrz(&j, "sha", x->merge.sha);
    if (x->merge.method == MERGE_BY_SQUASH)
        jout_kbool(&j, "squash", true);
    put_message(&x->merge, &j);
    jout_close(&j, '}');
}

static enum talk_next look_why(struct effect_talk *t, const char *words)
{
    const char *said = strchr(words, '('); /* the status, and the forge's own words */
    t->own = arena_dup(&t->arena, sv_cut_utf8(sv_of(said ? said : words), SAID_MAX));
    t->stage = GITLAB_MERGE_LOOK;
    return TALK_CALL;
}

/* Before 16 a merge that failed was answered like one that did not. */
static enum talk_next merge_done(const struct effect *x, struct effect_talk *t, const struct api_reply *r,
                                 struct err *e)
{
    AUTO(jdoc_free) struct jdoc *doc = NULL;
    struct err ignored = {0};
    (void)x, (void)e;
    talk_remember(t, r->body, "iid", "web_url");
    if (jdoc_parse(r->body, NULL, &doc, &ignored) == 0 && sv_is(jval_str(jval_get(jdoc_root(doc), "state")), "merged"))
        return TALK_SENT;
    return look_why(t, "(200): taken, and not done");
}

static enum talk_next merge_refused(const struct effect *x, struct effect_talk *t, const struct api_reply *r,
                                    enum talk_next usual, struct err *e)
{
    (void)x;
    if (r->status == 401)
        err_set(e, ERR_DENIED, "the credential is refused, or its account may not merge (401)");
    bool says_state = r->status == 405 || r->status == 406 || r->status == 409 || r->status == 422;
    return says_state ? look_why(t, e->msg) : usual;
}

const struct talk_turn gitlab_merge = {TURN_CREATES, merge_ask, merge_done, merge_refused};
