/* SPDX-License-Identifier: Apache-2.0 */
/* The commits of one side, replayed in memory on the tip of the other: for each a merge of three trees with its parent
 * as the base, and what that leaves open through merge/merge.h. Ours is always the commit that is replayed, so that
 * what was learned from merges counts here as well. */
#include "git/merging.h"

static void free_walk(git_revwalk **w)
{
    git_revwalk_free(*w);
}
static void free_commit(git_commit **c)
{
    git_commit_free(*c);
}
static void free_index(git_index **i)
{
    git_index_free(*i);
}
static void free_tree(git_tree **t)
{
    git_tree_free(*t);
}
static void free_signature(git_signature **s)
{
    git_signature_free(*s);
}

struct replay {
    struct merging *m;
    git_oid all[MERGE_REPLAYED];
    size_t n;
    git_oid tip;
    size_t made;      /* commits that are new on the tip */
    bool by_rules;    /* some conflict was resolved */
    const char *text; /* id of the one that is replayed */
};

static const char *id_of(struct merging *m, const git_oid *id)
{
    char *text = arena_new(m->a, GIT_OID_HEXSZ + 1);
    return git_oid_tostr(text, GIT_OID_HEXSZ + 1, id);
}

/* What is replayed, the oldest first. m->why_not where it cannot be. */
static int list(struct replay *r, struct err *e)
{
    struct merging *m = r->m;
    AUTO(free_walk) git_revwalk *walk = NULL;
    git_oid id;
    if (git_revwalk_new(&walk, m->view.repo) != 0 ||
        git_revwalk_sorting(walk, GIT_SORT_TOPOLOGICAL | GIT_SORT_REVERSE) != 0 ||
        git_revwalk_push(walk, &m->ours) != 0 || git_revwalk_hide(walk, &m->theirs) != 0)
        return clash_said(e, "rebase");
    int rc = 0;
    while (!m->why_not && (rc = git_revwalk_next(&id, walk)) == 0) {
        AUTO(free_commit) git_commit *c = NULL;
        if (git_commit_lookup(&c, m->view.repo, &id) != 0)
            return clash_said(e, "rebase");
        if (r->n == MERGE_REPLAYED)
            m->why_not = arena_fmt(m->a, "there are more than %d commits to replay", MERGE_REPLAYED);
        else if (git_commit_parentcount(c) > 1)
            m->why_not = arena_fmt(m->a, "there is a merge among the commits to replay: %.12s", id_of(m, &id));
        else if (git_commit_parentcount(c) == 0)
            m->why_not = "the sides have no commit in common";
        else
            r->all[r->n++] = id;
    }
    return rc == 0 || rc == GIT_ITEROVER ? 0 : clash_said(e, "rebase");
}

/* Its author, dates, message and encoding stay. */
static int write_commit(struct replay *r, git_commit *from, git_commit *tip, git_tree *tree, struct err *e)
{
    const struct merge_want *w = r->m->want;
    AUTO(free_signature) git_signature *who = NULL;
    const git_commit *parents[] = {tip};
    if (git_signature_new(&who, w->name, w->email, w->when / 1000, 0) != 0)
        return err_set(e, ERR_INVALID, "bad name or address of a committer");
    if (git_commit_create(&r->tip, r->m->view.repo, NULL, git_commit_author(from), who,
                          git_commit_message_encoding(from), git_commit_message_raw(from), tree, 1, parents) != 0)
        return clash_said(e, r->text);
    r->made++;
    return 0;
}

static int read_trees(struct merging *m, git_commit *from, git_commit *tip, struct err *e)
{
    AUTO(free_commit) git_commit *parent = NULL;
    merging_drop_trees(m);
    if (git_commit_parent(&parent, from, 0) != 0 || git_commit_tree(&m->trees[CLASH_BASE], parent) != 0 ||
        git_commit_tree(&m->trees[CLASH_OURS], from) != 0 || git_commit_tree(&m->trees[CLASH_THEIRS], tip) != 0)
        return clash_said(e, "rebase");
    return 0;
}

/* What changes nothing there has been done there before: it is left out. */
static int take(struct replay *r, git_commit *from, git_commit *tip, git_index *index, struct err *e)
{
    AUTO(free_tree) git_tree *tree = NULL;
    struct merging *m = r->m;
    git_oid id;
    if (git_index_write_tree_to(&id, index, m->view.repo) != 0 || git_tree_lookup(&tree, m->view.repo, &id) != 0)
        return clash_said(e, r->text);
    return git_oid_equal(&id, git_tree_id(m->trees[CLASH_THEIRS])) ? 0 : write_commit(r, from, tip, tree, e);
}

static int replay_one(struct replay *r, const git_oid *id, struct err *e)
{
    AUTO(free_commit) git_commit *from = NULL, *tip = NULL;
    AUTO(free_index) git_index *index = NULL;
    struct merging *m = r->m;
    git_merge_options how;
    git_merge_options_init(&how, GIT_MERGE_OPTIONS_VERSION);
    how.flags = GIT_MERGE_FIND_RENAMES | GIT_MERGE_SKIP_REUC;
    r->text = m->report.at = id_of(m, id);
    if (git_commit_lookup(&from, m->view.repo, id) != 0 || git_commit_lookup(&tip, m->view.repo, &r->tip) != 0)
        return clash_said(e, r->text);
    if (read_trees(m, from, tip, e) < 0)
        return -1;
    if (git_merge_trees(&index, m->view.repo, m->trees[CLASH_BASE], m->trees[CLASH_OURS], m->trees[CLASH_THEIRS],
                        &how) != 0)
        return clash_said(e, r->text);
    if (merging_settle(m, index, e) < 0)
        return -1;
    r->by_rules |= m->ret->state == MERGE_RESOLVED;
    return m->ret->state == MERGE_UNRESOLVED ? 0 : take(r, from, tip, index, e);
}

int merging_rebase(struct merging *m, struct err *e)
{
    struct replay r = {.m = m, .tip = m->theirs};
    if (list(&r, e) < 0)
        return -1;
    m->ret->state = MERGE_MERGED;
    for (size_t i = 0; i < r.n && !m->why_not && m->ret->state != MERGE_UNRESOLVED; i++) {
        if (clk_mono_ms() > m->deadline)
            m->why_not = "no time left";
        else if (replay_one(&r, &r.all[i], e) < 0)
            return -1;
    }
    /* An empty branch would close the change, and nobody asked for that. */
    if (!m->why_not && m->ret->state != MERGE_UNRESOLVED && r.made == 0)
        m->why_not = "the other side has all of its changes: nothing would be left";
    if (m->why_not)
        m->ret->state = MERGE_UNRESOLVED;
    if (m->ret->state == MERGE_UNRESOLVED)
        return 0;
    m->ret->state = r.by_rules ? MERGE_RESOLVED : MERGE_MERGED;
    return merging_keep(m, &r.tip, e);
}
