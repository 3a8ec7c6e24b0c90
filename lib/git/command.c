/* SPDX-License-Identifier: Apache-2.0 */
#include "git/command.h"
#include "base/vec.h"
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/pidfd.h>
#include <sys/wait.h>
#include <unistd.h>

enum { ERRORS_KEPT = 16 * 1024, LOCK_AT = 3, PIECE = 64 * 1024 };

struct child {
    pid_t pid;
    int out, errors; /* ends we read, -1 once closed by the other side */
    int pidfd;       /* -1 where the kernel has none: then the end of both pipes is the end */
};

void git_output_free(struct git_output *o)
{
    buf_free(&o->out);
    buf_free(&o->errors);
}

static const char **make_argv(const struct git_command *c, struct arena *a)
{
    size_t n = 0;
    while (c->argv[n])
        n++;
    const char **argv = arena_new(a, (n + 7) * sizeof *argv);
    size_t k = 0;
    argv[k++] = "git";
    if (c->dir) {
        argv[k++] = "-C";
        argv[k++] = c->dir;
    }
    if (c->git_dir)
        argv[k++] = arena_fmt(a, "--git-dir=%s", c->git_dir);
    if (c->work_tree)
        argv[k++] = arena_fmt(a, "--work-tree=%s", c->work_tree);
    memcpy(argv + k, c->argv, n * sizeof *argv);
    return argv;
}

/* 0/1/2 are the input and our pipes, 3 may be the lock, nothing else is open. */
static int set_files(posix_spawn_file_actions_t *f, const struct git_command *c, int out, int errors)
{
    int rc = posix_spawn_file_actions_addopen(f, 0, c->input ? c->input : "/dev/null", O_RDONLY, 0);
    rc = rc ? rc : posix_spawn_file_actions_adddup2(f, out, 1);
    rc = rc ? rc : posix_spawn_file_actions_adddup2(f, errors, 2);
    if (c->lock_fd >= 0)
        rc = rc ? rc : posix_spawn_file_actions_adddup2(f, c->lock_fd, LOCK_AT);
    return rc ? rc : posix_spawn_file_actions_addclosefrom_np(f, c->lock_fd >= 0 ? LOCK_AT + 1 : LOCK_AT);
}

static int set_signals(posix_spawnattr_t *at)
{
    sigset_t none, all;
    sigemptyset(&none);
    sigfillset(&all);
    posix_spawnattr_setsigmask(at, &none);
    posix_spawnattr_setsigdefault(at, &all);
    posix_spawnattr_setpgroup(at, 0);
    return posix_spawnattr_setflags(at, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
}

static int spawn(const struct git_command *c, int out, int errors, pid_t *ret)
{
    AUTO(arena_free) struct arena a = {0};
    posix_spawn_file_actions_t files;
    posix_spawnattr_t at;
    posix_spawn_file_actions_init(&files);
    posix_spawnattr_init(&at);
    int rc = set_files(&files, c, out, errors);
    rc = rc ? rc : set_signals(&at);
    if (rc == 0)
        rc = posix_spawnp(ret, "git", &files, &at, (char *const *)make_argv(c, &a), git_env(c, &a));
    posix_spawn_file_actions_destroy(&files);
    posix_spawnattr_destroy(&at);
    return rc;
}

/* dup2 onto itself would leave close-on-exec set, so every end that is handed over lies above the fixed ones. */
static int pipe_above(int ret[2])
{
    int p[2];
    if (pipe2(p, O_CLOEXEC) < 0)
        return -1;
    for (int i = 0; i < 2; i++) {
        ret[i] = fcntl(p[i], F_DUPFD_CLOEXEC, LOCK_AT + 1);
        close(p[i]);
    }
    if (ret[0] < 0 || ret[1] < 0) {
        fd_closep(&ret[0]);
        fd_closep(&ret[1]);
        return -1;
    }
    return fcntl(ret[0], F_SETFL, O_NONBLOCK);
}

static int start(const struct git_command *c, struct child *ret, struct err *e)
{
    int out[2] = {-1, -1}, errors[2] = {-1, -1};
    int rc = pipe_above(out) < 0 || pipe_above(errors) < 0 ? errno : spawn(c, out[1], errors[1], &ret->pid);
    fd_closep(&out[1]);
    fd_closep(&errors[1]);
    if (rc != 0) {
        fd_closep(&out[0]);
        fd_closep(&errors[0]);
        errno = rc;
        return err_errno(e, "start git");
    }
    ret->out = out[0];
    ret->errors = errors[0];
    ret->pidfd = pidfd_open(ret->pid, 0);
    return 0;
}

/* All that is there now; closes at the end. */
static void drain(int *fd, struct buf *to, size_t max)
{
    while (*fd >= 0 && to->n <= max) {
        buf_reserve(to, PIECE);
        ssize_t n = read(*fd, to->p + to->n, PIECE);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0 && errno == EAGAIN)
            return;
        if (n <= 0) {
            fd_closep(fd);
            return;
        }
        to->n += (size_t)n;
        to->p[to->n] = '\0';
    }
}

