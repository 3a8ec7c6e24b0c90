/* SPDX-License-Identifier: Apache-2.0 */
/* Labels of an issue or a merge request: one request adds and takes away, and makes what the project lacks. The
 * documentation calls the lists texts with commas, the description (OpenAPI) arrays; the forge takes both. */
#include "handlers/forge/gitlab/turns.h"

void gitlab_put_labels(const char *key, const char *const *at, size_t n, struct jout *j)
{
    AUTO(buf_free) struct buf name = {0};
    if (!n)
        return;
    jout_key(j, key);
    jout_open(j, '[');
    for (size_t i = 0; i < n; i++) {
        buf_clear(&name);
        for (const char *c = at[i]; *c; c++)
            buf_chr(&name, *c == ',' ? ' ' : *c);
        jout_str(j, name.n ? buf_view(&name) : SV(""));
    }
    jout_close(j, ']');
}

static void label_ask(const struct effect *x, struct effect_talk *t, struct api_request *ret)
{
    (void)t;
    const struct label_body *b = &x->label;
    ret->method = "PUT";
    gitlab_thread_path(x, b->at, b->number, &ret->path);
    struct jout j = {.buf = &ret->body};
    jout_open(&j, '{');
    gitlab_put_labels("add_labels", b->add, b->n_add, &j);
    gitlab_put_labels("remove_labels", b->remove, b->n_remove, &j);
    jout_close(&j, '}');
}

static enum talk_next label_done(const struct effect *x, struct effect_talk *t, const struct api_reply *r,
                                 struct err *e)
{
    (void)x, (void)e;
    talk_remember(t, r->body, "iid", "web_url");
    return TALK_SENT;
}

const struct talk_turn gitlab_label = {TURN_REPEATS, label_ask, label_done, NULL};
