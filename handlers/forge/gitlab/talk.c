/* SPDX-License-Identifier: Apache-2.0 */
#include "fmt/enc.h"
#include "handlers/forge/gitlab/turns.h"
#include "handlers/forge/gitlab/gitlab.h"
#include "port/pull_talk.h"

static const char *const roots[] = {"/api/v4/", NULL};
static const char *const headers[] = {"Accept: application/json", NULL};
const struct talk_dialect gitlab_dialect = {.roots = roots, .headers = headers};

static enum gitlab_stage first_of_issue(const struct effect *x, const struct effect_talk *t)
{
    return !t->remote_id[0] ? GITLAB_LIST : x->issue.close ? GITLAB_GET : GITLAB_UPDATE;
}

/* TALK_CALL with the first stage set, or how it ends before anything was asked. */
static enum talk_next begin(const struct effect *x, struct effect_talk *t, struct err *e)
{
    switch (x->kind) {
    case EFFECT_STATUS:
        t->stage = t->look_first || x->seq > 1 ? GITLAB_LOOK : GITLAB_STATUS;
        return TALK_CALL;
    case EFFECT_ISSUE:
        t->stage = (int)first_of_issue(x, t);
        return TALK_CALL;
    case EFFECT_COMMENT:
        t->stage = gitlab_first_note(x, t);
        return TALK_CALL;
    case EFFECT_PULL:
        t->stage = GITLAB_CHANGES;
        pull_first(t);
        return TALK_CALL;
    case EFFECT_LABEL:
        t->stage = GITLAB_LABEL;
        return x->label.n_add + x->label.n_remove ? TALK_CALL : TALK_SENT;
    case EFFECT_MERGE:
        t->stage = t->look_first ? GITLAB_MERGE_LOOK : GITLAB_MERGE;
        return gitlab_merge_check(x, e);
    case EFFECT_DISPATCH:
        t->stage = t->look_first ? GITLAB_PIPELINES : GITLAB_PIPELINE;
        return gitlab_dispatch_check(x, e);
    default:
        return talk_no_such(x, e);
    }
}

enum talk_next gitlab_talk(const struct effect *x, struct effect_talk *t, const struct api_reply *reply,
                           struct api_request *ret_request, struct err *e)
{
    const struct talk_turn turns[GITLAB_STAGE_N] = {
        [GITLAB_LOOK] = gitlab_look,
        [GITLAB_STATUS] = gitlab_status,
        [GITLAB_STATUS_SOURCE] = gitlab_status_source,
        [GITLAB_LIST] = gitlab_list,
        [GITLAB_GET] = gitlab_get,
        [GITLAB_UPDATE] = gitlab_update,
        [GITLAB_REOPEN] = gitlab_reopen,
        [GITLAB_CREATE] = gitlab_create,
        [GITLAB_NOTES] = gitlab_notes,
        [GITLAB_EDIT_NOTE] = gitlab_edit_note,
        [GITLAB_DROP_NOTE] = gitlab_drop_note,
        [GITLAB_NOTE] = gitlab_note,
        [GITLAB_CHANGES] = gitlab_changes,
        [GITLAB_EDIT_CHANGE] = gitlab_edit_change,
        [GITLAB_LABEL_CHANGE] = gitlab_label_change,
        [GITLAB_CHANGE] = gitlab_change,
        [GITLAB_LABEL] = gitlab_label,
        [GITLAB_MERGE_LOOK] = gitlab_merge_look,
        [GITLAB_MERGE] = gitlab_merge,
        [GITLAB_PIPELINES] = gitlab_pipelines,
        [GITLAB_VARIABLES] = gitlab_variables,
        [GITLAB_PIPELINE] = gitlab_pipeline,
    };
    enum talk_next first = reply ? TALK_CALL : begin(x, t, e);
    return first == TALK_CALL ? talk_turns(&gitlab_dialect, turns, x, t, reply, ret_request, e) : first;
}

void gitlab_project_path(const struct effect *x, const char *below, struct buf *out)
{
    buf_str(out, "/api/v4/projects/");
    url_put(out, sv_of(x->repo));
    buf_str(out, below);
}

void gitlab_thread_path(const struct effect *x, enum thread_kind at, int64_t number, struct buf *out)
{
    gitlab_project_path(x, at == THREAD_CHANGE ? "/merge_requests/" : "/issues/", out);
    buf_fmt(out, "%lld", (long long)number);
}

void gitlab_authorize(struct sv token, struct buf *out)
{
    buf_str(out, "PRIVATE-TOKEN: ");
    buf_sv(out, token);
}

/* https://HOST or, for an instance below a path, https://HOST/sub. */
static void put_page(struct sv api_base, struct sv path, struct buf *out)
{
    static const char suffix[] = "/api/v4";
    if (sv_ends(api_base, sv_of(suffix)))
        api_base = sv_cut(api_base, api_base.n - strlen(suffix));
    buf_sv(out, api_base);
    buf_chr(out, '/');
    buf_sv(out, path);
}

void gitlab_clone_url(struct sv api_base, struct sv path, struct buf *out)
{
    put_page(api_base, path, out);
    buf_str(out, ".git");
}

void gitlab_page_url(struct sv api_base, struct sv path, enum forge_page page, struct sv what, struct buf *out)
{
    put_page(api_base, path, out);
    if (page != PAGE_REPOSITORY) {
        buf_str(out, page == PAGE_COMMIT ? "/-/commit/" : "/-/merge_requests/");
        buf_sv(out, what);
    }
}
