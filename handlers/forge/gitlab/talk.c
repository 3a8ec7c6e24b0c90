/* SPDX-License-Identifier: Apache-2.0 */
#include "handlers/forge/gitlab/turns.h"
#include "handlers/forge/gitlab/gitlab.h"

static const char *const roots[] = {"/api/v4/", NULL};
static const char *const headers[] = {"Accept: application/json", NULL};
const struct talk_dialect gitlab_dialect = {.roots = roots, .headers = headers};

static enum gitlab_stage first_stage(const struct effect *x, const struct effect_talk *t)
{
    if (x->kind == EFFECT_STATUS)
        return t->look_first ? GITLAB_LOOK : GITLAB_STATUS;
    return t->remote_id[0] ? GITLAB_UPDATE : GITLAB_LIST;
}

enum talk_next gitlab_talk(const struct effect *x, struct effect_talk *t, const struct api_reply *reply,
                           struct api_request *ret_request, struct err *e)
{
    const struct talk_turn turns[GITLAB_STAGE_N] = {
        [GITLAB_LOOK] = gitlab_look,     [GITLAB_STATUS] = gitlab_status, [GITLAB_STATUS_SOURCE] = gitlab_status_source,
        [GITLAB_LIST] = gitlab_list,     [GITLAB_UPDATE] = gitlab_update, [GITLAB_REOPEN] = gitlab_reopen,
        [GITLAB_CREATE] = gitlab_create,
    };
    if (x->kind != EFFECT_STATUS && x->kind != EFFECT_ISSUE)
        return talk_no_such(x, e);
    if (!reply)
        t->stage = (int)first_stage(x, t);
    return talk_turns(&gitlab_dialect, turns, x, t, reply, ret_request, e);
}

void gitlab_authorize(struct sv token, struct buf *out)
{
    buf_str(out, "PRIVATE-TOKEN: ");
    buf_sv(out, token);
}

/* https://HOST or, for an instance below a path, https://HOST/sub. */
void gitlab_clone_url(struct sv api_base, struct sv path, struct buf *out)
{
    static const char suffix[] = "/api/v4";
    if (sv_ends(api_base, sv_of(suffix)))
        api_base = sv_cut(api_base, api_base.n - strlen(suffix));
    buf_sv(out, api_base);
    buf_chr(out, '/');
    buf_sv(out, path);
    buf_str(out, ".git");
}
