/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>
#include "base/file.h"
#include "exec/sandbox.h"

static const char folder[] = "fettle-steps";

/* The path after "<anything>:<controllers>:" in /proc/self/cgroup. */
static struct sv own_path(struct sv text, const char *controllers)
{
    struct sv line, part;
    while (text.n && sv_next(&text, '\n', &line)) {
        struct sv rest = line;
        bool two = sv_next(&rest, ':', &part);
        two = two && sv_next(&rest, ':', &part);
        if (two && sv_is(part, controllers))
            return rest;
    }
    return SV_NONE;
}

static bool lists(const char *dir, const char *file, const char *word)
{
    AUTO(buf_free) struct buf path = {0}, text = {0};
    struct err e = {0};
    buf_fmt(&path, "%s/%s", dir, file);
    return file_read(path.p, 4096, &text, &e) == 0 && sv_find(buf_view(&text), sv_of(word)) >= 0;
}

static void enable(const char *dir)
{
    AUTO(buf_free) struct buf path = {0};
    buf_fmt(&path, "%s/cgroup.subtree_control", dir);
    AUTO(fd_closep) int fd = open(path.p, O_WRONLY | O_CLOEXEC);
    /* One by one: a controller that is not delegated must not take the other with it. */
    if (fd >= 0) {
        (void)!write(fd, "+pids", 5);
        (void)!write(fd, "+memory", 7);
    }
}

/* Where leaves can be made below `mount` + our own group; NULL when not. */
static char *try_mount(const char *mount, struct sv own)
{
    struct buf path = {0};
    if (!own.p)
        return NULL;
    buf_fmt(&path, "%s%.*s", mount, SV_ARG(sv_is(own, "/") ? SV("") : own));
    enable(path.p);
    buf_fmt(&path, "/%s", folder);
    if ((mkdir(path.p, 0755) < 0 && errno != EEXIST) || access(path.p, W_OK) < 0) {
        buf_free(&path);
        return NULL;
    }
    enable(path.p);
    return buf_take(&path);
}

char *sandbox_find_cgroup(bool *ret_counts_procs)
{
    AUTO(buf_free) struct buf text = {0};
    struct err e = {0};
    *ret_counts_procs = false;
    if (file_read("/proc/self/cgroup", 65536, &text, &e) < 0)
        return NULL;
    bool unified = access("/sys/fs/cgroup/cgroup.controllers", F_OK) == 0;
    char *v2 = unified ? try_mount("/sys/fs/cgroup", own_path(buf_view(&text), "")) : NULL;
    if (v2) {
        *ret_counts_procs = lists(v2, "cgroup.subtree_control", "pids");
        return v2;
    }
    char *v1 = try_mount("/sys/fs/cgroup/pids", own_path(buf_view(&text), "pids"));
    *ret_counts_procs = v1 != NULL;
    return v1;
}
