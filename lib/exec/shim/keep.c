/* SPDX-License-Identifier: Apache-2.0 */
/* A step may have put anything in the place of its files, but nothing of it runs any more when they are read. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sys/stat.h>
#include <unistd.h>
#include "base/file.h"
#include "base/id.h"
#include "exec/shim/shim.h"

enum { MASKS_MAX = 4 << 20 };

/* All of a plain file, but at most max bytes and one. False: *ret_wrong says why. */
static bool read_plain(int fd, size_t max, struct buf *ret, const char **ret_wrong)
{
    for (ssize_t n = 1; n > 0 && ret->n <= max;) {
        buf_reserve(ret, 65536);
        n = pread(fd, ret->p + ret->n, 65536, (off_t)ret->n);
        if (n < 0 && errno == EINTR)
            n = 1;
        else if (n < 0)
            return *ret_wrong = strerror(errno), false;
        else
            ret->n += (size_t)n;
    }
    return true;
}

/* Why what the step has put there is not taken; NULL = it is. */
static const char *wrong_with(const struct shim_spec *s, int fd)
{
    struct stat st;
    if (fstat(fd, &st) < 0)
        return strerror(errno);
    if (!S_ISREG(st.st_mode))
        return "is not a plain file";
    /* Another name of a file that the step could not read itself. */
    if (st.st_nlink > 1)
        return "has a second name";
    if (s->own_uid > 0 && st.st_uid != (uid_t)s->own_uid)
        return "belongs to somebody else";
    return st.st_size > WIRE_FILE_MAX ? "is larger than 1048576 bytes" : NULL;
}

static void add_content(struct buf *to, const char *name, struct buf *text, struct mask *m)
{
    AUTO(buf_free) struct buf shown = {0};
    if (m) {
        mask_feed(m, buf_view(text), &shown);
        mask_flush(m, &shown);
    }
    struct sv all = sv_cut(buf_view(m ? &shown : text), WIRE_FILE_MAX);
    buf_fmt(to, "%s %zu\n", name, all.n);
    buf_sv(to, all);
    buf_chr(to, '\n');
}

