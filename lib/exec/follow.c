/* SPDX-License-Identifier: Apache-2.0 */
/* Three ways to learn that a step ended, for latency and for certainty: the shim's datagram, the end of its process
 * (pidfd), and a sweep. Each leads to settle(), which reports once. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>
#include "exec/local.h"
#include "exec/shim/wire.h"

enum { SWEEP_MS = 5000, SOON_MS = 20 };

static void drop_pidfd(struct running *r)
{
    /* Taken out first: while a process is being spawned it holds a copy of the descriptor, and epoll would go on
     * telling of a closed one. The loop's own watches are taken out later than this, hence our own epoll. */
    if (r->pidfd >= 0)
        epoll_ctl(r->x->ends_fd, EPOLL_CTL_DEL, r->pidfd, NULL);
    fd_closep(&r->pidfd);
}

static void forget(struct running *r)
{
    map_remove_id(&r->x->running, r->id);
    drop_pidfd(r);
    mem_free(r);
}

static void report(struct running *r, const struct exit_record *rec)
{
    if (r->reported)
        return;
    r->reported = true;
    r->x->on_exit(r->x->ctx, rec);
}

/* The record may be there while the shim is still going away. */
static void report_record(struct running *r, int dir_fd)
{
    struct exit_record rec;
    struct err e = {0};
    if (!r->reported && attempt_dir_exit(dir_fd, r->id, r->epoch, &rec, &e) == 0)
        report(r, &rec);
}

void follow_end_strays(const struct executor *x, int64_t attempt_id)
{
    char id[ID_TEXT];
    AUTO(buf_free) struct buf leaf = {0};
    if (x->sandbox.cgroup)
        buf_fmt(&leaf, "%s/%s", x->sandbox.cgroup, id_text(attempt_id, id));
    attempt_end_strays(attempt_id, leaf.p);
}

/* False while the shim still holds the lock, or nothing can be said now: the sweep comes again. */
static bool judge_gone(struct running *r, int dir_fd)
{
    struct exit_record rec = {0};
    struct err e = {0};
    enum found found;
    if (attempt_dir_judge(dir_fd, r->id, r->epoch, &found, &rec, &e) < 0 || found == FOUND_RUNNING)
        return false;
    if (found != FOUND_FINISHED) {
        bool lost = found == FOUND_LOST;
        rec = (struct exit_record){.attempt_id = r->id, .epoch = r->epoch, .exit_code = -1};
        rec.reason = lost ? EXIT_LOST : EXIT_NOT_STARTED;
        snprintf(rec.detail, sizeof rec.detail, "the shim ended before %s",
                 lost ? "it could record how the step ended" : "it started the step");
        if (lost)
            follow_end_strays(r->x, r->id);
    }
    report(r, &rec);
    return true;
}

static void settle(struct running *r)
{
    struct err e = {0};
    AUTO(fd_closep) int dir = -1;
    if (!r->reported && attempt_dir_open(r->x->attempts_fd, r->id, &dir, &e) == 0)
        report_record(r, dir);
    bool running = r->pidfd >= 0;
    if (!running && r->bond == SHIM_OURS)
        running = waitpid(r->pid, NULL, WNOHANG) == 0;
    if (running || (!r->reported && (dir < 0 || !judge_gone(r, dir))))
        return;
    forget(r);
}

static void shims_gone(void *ctx, int fd)
{
    struct executor *x = ctx;
    struct epoll_event got[32];
    int n = epoll_wait(fd, got, ARRAY_LEN(got), 0);
    for (int i = 0; i < n; i++) {
        struct running *r = map_get_id(&x->running, (int64_t)got[i].data.u64);
        if (r) {
            drop_pidfd(r);
            settle(r);
        }
    }
}

static void poked(void *ctx, int fd)
{
    struct executor *x = ctx;
    char text[ID_TEXT];
    int64_t id;
    for (ssize_t n; (n = recv(fd, text, sizeof text, MSG_DONTWAIT)) >= 0;) {
        struct running *r = id_parse(sv_n(text, (size_t)n), &id) ? map_get_id(&x->running, id) : NULL;
        if (r)
            settle(r);
    }
}

static void tell_unstarted(void *ctx)
{
    struct executor *x = ctx;
    __typeof__(x->unstarted) due = x->unstarted;
    x->unstarted.v.at = NULL;
    x->unstarted.v.n = x->unstarted.v.cap = 0;
    for (size_t i = 0; i < due.v.n; i++)
        x->on_exit(x->ctx, &due.v.at[i]);
    VEC_FREE(&due.v);
}

void follow_unstarted(struct executor *x, const struct exec_spec *s, const char *why)
{
    struct exit_record r = {.attempt_id = s->attempt_id, .epoch = s->epoch, .exit_code = -1};
    r.reason = EXIT_NOT_STARTED;
    snprintf(r.detail, sizeof r.detail, "%s", why);
    VEC_PUSH(&x->unstarted.v, r);
    timer_start(x->soon, 0);
}

