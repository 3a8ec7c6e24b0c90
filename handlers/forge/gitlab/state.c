/* SPDX-License-Identifier: Apache-2.0 */
/* GitLab REST API v4, "Projects", "Branches", "Tags", "Merge requests": the whole state of a project. A project that
 * is known is asked for by its number, which survives moves. */
#include "fmt/enc.h"
#include "handlers/forge/gitlab/gitlab.h"
#include "handlers/forge/gitlab/turns.h"

static void put_project(const struct look_repo *r, const char *rest, struct buf *path)
{
    buf_str(path, "/api/v4/projects/");
    if (r->id)
        buf_fmt(path, "%lld", (long long)r->id);
    else
        url_put(path, sv_of(r->path));
    buf_str(path, rest);
}

static void ask_project(const struct look_repo *r, struct buf *path)
{
    put_project(r, "", path);
}

static void ask_branches(const struct look_repo *r, struct buf *path)
{
    put_project(r, "/repository/branches?per_page=100", path);
}

static void ask_tags(const struct look_repo *r, struct buf *path)
{
    put_project(r, "/repository/tags?per_page=100", path);
}

static void ask_changes(const struct look_repo *r, struct buf *path)
{
    put_project(r, "/merge_requests?state=opened&per_page=100", path);
}

static const char *text(struct look *l, const struct jval *v)
{
    return jval_kind(v) == J_STRING ? arena_dup(&l->arena, jval_str(v)) : NULL;
}

static int read_project(struct look *l, struct look_repo *r, const struct jval *root, struct err *e)
{
    if (!jval_int(jval_get(root, "id"), &r->id) || !(r->path_now = text(l, jval_get(root, "path_with_namespace"))))
        return err_set(e, ERR_INVALID, "the forge's answer about a project cannot be read");
    r->default_branch = text(l, jval_get(root, "default_branch"));
    r->is_private = sv_is(jval_str(jval_get(root, "visibility")), "public") ? NO : YES;
    return 0;
}

static int read_refs(struct look *l, struct look_repo *r, const struct jval *root, const char *folder,
                     const char *target, struct err *e)
{
    if (jval_kind(root) != J_ARRAY)
        return err_set(e, ERR_INVALID, "the forge's answer about refs cannot be read");
    for (size_t i = 0; i < jval_len(root); i++) {
        const struct jval *x = jval_item(root, i), *sha = target ? jval_get(x, target) : NULL;
        const char *name = text(l, jval_get(x, "name"));
        if (jval_kind(sha) != J_STRING)
            sha = jval_at(x, "commit", "id");
        if (name)
            look_add(l, r, arena_fmt(&l->arena, "%s%s", folder, name), text(l, sha));
    }
    return 0;
}

static int read_branches(struct look *l, struct look_repo *r, const struct jval *root, struct err *e)
{
    return read_refs(l, r, root, "refs/heads/", NULL, e);
}

static int read_tags(struct look *l, struct look_repo *r, const struct jval *root, struct err *e)
{
    return read_refs(l, r, root, "refs/tags/", "target", e);
}

static int read_changes(struct look *l, struct look_repo *r, const struct jval *root, struct err *e)
{
    if (jval_kind(root) != J_ARRAY)
        return err_set(e, ERR_INVALID, "the forge's answer about merge requests cannot be read");
    for (size_t i = 0; i < jval_len(root); i++) {
        const struct jval *x = jval_item(root, i);
        int64_t number = 0, source = 0, target = 0;
        size_t before = r->refs.n;
        if (!jval_int(jval_get(x, "iid"), &number))
            continue;
        look_add(l, r, arena_fmt(&l->arena, "change/%lld", (long long)number), text(l, jval_get(x, "sha")));
        if (r->refs.n == before)
            continue;
        bool ours = jval_int(jval_get(x, "source_project_id"), &source) &&
                    jval_int(jval_get(x, "target_project_id"), &target) && source == target;
        struct look_ref *ref = &r->refs.at[before];
        ref->ref = arena_fmt(&l->arena, "refs/merge-requests/%lld/head", (long long)number);
        ref->change = (struct event_change){.present = true,
                                            .number = number,
                                            .title = text(l, jval_get(x, "title")),
                                            .head_sha = ref->sha,
                                            .head_ref = text(l, jval_get(x, "source_branch")),
                                            .head_repo = ours ? r->path_now : NULL,
                                            .base_ref = text(l, jval_get(x, "target_branch")),
                                            .draft = jval_true(jval_get(x, "draft")) ? YES : NO,
                                            .merged = NO};
    }
    return 0;
}

enum talk_next gitlab_state(struct look *l, const struct api_reply *reply, struct api_request *ret, struct err *e)
{
    static const struct look_turn turns[] = {{LOOK_NO_TAGS, ask_project, read_project},
                                             {LOOK_NO_TAGS, ask_branches, read_branches},
                                             {LOOK_TAGS, ask_tags, read_tags},
                                             {LOOK_NO_TAGS, ask_changes, read_changes},
                                             {LOOK_NO_TAGS, NULL, NULL}};
    return look_lists(&gitlab_dialect, turns, l, reply, ret, e);
}
