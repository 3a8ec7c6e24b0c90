/* SPDX-License-Identifier: Apache-2.0 */
#include "port/member_talk.h"
#include "port/talk.h"

static const struct json_limits answer_limits = {.bytes = 1 << 20, .depth = 32, .nodes = 10000};

int member_answer(const struct api_reply *r, struct jdoc **ret, struct err *e)
{
    const struct effect nothing = {0};
    *ret = NULL;
    if (r->status == 404)
        return 0;
    if (r->status != 200) {
        enum talk_next next = talk_refused(&nothing, r, TURN_READS, e);
        /* A credential that is refused now may be mended; one that may not ask will not be by waiting. */
        if (e->cls != ERR_LIMITED)
            e->cls = next == TALK_RETRY ? ERR_TRANSIENT : ERR_DENIED;
        return -1;
    }
    if (jdoc_parse(r->body, &answer_limits, ret, e) < 0)
        return err_set(e, ERR_TRANSIENT, "the forge's answer about a member cannot be read");
    return 0;
}

const char *member_repo(const struct hook_event *ev)
{
    const char *colon = ev->repo.id ? strchr(ev->repo.id, ':') : NULL;
    return colon && colon[1] ? colon + 1 : NULL;
}

bool member_login_ok(const char *login)
{
    struct sv s = sv_of(login);
    return s.n > 0 && s.n <= 255 && sv_chr(s, '/') < 0 && !sv_is(s, ".") && !sv_is(s, "..");
}

int member_self(const struct api_reply *r, const char *login, struct arena *a, struct own_account *ret, struct err *e)
{
    AUTO(jdoc_free) struct jdoc *doc = NULL;
    if (member_answer(r, &doc, e) < 0)
        return -1;
    *ret = (struct own_account){.login = arena_dup(a, jval_str(jval_get(jdoc_root(doc), login)))};
    if (!doc || !jval_int(jval_get(jdoc_root(doc), "id"), &ret->id) || ret->id <= 0)
        return err_set(e, ERR_DENIED, "the forge does not say whose credential it is");
    return 0;
}
