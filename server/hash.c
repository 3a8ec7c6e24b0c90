/* SPDX-License-Identifier: Apache-2.0 */
/* hashFiles(), on a pool thread, over the workspace of a job. */
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>
#include "base/file.h"
#include "exec/hash_files.h"
#include "server/host.h"

struct hash_task {
    struct app_task app_task;
    struct arena arena;
    int64_t job;
    const char *workspace, *key;
    struct file_patterns patterns;
    struct buf hex;
    struct err err;
};

static void hash(struct hash_task *t)
{
    AUTO(fd_closep) int root = open(t->workspace, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (root >= 0)
        (void)!hash_files(root, &t->patterns, NULL, &t->hex, &t->err);
    else if (errno != ENOENT)
        (void)err_errno(&t->err, "the workspace");
}

static void run(struct task *task)
{
    struct hash_task *t = CONTAINER_OF(CONTAINER_OF(task, struct app_task, task), struct hash_task, app_task);
    if (t->err.cls == ERR_OK)
        hash(t);
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
    buf_free(&t->hex);
    arena_free(&t->arena);
    mem_free(t);
}

void hash_start(struct app *a, const struct engine_action *act)
{
    struct hash_task *t = mem_new(sizeof *t);
    AUTO(buf_free) struct buf dir = {0};
    executor_workspace(a->executor, act->hash.workspace, &dir);
    t->workspace = arena_dup(&t->arena, buf_view(&dir));
    t->key = arena_strdup(&t->arena, act->hash.key);
    t->job = act->hash.job;
    for (size_t i = 0; t->err.cls == ERR_OK && act->hash.patterns[i]; i++)
        if (file_patterns_add(&t->patterns, sv_of(act->hash.patterns[i]), sv_of(t->workspace), &t->arena, &t->err) < 0)
            err_add(&t->err, "hashFiles");
    app_task_post(a, a->pool, &t->app_task, run, done, (uint64_t)act->hash.job);
}
