/* SPDX-License-Identifier: Apache-2.0 */
/* fettle-shim: started by the executor, one for each seat, runs the attempts it is given there one after the other and
 * outlives the server until its step ends. The order of things is the protocol of the seat: lock; then for each attempt
 * given?, ready, the word to go, started, step, exit record, a word to the server. */
#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>
#include "base/crash.h"
#include "base/file.h"
#include "exec/shim/shim.h"

enum { LOCK_TRIES = 500, LOCK_EVERY_MS = 20, RECORD_TRIES = 30, RECORD_EVERY_MS = 1000 };
enum { PIPE_SIZE = 256 << 10, SOON_MS = 20 };
enum { NO_SPEC = 2, NO_LOCK = 3, REFUSED = 4, NO_RECORD = 5, STUCK = 6, NOT_WANTED = 7 };

struct shim {
    struct shim_spec spec;
    struct shim_log log;
    struct shim_cgroup cgroup;
    struct shim_record record;
    struct shim_end end;
    int signal_fd, filter_fd;
    char boot[40];
    bool unsynced; /* the last exit record */
    int out[2], status[2]; /* pipes; status is bwrap's */
};

/* Who holds the lock, for a server that adopts us: with its start time a process id cannot be mistaken. */
static int say_who(struct shim *s, struct err *e)
{
    char text[1024], *boot = s->boot, who[200], *name_end;
    AUTO(fd_closep) int fd = open("/proc/self/stat", O_RDONLY | O_CLOEXEC);
    AUTO(fd_closep) int boot_fd = open("/proc/sys/kernel/random/boot_id", O_RDONLY | O_CLOEXEC);
    ssize_t n = fd < 0 ? -1 : read(fd, text, sizeof text - 1);
    ssize_t m = boot_fd < 0 ? -1 : read(boot_fd, boot, sizeof s->boot - 1);
    text[n < 0 ? 0 : n] = 0;
    boot[m < 0 ? 0 : m] = 0;
    boot[strcspn(boot, "\n")] = 0;
    struct sv rest = sv_of((name_end = strrchr(text, ')')) ? name_end + 2 : ""), ticks = SV_NONE;
    for (int field = 3; field <= 22; field++) /* proc(5): starttime */
        if (!sv_next(&rest, ' ', &ticks))
            ticks = SV("0");
    snprintf(who, sizeof who, "pid=%d ticks=%.*s boot=%s", (int)getpid(), SV_ARG(ticks), boot);
    return record_holder(sv_of(who), e);
}

