/* SPDX-License-Identifier: Apache-2.0 */
/* A seat keeps its shim from one attempt to the next: starting a process, a good part of what a short step costs, is
 * done ahead. There are never more of them than steps ran at once, and those that wait for long are sent home. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/epoll.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
#include "base/file.h"
#include "exec/local.h"

enum { SEATS_MAX = 65536, WAITS_MS = 60000, LEAVE_TRIES = 1000, LEAVE_EVERY_MS = 1 };

static int add(struct executor *x, int no, struct seat **ret, struct err *e)
{
    int fd = -1;
    if (seat_open(x->seats_fd, no, &fd, e) < 0)
        return -1;
    struct seat *s = mem_new(sizeof *s);
    /* What a server before us left here may still read its script. */
    *s = (struct seat){.x = x, .no = no, .fd = fd, .line = -1, .pidfd = -1, .messy = true, .event = -1};
    VEC_PUSH(&x->seats.v, s);
    *ret = s;
    return 0;
}

/* They are made in order and never removed: the first that is missing is the end. */
int seats_open(struct executor *x, struct err *e)
{
    char name[16];
    struct seat *s;
    for (int no = 0; no < SEATS_MAX; no++) {
        snprintf(name, sizeof name, "%d", no);
        if (faccessat(x->seats_fd, name, F_OK, AT_SYMLINK_NOFOLLOW) < 0)
            return errno == ENOENT ? 0 : err_errno(e, "look for seats");
        if (add(x, no, &s, e) < 0)
            return -1;
    }
    return 0;
}

static void cut(struct seat *s, int *fd)
{
    /* Taken out first: while a process is being spawned it holds a copy of the descriptor, and epoll would go on
     * telling of a closed one. The loop's own watches are taken out later than this, hence our own epoll. */
    if (*fd >= 0)
        epoll_ctl(s->x->ends_fd, EPOLL_CTL_DEL, *fd, NULL);
    fd_closep(fd);
}

void seats_hang_up(struct seat *s)
{
    cut(s, &s->line);
}

void seats_shim_gone(struct seat *s)
{
    seats_hang_up(s);
    cut(s, &s->pidfd);
    if (s->child)
        waitpid(s->pid, NULL, 0);
    s->child = false;
    s->pid = 0;
}

bool seats_shim_lives(struct seat *s)
{
    if (!s->child)
        return s->pidfd >= 0;
    if (waitpid(s->pid, NULL, WNOHANG) == 0)
        return true;
    s->child = false;
    return false;
}

void seats_close(struct executor *x)
{
    for (size_t i = 0; i < x->seats.v.n; i++)
        seats_hang_up(x->seats.v.at[i]);
    for (size_t i = 0; i < x->seats.v.n; i++) {
        struct seat *s = x->seats.v.at[i];
        bool runs = s->attempt && map_get_id(&x->running, s->attempt);
        /* The others leave at once, unless somebody has stopped them. */
        for (int k = 0; k < LEAVE_TRIES && !runs && s->child && seats_shim_lives(s); k++)
            clk_sleep_ms(LEAVE_EVERY_MS);
        fd_closep(&s->pidfd);
        fd_closep(&s->fd);
        mem_free(s);
    }
    VEC_FREE(&x->seats.v);
}

struct seat *seats_of(const struct executor *x, int64_t attempt_id)
{
    for (size_t i = 0; i < x->seats.v.n; i++)
        if (x->seats.v.at[i]->attempt == attempt_id)
            return x->seats.v.at[i];
    return NULL;
}

struct seat *seats_found(struct executor *x, int64_t attempt_id)
{
    struct seat *s = seats_of(x, attempt_id);
    for (size_t i = 0; !s && i < x->seats.v.n; i++)
        if (!x->seats.v.at[i]->attempt && !x->seats.v.at[i]->next && seat_names(x->seats.v.at[i]->fd, attempt_id))
            s = x->seats.v.at[i];
    if (s)
        s->attempt = attempt_id;
    return s;
}

struct seat *seats_of_next(const struct executor *x, int64_t attempt_id)
{
    for (size_t i = 0; i < x->seats.v.n; i++)
        if (x->seats.v.at[i]->next == attempt_id)
            return x->seats.v.at[i];
    return NULL;
}

enum fit { FIT_NONE, FIT_NEW_SHIM, FIT_UNSETTLED, FIT_BEST };

/* A shim that is ready takes the next attempt before the end of the one before it is settled: it writes another block
 * of the seat until it is told to go. */
static enum fit fit(const struct seat *s)
{
    if (s->next)
        return FIT_NONE;
    if (s->line >= 0)
        return !s->attempt ? FIT_BEST : map_get_id(&s->x->running, s->attempt) ? FIT_NONE : FIT_UNSETTLED;
    /* One of a server before us may still be there: it leaves without us. */
    return s->attempt || seat_is_held(s->fd) ? FIT_NONE : FIT_NEW_SHIM;
}

int seats_take(struct executor *x, int64_t attempt_id, struct seat **ret, struct err *e)
{
    struct seat *s = NULL;
    enum fit best = FIT_NONE;
    if (seats_of(x, attempt_id) || seats_of_next(x, attempt_id))
        return err_set(e, ERR_BUG, "the attempt was started before");
    for (size_t i = 0; best != FIT_BEST && i < x->seats.v.n; i++) {
        enum fit f = fit(x->seats.v.at[i]);
        if (f > best) {
            best = f;
            s = x->seats.v.at[i];
        }
    }
    if (!s && add(x, (int)x->seats.v.n, &s, e) < 0)
        return -1;
    s->next = attempt_id;
    s->go_due = false;
    *ret = s;
    return 0;
}

void seats_leave(struct seat *s)
{
    s->attempt = 0;
    s->free_since = clk_mono_ms();
    if (s->go_due)
        launch_go(s);
}

/* The first stays: somebody's next push shall not wait for it. */
void seats_send_home(struct executor *x)
{
    msec_t now = clk_mono_ms();
    for (size_t i = 1; i < x->seats.v.n; i++) {
        struct seat *s = x->seats.v.at[i];
        if (!s->attempt && !s->next && s->line >= 0 && now - s->free_since >= WAITS_MS)
            seats_hang_up(s);
    }
}
