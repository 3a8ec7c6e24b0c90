/* SPDX-License-Identifier: Apache-2.0 */
/* Reading through libgit2. */
#include <git2.h>
#include "git/reader.h"

static void free_object(git_object **o)
{
    git_object_free(*o);
}
static void free_tree(git_tree **t)
{
    git_tree_free(*t);
}
static void free_entry(git_tree_entry **t)
{
    git_tree_entry_free(*t);
}
static void free_diff(git_diff **d)
{
    git_diff_free(*d);
}

/* The mirror is ours, so what fails is the disk or a repository cut short: worth another try. */
static int said(struct err *e, const char *what)
{
    const git_error *why = git_error_last();
    return err_set(e, ERR_TRANSIENT, "%s: %s", what, why ? why->message : "unknown");
}

static bool is_absent(int rc)
{
    return rc == GIT_ENOTFOUND || rc == GIT_EPEEL || rc == GIT_EINVALIDSPEC || rc == GIT_EAMBIGUOUS;
}

static const char *oid_text(const git_oid *oid, struct arena *a)
{
    char *text = arena_new(a, GIT_OID_HEXSZ + 1);
    return git_oid_tostr(text, GIT_OID_HEXSZ + 1, oid);
}

static int name_oid(struct git_view *v, const char *name, git_oid *ret)
{
    if (sv_starts(sv_of(name), SV("refs/")))
        return git_reference_name_to_id(ret, v->repo, name);
    return strlen(name) == GIT_OID_HEXSZ ? git_oid_fromstr(ret, name) : GIT_ENOTFOUND;
}

int tree_commit(struct git_view *v, const char *name, struct arena *a, const char **ret, struct err *e)
{
    AUTO(free_object) git_object *object = NULL, *commit = NULL;
    git_oid oid;
    *ret = NULL;
    int rc = name_oid(v, name, &oid);
    rc = rc ? rc : git_object_lookup(&object, v->repo, &oid, GIT_OBJECT_ANY);
    rc = rc ? rc : git_object_peel(&commit, object, GIT_OBJECT_COMMIT);
    if (rc == 0)
        *ret = oid_text(git_object_id(commit), a);
    return rc == 0 || is_absent(rc) ? 0 : said(e, name);
}

int tree_merge_base(struct git_view *v, const char *one, const char *two, struct arena *a, const char **ret,
                    struct err *e)
{
    git_oid x, y, base;
    *ret = NULL;
    if (git_oid_fromstr(&x, one) != 0 || git_oid_fromstr(&y, two) != 0)
        return said(e, "merge base");
    int rc = git_merge_base(&base, v->repo, &x, &y);
    if (rc == 0)
        *ret = oid_text(&base, a);
    return rc == 0 || rc == GIT_ENOTFOUND ? 0 : said(e, "merge base");
}

static int tree_of(struct git_view *v, const char *commit, git_tree **ret, struct err *e)
{
    AUTO(free_object) git_object *object = NULL;
    git_oid oid;
    if (git_oid_fromstr(&oid, commit) != 0 || git_object_lookup(&object, v->repo, &oid, GIT_OBJECT_COMMIT) != 0 ||
        git_commit_tree(ret, (git_commit *)object) != 0)
        return said(e, commit);
    return 0;
}

int tree_id(struct git_view *v, const char *commit, struct arena *a, const char **ret, struct err *e)
{
    AUTO(free_tree) git_tree *tree = NULL;
    if (tree_of(v, commit, &tree, e) < 0)
        return -1;
    *ret = oid_text(git_tree_id(tree), a);
    return 0;
}

int tree_changed(struct git_view *v, const char *from, const char *to, struct arena *a, struct git_paths *ret,
                 struct err *e)
{
    AUTO(free_tree) git_tree *old = NULL, *new = NULL;
    AUTO(free_diff) git_diff *diff = NULL;
    git_diff_options how;
    git_diff_options_init(&how, GIT_DIFF_OPTIONS_VERSION);
    how.flags = GIT_DIFF_INCLUDE_TYPECHANGE | GIT_DIFF_SKIP_BINARY_CHECK;
    if ((from && tree_of(v, from, &old, e) < 0) || tree_of(v, to, &new, e) < 0)
        return -1;
    if (git_diff_tree_to_tree(&diff, v->repo, old, new, &how) != 0)
        return said(e, "diff");
    struct path_list list = {.a = a};
    size_t n = git_diff_num_deltas(diff);
    for (size_t i = 0; i < n; i++) {
        const git_diff_delta *d = git_diff_get_delta(diff, i);
        const char *path = d->status == GIT_DELTA_DELETED ? d->old_file.path : d->new_file.path;
        if (path_add(&list, sv_of(path), e) < 0)
            return -1;
    }
    *ret = (struct git_paths){list.at, list.n};
    return 0;
}

