/* SPDX-License-Identifier: Apache-2.0 */
/* The repository that holds the snapshots of one job. It is written by hand, not by git init: ten files less, and the
 * settings are there with it. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/file.h>
#include <unistd.h>
#include "base/clk.h"
#include "base/file.h"
#include "base/id.h"
#include "git/place.h"
#include "git/snapshot_inside.h"

enum { LOCK_MS = 60 * 1000, LOCK_STEP_MS = 20 };

/* Every content goes to a pack at once (bigFileThreshold), and trees and commit to another one before the ref is set:
 * ten thousand files of their own, each synced, take longer than the step that made them. So only packs and refs are
 * synced (git-config(1), core.fsync), and an object of its own is what an interrupted snapshot has left. */
static const char config[] = "[core]\n"
                             "\trepositoryformatversion = 0\n"
                             "\tbare = true\n"
                             "\tfilemode = true\n"
                             "\tsymlinks = true\n"
                             "\tautocrlf = false\n"
                             "\tprotectNTFS = false\n"
                             "\tprotectHFS = false\n"
                             "\tbigFileThreshold = 1\n"
                             "\tlooseCompression = 1\n"
                             "\tfsync = pack,pack-metadata,reference,-loose-object\n"
                             "[gc]\n"
                             "\tauto = 0\n"
                             "[maintenance]\n"
                             "\tauto = false\n";
/* Goes before any .gitattributes of the workspace: bytes are stored as they are. */
static const char attributes[] = "* -text !eol -filter -ident !working-tree-encoding\n";

static int make(void *ctx, const char *tmp, struct err *e)
{
    static const char *const folders[] = {"objects/info", "objects/pack", "refs", "info", "trees"};
    static const struct {
        const char *name, *text;
    } files[] = {{"config", config}, {"info/attributes", attributes}, {"HEAD", "ref: refs/heads/none\n"}};
    AUTO(arena_free) struct arena a = {0};
    (void)ctx;
    for (size_t i = 0; i < ARRAY_LEN(folders); i++)
        if (file_make_dirs(arena_fmt(&a, "%s/%s", tmp, folders[i]), e) < 0)
            return -1;
    for (size_t i = 0; i < ARRAY_LEN(files); i++)
        if (file_write_durable(arena_fmt(&a, "%s/%s", tmp, files[i].name), sv_of(files[i].text), 0600, e) < 0)
            return -1;
    return 0;
}

static int lock_repo(const char *path, int *ret, struct err *e)
{
    AUTO(buf_free) struct buf name = {0};
    buf_fmt(&name, "%s/lock", path);
    AUTO(fd_closep) int fd = open(name.p, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0)
        return err_errno(e, "open %s", name.p);
    for (msec_t end = clk_mono_ms() + LOCK_MS; flock(fd, LOCK_EX | LOCK_NB) < 0; clk_sleep_ms(LOCK_STEP_MS)) {
        if (errno != EWOULDBLOCK && errno != EINTR)
            return err_errno(e, "lock %s", name.p);
        if (clk_mono_ms() >= end)
            return err_set(e, ERR_TRANSIENT, "another git still works on these snapshots");
    }
    *ret = fd;
    fd = -1;
    return 0;
}

int snapshot_drop_loose(const struct snapshot_repo *r, struct err *e)
{
    AUTO(arena_free) struct arena a = {0};
    const char *folder = arena_fmt(&a, "%s/objects", r->path);
    int rc = 0;
    DIR *d = opendir(folder);
    for (struct dirent *x; d && rc == 0 && (x = readdir(d));)
        if (strlen(x->d_name) == 2 && strcmp(x->d_name, "..") != 0)
            rc = file_remove_tree(arena_fmt(&a, "%s/%s", folder, x->d_name), e);
    if (d)
        closedir(d);
    return rc;
}

/* What a git that was killed has left. With the lock held, nobody uses them. */
static void remove_old_locks(const struct snapshot_repo *r)
{
    AUTO(buf_free) struct buf folder = {0};
    buf_fmt(&folder, "%s/trees", r->path);
    DIR *d = opendir(folder.p);
    for (struct dirent *x; d && (x = readdir(d));)
        if (sv_ends(sv_of(x->d_name), SV(".lock")))
            unlinkat(dirfd(d), x->d_name, 0);
    if (d)
        closedir(d);
}

int snapshot_repo_open(struct gits *g, int64_t job, enum repo_make how, struct snapshot_repo *ret, struct err *e)
{
    char id[ID_TEXT];
    *ret = (struct snapshot_repo){.lock = -1};
    ret->path = arena_fmt(&ret->a, "%s/%s.git", g->snapshots, id_text(job, id));
    if (!file_exists(ret->path)) {
        if (how == REPO_IF_THERE)
            return err_set(e, ERR_MISSING, "there are no snapshots of this job (any more)");
        if (place_tree(ret->path, make, NULL, e) < 0 || file_sync_dir(g->snapshots, e) < 0)
            return -1;
    }
    if (lock_repo(ret->path, &ret->lock, e) < 0)
        return -1;
    remove_old_locks(ret);
    return how == REPO_MAKE ? snapshot_drop_loose(ret, e) : 0;
}

void snapshot_repo_close(struct snapshot_repo *r)
{
    fd_closep(&r->lock);
    arena_free(&r->a);
}

int snapshot_git(const struct snapshot_repo *r, const char *index, const char *work_tree, const char *input,
                 const char *const *argv, struct git_output *ret, struct err *e)
{
    AUTO(arena_free) struct arena a = {0};
    const char *const env[] = {"GIT_LITERAL_PATHSPECS=0",
                               "GIT_AUTHOR_NAME=fettle",
                               "GIT_AUTHOR_EMAIL=fettle",
                               "GIT_COMMITTER_NAME=fettle",
                               "GIT_COMMITTER_EMAIL=fettle",
                               index ? arena_fmt(&a, "GIT_INDEX_FILE=%s", index) : NULL,
                               NULL};
    struct git_command c = {.argv = argv,
                            .git_dir = r->path,
                            .work_tree = work_tree,
                            .env = env,
                            .input = input,
                            .lock_fd = r->lock,
                            .ms = SNAPSHOT_MS,
                            .max_out = SNAPSHOT_OUT};
    git_output_free(ret);
    *ret = (struct git_output){0};
    return git_run_ok(&c, ret, e);
}

int git_snapshot_drop(struct gits *g, int64_t job, struct err *e)
{
    AUTO(buf_free) struct buf path = {0};
    char id[ID_TEXT];
    buf_fmt(&path, "%s/%s.git", g->snapshots, id_text(job, id));
    return file_remove_tree(path.p, e);
}

int git_snapshot_jobs(struct gits *g, struct arena *a, int64_t **ret, size_t *ret_n, struct err *e)
{
    VEC(int64_t) jobs = {0};
    int64_t id;
    DIR *d = opendir(g->snapshots);
    if (!d)
        return err_errno(e, "open %s", g->snapshots);
    for (struct dirent *x; (x = readdir(d));) {
        struct sv name = sv_of(x->d_name);
        if (sv_ends(name, SV(".git")) && id_parse(sv_cut(name, name.n - 4), &id))
            VEC_PUSH(&jobs, id);
    }
    closedir(d);
    *ret_n = jobs.n;
    *ret = arena_new(a, (jobs.n ? jobs.n : 1) * sizeof **ret);
    if (jobs.n)
        memcpy(*ret, jobs.at, jobs.n * sizeof **ret);
    VEC_FREE(&jobs);
    return 0;
}
