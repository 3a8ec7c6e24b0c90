/* SPDX-License-Identifier: Apache-2.0 */
#include "git/clash.h"
#include <git2/sys/index.h>
#include "merge/merge.h"

int clash_said(struct err *e, const char *what)
{
    const git_error *why = git_error_last();
    return err_set(e, ERR_TRANSIENT, "%s: %s", what, why ? why->message : "unknown");
}

static void take_side(struct clash *c, enum clash_side side, const git_index_entry *x, struct arena *a)
{
    if (!x)
        return;
    c->names[side] = arena_strdup(a, x->path);
    c->ids[side] = x->id;
    c->modes[side] = x->mode;
}

static bool is_plain(uint32_t mode)
{
    return mode == GIT_FILEMODE_BLOB || mode == GIT_FILEMODE_BLOB_EXECUTABLE;
}

static const char *why_not(const struct clash *c)
{
    if (!c->names[CLASH_OURS] && !c->names[CLASH_THEIRS])
        return "renamed to different names";
    if (!c->names[CLASH_OURS] || !c->names[CLASH_THEIRS])
        return c->names[CLASH_BASE] ? "deleted on one side, changed on the other"
                                    : "added beside a folder or renamed file";
    if (!c->names[CLASH_BASE])
        return "added on both sides";
    for (int i = 0; i < CLASH_SIDES; i++)
        if (!is_plain(c->modes[i]))
            return "no plain file";
    return NULL;
}

/* The name that a side gave it; NULL when both gave it one. */
static const char *new_name(const struct clash *c)
{
    const char *b = c->names[CLASH_BASE], *o = c->names[CLASH_OURS], *t = c->names[CLASH_THEIRS];
    if (!o || !t)
        return o ? o : t ? t : b;
    if (!b || strcmp(o, t) == 0 || strcmp(t, b) == 0)
        return o;
    return strcmp(o, b) == 0 ? t : NULL;
}

static int push(struct clashes *ret, struct clash c, struct err *e)
{
    if (ret->v.n == CLASH_FILES)
        return err_set(e, ERR_INVALID, "more than %d files in conflict", CLASH_FILES);
    c.why = why_not(&c);
    c.path = new_name(&c);
    if (!c.path) {
        c.path = c.names[CLASH_OURS];
        c.why = "renamed to different names";
    }
    VEC_PUSH(&ret->v, c);
    return 0;
}

/* Index stages are 1, 2, 3. */
static void take_stage(git_index *index, const char *path, enum clash_side side, struct clash *c, struct arena *a)
{
    if (path)
        take_side(c, side, git_index_get_bypath(index, path, (int)side + 1), a);
}

static int list_renamed(git_index *index, struct arena *a, struct clashes *ret, struct err *e)
{
    for (size_t i = 0; i < git_index_name_entrycount(index); i++) {
        const git_index_name_entry *n = git_index_name_get_byindex(index, i);
        struct clash c = {0};
        take_stage(index, n->ancestor, CLASH_BASE, &c, a);
        take_stage(index, n->ours, CLASH_OURS, &c, a);
        take_stage(index, n->theirs, CLASH_THEIRS, &c, a);
        if (c.names[CLASH_BASE] && c.names[CLASH_OURS] && c.names[CLASH_THEIRS] && push(ret, c, e) < 0)
            return -1;
    }
    return 0;
}

static bool is_taken(const struct clashes *all, size_t n, enum clash_side side, const git_index_entry *x)
{
    for (size_t i = 0; x && i < n; i++)
        if (all->v.at[i].names[side] && strcmp(all->v.at[i].names[side], x->path) == 0)
            return true;
    return !x;
}

int clash_list(git_index *index, struct arena *a, struct clashes *ret, struct err *e)
{
    git_index_conflict_iterator *it = NULL;
    const git_index_entry *b, *o, *t;
    if (list_renamed(index, a, ret, e) < 0)
        return -1;
    size_t renamed = ret->v.n;
    if (git_index_conflict_iterator_new(&it, index) != 0)
        return clash_said(e, "conflicts");
    int rc = 0;
    while (rc == 0 && git_index_conflict_next(&b, &o, &t, it) == 0) {
        struct clash c = {0};
        if (is_taken(ret, renamed, CLASH_BASE, b) && is_taken(ret, renamed, CLASH_OURS, o) &&
            is_taken(ret, renamed, CLASH_THEIRS, t))
            continue;
        take_side(&c, CLASH_BASE, b, a);
        take_side(&c, CLASH_OURS, o, a);
        take_side(&c, CLASH_THEIRS, t, a);
        rc = push(ret, c, e);
    }
    git_index_conflict_iterator_free(it);
    return rc;
}

int clash_read(git_repository *repo, struct clash *c, struct clash_texts *ret, struct err *e)
{
    for (int i = 0; i < CLASH_SIDES; i++) {
        git_blob *blob = NULL;
        if (git_blob_lookup(&blob, repo, &c->ids[i]) != 0)
            return clash_said(e, c->path);
        git_object_size_t size = git_blob_rawsize(blob);
        if (size > MERGE_BYTES)
            c->why = "too large";
        else
            buf_add(&ret->of[i], git_blob_rawcontent(blob), (size_t)size);
        git_blob_free(blob);
    }
    return c->why ? 1 : 0;
}

void clash_texts_free(struct clash_texts *t)
{
    for (int i = 0; i < CLASH_SIDES; i++)
        buf_free(&t->of[i]);
}

int clash_settle(git_repository *repo, git_index *index, const struct clash *c, struct sv text, struct err *e)
{
    git_index_entry x = {.path = c->path};
    bool ours_kept = c->modes[CLASH_OURS] == c->modes[CLASH_BASE];
    x.mode = ours_kept ? c->modes[CLASH_THEIRS] : c->modes[CLASH_OURS];
    if (git_blob_create_from_buffer(&x.id, repo, text.p, text.n) != 0)
        return clash_said(e, c->path);
    for (int i = 0; i < CLASH_SIDES; i++)
        if (c->names[i])
            (void)git_index_conflict_remove(index, c->names[i]); /* gone already when the names are the same */
    return git_index_add(index, &x) == 0 ? 0 : clash_said(e, c->path);
}
