/* SPDX-License-Identifier: Apache-2.0 */
/* What a person made of conflicts: the merge is done again, and compared with what was committed. */
#include "git/clash.h"
#include "git/reader.h"
#include "port/merge.h"

struct learning {
    struct git_view view;
    struct arena *a;
    const char *path;
    VEC(struct merge_lesson) all;
};

static void free_commit(git_commit **c)
{
    git_commit_free(*c);
}
static void free_index(git_index **i)
{
    git_index_free(*i);
}

static void take(void *ctx, const char *key, struct sv resolution)
{
    struct learning *l = ctx;
    struct merge_lesson x = {arena_strdup(l->a, key), l->path, arena_sv(l->a, resolution)};
    VEC_PUSH(&l->all, x);
}

static int learn_file(struct learning *l, struct clash *c, const char *commit, struct err *e)
{
    AUTO(clash_texts_free) struct clash_texts texts = {0};
    AUTO(buf_free) struct buf outcome = {0};
    struct err no = {0};
    if (c->why)
        return 0;
    int rc = clash_read(l->view.repo, c, &texts, e);
    if (rc != 0)
        return rc < 0 ? -1 : 0;
    if (tree_file(&l->view, commit, c->path, MERGE_BYTES, &outcome, &no) < 0)
        return no.cls == ERR_MISSING || no.cls == ERR_INVALID ? 0 : (*e = no, -1);
    struct merge_texts in = {c->path, buf_view(&texts.of[CLASH_BASE]), buf_view(&texts.of[CLASH_OURS]),
                             buf_view(&texts.of[CLASH_THEIRS])};
    l->path = c->path;
    (void)!merge_lessons(&in, buf_view(&outcome), take, l, &no); /* no text: nothing to learn */
    return 0;
}

static int learn(struct learning *l, const char *commit, struct err *e)
{
    AUTO(free_commit) git_commit *made = NULL, *ours = NULL, *theirs = NULL;
    AUTO(free_index) git_index *index = NULL;
    struct clashes all = {0};
    git_oid id;
    if (git_oid_fromstr(&id, commit) != 0 || git_commit_lookup(&made, l->view.repo, &id) != 0)
        return clash_said(e, commit);
    if (git_commit_parentcount(made) != 2)
        return 0;
    if (git_commit_parent(&ours, made, 0) != 0 || git_commit_parent(&theirs, made, 1) != 0 ||
        git_merge_commits(&index, l->view.repo, ours, theirs, NULL) != 0)
        return clash_said(e, "merge");
    int rc = git_index_has_conflicts(index) ? clash_list(index, l->a, &all, e) : 0;
    for (size_t i = 0; rc == 0 && i < all.v.n; i++)
        rc = learn_file(l, &all.v.at[i], commit, e);
    VEC_FREE(&all.v);
    return rc;
}

int merge_learn(struct gits *g, const char *repo_id, const char *commit, struct arena *a, struct merge_lessons *ret,
                struct err *e)
{
    struct learning l = {.a = a};
    const char *id;
    *ret = (struct merge_lessons){0};
    if (git_resolve(g, repo_id, commit, a, &id, e) < 0 || view_open(g, repo_id, &l.view, e) < 0)
        return -1;
    int rc =
        l.view.repo ? learn(&l, id, e) : err_set(e, ERR_INVALID, "a repository with SHA-256 objects is not read here");
    ret->at = arena_new(a, (l.all.n + 1) * sizeof *ret->at);
    ret->n = l.all.n;
    for (size_t i = 0; i < l.all.n; i++)
        ret->at[i] = l.all.at[i];
    VEC_FREE(&l.all);
    view_close(&l.view);
    return rc;
}
