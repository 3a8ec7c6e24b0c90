/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>
#include "exec/shim/shim.h"

static int open_knob(const struct shim_cgroup *g, const char *name, int flags)
{
    char path[PATH_MAX];
    if (!g->path || snprintf(path, sizeof path, "%s/%s", g->path, name) >= (int)sizeof path)
        return -1;
    return open(path, flags | O_CLOEXEC);
}

static bool set_knob(const struct shim_cgroup *g, const char *name, const char *value)
{
    AUTO(fd_closep) int fd = open_knob(g, name, O_WRONLY);
    return fd >= 0 && write(fd, value, strlen(value)) > 0;
}

void cgroup_make(struct shim_cgroup *g, const char *path, int64_t max_procs)
{
    g->path = NULL;
    if (!path || (mkdir(path, 0755) < 0 && errno != EEXIST))
        return;
    g->path = path;
    char text[24];
    snprintf(text, sizeof text, "%lld", (long long)max_procs);
    if (max_procs > 0)
        set_knob(g, "pids.max", text);
}

void cgroup_enter(const struct shim_cgroup *g)
{
    if (g->path)
        set_knob(g, "cgroup.procs", "0");
}

/* Version 1 has no cgroup.kill: no new processes first, then each one that is there. */
static void kill_listed(const struct shim_cgroup *g)
{
    set_knob(g, "pids.max", "0");
    AUTO(fd_closep) int fd = open_knob(g, "cgroup.procs", O_RDONLY);
    char text[4096];
    size_t have = 0;
    for (ssize_t n; fd >= 0 && (n = read(fd, text + have, sizeof text - 1 - have)) > 0;) {
        have += (size_t)n;
        text[have] = 0;
        char *line = text;
        for (char *end; (end = strchr(line, '\n')); line = end + 1) {
            long pid = strtol(line, NULL, 10);
            if (pid > 1)
                kill((pid_t)pid, SIGKILL);
        }
        have -= (size_t)(line - text);
        memmove(text, line, have);
    }
}

void cgroup_kill(const struct shim_cgroup *g)
{
    if (g->path && !set_knob(g, "cgroup.kill", "1"))
        kill_listed(g);
}

bool cgroup_oom(const struct shim_cgroup *g)
{
    AUTO(fd_closep) int fd = open_knob(g, "memory.events", O_RDONLY);
    char text[1024];
    ssize_t n = fd < 0 ? -1 : read(fd, text, sizeof text - 1);
    if (n <= 0)
        return false;
    text[n] = 0;
    const char *at = strstr(text, "oom_kill ");
    return at && strtol(at + 9, NULL, 10) > 0;
}

void cgroup_remove(struct shim_cgroup *g)
{
    if (g->path)
        rmdir(g->path);
    g->path = NULL;
}
