/* SPDX-License-Identifier: Apache-2.0 */
#include "handlers/forge/github/turns.h"
#include "handlers/forge/github/github.h"

static const char *const roots[] = {"/repos/", "/repositories/", NULL};
static const char *const headers[] = {"Accept: application/vnd.github+json", "X-GitHub-Api-Version: 2022-11-28", NULL};
const struct talk_dialect github_dialect = {.roots = roots, .headers = headers};

/* The first state of a check run makes it; before a later one makes it, that one may have arrived after all. */
static enum github_stage first_of_check(const struct effect *x, const struct effect_talk *t)
{
    if (t->remote_id[0])
        return t->look_first ? GITHUB_CHECK_GET : GITHUB_CHECK_UPDATE;
    return t->look_first || x->seq > 1 ? GITHUB_CHECK_LIST : GITHUB_CHECK_CREATE;
}

static enum github_stage first_stage(const struct effect *x, const struct effect_talk *t)
{
    if (x->kind == EFFECT_CHECK)
        return first_of_check(x, t);
    if (x->kind == EFFECT_STATUS)
        return t->look_first ? GITHUB_LOOK : GITHUB_STATUS;
    return t->remote_id[0] ? GITHUB_UPDATE : GITHUB_LIST;
}

enum talk_next github_talk(const struct effect *x, struct effect_talk *t, const struct api_reply *reply,
                           struct api_request *ret_request, struct err *e)
{
    const struct talk_turn turns[GITHUB_STAGE_N] = {
        [GITHUB_LOOK] = github_look,
        [GITHUB_STATUS] = github_status,
        [GITHUB_LIST] = github_list,
        [GITHUB_UPDATE] = github_update,
        [GITHUB_CREATE] = github_create,
        [GITHUB_ADD_LABELS] = github_add_labels,
        [GITHUB_CHECK_LIST] = github_check_list,
        [GITHUB_CHECK_GET] = github_check_get,
        [GITHUB_CHECK_CREATE] = github_check_create,
        [GITHUB_CHECK_UPDATE] = github_check_update,
    };
    if (x->kind != EFFECT_STATUS && x->kind != EFFECT_ISSUE && x->kind != EFFECT_CHECK)
        return talk_no_such(x, e);
    if (!reply)
        t->stage = (int)first_stage(x, t);
    enum talk_next next = talk_turns(&github_dialect, turns, x, t, reply, ret_request, e);
    /* What was appended before a refusal that passes is there: the next conversation has to look how much. */
    return next == TALK_RETRY && x->kind == EFFECT_CHECK && github_check_wrote(t) ? TALK_UNCERTAIN : next;
}

void github_authorize(struct sv token, struct buf *out)
{
    buf_str(out, "Authorization: Bearer ");
    buf_sv(out, token);
}

/* https://api.github.com and https://api.NAME.ghe.com drop their first label, https://HOST/api/v3 its path. */
void github_clone_url(struct sv api_base, struct sv path, struct buf *out)
{
    static const char suffix[] = "/api/v3";
    ptrdiff_t host = sv_find(api_base, SV("://"));
    size_t at = host < 0 ? 0 : (size_t)host + 3;
    struct sv rest = sv_from(api_base, at);
    if (sv_ends(rest, sv_of(suffix)))
        rest = sv_cut(rest, rest.n - strlen(suffix));
    else if (sv_is(rest, "api.github.com") || (sv_starts(rest, SV("api.")) && sv_ends(rest, SV(".ghe.com"))))
        rest = sv_from(rest, strlen("api."));
    buf_sv(out, sv_cut(api_base, at));
    buf_sv(out, rest);
    buf_chr(out, '/');
    buf_sv(out, path);
    buf_str(out, ".git");
}