static void watch_pidfd(struct running *r, int pidfd)
{
    struct epoll_event when = {.events = EPOLLIN, .data.u64 = (uint64_t)r->id};
    r->pidfd = pidfd;
    if (pidfd >= 0 && epoll_ctl(r->x->ends_fd, EPOLL_CTL_ADD, pidfd, &when) < 0)
        fd_closep(&r->pidfd);
}

/* The shim of an adopted attempt says who it is when it starts the step. */
static void find_holder(struct running *r)
{
    struct err e = {0};
    AUTO(fd_closep) int dir = -1;
    if (r->pidfd < 0 && r->bond == SHIM_ADOPTED && attempt_dir_open(r->x->attempts_fd, r->id, &dir, &e) == 0)
        watch_pidfd(r, attempt_dir_holder(dir, &r->pid));
}

void follow_shim(struct executor *x, int64_t id, int64_t epoch, pid_t pid, int pidfd, enum shim_bond bond)
{
    struct running *r = mem_new(sizeof *r);
    *r = (struct running){.x = x, .id = id, .epoch = epoch, .pid = pid, .bond = bond, .pidfd = -1};
    MUST(map_put_id(&x->running, id, r) == NULL);
    watch_pidfd(r, pidfd);
    find_holder(r);
}

void follow_cancel(struct running *r)
{
    find_holder(r);
    r->cancel_due = r->pidfd < 0;
    if (r->pidfd >= 0)
        syscall(SYS_pidfd_send_signal, r->pidfd, SIGTERM, NULL, 0);
    else if (r->bond == SHIM_OURS)
        kill(r->pid, SIGTERM);
    else
        timer_start(r->x->sweep, SOON_MS);
}

static void swept(void *ctx)
{
    struct executor *x = ctx;
    struct {
        VEC(int64_t) v;
    } ids = {0};
    struct sv key;
    void *value;
    timer_start(x->sweep, SWEEP_MS); /* first: a cancel that is still due moves it */
    /* Collected before: a report may start the next step. */
    for (size_t at = 0; map_each(&x->running, &at, &key, &value);)
        VEC_PUSH(&ids.v, ((struct running *)value)->id);
    for (size_t i = 0; i < ids.v.n; i++) {
        struct running *r = map_get_id(&x->running, ids.v.at[i]);
        if (!r)
            continue;
        find_holder(r);
        if (r->cancel_due)
            follow_cancel(r);
        settle(r);
    }
    VEC_FREE(&ids.v);
}

static int bind_poke(struct executor *x, struct err *e)
{
    /* Through a descriptor, because the whole path may be longer than sun_path. */
    struct sockaddr_un at = {.sun_family = AF_UNIX};
    AUTO(buf_free) struct buf run = {0};
    buf_fmt(&run, "%s/run", x->state);
    AUTO(fd_closep) int dir = open(run.p, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (dir < 0)
        return err_errno(e, "open %s", run.p);
    snprintf(at.sun_path, sizeof at.sun_path, "/proc/self/fd/%d/" WIRE_POKE_SOCKET, dir);
    x->poke_fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (unlinkat(dir, WIRE_POKE_SOCKET, 0) < 0 && errno != ENOENT)
        return err_errno(e, "remove an old " WIRE_POKE_SOCKET);
    if (x->poke_fd < 0 || bind(x->poke_fd, (struct sockaddr *)&at, sizeof at) < 0)
        return err_errno(e, "make " WIRE_POKE_SOCKET);
    return 0;
}

int follow_open(struct executor *x, struct err *e)
{
    if (bind_poke(x, e) < 0)
        return -1;
    x->ends_fd = epoll_create1(EPOLL_CLOEXEC);
    if (x->ends_fd < 0)
        return err_errno(e, "epoll_create1");
    x->ends = watch_fd(x->loop, x->ends_fd, shims_gone, x);
    x->poke = watch_fd(x->loop, x->poke_fd, poked, x);
    x->sweep = timer_new(x->loop, swept, x);
    x->soon = timer_new(x->loop, tell_unstarted, x);
    timer_start(x->sweep, SWEEP_MS);
    return 0;
}

void follow_close(struct executor *x)
{
    struct sv key;
    void *value;
    for (size_t at = 0; map_each(&x->running, &at, &key, &value);) {
        struct running *r = value;
        fd_closep(&r->pidfd);
        mem_free(r);
    }
    map_free(&x->running);
    timer_free(&x->sweep);
    timer_free(&x->soon);
    watch_free(&x->poke);
    watch_free(&x->ends);
    fd_closep(&x->poke_fd);
    fd_closep(&x->ends_fd);
    VEC_FREE(&x->unstarted.v);
}
