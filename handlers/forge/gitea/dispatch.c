/* SPDX-License-Identifier: Apache-2.0 */
/* Starts a workflow of Gitea or Forgejo Actions by its file name. Neither keeps the inputs where they could be read, so
 * one whose answer was lost cannot be told from one that never arrived: it is given up, and not started twice. */
#include "fmt/enc.h"
#include "handlers/forge/gitea/turns.h"

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

/* Inputs are texts there, whatever they are here. */
static void put_inputs(const char *inputs, struct jout *j)
{
    struct err ignored = {0};
    AUTO(jdoc_free) struct jdoc *doc = NULL;
    struct sv key;
    const struct jval *v;
    if (!inputs || jdoc_parse(sv_of(inputs), NULL, &doc, &ignored) < 0 || !jval_len(jdoc_root(doc)))
        return;
    jout_key(j, "inputs");
    jout_open(j, '{');
    for (size_t at = 0; jval_each(jdoc_root(doc), &at, &key, &v);) {
        AUTO(buf_free) struct buf text = {0};
        if (jval_kind(v) != J_STRING)
            jout_val(&(struct jout){.buf = &text}, v);
        jout_keyv(j, key);
        jout_str(j, jval_kind(v) == J_STRING ? jval_str(v) : buf_view(&text));
    }
    jout_close(j, '}');
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
    put_inputs(x->dispatch.inputs, &j);
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
    (void)x, (void)t, (void)r;
    if (usual != TALK_UNCERTAIN)
        return usual;
    err_add(e, "it may have started, and Gitea does not tell");
    return TALK_DEAD;
}

const struct talk_turn gitea_dispatch = {TURN_CREATES, dispatch_ask, dispatch_done, dispatch_refused};
