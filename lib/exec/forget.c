/* SPDX-License-Identifier: Apache-2.0 */
/* Removing what a job leaves in $STATE/work. A step may have made trees that no recursion survives (a hundred thousand
 * folders in each other), so deep ones are first moved up. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>
#include "base/file.h"
#include "exec/local.h"

#define SPARE "spare-"
enum { DEPTH = 64, SPARES = 64, NEW_SIZE = 4096 };

struct forgotten {
    struct task task;
    int work_fd, attempts_fd;
    int64_t job_id;
    char *name;    /* of one folder alone, whatever it was for; NULL: all of the job */
    int spare_no;
    uid_t owner;   /* of folders that can be spares */
    bool spared[JOB_DIRS];
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

static bool is_empty(int fd)
{
    int again = openat(fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *d = again < 0 ? NULL : fdopendir(again);
    bool empty = d != NULL;
    for (struct dirent *x; empty && (x = readdir(d));)
        empty = strcmp(x->d_name, ".") == 0 || strcmp(x->d_name, "..") == 0;
    if (d)
        closedir(d);
    else
        fd_closep(&again);
    return empty;
}

/* As if made now: a job must not find out anything of the one before it, nor be bound by what that one set. */
static bool is_like_new(const struct forgotten *f, int fd)
{
    struct stat st;
    int ours = 0, above = 0;
    if (fstat(fd, &st) < 0 || (st.st_mode & 07777) != 0700 || st.st_uid != f->owner || st.st_nlink > 2 ||
        st.st_size > NEW_SIZE || flistxattr(fd, NULL, 0) > 0)
        return false;
    if (ioctl(fd, FS_IOC_GETFLAGS, &ours) == 0 && ioctl(f->work_fd, FS_IOC_GETFLAGS, &above) == 0 &&
        (ours ^ above) & ~FS_INDEX_FL)
        return false;
    return is_empty(fd);
}

static void spare_name(int no, int which, char ret[32])
{
    snprintf(ret, 32, SPARE "%d.%d", no, which);
}

/* Many jobs write nothing. Making and removing folders is dear (ext4 does not give out the number of a removed file
 * again for minutes, and looks at each of them first), so such a folder goes to another job. */
static bool spare(const struct forgotten *f, int which, const char *name)
{
    char to[32];
    AUTO(fd_closep) int fd = openat(f->work_fd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0 || !is_like_new(f, fd))
        return false;
    spare_name(f->spare_no, which, to);
    return renameat(f->work_fd, name, f->work_fd, to) == 0;
}

static void run_forget(struct task *t)
{
    struct forgotten *f = CONTAINER_OF(t, struct forgotten, task);
    char name[32];
    if (f->name)
        remove_job_dir(f->work_fd, f->name);
    for (int d = 0; !f->name && d < JOB_DIRS; d++) {
        job_dir_name(f->job_id, (enum job_dir)d, name);
        f->spared[d] = f->spare_no && spare(f, d, name);
        if (!f->spared[d])
            remove_job_dir(f->work_fd, name);
    }
    job_dir_name(f->job_id, JOB_KEPT, name);
    if (!f->name)
        remove_job_dir(f->work_fd, name);
}

static void remove_attempt(int dir_fd, const char *name)
{
    if (unlinkat(dir_fd, name, 0) < 0)
        remove_job_dir(dir_fd, name);
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
            remove_attempt(dir_fd, x->d_name);
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
    struct executor *x = ctx;
    struct forgotten *f = CONTAINER_OF(l, struct forgotten, task.letter);
    char name[32];
    for (int d = 0; d < JOB_DIRS; d++) {
        spare_name(f->spare_no, d, name);
        if (f->spared[d])
            VEC_PUSH(&x->spare[d].v, mem_strdup(name));
    }
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

static void forget_name(struct executor *x, const char *name)
{
    struct forgotten *f = mem_new(sizeof *f);
    f->name = mem_strdup(name);
    post(x, f, run_forget);
}

void executor_forget_job(struct executor *x, int64_t job_id)
{
    struct forgotten *f = mem_new(sizeof *f);
    f->job_id = job_id;
    f->owner = x->isolate && x->sandbox.root ? STEP_UID : geteuid();
    if (x->spare[JOB_WORK].v.n < SPARES)
        f->spare_no = ++x->spare_no;
    post(x, f, run_forget);
}

bool forget_reuse(struct executor *x, enum job_dir which, const char *name)
{
    while (x->spare[which].v.n) {
        AUTO(mem_freep) char *old = x->spare[which].v.at[x->spare[which].v.n - 1];
        x->spare_used = true;
        int rc = renameat2(x->work_fd, old, x->work_fd, name, RENAME_NOREPLACE);
        if (rc < 0 && errno == EEXIST) {
            old = NULL; /* a later step of the job: it stays a spare */
            return true;
        }
        x->spare[which].v.n--;
        if (rc == 0)
            return true;
    }
    return false;
}

void forget_spares(struct executor *x)
{
    for (int d = 0; !x->spare_used && d < JOB_DIRS; d++) {
        for (size_t i = 0; i < x->spare[d].v.n; i++) {
            forget_name(x, x->spare[d].v.at[i]);
            mem_free(x->spare[d].v.at[i]);
        }
        x->spare[d].v.n = 0;
    }
    x->spare_used = false;
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
        if (sv_starts(sv_of(e->d_name), SV(SPARE)) || (job_of(e->d_name, &id) && !map_get_id(&open, id)))
            forget_name(x, e->d_name);
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
    for (int d = 0; d < JOB_DIRS; d++) {
        for (size_t i = 0; i < x->spare[d].v.n; i++)
            mem_free(x->spare[d].v.at[i]);
        VEC_FREE(&x->spare[d].v);
    }
}
