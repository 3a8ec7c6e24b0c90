/* SPDX-License-Identifier: Apache-2.0 */
/* As a subreaper the shim is an ancestor of everything the step ever started, whatever sessions or double forks it
 * used; /proc tells who that is. */
#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>
#include "base/vec.h"
#include "exec/shim/shim.h"

struct proc {
    pid_t pid, parent;
    bool ours;
};
struct proc_list {
    VEC(struct proc) v;
};

static pid_t parent_of(int proc_fd, const char *pid)
{
    char path[64], text[512];
    snprintf(path, sizeof path, "%.20s/stat", pid);
    AUTO(fd_closep) int fd = openat(proc_fd, path, O_RDONLY | O_CLOEXEC);
    ssize_t n = fd < 0 ? -1 : read(fd, text, sizeof text - 1);
    if (n <= 0)
        return -1;
    text[n] = 0;
    const char *at = strrchr(text, ')'); /* the name before it is the step's to choose */
    if (!at || at[1] != ' ' || !at[2])
        return -1;
    return (pid_t)strtol(at + 3, NULL, 10);
}

static void list_all(struct proc_list *ret)
{
    DIR *d = opendir("/proc");
    for (struct dirent *x; d && (x = readdir(d));) {
        char *end;
        long pid = strtol(x->d_name, &end, 10);
        pid_t parent = *end || pid <= 1 ? -1 : parent_of(dirfd(d), x->d_name);
        if (parent > 0)
            VEC_PUSH(&ret->v, ((struct proc){(pid_t)pid, parent, false}));
    }
    if (d)
        closedir(d);
}

static bool is_ours(const struct proc_list *all, pid_t pid, pid_t self)
{
    if (pid == self)
        return true;
    for (size_t i = 0; i < all->v.n; i++)
        if (all->v.at[i].pid == pid)
            return all->v.at[i].ours;
    return false;
}

static void mark(struct proc_list *all, pid_t self)
{
    for (bool more = true; more;) {
        more = false;
        for (size_t i = 0; i < all->v.n; i++)
            if (!all->v.at[i].ours && is_ours(all, all->v.at[i].parent, self))
                all->v.at[i].ours = more = true;
    }
}

int tree_signal(int sig, pid_t spare)
{
    struct proc_list all = {0};
    int n = 0;
    list_all(&all);
    mark(&all, getpid());
    for (size_t i = 0; i < all.v.n; i++)
        if (all.v.at[i].ours && all.v.at[i].pid != spare && kill(all.v.at[i].pid, sig) == 0)
            n++;
    VEC_FREE(&all.v);
    return n;
}
