/* SPDX-License-Identifier: Apache-2.0 */
/* Starts a workflow of Gitea or Forgejo Actions by its file name. Neither keeps the inputs where they could be read, so
 * one whose answer was lost cannot be told from one that never arrived: it is given up, and not started twice. */
#include "fmt/enc.h"
#include "handlers/forge/gitea/turns.h"
#include "port/dispatch_talk.h"

static enum talk_next never(struct err *e, const char *why)
{
    err_set(e, ERR_INVALID, "%s", why);
    return TALK_DEAD;
}

enum talk_next gitea_dispatch_check(const struct effect *x, const struct effect_talk *t, struct err *e)
{
    const struct dispatch_body *b = &x->dispatch;
    struct err ignored = {0};
    AUTO(jdoc_free) struct jdoc *doc = NULL;
    if (!b->workflow)
        return never(e, "Gitea has no events to send: a workflow by its file name and a ref");
    if (!b->ref || !b->ref[0])
        return never(e, "a workflow is started on a branch or tag, and none is named");
    if (b->inputs && (jdoc_parse(sv_of(b->inputs), NULL, &doc, &ignored) < 0 || jval_kind(jdoc_root(doc)) != J_OBJECT))
        return never(e, "the inputs are no JSON object");
    if (t->look_first) {
        err_set(e, ERR_UNCERTAIN, "an earlier try may have started it, and Gitea does not tell: not started again");
        return TALK_DEAD;
    }
    return TALK_CALL;
}

static void dispatch_ask(const struct effect *x, struct effect_talk *t, struct api_request *ret)
{
    (void)t;
    ret->method = "POST";
    gitea_repo_path(x, "/actions/workflows/", &ret->path);
    url_put(&ret->path, sv_of(x->dispatch.workflow));
    buf_str(&ret->path, "/dispatches");
    struct jout j = {.buf = &ret->body};
    jout_open(&j, '{');
    jout_kstrz(&j, "ref", x->dispatch.ref);
    if (dispatch_size(x, DISPATCH_OWN_LEFT_OUT)) {
        jout_key(&j, "inputs");
        jout_open(&j, '{');
        dispatch_put(x, DISPATCH_OWN_LEFT_OUT, &j);
        jout_close(&j, '}');
    }
    jout_close(&j, '}');
}

static enum talk_next dispatch_done(const struct effect *x, struct effect_talk *t, const struct api_reply *r,
                                    struct err *e)
{
    (void)x, (void)t, (void)r, (void)e;
    return TALK_SENT;
}

static enum talk_next dispatch_refused(const struct effect *x, struct effect_talk *t, const struct api_reply *r,
                                       enum talk_next usual, struct err *e)
{
    (void)x, (void)r;
    if (usual != TALK_UNCERTAIN)
        return usual;
    char *why = arena_dup(&t->arena, sv_cut_utf8(sv_of(e->msg), 180));
    err_set(e, ERR_UNCERTAIN, "it may have started, and Gitea does not tell: %s", why);
    return TALK_DEAD;
}

const struct talk_turn gitea_dispatch = {TURN_CREATES, dispatch_ask, dispatch_done, dispatch_refused};
