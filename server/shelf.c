/* SPDX-License-Identifier: Apache-2.0 */
#include "server/shelf.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>
#include "base/file.h"
#include "base/id.h"
#include "fmt/enc.h"
#include "fmt/hmac.h"

enum { META_MAX = 65536, BLOCK = 1 << 17 };

static unsigned _Atomic trash_no;

void shelf_open(const char *state_dir)
{
    struct err e = {0};
    AUTO(buf_free) struct buf path = {0};
    buf_fmt(&path, "%s/shelf", state_dir);
    if (file_remove_tree(path.p, &e) < 0 || file_make_dirs(path.p, &e) < 0)
        return; /* whoever wants to put something there will say so */
}

void shelf_path(const char *state_dir, int64_t attempt, const char *suffix, struct buf *ret)
{
    char id[ID_TEXT];
    buf_fmt(ret, "%s/shelf/%s%s", state_dir, id_text(attempt, id), suffix);
}

static int digest_of(int fd, char ret[65], struct err *e)
{
    static const size_t size = BLOCK;
    AUTO(mem_freep) char *part = mem_new(size);
    AUTO(buf_free) struct buf hex = {0};
    uint8_t sum[SHA256_LEN];
    struct digest *d = digest_new();
    ssize_t n;
    while ((n = read(fd, part, size)) > 0 || (n < 0 && errno == EINTR))
        digest_add(d, part, n > 0 ? (size_t)n : 0);
    int rc = n < 0 ? err_errno(e, "read the archive") : 0;
    digest_end(d, sum);
    digest_free(&d);
    hex_put(&hex, sum, sizeof sum);
    memcpy(ret, hex.p, 65);
    return rc;
}

const char *shelf_size_text(int64_t bytes, char ret[32])
{
    bool whole = bytes % (1 << 20) == 0;
    snprintf(ret, 32, "%lld %s", (long long)(bytes >> (whole ? 20 : 10)), whole ? "MiB" : "KiB");
    return ret;
}

static int check(int fd, int64_t max, struct stat *st, struct err *e)
{
    char text[32];
    if (fstat(fd, st) < 0)
        return err_errno(e, "the archive");
    if (!S_ISREG(st->st_mode) || st->st_nlink != 1)
        return err_set(e, ERR_INVALID, "the archive is not a plain file");
    if (st->st_size > max)
        return err_set(e, ERR_INVALID, "it is larger than %s when packed", shelf_size_text(max, text));
    return 0;
}

/* The content is only trusted to be bytes; nobody but us may change it afterwards. */
static int seal(int fd, struct err *e)
{
    if (geteuid() == 0 && fchown(fd, 0, 0) < 0)
        return err_errno(e, "take the archive");
    if (fchmod(fd, 0444) < 0 || fsync(fd) < 0)
        return err_errno(e, "store the archive");
    return 0;
}

int shelf_take(const char *file, int64_t max, enum shelf_digest how, const char *to, struct shelf_item *ret,
               struct err *e)
{
    struct stat st, moved;
    AUTO(buf_free) struct buf path = {0};
    AUTO(fd_closep) int fd = open(file, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    *ret = (struct shelf_item){0};
    if (fd < 0)
        return err_errno(e, "the archive");
    if (check(fd, max, &st, e) < 0 || file_make_dirs(to, e) < 0)
        return -1;
    buf_fmt(&path, "%s/archive", to);
    if (rename(file, path.p) < 0)
        return err_errno(e, "store the archive");
    if (seal(fd, e) < 0 || (how == SHELF_DIGEST && digest_of(fd, ret->digest, e) < 0))
        return -1;
    if (lstat(path.p, &moved) < 0 || moved.st_ino != st.st_ino || moved.st_dev != st.st_dev)
        return err_set(e, ERR_INVALID, "the archive was exchanged");
    ret->size = st.st_size;
    return 0;
}

static int parent_of(const char *path, struct buf *ret)
{
    buf_add(ret, path, (size_t)(strrchr(path, '/') - path));
    return 0;
}

int shelf_publish(const char *state_dir, const char *from, struct sv meta, const char *to, enum shelf_put how,
                  struct err *e)
{
    AUTO(buf_free) struct buf file = {0}, parent = {0};
    buf_fmt(&file, "%s/meta", from);
    parent_of(to, &parent);
    if (file_write_durable(file.p, meta, 0600, e) < 0 || file_make_dirs(parent.p, e) < 0)
        return -1;
    if (rename(from, to) == 0)
        return file_sync_dir(parent.p, e);
    if (errno != ENOTEMPTY && errno != EEXIST)
        return err_errno(e, "store the archive");
    if (how == SHELF_NEW)
        return err_set(e, ERR_CONFLICT, "it is there already");
    if (renameat2(AT_FDCWD, from, AT_FDCWD, to, RENAME_EXCHANGE) < 0)
        return err_errno(e, "replace the archive");
    shelf_remove(state_dir, from);
    return file_sync_dir(parent.p, e);
}

void shelf_remove(const char *state_dir, const char *folder)
{
    struct err ignored = {0};
    AUTO(buf_free) struct buf away = {0};
    buf_fmt(&away, "%s/shelf/away-%u", state_dir, trash_no++);
    bool moved = rename(folder, away.p) == 0;
    if (file_remove_tree(moved ? away.p : folder, &ignored) < 0)
        return; /* the next start tries it again */
}

/* ---- lists ---- */

static bool read_entry(const char *folder, struct shelf_entry *ret, struct arena *a)
{
    struct err e = {0};
    struct stat st;
    AUTO(buf_free) struct buf path = {0}, text = {0};
    buf_fmt(&path, "%s/meta", folder);
    if (file_read(path.p, META_MAX, &text, &e) < 0 || jdoc_parse(buf_view(&text), NULL, &ret->meta, &e) < 0)
        return false;
    ret->used = stat(path.p, &st) == 0 ? (int64_t)st.st_mtim.tv_sec * 1000 + st.st_mtim.tv_nsec / 1000000 : 0;
    ret->folder = arena_strdup(a, folder);
    return true;
}

void shelf_list(const char *folder, struct shelf_list *ret)
{
    DIR *d = opendir(folder);
    AUTO(buf_free) struct buf path = {0};
    for (struct dirent *x; d && (x = readdir(d));) {
        struct shelf_entry one = {0};
        if (x->d_name[0] == '.')
            continue;
        buf_clear(&path);
        buf_fmt(&path, "%s/%s", folder, x->d_name);
        if (read_entry(path.p, &one, &ret->arena))
            VEC_PUSH(&ret->v, one);
    }
    if (d)
        closedir(d);
}

void shelf_list_free(struct shelf_list *l)
{
    for (size_t i = 0; i < l->v.n; i++)
        jdoc_free(&l->v.at[i].meta);
    VEC_FREE(&l->v);
    arena_free(&l->arena);
}

void shelf_touch(const char *folder)
{
    AUTO(buf_free) struct buf path = {0};
    buf_fmt(&path, "%s/meta", folder);
    (void)!utimensat(AT_FDCWD, path.p, NULL, AT_SYMLINK_NOFOLLOW);
}
