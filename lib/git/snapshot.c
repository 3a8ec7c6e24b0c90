/* SPDX-License-Identifier: Apache-2.0 */
#include "git/snapshot_inside.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>
#include "base/file.h"
#include "base/id.h"
#include "fmt/enc.h"
#include "fmt/hmac.h"
#include "git/place.h"
#include "git/remote.h"

struct making {
    struct gits *g;
    const struct snapshot_want *want;
    struct snapshot_repo repo;
    struct arena *a;
    struct work_trees trees;
    struct buf entries, message; /* of the tree, of the commit */
    struct git_output out;       /* of the git before */
    const char *note;            /* NULL = none */
    struct err *e;
};

static void making_drop(struct making *m)
{
    snapshot_repo_close(&m->repo);
    work_trees_free(&m->trees);
    buf_free(&m->entries);
    buf_free(&m->message);
    git_output_free(&m->out);
}

static int git(struct making *m, const char *index, const char *tree, const char *input, const char *const *argv)
{
    return snapshot_git(&m->repo, index, tree, input, argv, &m->out, m->e);
}

/* One line that git said. */
static const char *said(struct making *m)
{
    return arena_dup(m->a, sv_trim(buf_view(&m->out.out)));
}

static const char *place_of(const struct making *m, const struct work_tree *t)
{
    return t->path[0] ? arena_fmt(m->a, "%s/%s", m->want->dir, t->path) : m->want->dir;
}

/* Kept from one snapshot to the next, so that only what has changed is read: git knows by size and time. */
static const char *index_of(const struct making *m, const struct work_tree *t, const char *suffix)
{
    uint8_t hash[SHA256_LEN];
    AUTO(buf_free) struct buf name = {0};
    sha256(t->path, strlen(t->path), hash);
    buf_fmt(&name, "%s/trees/", m->repo.path);
    hex_put(&name, hash, 16);
    buf_str(&name, suffix);
    return arena_dup(m->a, buf_view(&name));
}

static int put_file(struct making *m, const char *name, const struct buf *text, const char **ret)
{
    *ret = arena_fmt(m->a, "%s/trees/%s", m->repo.path, name);
    return file_write(*ret, buf_view(text), 0600, m->e);
}

/* ---- what is borrowed ---- */

static int put_borrowed(struct making *m)
{
    AUTO(buf_free) struct buf have = {0}, path = {0};
    struct err none = {0};
    bool more = false;
    buf_fmt(&path, "%s/objects/info/alternates", m->repo.path);
    if (file_read(path.p, 1 << 20, &have, &none) < 0 && none.cls != ERR_MISSING)
        return err_add(m->e, "%s", none.msg);
    for (const char *const *id = m->want->borrowed; id && *id; id++) {
        struct mirror *mirror;
        if (mirror_of(m->g, *id, &mirror, m->e) < 0)
            return -1;
        const char *line = arena_fmt(m->a, "%s/objects\n", mirror->path);
        if (mirror_format(m->g, mirror) != FORMAT_SHA1 || sv_find(buf_view(&have), sv_of(line)) >= 0)
            continue;
        buf_str(&have, line);
        more = true;
    }
    return more ? file_write_durable(path.p, buf_view(&have), 0600, m->e) : 0;
}

/* ---- what is left out ---- */

/* A repository that the workspace ignores is ignored. */
static int ask_ignored(struct making *m)
{
    AUTO(buf_free) struct buf names = {0};
    const char *input;
    struct work_trees *w = &m->trees;
    for (size_t i = 1; i < w->v.n; i++)
        if (!strchr(w->v.at[i].path, '\n'))
            buf_add(&names, w->v.at[i].path, strlen(w->v.at[i].path) + 1);
    if (names.n == 0)
        return 0;
    static const char *const argv[] = {"check-ignore", "--no-index", "-z", "--stdin", NULL};
    if (put_file(m, "names", &names, &input) < 0)
        return -1;
    if (git(m, NULL, m->want->dir, input, argv) < 0 && m->out.status != 1) /* 1: none of them */
        return -1;
    *m->e = (struct err){0};
    struct sv rest = buf_view(&m->out.out), one;
    while (rest.n && sv_next(&rest, 0, &one))
        for (size_t i = 1; i < w->v.n; i++) {
            struct work_tree *t = &w->v.at[i];
            t->ignored |= sv_is(one, t->path) || path_is_below(t->path, arena_dup(m->a, one));
        }
    return 0;
}

static bool is_in(const struct work_tree *t)
{
    return !t->left_out && !t->ignored;
}

