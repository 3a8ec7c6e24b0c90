/* SPDX-License-Identifier: Apache-2.0 */
/* fettle-shim: started by the executor, one for each attempt, with the spec and the attempt directory as descriptors.
 * It outlives the server. The order of things is the protocol of the attempt directory: lock, revoked?, started, step,
 * exit record, poke. */
#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>
#include "base/file.h"
#include "exec/shim/shim.h"

enum { LOCK_TRIES = 500, LOCK_EVERY_MS = 20, RECORD_TRIES = 30, RECORD_EVERY_MS = 1000, PIPE_SIZE = 256 << 10 };
enum { NO_SPEC = 2, NO_LOCK = 3, REFUSED = 4, NO_RECORD = 5 };

struct shim {
    struct shim_spec spec;
    struct shim_log log;
    struct shim_cgroup cgroup;
    struct shim_record record;
    int record_fd, signal_fd;
    int out[2], status[2]; /* pipes; status is bwrap's */
};

/* Who holds the lock, for a server that adopts us: with its start time a process id cannot be mistaken. */
static void say_who(struct shim *s, struct buf *ret)
{
    char text[1024], *name_end;
    AUTO(fd_closep) int fd = open("/proc/self/stat", O_RDONLY | O_CLOEXEC);
    ssize_t n = fd < 0 ? -1 : read(fd, text, sizeof text - 1);
    text[n < 0 ? 0 : n] = 0;
    struct sv rest = sv_of((name_end = strrchr(text, ')')) ? name_end + 2 : ""), ticks = SV_NONE;
    for (int field = 3; field <= 22; field++) /* proc(5): starttime */
        if (!sv_next(&rest, ' ', &ticks))
            ticks = SV("0");
    buf_fmt(ret, "pid=%d ticks=%.*s boot=%s\n", (int)getpid(), SV_ARG(ticks), s->spec.boot_id);
}

/* A recovering server holds the lock for a moment while it decides. */
static bool take_lock(void)
{
    for (int i = 0; i < LOCK_TRIES; i++) {
        if (flock(WIRE_DIR_FD, LOCK_EX | LOCK_NB) == 0)
            return true;
        if (errno != EWOULDBLOCK && errno != EINTR)
            return false;
        clk_sleep_ms(LOCK_EVERY_MS);
    }
    return false;
}

static int prepare(struct shim *s, struct err *e)
{
    const struct shim_spec *spec = &s->spec;
    if (log_open(&s->log, WIRE_DIR_FD, spec->log_limit, e) < 0)
        return -1;
    if (pipe2(s->out, O_CLOEXEC) < 0 || (spec->sandboxed && pipe2(s->status, O_CLOEXEC | O_NONBLOCK) < 0))
        return err_errno(e, "pipe");
    fcntl(s->out[0], F_SETFL, O_NONBLOCK);
    fcntl(s->out[1], F_SETPIPE_SZ, PIPE_SIZE);
    if (spec->own && own_tree(spec->own, (uid_t)spec->own_uid, e) < 0)
        return err_add(e, "the workspace cannot be given to the user of the step");
    cgroup_make(&s->cgroup, spec->cgroup, spec->max_procs);
    return 0;
}

/* After this the step may have had effects. What counts is that the name exists, so the directory is what is synced. */
static int mark_started(struct shim *s, struct err *e)
{
    AUTO(buf_free) struct buf b = {0};
    say_who(s, &b);
    buf_fmt(&b, "attempt=%lld\nepoch=%lld\n", (long long)s->spec.attempt_id, (long long)s->spec.epoch);
    for (size_t i = 0; i < s->spec.n_argv; i++)
        buf_fmt(&b, "arg=%s\n", s->spec.argv[i]);
    AUTO(fd_closep) int fd = openat(WIRE_DIR_FD, WIRE_STARTED, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd < 0 || fd_write_all(fd, b.p, b.n) < 0 || fsync(WIRE_DIR_FD) < 0)
        return err_errno(e, "create " WIRE_STARTED);
    return 0;
}

/* bwrap reports the step's exit code only when it got as far as starting it. */
static bool sandbox_failed(struct shim *s, const struct shim_end *end)
{
    char text[512];
    if (!s->spec.sandboxed || end->reason != SHIM_NORMAL || !WIFEXITED(end->status) || WEXITSTATUS(end->status) == 0)
        return false;
    ssize_t n = read(s->status[0], text, sizeof text);
    return sv_find(sv_n(text, n < 0 ? 0 : (size_t)n), SV("\"exit-code\"")) < 0;
}

