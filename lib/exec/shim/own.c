/* SPDX-License-Identifier: Apache-2.0 */
/* In a sandbox of a root server the step runs as another user, but what the server's own actions put into the
 * workspace (a checkout) belongs to root. No step of the job runs while we walk. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include "exec/shim/shim.h"

enum { DEPTH = 200 };

static int own_children(int fd, uid_t uid, int depth, struct err *e);

static int own_entry(int dir_fd, const char *name, uid_t uid, int depth, struct err *e)
{
    struct stat st;
    if (fstatat(dir_fd, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
        return errno == ENOENT ? 0 : err_errno(e, "stat %s", name);
    /* A file with a second name may be shared with a place the step must not write to. */
    bool shared = !S_ISDIR(st.st_mode) && st.st_nlink > 1;
    if (st.st_uid != uid && !shared && fchownat(dir_fd, name, uid, (gid_t)uid, AT_SYMLINK_NOFOLLOW) < 0)
        return err_errno(e, "chown %s", name);
    if (!S_ISDIR(st.st_mode) || depth >= DEPTH)
        return 0;
    int fd = openat(dir_fd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    return fd < 0 ? err_errno(e, "open %s", name) : own_children(fd, uid, depth + 1, e);
}

static int own_children(int fd, uid_t uid, int depth, struct err *e)
{
    DIR *d = fdopendir(fd);
    if (!d) {
        close(fd);
        return err_errno(e, "read a folder");
    }
    int rc = 0;
    for (struct dirent *x; rc == 0 && (x = readdir(d));)
        if (strcmp(x->d_name, ".") != 0 && strcmp(x->d_name, "..") != 0)
            rc = own_entry(dirfd(d), x->d_name, uid, depth, e);
    closedir(d);
    return rc;
}

int own_tree(const char *path, uid_t uid, struct err *e)
{
    return own_entry(AT_FDCWD, path, uid, 0, e);
}
