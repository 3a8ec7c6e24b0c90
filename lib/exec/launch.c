/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>
#include "base/crash.h"
#include "base/file.h"
#include "exec/local.h"
#include "exec/shim/wire.h"

enum { FIRST_OWN_FD = 16, SCRIPT_MAX = 1 << 20 };

static void put(struct buf *b, const char *key, const char *value)
{
    buf_str(b, key);
    buf_chr(b, '=');
    buf_str(b, value);
    buf_chr(b, 0);
}

static void put_int(struct buf *b, const char *key, int64_t value)
{
    buf_str(b, key);
    buf_chr(b, '=');
    buf_int(b, value);
    buf_chr(b, 0);
}

static void put_limits(struct buf *b, const struct executor *x, const struct exec_spec *s)
{
    put_int(b, "attempt", s->attempt_id);
    put_int(b, "epoch", s->epoch);
    put_int(b, "timeout", s->timeout_ms);
    put_int(b, "grace", s->grace_ms);
    if (s->silence_ms > 0)
        put_int(b, "silence", s->silence_ms);
    if (s->deadline > 0)
        put_int(b, "deadline", s->deadline);
    put_int(b, "log", s->log_limit > 0 ? s->log_limit : 64 << 20);
    if (!x->isolate)
        return;
    char id[ID_TEXT];
    put_int(b, "sandbox", 1);
    put_int(b, "procs", sandbox_max_procs(&x->sandbox));
    if (x->sandbox.cgroup)
        buf_fmt(b, "cgroup=%s/%s%c", x->sandbox.cgroup, id_text(s->attempt_id, id), 0);
}

static void put_all(struct buf *b, const char *key, struct argv *v)
{
    for (size_t i = 0; i < v->v.n; i++)
        put(b, key, v->v.at[i]);
    VEC_CLEAR(&v->v);
}

/* The exit record has lines: tabs stand between the patterns there. */
static void put_reports(struct buf *b, const char *lines)
{
    buf_str(b, "reports=");
    for (const char *c = lines; *c; c++)
        buf_chr(b, *c == '\n' ? '\t' : *c);
    buf_chr(b, 0);
}

static void put_kept(struct buf *b, const struct executor *x, const struct exec_spec *s, const struct sandbox_paths *p)
{
    char name[32];
    job_dir_name(s->job_id, JOB_KEPT, name);
    put_int(b, "job", s->job_id);
    put(b, "home", p->home);
    buf_fmt(b, "kept=%s/work/%s%c", x->state, name, 0);
    if (s->workdir && *s->workdir)
        put(b, "dir", s->workdir);
    if (s->reports && *s->reports)
        put_reports(b, s->reports);
    for (size_t i = 0; s->masks && s->masks[i]; i++)
        put(b, "mask", s->masks[i]);
}

static int put_spec(struct executor *x, const struct exec_spec *s, const struct sandbox_paths *p, struct arena *a,
                    struct buf *b, struct err *e)
{
    struct argv v = {0};
    const char *path;
    put(b, "fettle-spec", WIRE_VERSION);
    put_limits(b, x, s);
    environment(x, s, p, a, &v, &path);
    put_all(b, "env", &v);
    put_kept(b, x, s, p);
    if (x->isolate && x->sandbox.root) {
        put(b, "own", p->work);
        put_int(b, "uid", STEP_UID);
    }
    if (x->isolate)
        sandbox_argv(&x->sandbox, s, p, a, &v);
    else
        put(b, "cwd", p->cwd);
    int rc = shell_argv(x, s, path, p->script, a, &v, e);
    put_all(b, "arg", &v);
    VEC_FREE(&v.v);
    if (rc == 0 && b->n > WIRE_SPEC_MAX)
        return err_set(e, ERR_INVALID, "the environment of the step is too large");
    return rc;
}

/* Above every number the shim expects, so that the dup2 calls of the spawn cannot overwrite a source. */
static int high_fd(int *fd, struct err *e)
{
    int high = fcntl(*fd, F_DUPFD_CLOEXEC, FIRST_OWN_FD);
    if (high < 0)
        return err_errno(e, "duplicate a descriptor");
    fd_closep(fd);
    *fd = high;
    return 0;
}

static int spec_fd(const struct buf *b, int *ret, struct err *e)
{
    *ret = memfd_create("fettle-spec", MFD_CLOEXEC);
    if (*ret < 0 || fd_write_all(*ret, b->p, b->n) < 0)
        return err_errno(e, "write the spec");
    return 0;
}

static void set_signals(posix_spawnattr_t *attr)
{
    sigset_t set;
    /* Blocked until the shim reads them: a cancel that comes early is not lost, and does not kill it. */
    sigemptyset(&set);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGHUP);
    posix_spawnattr_setsigmask(attr, &set);
    sigfillset(&set);
    sigdelset(&set, SIGKILL);
    sigdelset(&set, SIGSTOP);
    posix_spawnattr_setsigdefault(attr, &set);
    posix_spawnattr_setflags(attr, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSID);
}

