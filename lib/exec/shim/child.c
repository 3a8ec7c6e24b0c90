/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include "exec/shim/shim.h"

enum { STACK = 65536 };
static const rlim_t MAX_FILE = (rlim_t)64 << 30;

/* Shared with the child, which runs in our memory until it has called execve (as posix_spawn does it). */
struct birth {
    const struct shim_spec *spec;
    const struct shim_cgroup *cgroup;
    const struct child_fds *fds;
    pid_t parent;
    const char *failed; /* what */
    int code;           /* errno of it */
};

static void limit(int what, rlim_t max)
{
    struct rlimit r;
    if (getrlimit((__rlimit_resource_t)what, &r) < 0)
        return;
    if (r.rlim_max == RLIM_INFINITY || r.rlim_max > max)
        r.rlim_max = max;
    r.rlim_cur = r.rlim_max;
    setrlimit((__rlimit_resource_t)what, &r);
}

static void limit_all(const struct birth *b)
{
    limit(RLIMIT_CORE, 0);
    limit(RLIMIT_NOFILE, 4096);
    limit(RLIMIT_FSIZE, MAX_FILE);
    /* Counted over all processes of the user, so only where no cgroup counts the step alone. */
    if (b->spec->max_procs > 0 && !b->cgroup->path)
        limit(RLIMIT_NPROC, (rlim_t)b->spec->max_procs);
}

/* When memory runs out, the step goes before the server. */
static void first_to_go(void)
{
    AUTO(fd_closep) int fd = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);
    if (fd >= 0)
        (void)!write(fd, "500", 3);
}

static bool keep_fd(int fd, int as)
{
    if (fd == as)
        return fcntl(fd, F_SETFD, 0) == 0;
    return dup2(fd, as) == as;
}

static int fail(struct birth *b, const char *what)
{
    b->code = errno;
    b->failed = what;
    _exit(127);
}

static int be_born(void *ctx)
{
    struct birth *b = ctx;
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != b->parent)
        _exit(127);
    setsid();
    umask(022);
    cgroup_enter(b->cgroup);
    limit_all(b);
    first_to_go();
    if (!keep_fd(b->fds->out, 1) || dup2(1, 2) < 0)
        return fail(b, "redirect the output");
    if (b->fds->status >= 0 && !keep_fd(b->fds->status, WIRE_STATUS_FD))
        return fail(b, "pass the status pipe");
    if (b->fds->filter >= 0 && !keep_fd(b->fds->filter, WIRE_SECCOMP_FD))
        return fail(b, "pass the system call filter");
    if (b->spec->cwd && chdir(b->spec->cwd) < 0)
        return fail(b, b->spec->cwd);
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    execve(b->spec->argv[0], (char **)b->spec->argv, (char **)b->spec->env);
    return fail(b, b->spec->argv[0]);
}

int child_spawn(const struct shim_spec *s, const struct shim_cgroup *g, const struct child_fds *f, pid_t *ret,
                struct err *e)
{
    static char stack[STACK] __attribute__((aligned(64)));
    struct birth b = {s, g, f, getpid(), NULL, 0};
    pid_t pid = clone(be_born, stack + sizeof stack, CLONE_VM | CLONE_VFORK | SIGCHLD, &b);
    if (pid < 0)
        return err_errno(e, "start a process");
    if (b.failed) {
        waitpid(pid, NULL, 0);
        errno = b.code;
        return err_errno(e, "%s", b.failed);
    }
    *ret = pid;
    return 0;
}
