/* SPDX-License-Identifier: Apache-2.0 */
/* POST session/token: a one-time token for whoever may open the local socket, which is the server's own user. A token
 * that others have shown gives no other one. */
#include "fmt/json.h"
#include "metrics/metrics.h"
#include "server/api/api.h"

enum { WISH_MOST = 4096 };
static const struct json_limits limits = {.bytes = WISH_MOST, .depth = 4, .nodes = 64};

/* 0: a word that is no scope, or another form. */
static unsigned scopes_of(const struct jval *root)
{
    const struct jval *said = jval_get(root, "scopes");
    unsigned all = API_READ;
    if (jval_kind(root) != J_OBJECT || jval_len(root) != (said != NULL))
        return 0;
    if (!said)
        return API_READ | API_RUN | API_APPROVE | API_ADMIN;
    if (jval_kind(said) != J_ARRAY)
        return 0;
    for (size_t i = 0; i < jval_len(said); i++) {
        unsigned bit = api_scope_of(jval_str(jval_item(said, i)));
        if (!bit)
            return 0;
        all |= bit;
    }
    return all;
}

static void answer(const struct api_call *c, struct app_letter *l)
{
    AUTO(buf_free) struct buf b = {0};
    struct jout j = {.buf = &b};
    struct sv rest = buf_view(&l->text), token, url;
    char at[25];
    if (!l->ok) {
        api_problem(c, l->status ? l->status : 503,
                    l->status == 409 ? "no listener serves the dashboard over http or https"
                                     : "the store cannot be written now",
                    NULL);
        return;
    }
    (void)sv_next(&rest, '\n', &token);
    (void)sv_next(&rest, '\n', &url);
    jout_open(&j, '{');
    jout_kstr(&j, "token", token);
    jout_kstr(&j, "url", url);
    jout_kstrz(&j, "ends_at", when_text(l->ends, at));
    jout_close(&j, '}');
    buf_chr(&b, '\n');
    api_json(c, 200, buf_view(&b));
}

static void ask(const struct api_call *c, struct sv body)
{
    AUTO(jdoc_free) struct jdoc *doc = NULL;
    struct err e = {0};
    if (jdoc_parse(body.n ? body : SV("{}"), &limits, &doc, &e) < 0) {
        api_problem(c, 400, e.msg, NULL);
        return;
    }
    unsigned scopes = scopes_of(jdoc_root(doc));
    if (!scopes) {
        api_problem(c, 422, "the body is {\"scopes\": [\"run\", …]}, with read, run, approve, admin and hook", NULL);
        return;
    }
    struct app_letter *l = mem_new(sizeof *l);
    l->kind = LETTER_ONE_TIME;
    l->id = scopes;
    api_post(c, l, answer);
}

void api_one_time(const struct api_call *c)
{
    if (c->who.shown == SHOWN_NOTHING && sv_starts(http_req_peer(c->req), SV("unix:"))) {
        api_body(c, WISH_MOST, ask);
        return;
    }
    COUNT1(M_REFUSED, "not-local");
    api_problem(c, 403, "only over the local socket, without a token", NULL);
}