/* Descriptors of the shim: exec/shim/wire.h. */
static int spawn(const struct executor *x, int no, int line, int seat, int state, pid_t *ret, struct err *e)
{
    char text[16];
    snprintf(text, sizeof text, "%d", no);
    char *argv[] = {(char *)"fettle-shim", text, NULL}, *env[] = {crash_variable(), NULL};
    posix_spawn_file_actions_t act;
    posix_spawnattr_t attr;
    posix_spawn_file_actions_init(&act);
    posix_spawnattr_init(&attr);
    set_signals(&attr);
    posix_spawn_file_actions_addopen(&act, 0, "/dev/null", O_RDWR, 0);
    posix_spawn_file_actions_adddup2(&act, 0, 1);
    posix_spawn_file_actions_adddup2(&act, 0, 2);
    posix_spawn_file_actions_adddup2(&act, line, WIRE_LINE_FD);
    posix_spawn_file_actions_adddup2(&act, seat, WIRE_SEAT_FD);
    posix_spawn_file_actions_adddup2(&act, state, WIRE_STATE_FD);
    int rc = posix_spawn(ret, x->shim, &act, &attr, argv, env);
    posix_spawn_file_actions_destroy(&act);
    posix_spawnattr_destroy(&attr);
    if (rc == 0)
        return 0;
    errno = rc;
    return err_errno(e, "start %s", x->shim);
}

static int spawn_shim(struct seat *s, struct err *e)
{
    struct executor *x = s->x;
    AUTO(fd_closep) int seat = -1, far = -1, near = -1, state = -1;
    int line[2];
    pid_t pid;
    /* Opened anew, for the lock belongs to the open file: ours must not keep it when the shim is gone. */
    if (seat_open(x->seats_fd, s->no, &seat, e) < 0 || high_fd(&seat, e) < 0)
        return -1;
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, line) < 0)
        return err_errno(e, "socketpair");
    near = line[0];
    far = line[1];
    if ((state = fcntl(x->state_fd, F_DUPFD_CLOEXEC, FIRST_OWN_FD)) < 0)
        return err_errno(e, "duplicate a descriptor");
    if (high_fd(&far, e) < 0 || spawn(x, s->no, far, seat, state, &pid, e) < 0)
        return -1;
    follow_shim(s, pid, near);
    near = -1;
    return 0;
}

static int send_run(const struct seat *s, int spec, int filter)
{
    union {
        struct cmsghdr align;
        char room[CMSG_SPACE(2 * sizeof(int))];
    } control = {0};
    int fds[] = {spec, filter};
    size_t n = (filter >= 0 ? 2 : 1) * sizeof(int);
    struct iovec v = {(char *)WIRE_RUN, strlen(WIRE_RUN)};
    struct msghdr m = {.msg_iov = &v, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = CMSG_SPACE(n)};
    struct cmsghdr *c = CMSG_FIRSTHDR(&m);
    *c = (struct cmsghdr){.cmsg_level = SOL_SOCKET, .cmsg_type = SCM_RIGHTS, .cmsg_len = CMSG_LEN(n)};
    memcpy(CMSG_DATA(c), fds, n);
    return sendmsg(s->line, &m, MSG_DONTWAIT | MSG_NOSIGNAL) < 0 ? -1 : 0;
}

/* One that has waited may be gone without our knowing it yet. */
static int hand_over(struct seat *s, int spec, int filter, struct err *e)
{
    if (s->line >= 0 && send_run(s, spec, filter) == 0)
        return 0;
    /* Or it takes nothing any more; it had nothing to do, and is not waited for in vain. */
    if (s->child)
        kill(s->pid, SIGKILL);
    seats_shim_gone(s);
    if (spawn_shim(s, e) < 0)
        return -1;
    return send_run(s, spec, filter) < 0 ? err_errno(e, "hand the step to its shim") : 0;
}

static int make_job_dir(struct executor *x, int64_t job_id, enum job_dir which, struct err *e)
{
    char name[32];
    job_dir_name(job_id, which, name);
    if (forget_reuse(x, which, name))
        return 0;
    if (mkdirat(x->work_fd, name, 0700) < 0)
        return errno == EEXIST ? 0 : err_errno(e, "create the workspace");
    if (x->isolate && x->sandbox.root && fchownat(x->work_fd, name, STEP_UID, STEP_UID, AT_SYMLINK_NOFOLLOW) < 0)
        return err_errno(e, "give the workspace to the user of the step");
    return 0;
}

static const char *job_path(const struct executor *x, int64_t job_id, enum job_dir which, struct arena *a)
{
    char name[32];
    job_dir_name(job_id, which, name);
    return arena_fmt(a, "%s/work/%s", x->state, name);
}