static bool is_plain(const git_tree_entry *entry)
{
    git_filemode_t mode = git_tree_entry_filemode(entry);
    return mode == GIT_FILEMODE_BLOB || mode == GIT_FILEMODE_BLOB_EXECUTABLE;
}

static int read_blob(struct git_view *v, const git_oid *oid, const char *path, size_t max, struct buf *ret,
                     struct err *e)
{
    git_odb *odb = NULL;
    git_object_t type;
    size_t size = 0;
    if (git_repository_odb(&odb, v->repo) != 0)
        return said(e, path);
    int rc = git_odb_read_header(&size, &type, odb, oid); /* the size before the content is loaded */
    git_odb_free(odb);
    if (rc != 0)
        return said(e, path);
    if (size > max)
        return err_set(e, ERR_INVALID, "%.100s is larger than %zu bytes", path, max);
    git_blob *blob = NULL;
    if (git_blob_lookup(&blob, v->repo, oid) != 0)
        return said(e, path);
    buf_add(ret, git_blob_rawcontent(blob), (size_t)git_blob_rawsize(blob));
    git_blob_free(blob);
    return 0;
}

int tree_file(struct git_view *v, const char *commit, const char *path, size_t max, struct buf *ret, struct err *e)
{
    AUTO(free_tree) git_tree *root = NULL;
    AUTO(free_entry) git_tree_entry *entry = NULL;
    if (tree_of(v, commit, &root, e) < 0)
        return -1;
    int rc = git_tree_entry_bypath(&entry, root, path);
    if (rc == GIT_ENOTFOUND || (rc == 0 && !is_plain(entry)))
        return err_set(e, ERR_MISSING, "no file %.100s", path);
    if (rc != 0)
        return said(e, path);
    return read_blob(v, git_tree_entry_id(entry), path, max, ret, e);
}

/* *ret NULL when there is no such folder. */
static int folder_of(struct git_view *v, const char *commit, const char *folder, git_tree **ret, struct err *e)
{
    AUTO(free_tree) git_tree *root = NULL;
    AUTO(free_entry) git_tree_entry *entry = NULL;
    *ret = NULL;
    if (tree_of(v, commit, &root, e) < 0)
        return -1;
    if (!*folder) {
        *ret = STEAL(root);
        return 0;
    }
    int rc = git_tree_entry_bypath(&entry, root, folder);
    if (rc == GIT_ENOTFOUND || (rc == 0 && git_tree_entry_type(entry) != GIT_OBJECT_TREE))
        return 0;
    if (rc != 0 || git_tree_lookup(ret, v->repo, git_tree_entry_id(entry)) != 0)
        return said(e, folder);
    return 0;
}

int tree_list(struct git_view *v, const char *commit, const char *folder, struct arena *a, struct git_paths *ret,
              struct err *e)
{
    AUTO(free_tree) git_tree *tree = NULL;
    if (folder_of(v, commit, folder, &tree, e) < 0)
        return -1;
    struct path_list list = {.a = a};
    size_t n = tree ? git_tree_entrycount(tree) : 0;
    for (size_t i = 0; i < n; i++) {
        const git_tree_entry *entry = git_tree_entry_byindex(tree, i);
        if (is_plain(entry) && path_add(&list, sv_of(git_tree_entry_name(entry)), e) < 0)
            return -1;
    }
    *ret = (struct git_paths){list.at, list.n};
    return 0;
}

bool tree_has(struct git_view *v, const char *oid)
{
    git_odb *odb = NULL;
    git_oid id;
    if (strlen(oid) != GIT_OID_HEXSZ || git_oid_fromstr(&id, oid) != 0 || git_repository_odb(&odb, v->repo) != 0)
        return false;
    bool has = git_odb_exists(odb, &id) == 1;
    git_odb_free(odb);
    return has;
}