static void explain_sandbox(struct shim *s)
{
    char text[sizeof s->record.detail];
    ssize_t n = pread(s->log.fd, text, sizeof text - 1, 0);
    struct sv rest = sv_n(text, n < 0 ? 0 : (size_t)n), line = SV_NONE;
    sv_next(&rest, '\n', &line);
    s->record.reason = SHIM_NOT_STARTED;
    s->record.code = -1;
    snprintf(s->record.detail, sizeof s->record.detail, "the sandbox could not be made: %.*s", SV_ARG(line));
}

static void describe(struct shim *s, const struct shim_end *end)
{
    struct shim_record *r = &s->record;
    r->reason = end->reason;
    r->code = WIFEXITED(end->status) ? WEXITSTATUS(end->status) : -1;
    r->signal = WIFSIGNALED(end->status) ? WTERMSIG(end->status) : 0;
    r->oom = cgroup_oom(&s->cgroup);
    r->log_bytes = s->log.total;
    if (end->immortal)
        snprintf(r->detail, sizeof r->detail, "a process of the step could not be killed");
    else if (s->log.lost)
        snprintf(r->detail, sizeof r->detail, "%lld bytes of output could not be stored", (long long)s->log.lost);
    struct rusage u;
    if (getrusage(RUSAGE_CHILDREN, &u) == 0) {
        r->max_rss_kb = u.ru_maxrss;
        r->cpu_ms = (u.ru_utime.tv_sec + u.ru_stime.tv_sec) * 1000 + (u.ru_utime.tv_usec + u.ru_stime.tv_usec) / 1000;
    }
    if (sandbox_failed(s, end))
        explain_sandbox(s);
}

static int run(struct shim *s, struct err *e)
{
    pid_t child;
    if (prepare(s, e) < 0 || mark_started(s, e) < 0 ||
        child_spawn(&s->spec, &s->cgroup, s->out[1], s->status[1], &child, e) < 0)
        return -1;
    prctl(PR_SET_DUMPABLE, 0); /* not before: the child writes its oom_score_adj in our memory */
    fd_closep(&s->out[1]);
    fd_closep(&s->status[1]);
    struct shim_end end;
    watch_step(&s->spec, &s->cgroup, &s->log, child, s->out[0], s->signal_fd, &end);
    describe(s, &end);
    log_finish(&s->log);
    return 0;
}

static void run_and_record(struct shim *s, struct err *e)
{
    struct shim_record *r = &s->record;
    if (watch_cancelled(s->signal_fd)) {
        r->reason = SHIM_CANCELLED;
        r->code = -1;
    } else if (run(s, e) < 0) {
        r->reason = SHIM_NOT_STARTED;
        r->code = -1;
        snprintf(r->detail, sizeof r->detail, "%s", e->msg);
    }
    cgroup_remove(&s->cgroup);
}

int main(int argc, char **argv)
{
    if (argc > 1 && strcmp(argv[1], "drop") == 0)
        return drop_main(argc - 2, argv + 2);
    static struct shim s = {.out = {-1, -1}, .status = {-1, -1}};
    struct err e = {0};
    if (spec_read(WIRE_SPEC_FD, &s.spec, &e) < 0)
        return NO_SPEC;
    close(WIRE_SPEC_FD);
    close_range(s.spec.sandboxed ? WIRE_SECCOMP_FD + 1 : WIRE_SECCOMP_FD, ~0U, 0);
    fcntl(WIRE_DIR_FD, F_SETFD, FD_CLOEXEC);
    prctl(PR_SET_CHILD_SUBREAPER, 1);
    s.signal_fd = watch_signals();
    if (!take_lock())
        return NO_LOCK;
    if (faccessat(WIRE_DIR_FD, WIRE_REVOKED, F_OK, AT_SYMLINK_NOFOLLOW) == 0)
        return REFUSED;
    if (record_prepare(WIRE_DIR_FD, &s.record_fd, &e) < 0)
        return NO_RECORD;
    s.record.attempt_id = s.spec.attempt_id;
    s.record.epoch = s.spec.epoch;
    run_and_record(&s, &e);
    for (int i = 0; record_write(WIRE_DIR_FD, s.record_fd, &s.record, &e) < 0; i++) {
        if (i == RECORD_TRIES)
            return NO_RECORD;
        clk_sleep_ms(RECORD_EVERY_MS);
    }
    record_poke(WIRE_DIR_FD, s.spec.attempt_id);
    return 0;
}