static int make_paths(struct executor *x, const struct exec_spec *s, int seat, struct arena *a,
                      struct sandbox_paths *ret, struct err *e)
{
    for (int d = JOB_WORK; d < (x->isolate ? JOB_DIRS : JOB_TMP); d++)
        if (make_job_dir(x, s->job_id, (enum job_dir)d, e) < 0)
            return -1;
    ret->work = job_path(x, s->job_id, JOB_WORK, a);
    ret->home = job_path(x, s->job_id, JOB_HOME, a);
    ret->tmp = job_path(x, s->job_id, JOB_TMP, a);
    ret->in = arena_fmt(a, "%s/seats/%d" WIRE_IN, x->state, seat);
    ret->script = arena_fmt(a, "%s/seats/%d" WIRE_SCRIPT, x->state, seat);
    ret->cwd = s->workdir && *s->workdir ? arena_fmt(a, "%s/%s", ret->work, s->workdir) : ret->work;
    return 0;
}

/* By its text: a link leads a step only where it may go anyway. */
static bool is_below(const char *path)
{
    struct sv rest = sv_of(path), part;
    if (sv_starts(rest, SV("/")))
        return false;
    while (rest.n && sv_next(&rest, '/', &part))
        if (sv_is(part, ".."))
            return false;
    return true;
}

static int check(struct executor *x, const struct exec_spec *s, struct err *e)
{
    if (!x->isolate && !s->trusted)
        return err_set(e, ERR_DENIED, "isolation is off: untrusted steps are refused");
    if (x->isolate && !sandbox_ready(&x->sandbox))
        return err_set(e, ERR_MISSING, "bubblewrap (bwrap) is not installed: install the package `bubblewrap`");
    if (!is_below(s->workdir))
        return err_set(e, ERR_INVALID, "the working directory lies outside of the workspace: %.100s", s->workdir);
    if (!s->script || strlen(s->script) > SCRIPT_MAX)
        return err_set(e, ERR_INVALID, "the script is larger than %d bytes", SCRIPT_MAX);
    return 0;
}

static int fill_seat(struct seat *seat, const struct exec_spec *s, struct arena *a, struct sandbox_paths *p,
                     struct err *e)
{
    struct executor *x = seat->x;
    if (seat->messy)
        payload_unknown(seat);
    seat->no_failed &= !seat->messy;
    if (seat_script(x->seats_fd, seat->no, sv_of(s->script), seat->messy, e) < 0)
        return -1;
    int rc = payload_show(seat, s->event, e);
    if (rc == 0)
        p->event = arena_fmt(a, "%s/seats/%d" WIRE_EVENT, x->state, seat->no);
    int log = rc < 0 ? -1 : failed_show(seat, s->failed_attempt, e);
    if (log == 0)
        p->failed = arena_fmt(a, "%s/seats/%d" WIRE_FAILED, x->state, seat->no);
    return log < 0 ? -1 : 0;
}

static int launch_in(struct seat *seat, const struct exec_spec *s, struct err *e)
{
    struct executor *x = seat->x;
    AUTO(arena_free) struct arena a = {0};
    AUTO(buf_free) struct buf spec = {0};
    AUTO(fd_closep) int memfd = -1, filter = -1;
    struct sandbox_paths p = {0};
    if (make_paths(x, s, seat->no, &a, &p, e) < 0 || fill_seat(seat, s, &a, &p, e) < 0)
        return -1;
    if (put_spec(x, s, &p, &a, &spec, e) < 0 || spec_fd(&spec, &memfd, e) < 0)
        return -1;
    if (x->isolate)
        filter = sandbox_filter(&x->sandbox, s);
    seat->messy = false;
    if (seat_give(seat->fd, s->attempt_id, s->epoch, e) < 0)
        return -1;
    CRASHPOINT("exec.given");
    int rc = hand_over(seat, memfd, filter, e);
    CRASHPOINT("exec.handed");
    return rc;
}

int launch(struct executor *x, const struct exec_spec *s, struct seat **ret, struct err *e)
{
    if (check(x, s, e) < 0 || seats_take(x, s->attempt_id, ret, e) < 0)
        return -1;
    (*ret)->next_epoch = s->epoch;
    if (launch_in(*ret, s, e) == 0)
        return 0;
    (*ret)->next = 0;
    return -1;
}

void launch_go(struct seat *s)
{
    char text[WIRE_MESSAGE_MAX], id[ID_TEXT];
    s->go_due = s->attempt != 0;
    if (s->go_due)
        return;
    s->attempt = s->next;
    s->next = 0;
    int n = snprintf(text, sizeof text, WIRE_GO "%s", id_text(s->attempt, id));
    /* A shim that is gone is noticed by its end, like one that goes later. */
    (void)!send(s->line, text, (size_t)n, MSG_DONTWAIT | MSG_NOSIGNAL);
    CRASHPOINT("exec.told");
    follow_attempt(s, s->next_epoch);
}
