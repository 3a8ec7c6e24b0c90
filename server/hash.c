/* SPDX-License-Identifier: Apache-2.0 */
/* hashFiles(), on a pool thread: the digest over the digests of the files of a workspace that match, in the order of
 * their paths (docs of GitHub's function). Steps made these folders: no link is followed, and the walk has an end. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>
#include "fmt/enc.h"
#include "lang/glob.h"
#include "server/host.h"

enum { DEPTH = 64, FILES = 200000, BLOCK = 65536 };

struct hash_task {
    struct app_task app_task;
    struct arena arena;
    int64_t job;
    const char *workspace, *key;
    struct globs patterns;
    VEC(const char *) paths; /* that match */
    size_t seen;
    struct buf hex;
    struct err err;
};

static int walk(struct hash_task *t, int folder, const char *prefix, int depth);

static int look(struct hash_task *t, int folder, const char *prefix, const char *name, int depth)
{
    struct stat st;
    AUTO(buf_free) struct buf path = {0};
    if (fstatat(folder, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
        return errno == ENOENT ? 0 : err_errno(&t->err, "%s%s", prefix, name);
    buf_fmt(&path, "%s%s", prefix, name);
    if (S_ISREG(st.st_mode) && globs_match(&t->patterns, buf_view(&path)))
        VEC_PUSH(&t->paths, arena_dup(&t->arena, buf_view(&path)));
    if (!S_ISDIR(st.st_mode))
        return 0;
    int fd = openat(folder, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0)
        return err_errno(&t->err, "%s", path.p);
    buf_chr(&path, '/');
    return walk(t, fd, path.p, depth + 1);
}

/* Takes the descriptor. */
static int walk(struct hash_task *t, int folder, const char *prefix, int depth)
{
    DIR *d = fdopendir(folder);
    int rc = 0;
    if (!d) {
        close(folder);
        return err_errno(&t->err, "%s", prefix);
    }
    for (struct dirent *x; rc == 0 && (x = readdir(d));) {
        if (strcmp(x->d_name, ".") == 0 || strcmp(x->d_name, "..") == 0)
            continue;
        if (++t->seen > FILES || depth > DEPTH)
            rc = err_set(&t->err, ERR_INVALID, "the workspace has more than %d files or is too deep", FILES);
        else
            rc = look(t, dirfd(d), prefix, x->d_name, depth);
    }
    closedir(d);
    return rc;
}

/* Part by part, so that a folder that became a link meanwhile leads nowhere. */
static int open_below(int root, const char *path)
{
    int at = dup(root);
    struct sv rest = sv_of(path), part;
    while (at >= 0 && sv_next(&rest, '/', &part)) {
        char *name = sv_dup(part);
        int next = openat(at, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK | (rest.p ? O_DIRECTORY : 0));
        mem_free(name);
        close(at);
        at = next;
    }
    return at;
}

static int digest_file(struct hash_task *t, int root, const char *path, uint8_t ret[SHA256_LEN])
{
    AUTO(fd_closep) int fd = open_below(root, path);
    struct digest *d = digest_new();
    static const size_t size = BLOCK;
    char *block = mem_new(size);
    ssize_t n = fd < 0 ? -1 : 0;
    while (fd >= 0 && (n = read(fd, block, size)) > 0)
        digest_add(d, block, (size_t)n);
    int rc = n < 0 ? err_errno(&t->err, "%s", path) : 0;
    digest_end(d, ret);
    digest_free(&d);
    mem_free(block);
    return rc;
}

static int by_path(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static int hash(struct hash_task *t)
{
    AUTO(fd_closep) int root = open(t->workspace, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (root < 0)
        return errno == ENOENT ? 0 : err_errno(&t->err, "the workspace");
    int fd = dup(root);
    if (fd < 0)
        return err_errno(&t->err, "the workspace");
    if (walk(t, fd, "", 0) < 0)
        return -1;
    if (t->paths.n == 0)
        return 0;
    qsort(t->paths.at, t->paths.n, sizeof *t->paths.at, by_path);
    struct digest *all = digest_new();
    uint8_t one[SHA256_LEN];
    int rc = 0;
    for (size_t i = 0; rc == 0 && i < t->paths.n; i++) {
        rc = digest_file(t, root, t->paths.at[i], one);
        digest_add(all, one, sizeof one);
    }
    digest_end(all, one);
    digest_free(&all);
    if (rc == 0)
        hex_put(&t->hex, one, sizeof one);
    return rc;
}

static void run(struct task *task)
{
    struct hash_task *t = CONTAINER_OF(CONTAINER_OF(task, struct app_task, task), struct hash_task, app_task);
    int rc = t->err.cls == ERR_OK ? hash(t) : -1;
    MUST(rc == 0 || t->err.cls != ERR_OK);
}

static void done(struct app_task *at)
{
    struct hash_task *t = CONTAINER_OF(at, struct hash_task, app_task);
    if (!at->task.stopping) {
        struct engine_event ev = {
            .kind = EV_HASHED,
            .hashed = {t->job, t->key, t->hex.n ? t->hex.p : "", t->err}};
        host_step(at->app->host, &ev);
    }
    VEC_FREE(&t->paths);
    buf_free(&t->hex);
    arena_free(&t->arena);
    mem_free(t);
}

void hash_start(struct app *a, const struct engine_action *act)
{
    struct hash_task *t = mem_new(sizeof *t);
    AUTO(buf_free) struct buf dir = {0};
    executor_workspace(a->executor, act->hash.job, &dir);
    t->workspace = arena_dup(&t->arena, buf_view(&dir));
    t->key = arena_strdup(&t->arena, act->hash.key);
    t->job = act->hash.job;
    for (size_t i = 0; t->err.cls == ERR_OK && act->hash.patterns[i]; i++)
        if (globs_add(&t->patterns, sv_of(act->hash.patterns[i]), &t->arena, &t->err) < 0)
            err_add(&t->err, "pattern \"%s\"", act->hash.patterns[i]);
    app_task_post(a, a->pool, &t->app_task, run, done, (uint64_t)act->hash.job);
}
