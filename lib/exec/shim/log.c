/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <fcntl.h>
#include <sys/sendfile.h>
#include <unistd.h>
#include "base/file.h"
#include "base/id.h"
#include "exec/shim/shim.h"

enum { CHUNK = 32768, CHUNKS_A_TURN = 16, NOTE_ROOM = 96, NAME = 40 };

void log_begin(struct shim_log *l, int64_t attempt_id, int64_t limit)
{
    if (limit < WIRE_LOG_MIN)
        limit = WIRE_LOG_MIN;
    *l = (struct shim_log){.fd = -1, .tail_fd = -1, .id = attempt_id};
    l->head_max = limit / 2 - NOTE_ROOM;
    l->tail_max = limit / 2;
}

static void name_of(const struct shim_log *l, const char *suffix, char ret[NAME])
{
    char id[ID_TEXT];
    snprintf(ret, NAME, "attempts/%s%s", id_text(l->id, id), suffix);
}

/* With the first byte: many steps say nothing, and a file costs more than they do. */
static bool ready(const struct shim_log *l, int *fd, const char *suffix)
{
    char name[NAME];
    name_of(l, suffix, name);
    if (*fd < 0)
        *fd = openat(WIRE_STATE_FD, name, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
    return *fd >= 0;
}

static bool put_at(int fd, const char *p, size_t n, off_t at)
{
    while (n) {
        ssize_t w = pwrite(fd, p, n, at);
        if (w < 0 && errno == EINTR)
            continue;
        if (w <= 0)
            return false;
        p += w;
        at += w;
        n -= (size_t)w;
    }
    return true;
}

static size_t least(size_t a, int64_t b)
{
    return (int64_t)a < b ? a : (size_t)b;
}

/* A full disk must not stop the step: what cannot be stored is counted and dropped. */
static void put(struct shim_log *l, const char *p, size_t n)
{
    while (n) {
        bool ok, head = l->total < l->head_max;
        int64_t at = head ? l->total : (l->total - l->head_max) % l->tail_max;
        size_t part = least(n, (head ? l->head_max : l->tail_max) - at);
        if (head)
            ok = ready(l, &l->fd, WIRE_LOG) && put_at(l->fd, p, part, at);
        else
            ok = ready(l, &l->tail_fd, WIRE_TAIL) && put_at(l->tail_fd, p, part, at);
        if (!ok)
            l->lost += (int64_t)part;
        l->total += (int64_t)part;
        p += part;
        n -= part;
    }
}

static void put_screened(struct shim_log *l, struct sv part)
{
    put(l, part.p, part.n);
}

bool log_pump(struct shim_log *l, int pipe_fd)
{
    static char chunk[CHUNK];
    for (int i = 0; i < CHUNKS_A_TURN; i++) {
        ssize_t n = read(pipe_fd, chunk, sizeof chunk);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return errno == EAGAIN;
        if (n == 0)
            return false;
        l->heard += n;
        put_screened(l, screen_feed(&l->screen, sv_n(chunk, (size_t)n)));
    }
    return true;
}

void log_flush(struct shim_log *l)
{
    put_screened(l, screen_end(&l->screen));
}

static void copy_tail(struct shim_log *l, int64_t from, int64_t n)
{
    off_t at = from;
    while (n > 0) {
        ssize_t w = sendfile(l->fd, l->tail_fd, &at, (size_t)n);
        if (w <= 0)
            return;
        n -= w;
    }
}

void log_finish(struct shim_log *l)
{
    int64_t over = l->total - l->head_max;
    if (over > 0 && l->tail_fd >= 0 && lseek(l->fd, 0, SEEK_END) >= 0) {
        if (over <= l->tail_max) {
            copy_tail(l, 0, over);
        } else {
            char note[NOTE_ROOM];
            int n = snprintf(note, sizeof note, "\n[fettle: %lld bytes of output are left out here]\n",
                             (long long)(over - l->tail_max));
            /* As with the step's own output: a full disk costs text, not the exit record. */
            (void)!fd_write_all(l->fd, note, (size_t)n);
            copy_tail(l, over % l->tail_max, l->tail_max - over % l->tail_max);
            copy_tail(l, 0, over % l->tail_max);
        }
    }
    if (l->tail_fd >= 0) {
        char name[NAME];
        name_of(l, WIRE_TAIL, name);
        unlinkat(WIRE_STATE_FD, name, 0);
    }
    fd_closep(&l->tail_fd);
    fd_closep(&l->fd);
    screen_free(&l->screen);
}
