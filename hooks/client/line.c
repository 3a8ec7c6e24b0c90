/* SPDX-License-Identifier: Apache-2.0 */
#include "hooks/client/line.h"
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>
#include "hooks/head.h"

/* ---- opening ---- */

/* A connect(2) that may wait does so only while the queue of the listener is full. */
static int connect_unix(const char *path, msec_t until, struct err *e)
{
    struct sockaddr_un to = {.sun_family = AF_UNIX};
    msec_t left = until - clk_mono_ms(), ms = left > 0 ? left : 1;
    struct timeval wait = {.tv_sec = ms / 1000, .tv_usec = ms % 1000 * 1000};
    if (strlen(path) >= sizeof to.sun_path)
        return err_set(e, ERR_INVALID, "the path of the socket is longer than %zu bytes", sizeof to.sun_path - 1);
    memcpy(to.sun_path, path, strlen(path) + 1);
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return err_errno(e, "socket");
    setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &wait, sizeof wait);
    if (connect(fd, (struct sockaddr *)&to, sizeof to) < 0 || fcntl(fd, F_SETFL, O_NONBLOCK) < 0) {
        if (errno == EAGAIN)
            err_set(e, ERR_TRANSIENT, "the server at %s takes no connection in time", path);
        else
            err_errno(e, "no server at %s", path);
        fd_closep(&fd);
    }
    return fd;
}

/* `fettle` is beside us, or in PATH. */
static const char *relay_program(char *path, size_t size)
{
    ssize_t n = readlink("/proc/self/exe", path, size - sizeof "fettle");
    if (n > 0) {
        path[n] = 0;
        char *slash = strrchr(path, '/');
        if (slash) {
            memcpy(slash + 1, "fettle", sizeof "fettle");
            if (access(path, X_OK) == 0)
                return path;
        }
    }
    return "fettle";
}

static int start_relay(struct line *l, const struct hook_options *o, struct err *e)
{
    char path[PATH_MAX];
    const char *argv[8] = {relay_program(path, sizeof path), "hook-relay", o->server};
    size_t n = 3;
    if (o->token_file) {
        argv[n++] = "--token-file";
        argv[n++] = o->token_file;
    }
    if (o->ca) {
        argv[n++] = "--ca";
        argv[n++] = o->ca;
    }
    if (child_start(CHILD_RELAY, argv, &l->relay, e) < 0)
        return -1;
    l->fd = l->relay.out;
    l->relay.out = -1;
    return 0;
}

int line_open(struct line *l, const struct hook_options *o, msec_t until, struct err *e)
{
    struct sv server = sv_of(o->server);
    *l = (struct line){.fd = -1, .relay = child_none};
    if (!sv_starts(server, SV("unix:")))
        return start_relay(l, o, e);
    l->awaits_head = true;
    if (hook_head_write(SV("fettle"), SV_NONE, sv_of(getenv("TRACEPARENT")), &l->out, e) < 0)
        return -1;
    l->fd = connect_unix(o->server + 5, until, e);
    return l->fd < 0 ? -1 : 0;
}

/* ---- bytes ---- */

size_t line_pending(const struct line *l)
{
    return l->is_deaf ? 0 : l->out.n - l->sent;
}

void line_flush(struct line *l)
{
    while (line_pending(l)) {
        ssize_t n = send(l->fd, l->out.p + l->sent, l->out.n - l->sent, MSG_NOSIGNAL);
        if (n < 0 && errno == EAGAIN)
            return;
        if (n < 0 && errno != EINTR) {
            l->is_deaf = true;
            return;
        }
        l->sent += n > 0 ? (size_t)n : 0;
    }
    buf_clear(&l->out);
    l->sent = 0;
}

static int at_end(struct line *l, struct err *e)
{
    child_read_errors(&l->relay);
    struct sv words = child_last_words(&l->relay);
    if (sv_starts(words, SV("fettle: ")))
        words = sv_from(words, 8);
    return words.n ? err_set(e, ERR_TRANSIENT, "%.*s", SV_ARG(words))
                   : err_set(e, ERR_TRANSIENT, "the server closed the connection before its verdict");
}

/* The head of the answer, and what is behind it. */
static int hear_head(struct line *l, struct sv bytes, struct hook_in *in, struct err *e)
{
    size_t used = 0;
    buf_sv(&l->in, bytes);
    int rc = hook_answer_read(buf_view(&l->in), &used, e);
    if (rc <= 0)
        return rc < 0 ? -1 : 1;
    l->awaits_head = false;
    hook_in_add(in, sv_from(buf_view(&l->in), used));
    buf_free(&l->in);
    return 1;
}

int line_hear(struct line *l, struct hook_in *in, struct err *e)
{
    char piece[16 << 10];
    ssize_t n = recv(l->fd, piece, sizeof piece, 0);
    if (n < 0 && (errno == EAGAIN || errno == EINTR))
        return 0;
    if (n <= 0)
        return at_end(l, e);
    if (l->awaits_head)
        return hear_head(l, sv_n(piece, (size_t)n), in, e);
    hook_in_add(in, sv_n(piece, (size_t)n));
    return 1;
}

void line_close(struct line *l, msec_t until)
{
    fd_closep(&l->fd);
    child_close(&l->relay, until);
    buf_free(&l->out);
    buf_free(&l->in);
}
