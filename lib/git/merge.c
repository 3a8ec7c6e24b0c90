/* SPDX-License-Identifier: Apache-2.0 */
/* Merging commits in memory: what one has already, else the ways that are asked for, in order. A merge commit is made
 * of libgit2's merge of trees (renames found, several bases merged to a virtual one as git does), and the files that it
 * leaves through merge/merge.h. A file that stays unresolved leaves no commit behind. */
#include "git/merging.h"
#include "git/reader.h"

enum { MERGE_MS = 60 * 1000 };

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

static bool is_key(struct sv key)
{
    for (size_t i = 0; i < key.n; i++) {
        char c = key.p[i];
        if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_'))
            return false;
    }
    return key.n > 0 && key.n <= 128;
}

int merging_keep(struct merging *m, const git_oid *commit, struct err *e)
{
    git_reference *ref = NULL;
    const char *name = arena_fmt(m->a, MERGE_KEPT "%s", m->want->key);
    if (git_reference_create(&ref, m->view.repo, name, commit, 1, NULL) != 0)
        return clash_said(e, name);
    git_reference_free(ref);
    char *text = arena_new(m->a, GIT_OID_HEXSZ + 1);
    m->ret->commit = git_oid_tostr(text, GIT_OID_HEXSZ + 1, commit);
    return 0;
}

static int write_commit(struct merging *m, git_index *index, git_commit *ours, git_commit *theirs, struct err *e)
{
    AUTO(free_tree) git_tree *tree = NULL;
    git_signature *who = NULL;
    const git_commit *parents[] = {ours, theirs};
    git_oid id;
    if (git_index_write_tree_to(&id, index, m->view.repo) != 0 || git_tree_lookup(&tree, m->view.repo, &id) != 0)
        return clash_said(e, "merged tree");
    if (git_signature_new(&who, m->want->name, m->want->email, m->want->when / 1000, 0) != 0)
        return err_set(e, ERR_INVALID, "bad name or address of an author");
    int rc = git_commit_create(&id, m->view.repo, NULL, who, who, NULL, m->want->message, tree, 2, parents);
    git_signature_free(who);
    return rc == 0 ? merging_keep(m, &id, e) : clash_said(e, "merge commit");
}

static void note_used(struct merging *m, const struct merge_result *r)
{
    for (size_t i = 0; i < r->used.n; i++) {
        const char *key = arena_strdup(m->a, r->used.at[i]);
        VEC_PUSH(&m->used, key);
    }
}

/* 1: left to people. */
static int resolve_one(struct merging *m, git_index *index, struct clash *c, struct err *e)
{
    AUTO(clash_texts_free) struct clash_texts texts = {0};
    AUTO(merge_result_free) struct merge_result r = {0};
    struct err no;
    int rc = 0;
    if (!c->why && clk_mono_ms() > m->deadline)
        c->why = "no time left";
    if (!c->why && clash_read(m->view.repo, c, &texts, e) < 0)
        return -1;
    struct merge_texts in = {c->path, buf_view(&texts.of[CLASH_BASE]), buf_view(&texts.of[CLASH_OURS]),
                             buf_view(&texts.of[CLASH_THEIRS])};
    if (!c->why && merge_file(&in, m->memory, &r, &no) < 0)
        c->why = arena_strdup(m->a, no.msg);
    if (!c->why && r.left.n && merging_moved_out(m, index, &in, &r, e) < 0)
        return -1;
    bool done = !c->why && r.left.n == 0;
    merge_report_file(&m->report, c->path, c->why, &r);
    if (done) {
        rc = clash_settle(m->view.repo, index, c, buf_view(&r.text), e);
        note_used(m, &r);
    }
    return rc < 0 ? -1 : !done;
}

int merging_settle(struct merging *m, git_index *index, struct err *e)
{
    struct clashes all = {0};
    bool left = false, clash = git_index_has_conflicts(index) != 0;
    int rc = clash ? clash_list(index, m->a, &all, e) : 0;
    m->ret->state = clash ? MERGE_RESOLVED : MERGE_MERGED;
    for (size_t i = 0; rc == 0 && i < all.v.n; i++) {
        int one = resolve_one(m, index, &all.v.at[i], e);
        rc = one < 0 ? -1 : 0;
        left = left || one > 0;
    }
    if (left)
        m->ret->state = MERGE_UNRESOLVED;
    VEC_FREE(&all.v);
    return rc < 0 ? -1 : merging_mend(m, index, e);
}

/* Of the base only where there is one: of several, the files in it may never have been together. */
static int read_trees(struct merging *m, git_commit *ours, git_commit *theirs, struct err *e)
{
    AUTO(free_commit) git_commit *base = NULL;
    git_oidarray bases = {0};
    int rc = git_merge_bases(&bases, m->view.repo, &m->ours, &m->theirs);
    if (rc == 0 && bases.count == 1 &&
        (git_commit_lookup(&base, m->view.repo, &bases.ids[0]) != 0 ||
         git_commit_tree(&m->trees[CLASH_BASE], base) != 0))
        rc = -1;
    git_oidarray_dispose(&bases);
    if ((rc != 0 && rc != GIT_ENOTFOUND) || git_commit_tree(&m->trees[CLASH_OURS], ours) != 0 ||
        git_commit_tree(&m->trees[CLASH_THEIRS], theirs) != 0)
        return clash_said(e, "merge base");
    return 0;
}

