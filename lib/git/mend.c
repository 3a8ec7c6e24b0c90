/* SPDX-License-Identifier: Apache-2.0 */
#include "git/merging.h"

enum { MENDED_FILES = 300, OTHER_FILES = 50 };

/* Blobs at a path in the three trees; false unless all three are there, and differ. */
static bool changed_by_both(git_tree *const trees[CLASH_SIDES], const char *path, struct clash *ret)
{
    *ret = (struct clash){.path = path};
    for (int i = 0; i < CLASH_SIDES; i++) {
        git_tree_entry *x = NULL;
        if (git_tree_entry_bypath(&x, trees[i], path) != 0)
            return false;
        ret->names[i] = path;
        ret->ids[i] = *git_tree_entry_id(x);
        ret->modes[i] = git_tree_entry_filemode(x);
        bool plain = git_tree_entry_type(x) == GIT_OBJECT_BLOB && ret->modes[i] != GIT_FILEMODE_LINK;
        git_tree_entry_free(x);
        if (!plain)
            return false;
    }
    return !git_oid_equal(&ret->ids[CLASH_BASE], &ret->ids[CLASH_OURS]) &&
           !git_oid_equal(&ret->ids[CLASH_BASE], &ret->ids[CLASH_THEIRS]) &&
           !git_oid_equal(&ret->ids[CLASH_OURS], &ret->ids[CLASH_THEIRS]);
}

/* The lines went together, but one side renamed a function that the other uses at a new place. */
static int mend_one(struct merging *m, git_index *index, struct clash *c, struct err *e)
{
    AUTO(clash_texts_free) struct clash_texts texts = {0};
    AUTO(merge_result_free) struct merge_result r = {0};
    struct err no;
    int rc = clash_read(m->view.repo, c, &texts, e);
    if (rc != 0)
        return rc < 0 ? -1 : 0;
    struct merge_texts in = {c->path, buf_view(&texts.of[CLASH_BASE]), buf_view(&texts.of[CLASH_OURS]),
                             buf_view(&texts.of[CLASH_THEIRS])};
    if (merge_file(&in, NULL, &r, &no) < 0 || r.left.n || !(r.rules & (1u << MERGE_RENAMED)))
        return 0;
    merge_report_file(&m->report, c->path, NULL, &r);
    if (m->ret->state == MERGE_MERGED)
        m->ret->state = MERGE_RESOLVED;
    return clash_settle(m->view.repo, index, c, buf_view(&r.text), e);
}

int merging_mend(struct merging *m, git_index *index, struct err *e)
{
    git_diff *diff = NULL;
    if (!m->trees[CLASH_BASE])
        return 0;
    if (git_diff_tree_to_tree(&diff, m->view.repo, m->trees[CLASH_BASE], m->trees[CLASH_OURS], NULL) != 0)
        return clash_said(e, "diff");
    int rc = 0;
    size_t n = git_diff_num_deltas(diff), looked = 0;
    for (size_t i = 0; rc == 0 && i < n && looked < MENDED_FILES && clk_mono_ms() < m->deadline; i++) {
        const git_diff_delta *d = git_diff_get_delta(diff, i);
        struct clash c;
        if (d->status != GIT_DELTA_MODIFIED || !git_index_get_bypath(index, d->new_file.path, 0) ||
            !changed_by_both(m->trees, d->new_file.path, &c))
            continue;
        looked++;
        rc = mend_one(m, index, &c, e);
    }
    git_diff_free(diff);
    return rc;
}

/* ---- blocks that went to another file ---- */

static struct sv ending_of(const char *path)
{
    struct sv s = sv_of(path);
    ptrdiff_t dot = sv_rchr(s, '.');
    return dot < 0 ? SV("") : sv_from(s, (size_t)dot);
}

/* The text of a blob, appended; false when it is no text of our size. */
static bool read_text(struct merging *m, const git_oid *id, struct buf *ret)
{
    git_blob *blob = NULL;
    if (git_blob_lookup(&blob, m->view.repo, id) != 0)
        return false;
    bool good = git_blob_rawsize(blob) <= MERGE_BYTES;
    if (good)
        buf_add(ret, git_blob_rawcontent(blob), (size_t)git_blob_rawsize(blob));
    git_blob_free(blob);
    return good;
}

static int try_other(struct merging *m, git_index *index, const struct merge_texts *in, const git_diff_delta *d,
                     struct merge_result *r, struct err *e)
{
    const git_index_entry *now = git_index_get_bypath(index, d->new_file.path, 0);
    AUTO(buf_free) struct buf before = {0}, there = {0}, made = {0};
    struct merge_result moved;
    struct err no;
    if (!now || (d->status == GIT_DELTA_MODIFIED && !read_text(m, &d->old_file.id, &before)) ||
        !read_text(m, &now->id, &there))
        return 1;
    int rc = merge_moved_out(in, buf_view(&before), buf_view(&there), &moved, &made, &no);
    if (rc == 0) {
        git_index_entry x = *now;
        if (git_blob_create_from_buffer(&x.id, m->view.repo, made.p, made.n) != 0 || git_index_add(index, &x) != 0)
            rc = clash_said(e, d->new_file.path);
        merge_result_free(r);
        *r = moved;
        return rc;
    }
    merge_result_free(&moved);
    return 1;
}

int merging_moved_out(struct merging *m, git_index *index, const struct merge_texts *in, struct merge_result *r,
                      struct err *e)
{
    int rc = 1;
    size_t looked = 0;
    for (int side = CLASH_OURS; m->trees[CLASH_BASE] && side <= CLASH_THEIRS && rc == 1; side++) {
        git_diff *diff = NULL;
        if (git_diff_tree_to_tree(&diff, m->view.repo, m->trees[CLASH_BASE], m->trees[side], NULL) != 0)
            return clash_said(e, "diff");
        for (size_t i = 0; i < git_diff_num_deltas(diff) && rc == 1 && looked < OTHER_FILES; i++) {
            const git_diff_delta *d = git_diff_get_delta(diff, i);
            if ((d->status != GIT_DELTA_ADDED && d->status != GIT_DELTA_MODIFIED) ||
                strcmp(d->new_file.path, in->path) == 0 || !sv_eq(ending_of(d->new_file.path), ending_of(in->path)))
                continue;
            looked++;
            rc = try_other(m, index, in, d, r, e);
        }
        git_diff_free(diff);
    }
    return rc;
}
