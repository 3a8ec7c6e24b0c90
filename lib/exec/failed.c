/* SPDX-License-Identifier: Apache-2.0 */
/* What a failed step said, as a file for the step that is to mend it: beside its script, as the event is. A copy, since
 * the log itself is readable for nobody but us. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>
#include "base/file.h"
#include "exec/local.h"
#include "exec/shim/wire.h"

enum { FAILED_BYTES = 1 << 20 }; /* the end of it */

static int read_end(struct executor *x, int64_t attempt, struct buf *ret)
{
    AUTO(buf_free) struct buf path = {0};
    struct stat st;
    exec_log_path(x->state, attempt, &path);
    AUTO(fd_closep) int fd = open(path.p, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0 || fstat(fd, &st) < 0 || st.st_size <= 0)
        return -1;
    size_t n = st.st_size > FAILED_BYTES ? FAILED_BYTES : (size_t)st.st_size;
    buf_reserve(ret, n);
    ssize_t got = pread(fd, ret->p + ret->n, n, st.st_size - (off_t)n);
    if (got <= 0)
        return -1;
    ret->n += (size_t)got;
    return 0;
}

int failed_show(struct seat *s, int64_t attempt, struct err *e)
{
    AUTO(buf_free) struct buf text = {0};
    char name[32];
    if (!attempt && s->no_failed)
        return 1;
    snprintf(name, sizeof name, "%d" WIRE_FAILED, s->no);
    if (unlinkat(s->x->seats_fd, name, 0) < 0 && errno != ENOENT)
        return err_errno(e, "remove the log of another step");
    s->no_failed = true;
    if (!attempt || read_end(s->x, attempt, &text) < 0)
        return 1;
    s->no_failed = false;
    AUTO(fd_closep) int fd = openat(s->x->seats_fd, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0444);
    return fd < 0 || fd_write_all(fd, text.p, text.n) < 0 ? err_errno(e, "write the log of the failed step") : 0;
}
