/* SPDX-License-Identifier: Apache-2.0 */
/* Gitea and Forgejo API v1, repoGet, repoListBranches, repoListTags, repoListPullRequests: the whole state of a
 * repository. A renamed one is redirected to. */
#include "handlers/forge/gitea/gitea.h"
#include "handlers/forge/gitea/turns.h"

static void put_repo(const struct look_repo *r, const char *rest, struct buf *path)
{
    buf_str(path, "/api/v1/repos/");
    talk_repo_path(r->path_now ? r->path_now : r->path, path);
    buf_str(path, rest);
}

static void ask_repo(const struct look_repo *r, struct buf *path)
{
    put_repo(r, "", path);
}

static void ask_branches(const struct look_repo *r, struct buf *path)
{
    put_repo(r, "/branches?limit=50", path);
}

static void ask_tags(const struct look_repo *r, struct buf *path)
{
    put_repo(r, "/tags?limit=50", path);
}

static void ask_changes(const struct look_repo *r, struct buf *path)
{
    put_repo(r, "/pulls?state=open&limit=50", path);
}

static const char *text(struct look *l, const struct jval *v)
{
    return jval_kind(v) == J_STRING ? arena_dup(&l->arena, jval_str(v)) : NULL;
}

static int read_repo(struct look *l, struct look_repo *r, const struct jval *root, struct err *e)
{
    int64_t id = 0;
    if (!jval_int(jval_get(root, "id"), &id) || !(r->path_now = text(l, jval_get(root, "full_name"))))
        return err_set(e, ERR_INVALID, "the forge's answer about a repository cannot be read");
    r->id = id;
    r->default_branch = text(l, jval_get(root, "default_branch"));
    r->is_private = jval_true(jval_get(root, "private")) ? YES : NO;
    return 0;
}

static int not_a_list(struct err *e)
{
    return err_set(e, ERR_INVALID, "the forge's answer about a repository is no list");
}

static int read_branches(struct look *l, struct look_repo *r, const struct jval *root, struct err *e)
{
    if (jval_kind(root) != J_ARRAY)
        return not_a_list(e);
    for (size_t i = 0; i < jval_len(root); i++) {
        const char *name = text(l, jval_get(jval_item(root, i), "name"));
        if (name)
            look_add(l, r, arena_fmt(&l->arena, "refs/heads/%s", name),
                     text(l, jval_at(jval_item(root, i), "commit", "id")));
    }
    return 0;
}

/* `id` is the object that the ref names: of an annotated tag the tag, as in pushes. */
static int read_tags(struct look *l, struct look_repo *r, const struct jval *root, struct err *e)
{
    if (jval_kind(root) != J_ARRAY)
        return not_a_list(e);
    for (size_t i = 0; i < jval_len(root); i++) {
        const struct jval *x = jval_item(root, i);
        const char *name = text(l, jval_get(x, "name")), *id = text(l, jval_get(x, "id"));
        if (name)
            look_add(l, r, arena_fmt(&l->arena, "refs/tags/%s", name), id ? id : text(l, jval_at(x, "commit", "sha")));
    }
    return 0;
}

static int read_changes(struct look *l, struct look_repo *r, const struct jval *root, struct err *e)
{
    if (jval_kind(root) != J_ARRAY)
        return not_a_list(e);
    for (size_t i = 0; i < jval_len(root); i++) {
        const struct jval *x = jval_item(root, i);
        int64_t number = 0;
        size_t before = r->refs.n;
        if (!jval_int(jval_get(x, "number"), &number))
            continue;
        look_add(l, r, arena_fmt(&l->arena, "change/%lld", (long long)number), text(l, jval_at(x, "head", "sha")));
        if (r->refs.n == before)
            continue;
        struct look_ref *ref = &r->refs.at[before];
        ref->ref = arena_fmt(&l->arena, "refs/pull/%lld/head", (long long)number);
        ref->change = (struct event_change){.present = true,
                                            .number = number,
                                            .title = text(l, jval_get(x, "title")),
                                            .head_sha = ref->sha,
                                            .head_ref = text(l, jval_at(x, "head", "ref")),
                                            .head_repo = text(l, jval_at(x, "head", "repo", "full_name")),
                                            .base_ref = text(l, jval_at(x, "base", "ref")),
                                            .base_sha = text(l, jval_at(x, "base", "sha")),
                                            .draft = jval_true(jval_get(x, "draft")) ? YES : NO,
                                            .merged = NO};
        /* Pushed to refs/for/…, which needs no write access, and yet head and base are the same repository. */
        if (sv_starts(sv_of(ref->change.head_ref), SV("refs/pull/")))
            ref->change.head_repo = NULL;
    }
    return 0;
}

enum talk_next gitea_state(struct look *l, const struct api_reply *reply, struct api_request *ret, struct err *e)
{
    static const struct look_turn turns[] = {{LOOK_NO_TAGS, ask_repo, read_repo},
                                             {LOOK_NO_TAGS, ask_branches, read_branches},
                                             {LOOK_TAGS, ask_tags, read_tags},
                                             {LOOK_NO_TAGS, ask_changes, read_changes},
                                             {LOOK_NO_TAGS, NULL, NULL}};
    return look_lists(&gitea_dialect, turns, l, reply, ret, e);
}
