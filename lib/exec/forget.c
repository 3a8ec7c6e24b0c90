/* SPDX-License-Identifier: Apache-2.0 */
/* Removing what a job leaves in $STATE/work. A step may have made trees that no recursion survives (a hundred thousand
 * folders in each other), so deep ones are first moved up. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>
#include "base/file.h"
#include "exec/local.h"

enum { DEPTH = 64 };

struct forgotten {
    struct task task;
    int work_fd, attempts_fd;
    int64_t job_id;
    char *name;    /* of one folder alone, whatever it was for; NULL: all of the job */
    msec_t before; /* run_retain */
};

struct removal {
    int top_fd;    /* where deep folders are moved to */
    unsigned moved;
    bool again;    /* something was moved: one more walk */
};

static void empty_folder(struct removal *m, int fd, int depth);

static void lift(struct removal *m, int dir_fd, const char *name)
{
    char to[32];
    snprintf(to, sizeof to, ".fettle-deep-%u", m->moved++);
    if (renameat(dir_fd, name, m->top_fd, to) == 0)
        m->again = true;
}

static void remove_entry(struct removal *m, int dir_fd, const char *name, int depth)
{
    if (unlinkat(dir_fd, name, 0) == 0 || (errno != EISDIR && errno != EPERM))
        return;
    if (depth >= DEPTH) {
        lift(m, dir_fd, name);
        return;
    }
    int fd = openat(dir_fd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0 && errno == EACCES && fchmodat(dir_fd, name, 0700, AT_SYMLINK_NOFOLLOW) == 0)
        fd = openat(dir_fd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0)
        return;
    fchmod(fd, 0700);
    empty_folder(m, fd, depth + 1);
    unlinkat(dir_fd, name, AT_REMOVEDIR);
}

static void empty_folder(struct removal *m, int fd, int depth)
{
    DIR *d = fdopendir(fd);
    if (!d) {
        close(fd);
        return;
    }
    for (struct dirent *x; (x = readdir(d));)
        if (strcmp(x->d_name, ".") != 0 && strcmp(x->d_name, "..") != 0)
            remove_entry(m, dirfd(d), x->d_name, depth);
    closedir(d);
}

static void remove_job_dir(int work_fd, const char *name)
{
    struct removal m = {.again = true};
    m.top_fd = openat(work_fd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (m.top_fd >= 0)
        fchmod(m.top_fd, 0700);
    while (m.top_fd >= 0 && m.again) {
        m.again = false;
        empty_folder(&m, openat(m.top_fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC), 0);
    }
    fd_closep(&m.top_fd);
    unlinkat(work_fd, name, AT_REMOVEDIR);
}

static void run_forget(struct task *t)
{
    struct forgotten *f = CONTAINER_OF(t, struct forgotten, task);
    char name[32];
    if (f->name)
        remove_job_dir(f->work_fd, f->name);
    for (int d = 0; !f->name && d < JOB_DIRS; d++) {
        job_dir_name(f->job_id, (enum job_dir)d, name);
        remove_job_dir(f->work_fd, name);
    }
}

/* Everything below a folder whose name begins with an id made before that time. */
static void remove_older(int dir_fd, msec_t before)
{
    int fd = openat(dir_fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *d = fd < 0 ? NULL : fdopendir(fd);
    if (!d) {
        fd_closep(&fd);
        return;
    }
    for (struct dirent *x; (x = readdir(d));) {
        int64_t id;
        if (id_parse(sv_cut(sv_of(x->d_name), ID_TEXT - 1), &id) && id_time_ms(id) < before)
            remove_job_dir(dir_fd, x->d_name);
    }
    closedir(d);
}

static void run_retain(struct task *t)
{
    struct forgotten *f = CONTAINER_OF(t, struct forgotten, task);
    remove_older(f->attempts_fd, f->before);
}

static void forgotten_done(void *ctx, struct letter *l)
{
    (void)ctx;
    struct forgotten *f = CONTAINER_OF(l, struct forgotten, task.letter);
    mem_free(f->name);
    mem_free(f);
}

/* At the start: a thread and a descriptor may not be had later. */
void forget_open(struct executor *x)
{
    x->pool = pool_new(1);
    x->forgotten = mailbox_new();
    x->forgotten_watch = watch_mailbox(x->loop, x->forgotten, forgotten_done, x);
}

static void post(struct executor *x, struct forgotten *f, void (*run)(struct task *t))
{
    f->task = (struct task){.run = run, .reply = x->forgotten};
    f->work_fd = x->work_fd;
    f->attempts_fd = x->attempts_fd;
    pool_post(x->pool, &f->task);
}

void executor_forget_job(struct executor *x, int64_t job_id)
{
    struct forgotten *f = mem_new(sizeof *f);
    f->job_id = job_id;
    post(x, f, run_forget);
}

/* Names are "<job>" and "<job>.what-for"; others are not ours. */
static bool job_of(const char *name, int64_t *ret)
{
    struct sv s = sv_of(name), id = sv_cut(s, ID_TEXT - 1);
    return (s.n == id.n || s.p[id.n] == '.') && id_parse(id, ret);
}

void executor_forget_others(struct executor *x, const int64_t *jobs, size_t n)
{
    struct map open = {0};
    int64_t id;
    for (size_t i = 0; i < n; i++)
        map_put_id(&open, jobs[i], x);
    int fd = openat(x->work_fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *d = fd < 0 ? NULL : fdopendir(fd);
    for (struct dirent *e; d && (e = readdir(d));)
        if (job_of(e->d_name, &id) && !map_get_id(&open, id)) {
            struct forgotten *f = mem_new(sizeof *f);
            f->name = mem_strdup(e->d_name);
            post(x, f, run_forget);
        }
    if (d)
        closedir(d);
    else
        fd_closep(&fd);
    map_free(&open);
}

void executor_retain(struct executor *x, msec_t attempts_before)
{
    struct forgotten *f = mem_new(sizeof *f);
    f->before = attempts_before;
    post(x, f, run_retain);
}

void forget_close(struct executor *x)
{
    struct list rest;
    if (!x->pool)
        return;
    pool_free(&x->pool);
    watch_free(&x->forgotten_watch);
    mailbox_take(x->forgotten, &rest);
    for (struct list *n; (n = list_shift(&rest));)
        forgotten_done(x, CONTAINER_OF(n, struct letter, node));
    mailbox_free(&x->forgotten);
}
