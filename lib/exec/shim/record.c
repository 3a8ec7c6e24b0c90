/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>
#include "base/file.h"
#include "base/id.h"
#include "exec/shim/shim.h"

static const char tmp_name[] = WIRE_EXIT_TMP;

int record_prepare(int dir_fd, int *ret_fd, struct err *e)
{
    *ret_fd = openat(dir_fd, tmp_name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (*ret_fd < 0)
        return err_errno(e, "create %s", tmp_name);
    if (fallocate(*ret_fd, FALLOC_FL_KEEP_SIZE, 0, WIRE_EXIT_MAX) < 0 && errno == ENOSPC)
        return err_errno(e, "reserve space for the exit record");
    return 0;
}

/* One line, printable: the text may come from a program. */
static void add_detail(struct buf *b, const char *detail)
{
    buf_str(b, "detail ");
    for (const char *c = detail; *c; c++)
        buf_chr(b, (unsigned char)*c < ' ' || *c == 127 ? ' ' : *c);
    buf_chr(b, '\n');
}

static void format(const struct shim_record *r, struct buf *b)
{
    static const char *const reason[] = WIRE_REASONS;
    buf_str(b, WIRE_EXIT_HEAD);
    buf_fmt(b, "attempt %lld\nepoch %lld\nreason %s\ncode %d\nsignal %d\noom %d\n", (long long)r->attempt_id,
            (long long)r->epoch, reason[r->reason], r->code, r->signal, r->oom);
    buf_fmt(b, "log %lld\nrss %lld\ncpu %lld\n", (long long)r->log_bytes, (long long)r->max_rss_kb,
            (long long)r->cpu_ms);
    add_detail(b, r->detail);
    buf_fmt(b, "sum %016llx\n", (unsigned long long)wire_sum(buf_view(b)));
}

int record_write(int dir_fd, int fd, const struct shim_record *r, struct err *e)
{
    AUTO(buf_free) struct buf b = {0};
    format(r, &b);
    if (lseek(fd, 0, SEEK_SET) < 0 || fd_write_all(fd, b.p, b.n) < 0 || fsync(fd) < 0)
        return err_errno(e, "write %s", tmp_name);
    /* Not synced: the first name is on disk since `started` is, and a whole record counts under that name too. */
    if (renameat(dir_fd, tmp_name, dir_fd, WIRE_EXIT) < 0)
        return err_errno(e, "rename %s", tmp_name);
    return 0;
}

void record_poke(int dir_fd, int64_t attempt_id)
{
    /* Relative, because the whole path may be longer than sun_path. */
    struct sockaddr_un to = {.sun_family = AF_UNIX, .sun_path = "../../run/" WIRE_POKE_SOCKET};
    char text[ID_TEXT];
    AUTO(fd_closep) int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd >= 0 && fchdir(dir_fd) == 0)
        (void)!sendto(fd, id_text(attempt_id, text), ID_TEXT - 1, MSG_NOSIGNAL, (struct sockaddr *)&to, sizeof to);
}
