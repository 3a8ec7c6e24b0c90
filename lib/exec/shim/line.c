/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>
#include "base/file.h"
#include "base/id.h"
#include "exec/shim/shim.h"

enum { FDS = 2 };

static void take_fds(struct msghdr *m, int ret[FDS])
{
    int n = 0;
    for (struct cmsghdr *c = CMSG_FIRSTHDR(m); c; c = CMSG_NXTHDR(m, c)) {
        if (c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_RIGHTS)
            continue;
        int got[FDS];
        size_t k = (c->cmsg_len - CMSG_LEN(0)) / sizeof(int);
        memcpy(got, CMSG_DATA(c), (k < FDS ? k : FDS) * sizeof(int));
        for (size_t i = 0; i < k && i < FDS && n < FDS; i++)
            ret[n++] = got[i];
    }
}

/* Length of the next message; 0 = the line is cut, -1 = none now. */
static ssize_t take(char *text, size_t size, int ret_fds[FDS])
{
    union {
        struct cmsghdr align;
        char room[CMSG_SPACE(FDS * sizeof(int))];
    } control;
    struct iovec v = {text, size};
    struct msghdr m = {.msg_iov = &v, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof control};
    ret_fds[0] = ret_fds[1] = -1;
    ssize_t n = recvmsg(WIRE_LINE_FD, &m, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
    if (n < 0)
        return errno == EAGAIN || errno == EINTR ? -1 : 0;
    take_fds(&m, ret_fds);
    return n;
}

enum line_next line_wait(int signal_fd, int ms, int *ret_spec, int *ret_filter)
{
    char text[WIRE_MESSAGE_MAX];
    int fds[FDS];
    for (;;) {
        struct pollfd p[] = {{WIRE_LINE_FD, POLLIN, 0}, {signal_fd, POLLIN, 0}};
        if (poll(p, ARRAY_LEN(p), ms) == 0)
            return NEXT_NOT_YET;
        if (p[1].revents && watch_cancelled(signal_fd))
            return NEXT_NEVER;
        if (!p[0].revents)
            continue;
        ssize_t n = take(text, sizeof text, fds);
        if (n == 0)
            return NEXT_NEVER;
        if (n > 0 && sv_is(sv_n(text, (size_t)n), WIRE_RUN) && fds[0] >= 0) {
            *ret_spec = fds[0];
            *ret_filter = fds[1];
            return NEXT_ATTEMPT;
        }
        /* A cancel of an attempt that has ended meanwhile. */
        fd_closep(&fds[0]);
        fd_closep(&fds[1]);
    }
}

enum line_word line_read(int64_t attempt_id)
{
    char text[WIRE_MESSAGE_MAX], id[ID_TEXT];
    int fds[FDS];
    ssize_t n = take(text, sizeof text, fds);
    struct sv s = sv_n(text, n > 0 ? (size_t)n : 0);
    fd_closep(&fds[0]);
    fd_closep(&fds[1]);
    if (n == 0)
        return LINE_CUT;
    id_text(attempt_id, id);
    if (sv_starts(s, SV(WIRE_GO)) && sv_is(sv_from(s, strlen(WIRE_GO)), id))
        return LINE_GO;
    bool ours = sv_starts(s, SV(WIRE_CANCEL)) && sv_is(sv_from(s, strlen(WIRE_CANCEL)), id);
    return ours ? LINE_CANCEL : LINE_NOTHING;
}

enum line_word line_await(int signal_fd, int64_t attempt_id)
{
    enum line_word word = line_read(attempt_id);
    while (word == LINE_NOTHING) {
        struct pollfd p[] = {{WIRE_LINE_FD, POLLIN, 0}, {signal_fd, POLLIN, 0}};
        poll(p, ARRAY_LEN(p), -1);
        if (p[1].revents && watch_cancelled(signal_fd))
            return LINE_CUT;
        if (p[0].revents)
            word = line_read(attempt_id);
    }
    return word;
}

/* The server that started us may be gone, and another one here. */
static void poke_socket(const char *id)
{
    struct sockaddr_un to = {.sun_family = AF_UNIX};
    /* Through a descriptor, because the whole path may be longer than sun_path. */
    snprintf(to.sun_path, sizeof to.sun_path, "/proc/self/fd/%d/run/" WIRE_POKE_SOCKET, WIRE_STATE_FD);
    AUTO(fd_closep) int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd >= 0)
        (void)!sendto(fd, id, ID_TEXT - 1, MSG_NOSIGNAL, (struct sockaddr *)&to, sizeof to);
}

bool line_tell(int64_t attempt_id)
{
    char id[ID_TEXT];
    id_text(attempt_id, id);
    if (send(WIRE_LINE_FD, id, ID_TEXT - 1, MSG_DONTWAIT | MSG_NOSIGNAL) >= 0)
        return true;
    poke_socket(id);
    return false;
}