static int merge_trees(struct merging *m, struct err *e)
{
    AUTO(free_commit) git_commit *ours = NULL, *theirs = NULL;
    AUTO(free_index) git_index *index = NULL;
    git_merge_options how;
    git_merge_options_init(&how, GIT_MERGE_OPTIONS_VERSION);
    how.flags = GIT_MERGE_FIND_RENAMES | GIT_MERGE_SKIP_REUC;
    if (git_commit_lookup(&ours, m->view.repo, &m->ours) != 0 ||
        git_commit_lookup(&theirs, m->view.repo, &m->theirs) != 0 ||
        git_merge_commits(&index, m->view.repo, ours, theirs, &how) != 0)
        return clash_said(e, "merge");
    if (read_trees(m, ours, theirs, e) < 0 || merging_settle(m, index, e) < 0)
        return -1;
    return m->ret->state == MERGE_UNRESOLVED ? 0 : write_commit(m, index, ours, theirs, e);
}

/* ---- ways ---- */

void merging_drop_trees(struct merging *m)
{
    for (int i = 0; i < CLASH_SIDES; i++) {
        git_tree_free(m->trees[i]);
        m->trees[i] = NULL;
    }
}

static int forward(struct merging *m, bool behind, struct err *e)
{
    if (!behind) {
        m->why_not = "both sides have commits of their own";
        return 0;
    }
    m->ret->state = MERGE_MERGED;
    if (!m->view.repo)
        return merging_shown_keep(m, m->ret->theirs, e);
    return merging_keep(m, &m->theirs, e);
}

static int replay(struct merging *m, struct err *e)
{
    if (m->view.repo)
        return merging_rebase(m, e);
    m->why_not = "in a repository with SHA-256 objects nothing is replayed";
    return 0;
}

/* Nothing of the ways before counts. */
static int go(struct merging *m, enum conflict_way way, bool behind, struct err *e)
{
    merge_report_again(&m->report);
    merging_drop_trees(m);
    m->used.n = 0;
    m->why_not = NULL;
    m->ret->way = way;
    m->ret->state = MERGE_UNRESOLVED;
    if (way == WAY_FORWARD)
        return forward(m, behind, e);
    if (way == WAY_REBASE)
        return replay(m, e);
    return m->view.repo ? merge_trees(m, e) : merging_shown(m, e);
}

static void note_tried(struct merging *m, enum conflict_way way, const char *why)
{
    const char *before = m->ret->tried;
    merge_report_tried(&m->report, way, why);
    m->ret->tried =
        arena_fmt(m->a, "%s%s%s: %s", before ? before : "", before ? "; " : "", conflict_way_name[way], why);
}

static int go_all(struct merging *m, bool behind, struct err *e)
{
    static const struct wf_ways usual = {{WAY_FORWARD, WAY_MERGE}, 2};
    const struct wf_ways *w = m->want->ways.n ? &m->want->ways : &usual;
    for (int i = 0; i < w->n; i++) {
        if (go(m, w->at[i], behind, e) < 0)
            return -1;
        if (m->ret->commit)
            return 0;
        /* What was left of the last way's files the report says by itself; and that there is work to do is no news. */
        bool last = i + 1 == w->n;
        const char *why = m->why_not ? m->why_not : last ? NULL : "not all conflicts were resolved";
        if (why && (last || w->at[i] != WAY_FORWARD))
            note_tried(m, w->at[i], why);
    }
    return 0;
}

static int merge(struct merging *m, struct err *e)
{
    bool has, behind;
    if (merging_has(m, m->ret->ours, m->ret->theirs, &has, e) < 0 ||
        merging_has(m, m->ret->theirs, m->ret->ours, &behind, e) < 0)
        return -1;
    if (!has)
        return go_all(m, behind, e);
    m->ret->state = MERGE_NOTHING;
    m->ret->commit = m->ret->ours;
    return 0;
}

static int tell(struct merging *m, struct err *e)
{
    const char *base = NULL;
    if ((m->view.repo ? tree_merge_base : shown_merge_base)(&m->view, m->ret->ours, m->ret->theirs, m->a, &base, e) < 0)
        return -1;
    m->ret->report = merge_report_done(&m->report, m->ret, base, m->a);
    m->ret->n_used = m->used.n;
    m->ret->used = arena_new(m->a, (m->used.n + 1) * sizeof *m->ret->used);
    for (size_t i = 0; i < m->used.n; i++)
        m->ret->used[i] = m->used.at[i];
    return 0;
}

static int find_both(struct merging *m, struct gits *g, struct err *e)
{
    const struct merge_want *w = m->want;
    if (git_resolve(g, w->repo_id, w->ours, m->a, &m->ret->ours, e) < 0 ||
        git_resolve(g, w->repo_id, w->theirs, m->a, &m->ret->theirs, e) < 0 ||
        view_open(g, w->repo_id, &m->view, e) < 0)
        return -1;
    if (m->view.repo &&
        (git_oid_fromstr(&m->ours, m->ret->ours) != 0 || git_oid_fromstr(&m->theirs, m->ret->theirs) != 0)) {
        view_close(&m->view);
        return err_set(e, ERR_INVALID, "bad object id");
    }
    return 0;
}

int merge_commits(struct gits *g, const struct merge_want *want, const struct merge_memory *memory, struct arena *a,
                  struct merge_answer *ret, struct err *e)
{
    struct merging m = {.want = want, .memory = memory, .a = a, .ret = ret, .deadline = clk_mono_ms() + MERGE_MS};
    *ret = (struct merge_answer){0};
    if (!is_key(sv_of(want->key)))
        return err_set(e, ERR_INVALID, "bad name for a resolution");
    if (find_both(&m, g, e) < 0)
        return -1;
    merge_report_open(&m.report);
    int rc = merge(&m, e) < 0 ? -1 : tell(&m, e);
    merge_report_free(&m.report);
    merging_drop_trees(&m);
    VEC_FREE(&m.used);
    view_close(&m.view);
    return rc;
}
