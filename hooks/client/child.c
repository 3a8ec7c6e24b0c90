/* SPDX-License-Identifier: Apache-2.0 */
#include "hooks/client/child.h"
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdatomic.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>
#include "base/vec.h"

const struct child child_none = {.in = -1, .out = -1, .err = -1};

/* ---- signals ---- */

static atomic_int running[CHILD_MOST]; /* process groups; for the handler */

static void on_signal(int sig)
{
    for (int i = 0; i < CHILD_MOST; i++)
        if (running[i] > 0)
            kill(-running[i], SIGKILL);
    signal(sig, SIG_DFL);
    raise(sig);
}

void child_guard(void)
{
    static const int ends[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT};
    signal(SIGPIPE, SIG_IGN);
    signal(SIGCHLD, SIG_DFL); /* ignored, nobody could be waited for */
    for (size_t i = 0; i < ARRAY_LEN(ends); i++) {
        struct sigaction old, act = {.sa_handler = on_signal};
        sigemptyset(&act.sa_mask);
        if (sigaction(ends[i], NULL, &old) == 0 && old.sa_handler != SIG_IGN)
            sigaction(ends[i], &act, NULL);
    }
}

static void note(pid_t from, pid_t to)
{
    for (int i = 0; i < CHILD_MOST; i++)
        if (running[i] == (int)from) {
            running[i] = (int)to;
            return;
        }
}

/* ---- starting ---- */

enum { OURS, THEIRS };
struct ends {
    int in[2], out[2], err[2]; /* OURS, THEIRS */
};

static int make_pipe(int ours, int pair[2])
{
    int fds[2];
    if (pipe2(fds, O_CLOEXEC) < 0)
        return -1;
    pair[OURS] = fds[ours];
    pair[THEIRS] = fds[!ours];
    return fcntl(pair[OURS], F_SETFL, O_NONBLOCK);
}

static int make_ends(enum child_kind kind, struct ends *p)
{
    if (kind == CHILD_RELAY) {
        int fds[2];
        if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds) < 0)
            return -1;
        p->out[OURS] = fds[0];
        p->out[THEIRS] = fds[1];
        if (fcntl(fds[0], F_SETFL, O_NONBLOCK) < 0)
            return -1;
    } else if (make_pipe(0, p->out) < 0) {
        return -1;
    }
    if (kind == CHILD_FILTER && make_pipe(1, p->in) < 0)
        return -1;
    return kind == CHILD_LIST ? 0 : make_pipe(0, p->err);
}

static void close_ends(struct ends *p, int side)
{
    fd_closep(&p->in[side]);
    fd_closep(&p->out[side]);
    fd_closep(&p->err[side]);
}

static void set_files(posix_spawn_file_actions_t *act, enum child_kind kind, const struct ends *p)
{
    if (kind == CHILD_LIST)
        posix_spawn_file_actions_addopen(act, 0, "/dev/null", O_RDWR, 0);
    else
        posix_spawn_file_actions_adddup2(act, kind == CHILD_RELAY ? p->out[THEIRS] : p->in[THEIRS], 0);
    posix_spawn_file_actions_adddup2(act, p->out[THEIRS], 1);
    posix_spawn_file_actions_adddup2(act, kind == CHILD_LIST ? 0 : p->err[THEIRS], 2);
    posix_spawn_file_actions_addclosefrom_np(act, 3);
}

static void set_signals(posix_spawnattr_t *attr)
{
    sigset_t set;
    sigemptyset(&set);
    posix_spawnattr_setsigmask(attr, &set);
    sigaddset(&set, SIGPIPE);
    posix_spawnattr_setsigdefault(attr, &set);
    posix_spawnattr_setpgroup(attr, 0);
    posix_spawnattr_setflags(attr, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP);
}

typedef VEC(char *) env_vec;

static void without_git(env_vec *env)
{
    for (char **v = environ; *v; v++)
        if (strncmp(*v, "GIT_", 4) != 0)
            VEC_PUSH(env, *v);
    VEC_PUSH(env, NULL);
}

