/* SPDX-License-Identifier: Apache-2.0 */
#include "handlers/forge/github/turns.h"
#include "handlers/forge/github/github.h"
#include "port/pull_talk.h"

static const char *const roots[] = {"/repos/", "/repositories/", NULL};
static const char *const hook_roots[] = {"/repos/", "/repositories/", "/orgs/", "/organizations/", "/app/hook/", NULL};
static const char *const headers[] = {"Accept: application/vnd.github+json", "X-GitHub-Api-Version: 2022-11-28", NULL};
const struct talk_dialect github_dialect = {.roots = roots, .headers = headers};
const struct talk_dialect github_hook_dialect = {.roots = hook_roots, .headers = headers};

/* The first state of a check run makes it; before a later one makes it, that one may have arrived after all. */
static enum github_stage first_of_check(const struct effect *x, const struct effect_talk *t)
{
    if (t->remote_id[0])
        return t->look_first ? GITHUB_CHECK_GET : GITHUB_CHECK_UPDATE;
    return t->look_first || x->seq > 1 ? GITHUB_CHECK_LIST : GITHUB_CHECK_CREATE;
}

static int first_stage(const struct effect *x, const struct effect_talk *t)
{
    bool known = t->remote_id[0];
    switch (x->kind) {
    case EFFECT_STATUS:
        return t->look_first ? GITHUB_LOOK : GITHUB_STATUS;
    case EFFECT_CHECK:
        return (int)first_of_check(x, t);
    case EFFECT_ISSUE:
        return !known ? GITHUB_LIST : x->issue.close ? GITHUB_CLOSE_GET : GITHUB_UPDATE;
    case EFFECT_COMMENT:
        return github_comment_first(x, t);
    case EFFECT_LABEL:
        return x->label.n_remove ? GITHUB_LABEL_LIST : GITHUB_LABEL_ADD;
    case EFFECT_PULL:
        return GITHUB_PULL_LIST;
    case EFFECT_MERGE:
        return t->look_first ? GITHUB_MERGE_LOOK : GITHUB_MERGE;
    case EFFECT_DISPATCH:
        return !x->dispatch.workflow ? GITHUB_DISPATCH_EVENT
               : t->look_first       ? GITHUB_DISPATCH_LOOK
                                     : GITHUB_DISPATCH_WORKFLOW;
    case EFFECT_EVENT:
    case EFFECT_KIND_N:
        break;
    }
    return GITHUB_STAGE_N;
}

/* TALK_CALL, or what is known without asking. */
static enum talk_next begin(const struct effect *x, struct effect_talk *t, struct err *e)
{
    if (x->kind == EFFECT_LABEL && github_label_nothing(x))
        return TALK_SENT;
    if (x->kind == EFFECT_DISPATCH && github_dispatch_may(x, t, e) < 0)
        return TALK_DEAD;
    if (x->kind == EFFECT_PULL)
        pull_first(t);
    t->stage = first_stage(x, t);
    return t->stage == GITHUB_STAGE_N ? talk_no_such(x, e) : TALK_CALL;
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
        [GITHUB_CLOSE_GET] = github_close_get,
        [GITHUB_CLOSE] = github_close,
        [GITHUB_CHECK_LIST] = github_check_list,
        [GITHUB_CHECK_GET] = github_check_get,
        [GITHUB_CHECK_CREATE] = github_check_create,
        [GITHUB_CHECK_UPDATE] = github_check_update,
        [GITHUB_COMMENT_LIST] = github_comment_list,
        [GITHUB_COMMENT_EDIT] = github_comment_edit,
        [GITHUB_COMMENT_REMOVE] = github_comment_remove,
        [GITHUB_COMMENT_CREATE] = github_comment_create,
        [GITHUB_LABEL_LIST] = github_label_list,
        [GITHUB_LABEL_REMOVE] = github_label_remove,
        [GITHUB_LABEL_ADD] = github_label_add,
        [GITHUB_PULL_LIST] = github_pull_list,
        [GITHUB_PULL_UPDATE] = github_pull_update,
        [GITHUB_PULL_LABELS] = github_pull_labels,
        [GITHUB_PULL_CREATE] = github_pull_create,
        [GITHUB_MERGE_LOOK] = github_merge_look,
        [GITHUB_MERGE] = github_merge,
        [GITHUB_DISPATCH_LOOK] = github_dispatch_look,
        [GITHUB_DISPATCH_WORKFLOW] = github_dispatch_workflow,
        [GITHUB_DISPATCH_EVENT] = github_dispatch_event,
    };
    enum talk_next next = reply ? TALK_CALL : begin(x, t, e);
    if (next != TALK_CALL)
        return next;
    next = talk_turns(&github_dialect, turns, x, t, reply, ret_request, e);
    /* What was appended before a refusal that passes is there: the next conversation has to look how much. */
    return next == TALK_RETRY && x->kind == EFFECT_CHECK && github_check_wrote(t) ? TALK_UNCERTAIN : next;
}

void github_repo_path(const struct effect *x, const char *below, struct buf *out)
{
    buf_str(out, "/repos/");
    talk_repo_path(x->repo, out);
    buf_str(out, below);
}

void github_authorize(struct sv token, struct buf *out)
{
    buf_str(out, "Authorization: Bearer ");
    buf_sv(out, token);
}

/* https://api.github.com and https://api.NAME.ghe.com drop their first label, https://HOST/api/v3 its path. */
static void put_page(struct sv api_base, struct sv path, struct buf *out)
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
}

void github_clone_url(struct sv api_base, struct sv path, struct buf *out)
{
    put_page(api_base, path, out);
    buf_str(out, ".git");
}

void github_page_url(struct sv api_base, struct sv path, enum forge_page page, struct sv what, struct buf *out)
{
    put_page(api_base, path, out);
    if (page != PAGE_REPOSITORY) {
        buf_str(out, page == PAGE_COMMIT ? "/commit/" : "/pull/");
        buf_sv(out, what);
    }
}
