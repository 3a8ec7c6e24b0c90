/* SPDX-License-Identifier: Apache-2.0 */
#include "fmt/enc.h"
#include "handlers/forge/gitea/gitea.h"
#include "handlers/forge/gitea/turns.h"

static const char *const roots[] = {"/api/v1/", NULL};
static const char *const headers[] = {"Accept: application/json", NULL};
const struct talk_dialect gitea_dialect = {.roots = roots, .headers = headers};

static enum gitea_stage first_stage(const struct effect *x, const struct effect_talk *t)
{
    if (x->kind == EFFECT_STATUS)
        return t->look_first ? GITEA_LOOK : GITEA_STATUS;
    return t->remote_id[0] ? GITEA_UPDATE : GITEA_LIST;
}

enum talk_next gitea_talk(const struct effect *x, struct effect_talk *t, const struct api_reply *reply,
                          struct api_request *ret_request, struct err *e)
{
    const struct talk_turn turns[GITEA_STAGE_N] = {
        [GITEA_LOOK] = gitea_look,     [GITEA_STATUS] = gitea_status,         [GITEA_LIST] = gitea_list,
        [GITEA_UPDATE] = gitea_update, [GITEA_LABELS] = gitea_labels,         [GITEA_NEW_LABEL] = gitea_new_label,
        [GITEA_CREATE] = gitea_create, [GITEA_ADD_LABELS] = gitea_add_labels,
    };
    if (x->kind != EFFECT_STATUS && x->kind != EFFECT_ISSUE)
        return talk_no_such(x, e);
    if (!reply)
        t->stage = (int)first_stage(x, t);
    return talk_turns(&gitea_dialect, turns, x, t, reply, ret_request, e);
}

void gitea_repo_path(const struct effect *x, const char *below, struct buf *out)
{
    buf_str(out, "/api/v1/repos/");
    talk_repo_path(x->repo, out);
    buf_str(out, below);
}

void gitea_issue_path(const struct effect *x, const struct effect_talk *t, struct buf *out)
{
    gitea_repo_path(x, "/issues/", out);
    url_put(out, sv_of(t->remote_id));
}

void gitea_authorize(struct sv token, struct buf *out)
{
    buf_str(out, "Authorization: token ");
    buf_sv(out, token);
}

/* https://HOST or https://HOST/sub, also when the API's own path was configured with it. */
void gitea_clone_url(struct sv api_base, struct sv path, struct buf *out)
{
    static const char suffix[] = "/api/v1";
    if (sv_ends(api_base, sv_of(suffix)))
        api_base = sv_cut(api_base, api_base.n - strlen(suffix));
    buf_sv(out, api_base);
    buf_chr(out, '/');
    buf_sv(out, path);
    buf_str(out, ".git");
}
