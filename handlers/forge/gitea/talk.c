/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include "fmt/enc.h"
#include "handlers/forge/gitea/gitea.h"
#include "handlers/forge/gitea/turns.h"
#include "port/pull_talk.h"

static const char *const roots[] = {"/api/v1/", NULL};
static const char *const headers[] = {"Accept: application/json", NULL};
const struct talk_dialect gitea_dialect = {.roots = roots, .headers = headers};

static enum gitea_stage first_of_issue(const struct effect *x, const struct effect_talk *t)
{
    return !t->remote_id[0] ? GITEA_LIST : x->issue.close ? GITEA_GET : GITEA_UPDATE;
}

/* TALK_CALL with the first stage set, or how it ends before anything was asked. */
static enum talk_next begin(const struct effect *x, struct effect_talk *t, struct err *e)
{
    switch (x->kind) {
    case EFFECT_STATUS:
        t->stage = t->look_first ? GITEA_LOOK : GITEA_STATUS;
        return TALK_CALL;
    case EFFECT_ISSUE:
        t->stage = (int)first_of_issue(x, t);
        return TALK_CALL;
    case EFFECT_COMMENT:
        t->stage = gitea_first_comment(x, t);
        return TALK_CALL;
    case EFFECT_PULL:
        t->stage = GITEA_PULLS;
        pull_first(t);
        return TALK_CALL;
    case EFFECT_LABEL:
        t->stage = GITEA_THREAD_LABELS;
        snprintf(t->remote_id, sizeof t->remote_id, "%lld", (long long)x->label.number);
        return x->label.n_add + x->label.n_remove ? TALK_CALL : TALK_SENT;
    case EFFECT_MERGE:
        t->stage = t->look_first ? GITEA_MERGE_LOOK : GITEA_MERGE;
        return TALK_CALL;
    case EFFECT_DISPATCH:
        t->stage = GITEA_DISPATCH;
        return gitea_dispatch_check(x, t, e);
    default:
        return talk_no_such(x, e);
    }
}

enum talk_next gitea_talk(const struct effect *x, struct effect_talk *t, const struct api_reply *reply,
                          struct api_request *ret_request, struct err *e)
{
    const struct talk_turn turns[GITEA_STAGE_N] = {
        [GITEA_LOOK] = gitea_look,
        [GITEA_STATUS] = gitea_status,
        [GITEA_LIST] = gitea_list,
        [GITEA_GET] = gitea_get,
        [GITEA_UPDATE] = gitea_update,
        [GITEA_LABELS] = gitea_labels,
        [GITEA_NEW_LABEL] = gitea_new_label,
        [GITEA_CREATE] = gitea_create,
        [GITEA_ADD_LABELS] = gitea_add_labels,
        [GITEA_COMMENTS] = gitea_comments,
        [GITEA_EDIT_COMMENT] = gitea_edit_comment,
        [GITEA_DROP_COMMENT] = gitea_drop_comment,
        [GITEA_COMMENT] = gitea_comment,
        [GITEA_PULLS] = gitea_pulls,
        [GITEA_EDIT_PULL] = gitea_edit_pull,
        [GITEA_PULL] = gitea_pull,
        [GITEA_THREAD_LABELS] = gitea_thread_labels,
        [GITEA_DROP_LABEL] = gitea_drop_label,
        [GITEA_MERGE_LOOK] = gitea_merge_look,
        [GITEA_MERGE] = gitea_merge,
        [GITEA_DISPATCH] = gitea_dispatch,
    };
    enum talk_next first = reply ? TALK_CALL : begin(x, t, e);
    return first == TALK_CALL ? talk_turns(&gitea_dialect, turns, x, t, reply, ret_request, e) : first;
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
static void put_page(struct sv api_base, struct sv path, struct buf *out)
{
    static const char suffix[] = "/api/v1";
    if (sv_ends(api_base, sv_of(suffix)))
        api_base = sv_cut(api_base, api_base.n - strlen(suffix));
    buf_sv(out, api_base);
    buf_chr(out, '/');
    buf_sv(out, path);
}

void gitea_clone_url(struct sv api_base, struct sv path, struct buf *out)
{
    put_page(api_base, path, out);
    buf_str(out, ".git");
}

void gitea_page_url(struct sv api_base, struct sv path, enum forge_page page, struct sv what, struct buf *out)
{
    put_page(api_base, path, out);
    if (page != PAGE_REPOSITORY) {
        buf_str(out, page == PAGE_COMMIT ? "/commit/" : "/pulls/");
        buf_sv(out, what);
    }
}