static void keep_tail(struct buf *b)
{
    if (b->n <= ERRORS_KEPT)
        return;
    memmove(b->p, b->p + b->n - ERRORS_KEPT, ERRORS_KEPT);
    b->n = ERRORS_KEPT;
    b->p[b->n] = '\0';
}

/* Until the child has ended, or -1 at the deadline or the limit. */
static int watch(struct child *ch, const struct git_command *c, struct git_output *ret, struct err *e)
{
    msec_t deadline = clk_mono_ms() + c->ms;
    for (bool ended = false; !ended;) {
        msec_t left = deadline - clk_mono_ms();
        if (left <= 0)
            return err_set(e, ERR_TRANSIENT, "git %s: stopped after %lld s", c->argv[0], (long long)c->ms / 1000);
        struct pollfd p[3] = {{ch->out, POLLIN, 0}, {ch->errors, POLLIN, 0}, {ch->pidfd, POLLIN, 0}};
        if (poll(p, 3, left > 60000 ? 60000 : (int)left) < 0 && errno != EINTR)
            return err_errno(e, "poll");
        drain(&ch->out, &ret->out, c->max_out);
        drain(&ch->errors, &ret->errors, SIZE_MAX);
        keep_tail(&ret->errors);
        if (ret->out.n > c->max_out)
            return err_set(e, ERR_INVALID, "git %s: more than %zu bytes of output", c->argv[0], c->max_out);
        /* A process that holds the pipes beyond git's end does not hold us. */
        ended = ch->pidfd >= 0 ? p[2].revents != 0 : ch->out < 0 && ch->errors < 0;
    }
    drain(&ch->out, &ret->out, c->max_out);
    drain(&ch->errors, &ret->errors, SIZE_MAX);
    keep_tail(&ret->errors);
    return 0;
}

/* Also on the good way: what git left running goes too. The leader is not reaped yet, so its group is still ours. */
static int finish(struct child *ch, int watched)
{
    int status = 0;
    if (watched < 0 || ch->pidfd >= 0)
        kill(-ch->pid, SIGKILL);
    while (waitpid(ch->pid, &status, 0) < 0 && errno == EINTR)
        ;
    fd_closep(&ch->out);
    fd_closep(&ch->errors);
    fd_closep(&ch->pidfd);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

int git_run(const struct git_command *c, struct git_output *ret, struct err *e)
{
    struct child ch;
    if (start(c, &ch, e) < 0)
        return -1;
    int rc = watch(&ch, c, ret, e);
    ret->status = finish(&ch, rc);
    return rc;
}

int git_run_ok(const struct git_command *c, struct git_output *ret, struct err *e)
{
    if (git_run(c, ret, e) < 0)
        return -1;
    return ret->status == 0 ? 0 : git_said(ret, e);
}
