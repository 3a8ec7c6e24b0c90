/* SPDX-License-Identifier: Apache-2.0 */
/* Merging through the git program (git merge-tree --write-tree, since 2.38), for repositories with SHA-256 objects:
 * what it merges without a conflict. The rules do not look at the rest: people do. */
#include "git/command.h"
#include "git/merging.h"
#include "git/reader.h"
#include "git/remote.h"

enum { SHOWN_MS = 60 * 1000, SHOWN_MAX = 16 << 20, BAD_USAGE = 129 };

static int run(struct merging *m, const char *const *argv, const char *const *env, struct git_output *ret,
               struct err *e)
{
    struct git_command c = {
        .argv = argv, .env = env, .git_dir = m->view.path, .lock_fd = -1, .ms = SHOWN_MS, .max_out = SHOWN_MAX};
    return git_run(&c, ret, e);
}

int merging_has(struct merging *m, const char *of, const char *old, bool *ret, struct err *e)
{
    git_oid descendant, ancestor;
    *ret = strcmp(of, old) == 0;
    if (*ret)
        return 0;
    if (m->view.repo) {
        if (git_oid_fromstr(&descendant, of) != 0 || git_oid_fromstr(&ancestor, old) != 0)
            return err_set(e, ERR_INVALID, "bad object id");
        int rc = git_graph_descendant_of(m->view.repo, &descendant, &ancestor);
        *ret = rc == 1;
        return rc < 0 ? clash_said(e, "merge") : 0;
    }
    AUTO(git_output_free) struct git_output out = {0};
    const char *const argv[] = {"merge-base", "--is-ancestor", old, of, NULL};
    if (run(m, argv, NULL, &out, e) < 0)
        return -1;
    *ret = out.status == 0;
    return out.status <= 1 ? 0 : git_said(&out, e);
}

int merging_shown_keep(struct merging *m, const char *commit, struct err *e)
{
    AUTO(git_output_free) struct git_output out = {0};
    const char *const argv[] = {"update-ref", "--no-deref", arena_fmt(m->a, MERGE_KEPT "%s", m->want->key), commit,
                                NULL};
    if (run(m, argv, NULL, &out, e) < 0)
        return -1;
    if (out.status != 0)
        return git_said(&out, e);
    m->ret->commit = arena_strdup(m->a, commit);
    return 0;
}

static int write_commit(struct merging *m, const char *tree, struct err *e)
{
    AUTO(git_output_free) struct git_output out = {0};
    const struct merge_want *w = m->want;
    const char *when = arena_fmt(m->a, "@%lld +0000", (long long)(w->when / 1000));
    const char *const env[] = {arena_fmt(m->a, "GIT_AUTHOR_NAME=%s", w->name),
                               arena_fmt(m->a, "GIT_AUTHOR_EMAIL=%s", w->email),
                               arena_fmt(m->a, "GIT_AUTHOR_DATE=%s", when),
                               arena_fmt(m->a, "GIT_COMMITTER_NAME=%s", w->name),
                               arena_fmt(m->a, "GIT_COMMITTER_EMAIL=%s", w->email),
                               arena_fmt(m->a, "GIT_COMMITTER_DATE=%s", when),
                               NULL};
    const char *const argv[] = {"commit-tree", tree, "-p", m->ret->ours, "-p", m->ret->theirs, "-m", w->message, NULL};
    if (run(m, argv, env, &out, e) < 0)
        return -1;
    struct sv id = sv_trim(buf_view(&out.out));
    if (out.status != 0)
        return git_said(&out, e);
    if (!oid_is(id))
        return err_set(e, ERR_BUG, "git commit-tree gave no object id");
    return merging_shown_keep(m, arena_dup(m->a, id), e);
}

/* Behind the tree the names of files in conflict, with a NUL behind each. */
static void tell_left(struct merging *m, struct sv rest)
{
    static const struct merge_result nothing;
    struct sv name;
    while (sv_next(&rest, '\0', &name))
        if (name.n)
            merge_report_file(&m->report, arena_dup(m->a, name),
                              "in a repository with SHA-256 objects conflicts are left to people", &nothing);
}

int merging_shown(struct merging *m, struct err *e)
{
    AUTO(git_output_free) struct git_output out = {0};
    const char *const argv[] = {"merge-tree",    "--write-tree", "-z",           "--name-only",
                                "--no-messages", m->ret->ours,   m->ret->theirs, NULL};
    struct sv rest, tree;
    if (run(m, argv, NULL, &out, e) < 0)
        return -1;
    if (out.status == BAD_USAGE)
        return err_set(e, ERR_INVALID,
                       "a repository with SHA-256 objects is merged by git 2.38 or newer, and not here");
    rest = buf_view(&out.out);
    if (out.status > 1)
        return git_said(&out, e);
    if (!sv_next(&rest, '\0', &tree) || !oid_is(tree))
        return err_set(e, ERR_BUG, "git merge-tree gave no object id");
    m->ret->state = out.status == 0 ? MERGE_MERGED : MERGE_UNRESOLVED;
    if (out.status == 0)
        return write_commit(m, arena_dup(m->a, tree), e);
    tell_left(m, rest);
    return 0;
}
