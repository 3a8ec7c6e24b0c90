/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>
#include "exec/shim/shim.h"

enum { LEFTOVER_MS = 250, KILL_EVERY_MS = 5, GIVE_UP_MS = 30000 };

struct watched {
    const struct shim_spec *spec;
    const struct shim_cgroup *cgroup;
    pid_t child;
    bool child_done;
    msec_t deadline; /* of the step; 0 = none */
    msec_t heard_at; /* its last word, or its start */
    int64_t heard;
    msec_t kill_at;  /* 0 = nothing was asked to end yet */
    msec_t give_up_at;
    struct shim_end *end;
};

int watch_signals(void)
{
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGHUP);
    sigaddset(&set, SIGCHLD);
    sigprocmask(SIG_BLOCK, &set, NULL);
    return signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
}

bool watch_cancelled(int signal_fd)
{
    bool cancelled = false;
    for (struct signalfd_siginfo i; read(signal_fd, &i, sizeof i) == (ssize_t)sizeof i;)
        cancelled |= i.ssi_signo != SIGCHLD;
    return cancelled;
}

static void add_use(struct shim_end *end, const struct rusage *u)
{
    if (u->ru_maxrss > end->max_rss_kb)
        end->max_rss_kb = u->ru_maxrss;
    end->cpu_us += (u->ru_utime.tv_sec + u->ru_stime.tv_sec) * 1000000LL + u->ru_utime.tv_usec + u->ru_stime.tv_usec;
}

/* True when nothing is left, of the whole tree. */
static bool reap(struct watched *w)
{
    struct rusage use;
    for (int status;;) {
        pid_t pid = wait4(-1, &status, WNOHANG, &use);
        if (pid == 0)
            return false;
        if (pid < 0 && errno != EINTR)
            return true;
        if (pid > 0)
            add_use(w->end, &use);
        if (pid == w->child) {
            w->child_done = true;
            w->end->status = status;
        }
    }
}

/* bwrap's monitor would die of TERM and take the step with it at once: it is spared, and ends with the step. */
static void ask_to_end(struct watched *w)
{
    pid_t spare = w->spec->sandboxed ? w->child : 0;
    if (tree_signal(SIGTERM, spare) == 0 && !w->child_done && !spare)
        kill(-w->child, SIGTERM);
    tree_signal(SIGCONT, spare);
}

static void stop(struct watched *w, enum shim_reason why, msec_t now)
{
    if (w->child_done || w->end->reason != SHIM_NORMAL)
        return;
    w->end->reason = why;
    w->kill_at = now + w->spec->grace_ms;
    ask_to_end(w);
}

static void kill_all(struct watched *w, msec_t now)
{
    if (!w->give_up_at)
        w->give_up_at = now + GIVE_UP_MS;
    cgroup_kill(w->cgroup);
    if (tree_signal(SIGKILL, 0) == 0 && !w->child_done)
        kill(-w->child, SIGKILL);
}

/* What the step leaves running when its first process is gone ends with it. In a sandbox it is being killed already,
 * with the first process of the namespace: looking through /proc for it would cost more than the step. */
static void end_leftovers(struct watched *w, bool *asked, msec_t now)
{
    if (!w->child_done || *asked)
        return;
    *asked = true;
    if (!w->spec->sandboxed)
        ask_to_end(w);
    if (!w->kill_at || w->kill_at > now + LEFTOVER_MS)
        w->kill_at = now + LEFTOVER_MS;
}

/* On the clock that cannot be set, so from here on nobody moves it. */
static msec_t deadline_of(const struct shim_spec *s, msec_t now)
{
    msec_t left = s->deadline > 0 ? s->deadline - clk_wall_ms() : 0;
    if (s->deadline > 0 && left < 1)
        left = 1;
    if (s->timeout_ms > 0 && (left == 0 || s->timeout_ms < left))
        left = s->timeout_ms;
    return left ? now + left : 0;
}

static msec_t silent_at(const struct watched *w)
{
    return w->spec->silence_ms > 0 ? w->heard_at + w->spec->silence_ms : 0;
}

static void end_when_over(struct watched *w, const struct shim_log *log, msec_t now)
{
    if (log->heard != w->heard) {
        w->heard = log->heard;
        w->heard_at = now;
    }
    if (w->deadline && now >= w->deadline)
        stop(w, SHIM_TIMEOUT, now);
    else if (silent_at(w) && now >= silent_at(w))
        stop(w, SHIM_SILENT, now);
}

static msec_t over_at(const struct watched *w)
{
    msec_t silent = silent_at(w);
    return silent && (!w->deadline || silent < w->deadline) ? silent : w->deadline;
}

static int wait_ms(const struct watched *w, msec_t now)
{
    msec_t at = w->kill_at ? w->kill_at : w->end->reason == SHIM_NORMAL && !w->child_done ? over_at(w) : 0;
    if (w->give_up_at)
        return KILL_EVERY_MS;
    if (!at)
        return -1;
    return at <= now ? 0 : at - now > 60000 ? 60000 : (int)(at - now);
}

static void hear(struct watched *w, struct pollfd *line)
{
    enum line_word word = line_read(w->spec->attempt_id);
    if (word == LINE_CANCEL)
        stop(w, SHIM_CANCELLED, clk_mono_ms());
    if (word == LINE_CUT)
        line->fd = -1; /* or poll would tell of it for ever */
}

void watch_step(const struct shim_spec *s, const struct shim_cgroup *g, struct shim_log *log, pid_t child, int out_fd,
                int signal_fd, struct shim_end *ret)
{
    struct watched w = {.spec = s, .cgroup = g, .child = child, .end = ret};
    bool asked = false;
    *ret = (struct shim_end){.reason = SHIM_NORMAL};
    w.heard_at = clk_mono_ms();
    w.deadline = deadline_of(s, w.heard_at);
    struct pollfd fds[] = {{signal_fd, POLLIN, 0}, {out_fd, POLLIN, 0}, {WIRE_LINE_FD, POLLIN, 0}};
    while (!reap(&w)) {
        msec_t now = clk_mono_ms();
        end_leftovers(&w, &asked, now);
        end_when_over(&w, log, now);
        if (w.kill_at && now >= w.kill_at)
            kill_all(&w, now);
        if (w.give_up_at && now >= w.give_up_at) {
            ret->immortal = true;
            break;
        }
        poll(fds, ARRAY_LEN(fds), wait_ms(&w, now));
        if (fds[0].revents && watch_cancelled(signal_fd))
            stop(&w, SHIM_CANCELLED, clk_mono_ms());
        if (fds[1].revents && !log_pump(log, out_fd))
            fds[1].fd = -1;
        if (fds[2].revents)
            hear(&w, &fds[2]);
    }
    /* Somebody outside the tree may hold the pipe: what is in it now, not until it ends. */
    for (int i = 0; i < 4 && log_pump(log, out_fd); i++)
        ;
}