static void take_file(const struct shim_spec *s, int home_fd, const char *name, struct screen *screen, struct buf *to)
{
    char path[64], id[ID_TEXT];
    const char *wrong;
    AUTO(buf_free) struct buf text = {0};
    snprintf(path, sizeof path, WIRE_FILE "%s-%s", id_text(s->attempt_id, id), name);
    AUTO(fd_closep) int fd = openat(home_fd, path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
    if (fd < 0 && errno == ENOENT)
        return;
    wrong = fd >= 0 ? wrong_with(s, fd) : errno == ELOOP ? "is a link" : "cannot be opened";
    if (screen && screen->blind)
        wrong = "is not kept, because not all values in it can be masked";
    if (!wrong && read_plain(fd, WIRE_FILE_MAX, &text, &wrong) && text.n)
        add_content(to, name, &text, screen ? &screen->mask : NULL);
    if (wrong)
        buf_fmt(to, "%s !%s\n", name, wrong);
    /* Nobody reads it again, and an empty folder can be used by the next job. */
    unlinkat(home_fd, path, 0);
}

/* With its name durable: so rarely made that this need not be quick. */
static int open_kept(const struct shim_spec *s, struct err *e)
{
    if (!s->kept)
        return err_set(e, ERR_INVALID, "the job has no folder for what a step wrote");
    int fd = open(s->kept, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (fd >= 0)
        return fd;
    if (mkdir(s->kept, 0700) < 0 && errno != EEXIST)
        return err_errno(e, "make a folder for what the step wrote");
    char up[PATH_MAX];
    int n = snprintf(up, sizeof up, "%s", s->kept);
    char *slash = strrchr(up, '/');
    if (n >= (int)sizeof up || !slash)
        return err_set(e, ERR_INVALID, "the path of the state directory is too long");
    *slash = 0;
    AUTO(fd_closep) int up_fd = open(up, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    fd = open(s->kept, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0 || up_fd < 0 || fsync(up_fd) < 0) {
        err_errno(e, "make a folder for what the step wrote");
        fd_closep(&fd);
    }
    return fd;
}

static int store(const struct shim_spec *s, const struct buf *text, struct err *e)
{
    char name[ID_TEXT];
    AUTO(fd_closep) int dir = open_kept(s, e);
    if (dir < 0)
        return -1;
    AUTO(fd_closep) int fd = openat(dir, id_text(s->attempt_id, name), O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW |
                                    O_CLOEXEC, 0600);
    if (fd < 0 || fd_write_all(fd, text->p, text->n) < 0 || fsync(fd) < 0 || fsync(dir) < 0)
        return err_errno(e, "what the step wrote for later steps could not be stored");
    return 0;
}

static int sync_masks(const struct shim_spec *s, struct err *e)
{
    AUTO(fd_closep) int dir = open_kept(s, e);
    AUTO(fd_closep) int fd = dir < 0 ? -1 : openat(dir, WIRE_MASKS, O_WRONLY | O_NOFOLLOW | O_CLOEXEC);
    if (s->masks_kept == MASKS_LOST || fd < 0 || fsync(fd) < 0 || fsync(dir) < 0)
        return err_set(e, ERR_TRANSIENT, "a value to be masked could not be stored for later steps");
    return 0;
}

enum wire_files keep_files(const struct shim_spec *s, struct screen *screen, struct err *e)
{
    static const char *const names[] = WIRE_FILES;
    AUTO(buf_free) struct buf all = {0};
    AUTO(fd_closep) int home = s->home && s->kept ? open(s->home, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC) : -1;
    for (size_t i = 0; home >= 0 && i < WIRE_FILE_N; i++)
        take_file(s, home, names[i], i == WIRE_FILE_N - 1 ? screen : NULL, &all);
    if (s->masks_kept != MASKS_NONE && sync_masks(s, e) < 0)
        return WIRE_FILES_LOST;
    if (all.n == 0)
        return WIRE_FILES_NONE;
    wire_seal(&all, 0);
    int rc = store(s, &all, e);
    explicit_bzero(all.p, all.n);
    return rc < 0 ? WIRE_FILES_LOST : WIRE_FILES_KEPT;
}

static void keep_mask(void *ctx, struct sv value)
{
    struct shim_spec *s = ctx;
    struct err e = {0};
    AUTO(buf_free) struct buf b = {0};
    AUTO(fd_closep) int dir = open_kept(s, &e);
    AUTO(fd_closep) int fd = dir < 0 ? -1 : openat(dir, WIRE_MASKS, O_WRONLY | O_CREAT | O_APPEND | O_NOFOLLOW |
                                                   O_CLOEXEC, 0600);
    buf_fmt(&b, "%zu\n", value.n);
    buf_sv(&b, value);
    buf_chr(&b, '\n');
    if (fd < 0 || fd_write_all(fd, b.p, b.n) < 0)
        s->masks_kept = MASKS_LOST;
    else if (s->masks_kept == MASKS_NONE)
        s->masks_kept = MASKS_KEPT;
    explicit_bzero(b.p, b.n);
}

static void read_masks(const struct shim_spec *s, struct screen *to)
{
    char path[PATH_MAX];
    const char *wrong;
    AUTO(buf_free) struct buf text = {0};
    if (snprintf(path, sizeof path, "%s/" WIRE_MASKS, s->kept) >= (int)sizeof path)
        return;
    AUTO(fd_closep) int fd = open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0 || !read_plain(fd, MASKS_MAX, &text, &wrong))
        return;
    struct sv rest = buf_view(&text), size;
    int64_t n;
    while (rest.n && sv_next(&rest, '\n', &size) && sv_int(size, &n) && n > 0 && (size_t)n < rest.n) {
        screen_mask(to, sv_cut(rest, (size_t)n));
        rest = sv_from(rest, (size_t)n + 1);
    }
    explicit_bzero(text.p, text.n);
}

void keep_masks(struct shim_spec *s, struct screen *to)
{
    for (size_t i = 0; i < s->n_masks; i++)
        screen_mask(to, sv_of(s->masks[i]));
    if (!s->kept)
        return;
    read_masks(s, to);
    to->keep = keep_mask;
    to->ctx = s;
}