static int spawn(enum child_kind kind, const char *const *argv, const struct ends *p, pid_t *ret)
{
    posix_spawn_file_actions_t act;
    posix_spawnattr_t attr;
    env_vec env = {0};
    posix_spawn_file_actions_init(&act);
    posix_spawnattr_init(&attr);
    set_files(&act, kind, p);
    set_signals(&attr);
    if (kind == CHILD_RELAY)
        without_git(&env);
    int rc = posix_spawnp(ret, argv[0], &act, &attr, (char *const *)(uintptr_t)argv, env.at ? env.at : environ);
    VEC_FREE(&env);
    posix_spawn_file_actions_destroy(&act);
    posix_spawnattr_destroy(&attr);
    return rc;
}

int child_start(enum child_kind kind, const char *const *argv, struct child *ret, struct err *e)
{
    struct ends p = {{-1, -1}, {-1, -1}, {-1, -1}};
    *ret = child_none;
    int rc = make_ends(kind, &p) < 0 ? errno : spawn(kind, argv, &p, &ret->pid);
    close_ends(&p, THEIRS);
    if (rc) {
        close_ends(&p, OURS);
        ret->pid = 0;
        errno = rc;
        return err_errno(e, "%s cannot be started", argv[0]);
    }
    note(0, ret->pid);
    ret->in = p.in[OURS];
    ret->out = p.out[OURS];
    ret->err = p.err[OURS];
    return 0;
}

/* ---- while it runs ---- */

void child_feed(struct child *c)
{
    while (c->in >= 0 && c->fed < c->input.n) {
        ssize_t n = write(c->in, c->input.p + c->fed, c->input.n - c->fed);
        if (n < 0 && errno == EAGAIN)
            return;
        if (n < 0 && errno != EINTR)
            break; /* it reads no more, and will say why */
        c->fed += n > 0 ? (size_t)n : 0;
    }
    fd_closep(&c->in);
}

static int read_some(int *fd, struct buf *out)
{
    enum { PIECE = 64 << 10 };
    buf_reserve(out, PIECE);
    ssize_t n = read(*fd, out->p + out->n, PIECE);
    if (n < 0 && (errno == EAGAIN || errno == EINTR))
        return 0;
    if (n <= 0) {
        fd_closep(fd);
        return -1;
    }
    out->n += (size_t)n;
    out->p[out->n] = 0;
    return 1;
}

int child_read(struct child *c, struct buf *out)
{
    return c->out < 0 ? -1 : read_some(&c->out, out);
}

void child_read_errors(struct child *c)
{
    while (c->err >= 0 && read_some(&c->err, &c->errors) > 0)
        if (c->errors.n > CHILD_ERRORS_MOST) { /* the newest */
            memmove(c->errors.p, c->errors.p + c->errors.n - CHILD_ERRORS_MOST, CHILD_ERRORS_MOST);
            c->errors.n = CHILD_ERRORS_MOST;
        }
}

struct sv child_last_words(const struct child *c)
{
    struct sv all = sv_trim(buf_view(&c->errors));
    return sv_from(all, (size_t)(sv_rchr(all, '\n') + 1));
}

bool child_has_ended(struct child *c)
{
    int status = -1;
    if (!c->pid)
        return true;
    pid_t got = waitpid(c->pid, &status, WNOHANG);
    if (got == 0 || (got < 0 && errno == EINTR))
        return false;
    c->status = status;
    note(c->pid, 0);
    c->pid = 0;
    return true;
}

void child_close(struct child *c, msec_t until)
{
    fd_closep(&c->in);
    fd_closep(&c->out);
    fd_closep(&c->err);
    if (c->pid)
        kill(-c->pid, SIGKILL);
    while (!child_has_ended(c) && clk_mono_ms() < until)
        clk_sleep_ms(1);
    buf_free(&c->input);
    buf_free(&c->errors);
}