/* A recovering server holds the lock for a moment while it decides. */
static bool take_lock(void)
{
    for (int i = 0; i < LOCK_TRIES; i++) {
        if (flock(WIRE_SEAT_FD, LOCK_EX | LOCK_NB) == 0)
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
    if (pipe2(s->out, O_CLOEXEC) < 0 || (spec->sandboxed && pipe2(s->status, O_CLOEXEC | O_NONBLOCK) < 0))
        return err_errno(e, "pipe");
    fcntl(s->out[0], F_SETFL, O_NONBLOCK);
    fcntl(s->out[1], F_SETPIPE_SZ, PIPE_SIZE);
    if (spec->own && own_tree(spec->own, (uid_t)spec->own_uid, e) < 0)
        return err_add(e, "the workspace cannot be given to the user of the step");
    cgroup_make(&s->cgroup, spec->cgroup, spec->max_procs);
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
    r->max_rss_kb = end->max_rss_kb;
    r->cpu_ms = end->cpu_us / 1000;
    if (sandbox_failed(s, end))
        explain_sandbox(s);
}

static void keep(struct shim *s)
{
    struct err e = {0};
    s->record.files = keep_files(&s->spec, &s->log.screen, &e);
    if (s->record.files == WIRE_FILES_LOST)
        snprintf(s->record.detail, sizeof s->record.detail, "%.150s", e.msg);
}

static int run(struct shim *s, struct err *e)
{
    pid_t child;
    CRASHPOINT("shim.ready");
    if (record_started(s->spec.attempt_id, s->spec.epoch, s->boot, e) < 0)
        return -1;
    s->record.began_ms = clk_wall_ms();
    CRASHPOINT("shim.started");
    const struct child_fds fds = {s->out[1], s->status[1], s->filter_fd};
    int rc = child_spawn(&s->spec, &s->cgroup, &fds, &child, e);
    prctl(PR_SET_DUMPABLE, 0); /* not before: the child writes its oom_score_adj in our memory */
    if (rc < 0)
        return -1;
    CRASHPOINT("shim.spawned");
    fd_closep(&s->out[1]);
    fd_closep(&s->status[1]);
    watch_step(&s->spec, &s->cgroup, &s->log, child, s->out[0], s->signal_fd, &s->end);
    CRASHPOINT("shim.ended");
    log_flush(&s->log);
    keep(s);
    CRASHPOINT("shim.kept");
    describe(s, &s->end);
    return 0;
}

static void set_end(struct shim *s, enum shim_reason reason, const char *detail)
{
    s->record.reason = reason;
    s->record.code = -1;
    snprintf(s->record.detail, sizeof s->record.detail, "%s", detail);
}

/* False: the server went without a word, and nothing ran. */
static bool run_and_record(struct shim *s, struct err *e)
{
    const struct shim_spec *spec = &s->spec;
    s->record = (struct shim_record){.attempt_id = spec->attempt_id, .epoch = spec->epoch, .job_id = spec->job_id};
    if (spec->workdir && strlen(spec->workdir) < sizeof s->record.workdir)
        memcpy(s->record.workdir, spec->workdir, strlen(spec->workdir));
    if (spec->reports && strlen(spec->reports) < sizeof s->record.reports)
        memcpy(s->record.reports, spec->reports, strlen(spec->reports));
    log_begin(&s->log, spec->attempt_id, spec->log_limit);
    keep_masks(&s->spec, &s->log.screen);
    /* All that can be done before the word comes. */
    bool ready = prepare(s, e) == 0 && record_ready(spec->attempt_id, spec->epoch, s->boot, e) == 0;
    s->unsynced &= !ready; /* the whole seat was synced */
    enum line_word word = line_await(s->signal_fd, spec->attempt_id);
    if (word == LINE_CANCEL)
        set_end(s, SHIM_CANCELLED, "");
    else if (word == LINE_GO && (!ready || run(s, e) < 0))
        set_end(s, SHIM_NOT_STARTED, e->msg);
    log_finish(&s->log);
    cgroup_remove(&s->cgroup);
    return word != LINE_CUT;
}

static bool sync_exit(struct shim *s)
{
    struct err e = {0};
    for (int i = 0; s->unsynced && record_sync(&e) < 0; i++) {
        if (i == RECORD_TRIES)
            return false;
        clk_sleep_ms(RECORD_EVERY_MS);
    }
    s->unsynced = false;
    return true;
}

static bool write_exit(struct shim *s)
{
    struct err e = {0};
    for (int i = 0; record_exit(&s->record, &e) < 0; i++) {
        if (i == RECORD_TRIES)
            return false;
        clk_sleep_ms(RECORD_EVERY_MS);
    }
    s->unsynced = true;
    CRASHPOINT("shim.recorded");
    return line_tell(s->record.attempt_id) || sync_exit(s);
}

static void clean(struct shim *s)
{
    spec_free(&s->spec);
    fd_closep(&s->filter_fd);
    for (int i = 0; i < 2; i++) {
        fd_closep(&s->out[i]);
        fd_closep(&s->status[i]);
    }
}

/* Back from an attempt. 0 = ready for the next one. */
static int serve(struct shim *s, int spec_fd)
{
    struct err e = {0};
    s->end = (struct shim_end){0};
    int rc = spec_read(spec_fd, &s->spec, &e);
    close(spec_fd);
    if (rc < 0)
        return NO_SPEC;
    if (!record_is_given(s->spec.attempt_id, s->spec.epoch))
        return REFUSED;
    prctl(PR_SET_DUMPABLE, 1);
    bool ended = run_and_record(s, &e);
    clean(s);
    if (!ended)
        return NOT_WANTED;
    if (!write_exit(s))
        return NO_RECORD;
    /* With something of it still there no other step may run here. */
    return s->end.immortal ? STUCK : 0;
}

/* Nothing that comes later may be given these numbers: the step's first process uses them. */
static void keep_numbers(void)
{
    for (int fd; (fd = open("/dev/null", O_RDWR | O_CLOEXEC)) >= 0;) {
        if (fd > WIRE_STATE_FD) {
            close(fd);
            return;
        }
    }
}

int main(int argc, char **argv)
{
    if (argc > 1 && strcmp(argv[1], "drop") == 0)
        return drop_main(argc - 2, argv + 2);
    static struct shim s = {.filter_fd = -1, .out = {-1, -1}, .status = {-1, -1}};
    struct err e = {0};
    int spec_fd = -1, rc = 0;
    close_range(WIRE_STATE_FD + 1, ~0U, 0);
    for (int fd = WIRE_LINE_FD; fd <= WIRE_STATE_FD; fd++)
        fcntl(fd, F_SETFD, FD_CLOEXEC);
    keep_numbers();
    prctl(PR_SET_CHILD_SUBREAPER, 1);
    s.signal_fd = watch_signals();
    if (!take_lock())
        return NO_LOCK;
    if (say_who(&s, &e) < 0)
        return NO_RECORD;
    while (rc == 0) {
        enum line_next next = line_wait(s.signal_fd, s.unsynced ? SOON_MS : -1, &spec_fd, &s.filter_fd);
        if (next == NEXT_ATTEMPT)
            rc = serve(&s, spec_fd);
        else if (!sync_exit(&s))
            rc = NO_RECORD;
        if (next == NEXT_NEVER)
            break;
    }
    /* Also of an attempt after which it cannot go on. */
    return sync_exit(&s) ? rc : NO_RECORD;
}
