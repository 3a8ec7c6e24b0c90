/* SPDX-License-Identifier: Apache-2.0 */
/* Three ways to learn that a step ended, for latency and for certainty: the shim's word, the end of its process
 * (pidfd), and a sweep. Each leads to settle(), which reports once. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <unistd.h>
#include "base/crash.h"
#include "exec/local.h"
#include "exec/shim/wire.h"

enum { SWEEP_MS = 5000, SOON_MS = 20 };

static void report(struct running *r, const struct exit_record *rec)
{
    struct executor *x = r->seat->x;
    map_remove_id(&x->running, r->id);
    mem_free(r);
    CRASHPOINT("exec.ended");
    result_report(x, rec);
}

void follow_end_strays(const struct executor *x, int64_t attempt_id)
{
    char id[ID_TEXT];
    AUTO(buf_free) struct buf leaf = {0};
    if (x->sandbox.cgroup)
        buf_fmt(&leaf, "%s/%s", x->sandbox.cgroup, id_text(attempt_id, id));
    attempt_end_strays(attempt_id, leaf.p);
}

static void judge_gone(struct running *r)
{
    struct exit_record rec = {0};
    struct err e = {0};
    enum found found;
    if (seat_judge(r->seat->fd, r->id, r->epoch, &found, &rec, &e) < 0 || found == FOUND_RUNNING)
        return; /* the sweep comes again */
    if (found != FOUND_FINISHED) {
        bool lost = found == FOUND_LOST;
        rec = (struct exit_record){.attempt_id = r->id, .epoch = r->epoch, .exit_code = -1};
        rec.reason = lost ? EXIT_LOST : EXIT_NOT_STARTED;
        snprintf(rec.detail, sizeof rec.detail, "the shim ended before %s",
                 lost ? "it could record how the step ended" : "it started the step");
        r->seat->messy |= lost;
        if (lost)
            follow_end_strays(r->seat->x, r->id);
    }
    report(r, &rec);
}

static void settle(struct running *r)
{
    struct exit_record rec;
    struct err e = {0};
    if (seat_exit(r->seat->fd, r->id, r->epoch, &rec, &e) == 0)
        report(r, &rec);
    else if (!seats_shim_lives(r->seat))
        judge_gone(r);
}

static void settle_id(struct executor *x, struct sv text)
{
    int64_t id;
    struct running *r = id_parse(text, &id) ? map_get_id(&x->running, id) : NULL;
    if (r)
        settle(r);
}

static void hear(struct seat *s)
{
    char text[WIRE_MESSAGE_MAX];
    ssize_t n = -1;
    while (s->line >= 0 && (n = recv(s->line, text, sizeof text, MSG_DONTWAIT)) > 0)
        settle_id(s->x, sv_n(text, (size_t)n));
    if (s->line >= 0 && (n == 0 || errno != EAGAIN))
        seats_hang_up(s);
}

static void shim_ended(struct seat *s)
{
    seats_shim_gone(s);
    struct running *r = s->attempt ? map_get_id(&s->x->running, s->attempt) : NULL;
    if (r)
        settle(r);
}

/* An event is about the line or the pidfd of a seat. */
static uint64_t event_of(const struct seat *s, int is_pidfd)
{
    return (uint64_t)s->no * 2 + (uint64_t)is_pidfd;
}

/* An event may be of a shim that was replaced since it was taken. */
static bool has_ended(const struct seat *s)
{
    struct pollfd p = {.fd = s->pidfd, .events = POLLIN};
    return s->pidfd >= 0 && poll(&p, 1, 0) == 1;
}

static void shims_told(void *ctx, int fd)
{
    struct executor *x = ctx;
    struct epoll_event got[32];
    int n = epoll_wait(fd, got, ARRAY_LEN(got), 0);
    for (int i = 0; i < n; i++) {
        struct seat *s = x->seats.v.at[got[i].data.u64 / 2];
        if (got[i].data.u64 % 2 == 0)
            hear(s);
        else if (has_ended(s))
            shim_ended(s);
    }
}

static void poked(void *ctx, int fd)
{
    char text[ID_TEXT];
    for (ssize_t n; (n = recv(fd, text, sizeof text, MSG_DONTWAIT)) >= 0;)
        settle_id(ctx, sv_n(text, (size_t)n));
}

static void tell_unstarted(void *ctx)
{
    struct executor *x = ctx;
    __typeof__(x->unstarted) due = x->unstarted;
    x->unstarted.v.at = NULL;
    x->unstarted.v.n = x->unstarted.v.cap = 0;
    for (size_t i = 0; i < due.v.n; i++)
        x->on_exit(x->ctx, &due.v.at[i], NULL);
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

static void watch_one(struct seat *s, int *fd, int is_pidfd)
{
    struct epoll_event when = {.events = EPOLLIN, .data.u64 = event_of(s, is_pidfd)};
    if (*fd >= 0 && epoll_ctl(s->x->ends_fd, EPOLL_CTL_ADD, *fd, &when) < 0)
        fd_closep(fd);
}

void follow_shim(struct seat *s, pid_t pid, int line)
{
    s->pid = pid;
    s->child = true;
    s->line = line;
    /* Before anybody waits for it, so the number is still its own. */
    s->pidfd = (int)syscall(SYS_pidfd_open, pid, 0);
    watch_one(s, &s->line, 0);
    watch_one(s, &s->pidfd, 1);
}

/* The shim of a server before us says who it is when it has the lock. */
static void find_shim(struct seat *s)
{
    if (s->child || s->pidfd >= 0 || !seat_is_held(s->fd))
        return;
    s->pidfd = seat_holder(s->fd, &s->pid);
    watch_one(s, &s->pidfd, 1);
}

void follow_attempt(struct seat *s, int64_t epoch)
{
    struct running *r = mem_new(sizeof *r);
    *r = (struct running){.seat = s, .id = s->attempt, .epoch = epoch};
    MUST(map_put_id(&s->x->running, r->id, r) == NULL);
    find_shim(s);
}

static void tell_cancel(const struct running *r)
{
    char text[WIRE_MESSAGE_MAX], id[ID_TEXT];
    int n = snprintf(text, sizeof text, WIRE_CANCEL "%s", id_text(r->id, id));
    (void)!send(r->seat->line, text, (size_t)n, MSG_DONTWAIT | MSG_NOSIGNAL);
}

/* By name, for our shim may be at the next attempt already; one without a server has only this. */
void follow_cancel(struct running *r)
{
    struct seat *s = r->seat;
    find_shim(s);
    r->cancel_due = s->line < 0 && s->pidfd < 0;
    if (s->line >= 0)
        tell_cancel(r);
    else if (s->pidfd >= 0)
        syscall(SYS_pidfd_send_signal, s->pidfd, SIGTERM, NULL, 0);
    else
        timer_start(s->x->sweep, SOON_MS);
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
        find_shim(r->seat);
        if (r->cancel_due)
            follow_cancel(r);
        settle(r);
    }
    VEC_FREE(&ids.v);
    seats_send_home(x);
    forget_spares(x);
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
    x->ends = watch_fd(x->loop, x->ends_fd, shims_told, x);
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
    for (size_t at = 0; map_each(&x->running, &at, &key, &value);)
        mem_free(value);
    map_free(&x->running);
    timer_free(&x->sweep);
    timer_free(&x->soon);
    watch_free(&x->poke);
    watch_free(&x->ends);
    fd_closep(&x->poke_fd);
    fd_closep(&x->ends_fd);
    VEC_FREE(&x->unstarted.v);
}