static void say_left_out(const struct making *m, struct snapshot *ret)
{
    if (m->note)
        snprintf(ret->note, sizeof ret->note, "%s", m->note);
    AUTO(buf_free) struct buf names = {0};
    size_t n = 0;
    for (size_t i = 0; i < m->trees.v.n; i++)
        if (m->trees.v.at[i].left_out && !m->trees.v.at[i].ignored && n++ < 3)
            buf_fmt(&names, "%s%s", names.n ? ", " : "", m->trees.v.at[i].path);
    if (n)
        snprintf(ret->note, sizeof ret->note, "%zu submodule%s not in the snapshot: %.100s%s", n,
                 n == 1 ? " is" : "s are", names.p, n > 3 ? ", …" : "");
}

/* ---- how large it is ---- */

static int64_t size_of(int dir, struct sv names)
{
    int64_t bytes = 0;
    struct sv one;
    while (names.n && sv_next(&names, 0, &one)) {
        struct stat st;
        /* git ends each name with a zero byte */
        if (fstatat(dir, one.p, &st, AT_SYMLINK_NOFOLLOW) == 0 && S_ISREG(st.st_mode))
            bytes += st.st_size;
    }
    return bytes;
}

/* Without what is ignored; the names are asked for only when all files together are too many. */
static int check_size(struct making *m)
{
    int64_t max = m->want->max_bytes, bytes = 0;
    if (max <= 0 || m->trees.bytes <= max)
        return 0;
    for (size_t i = 0; i < m->trees.v.n; i++) {
        const struct work_tree *t = &m->trees.v.at[i];
        static const char *const argv[] = {"ls-files", "-z", "--others", "--cached", "--exclude-standard", NULL};
        if (!is_in(t))
            continue;
        if (git(m, index_of(m, t, ".work"), place_of(m, t), NULL, argv) < 0)
            return -1;
        AUTO(fd_closep) int dir = open(place_of(m, t), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        bytes += t->git_bytes + size_of(dir, buf_view(&m->out.out));
    }
    if (bytes > max)
        return err_set(m->e, ERR_INVALID, "the workspace has %lld MiB that are not ignored; a snapshot may have %lld",
                       (long long)(bytes >> 20), (long long)(max >> 20));
    return 0;
}

/* ---- a work tree ---- */

/* Files that the repository has although it ignores them. */
static int add_tracked(struct making *m, const struct work_tree *t, const char *index)
{
    AUTO(buf_free) struct buf names = {0};
    const char *input, *place = place_of(m, t), *its_index = arena_fmt(m->a, "%s/.git/index", place);
    static const char *const list[] = {"ls-files", "-z", "--stage", "--cached", "--ignored", "--exclude-standard",
                                       NULL};
    static const char *const add[] = {"update-index", "--add", "--remove", "-z", "--stdin", NULL};
    if (!t->repository || access(its_index, R_OK) < 0)
        return 0;
    if (git(m, its_index, place, NULL, list) < 0) { /* damaged, or with ids of another length */
        m->note = arena_fmt(m->a, "the index of \"%.60s\" cannot be read: what it has and ignores is left out",
                            t->path);
        *m->e = (struct err){0};
        return 0;
    }
    struct sv rest = buf_view(&m->out.out), one;
    while (rest.n && sv_next(&rest, 0, &one)) {
        ptrdiff_t tab = sv_chr(one, '\t');
        if (tab > 0 && !sv_starts(one, SV("160000 ")))
            buf_add(&names, one.p + tab + 1, one.n - (size_t)tab);
    }
    if (names.n == 0)
        return 0;
    return put_file(m, "names", &names, &input) < 0 ? -1 : git(m, index, place, input, add);
}

static int add_work(struct making *m, const struct work_tree *t, const char *index)
{
    VEC(const char *) argv = {0};
    static const char *const add[] = {"add", "-A", "--", "."};
    for (size_t i = 0; i < ARRAY_LEN(add); i++)
        VEC_PUSH(&argv, add[i]);
    size_t skip = t->path[0] ? strlen(t->path) + 1 : 0;
    for (size_t i = 0; i < m->trees.v.n; i++)
        if (path_is_below(m->trees.v.at[i].path, t->path) && !m->trees.v.at[i].ignored) /* git complains of those */
            VEC_PUSH(&argv, arena_fmt(m->a, ":(exclude,literal)%s", m->trees.v.at[i].path + skip));
    VEC_PUSH(&argv, NULL);
    int rc = git(m, index, place_of(m, t), NULL, argv.at);
    VEC_FREE(&argv);
    return rc < 0 ? -1 : add_tracked(m, t, index);
}

static int put_entry(struct making *m, const char *index, size_t no, const char *what)
{
    static const char *const argv[] = {"write-tree", NULL};
    if (git(m, index, NULL, NULL, argv) < 0)
        return -1;
    buf_fmt(&m->entries, "040000 tree %s\t%zu.%s%c", said(m), no, what, 0);
    return 0;
}

static int add_tree(struct making *m, const struct work_tree *t, size_t no)
{
    const char *index = index_of(m, t, ".work");
    static const char *const all[] = {"add", "-A", "-f", "--", ".", NULL};
    if (add_work(m, t, index) < 0 || put_entry(m, index, no, "work") < 0)
        return -1;
    buf_fmt(&m->message, "%s %s\n", t->repository ? "git" : "work", t->path);
    if (!t->repository)
        return 0;
    index = index_of(m, t, ".git");
    if (git(m, index, arena_fmt(m->a, "%s/.git", place_of(m, t)), NULL, all) < 0)
        return -1;
    return put_entry(m, index, no, "git");
}

/* ---- the whole ---- */

/* Trees and commit to a pack; then everything is in packs, and on disk. The snapshot before has what did not change. */
static int pack(struct making *m, const char *id)
{
    AUTO(buf_free) struct buf revs = {0}, before = {0};
    struct err none = {0};
    const char *input, *last = arena_fmt(m->a, "%s/trees/last", m->repo.path);
    const char *packs = arena_fmt(m->a, "%s/objects/pack", m->repo.path);
    const char *const argv[] = {"pack-objects", "--quiet", "--revs", "--incremental", "--local", "--non-empty",
                                "--window=0", arena_fmt(m->a, "%s/pack", packs), NULL};
    buf_fmt(&revs, "%s\n", id);
    if (file_read(last, 64, &before, &none) == 0 && oid_is(buf_view(&before)))
        buf_fmt(&revs, "^%s\n", before.p);
    if (put_file(m, "revs", &revs, &input) < 0 || git(m, NULL, NULL, input, argv) < 0 ||
        file_sync_dir(packs, m->e) < 0)
        return -1;
    return snapshot_drop_loose(&m->repo, m->e) < 0 ? -1 : file_write(last, sv_of(id), 0600, m->e);
}

static int commit(struct making *m, struct snapshot *ret)
{
    char job[ID_TEXT];
    const char *input, *text;
    static const char *const tree[] = {"mktree", "-z", NULL};
    if (put_file(m, "entries", &m->entries, &input) < 0 || git(m, NULL, NULL, input, tree) < 0 ||
        put_file(m, "message", &m->message, &text) < 0)
        return -1;
    const char *const make[] = {"commit-tree", "-F", text, said(m), NULL};
    if (git(m, NULL, NULL, NULL, make) < 0)
        return -1;
    const char *id = said(m);
    if (snprintf(ret->id, sizeof ret->id, "%s", id) != 40)
        return err_set(m->e, ERR_BUG, "git made no commit of the snapshot");
    if (pack(m, id) < 0)
        return -1;
    const char *ref = arena_fmt(m->a, "refs/fettle/ckpt/%s/%d", id_text(m->want->job, job), m->want->step);
    const char *const point[] = {"update-ref", "--no-deref", ref, id, NULL};
    return git(m, NULL, NULL, NULL, point);
}

static int make(struct making *m, struct snapshot *ret)
{
    size_t no = 0;
    if (snapshot_walk(m->want->dir, m->a, &m->trees, m->e) < 0)
        return -1;
    if (snapshot_repo_open(m->g, m->want->job, REPO_MAKE, &m->repo, m->e) < 0 || put_borrowed(m) < 0)
        return -1;
    if (ask_ignored(m) < 0 || check_size(m) < 0)
        return -1;
    buf_str(&m->message, SNAPSHOT_HEAD "\n");
    for (size_t i = 0; i < m->trees.v.n; i++)
        if (is_in(&m->trees.v.at[i]) && add_tree(m, &m->trees.v.at[i], no++) < 0)
            return -1;
    say_left_out(m, ret);
    ret->bytes = m->trees.bytes;
    return commit(m, ret);
}

int git_snapshot(struct gits *g, const struct snapshot_want *w, struct snapshot *ret, struct err *e)
{
    AUTO(arena_free) struct arena a = {0};
    AUTO(making_drop) struct making m = {.g = g, .want = w, .repo.lock = -1, .a = &a, .e = e};
    *ret = (struct snapshot){0};
    if (place_check(w->dir, e) < 0)
        return -1;
    return make(&m, ret);
}
