/* SPDX-License-Identifier: Apache-2.0 */
/* Which process is the shim of a seat, and what a dead one left behind. */
#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>
#include "base/clk.h"
#include "exec/seat.h"
#include "exec/shim/wire.h"

enum { STRAY_ROUNDS = 20, STRAY_EVERY_MS = 5, ENVIRON_MAX = 1 << 20 };

static size_t read_some(const char *path, char *into, size_t max)
{
    AUTO(fd_closep) int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t n = fd < 0 ? -1 : read(fd, into, max - 1);
    into[n < 0 ? 0 : n] = 0;
    return n < 0 ? 0 : (size_t)n;
}

const char *boot_id(void)
{
    static char id[40];
    if (!id[0])
        read_some("/proc/sys/kernel/random/boot_id", id, sizeof id);
    id[strcspn(id, "\n")] = 0;
    return id;
}

int64_t boot_ticks(pid_t pid)
{
    char path[64], text[1024];
    snprintf(path, sizeof path, "/proc/%d/stat", (int)pid);
    read_some(path, text, sizeof text);
    const char *end = strrchr(text, ')');
    struct sv rest = sv_of(end && end[1] ? end + 2 : NULL), field;
    int64_t ticks = -1;
    for (int i = 3; i <= 22; i++) /* proc(5): starttime */
        if (!sv_next(&rest, ' ', &field))
            return -1;
    return sv_int(field, &ticks) ? ticks : -1;
}

static struct sv value_of(struct sv line, const char *key)
{
    struct sv part, name = sv_of(key);
    while (sv_next(&line, ' ', &part))
        if (sv_starts(part, name))
            return sv_from(part, name.n);
    return SV_NONE;
}

int seat_holder(int fd, pid_t *ret_pid)
{
    char text[WIRE_BLOCK];
    ssize_t n = pread(fd, text, sizeof text, WIRE_HOLDER_AT);
    int64_t pid, ticks;
    struct sv rest = wire_lines(sv_n(text, n < 0 ? 0 : (size_t)n), WIRE_HOLDER_HEAD), line = SV_NONE;
    if (!rest.p || !sv_next(&rest, '\n', &line) || !sv_int(value_of(line, "pid="), &pid) || pid <= 1 ||
        pid > INT32_MAX || !sv_int(value_of(line, "ticks="), &ticks) || !sv_is(value_of(line, "boot="), boot_id()))
        return -1;
    AUTO(fd_closep) int pidfd = (int)syscall(SYS_pidfd_open, (pid_t)pid, 0);
    /* Opened first, then compared: from here on the number cannot be given to another process. */
    if (pidfd < 0 || boot_ticks((pid_t)pid) != ticks)
        return -1;
    *ret_pid = (pid_t)pid;
    int ret = pidfd;
    pidfd = -1;
    return ret;
}

static bool carries(const char *pid, struct sv mark, char *room)
{
    char path[64];
    snprintf(path, sizeof path, "/proc/%.20s/environ", pid);
    AUTO(fd_closep) int fd = open(path, O_RDONLY | O_CLOEXEC);
    size_t have = 0;
    for (ssize_t n; fd >= 0 && have < ENVIRON_MAX && (n = read(fd, room + have, ENVIRON_MAX - have)) > 0;)
        have += (size_t)n;
    struct sv rest = sv_n(room, have), one;
    while (rest.n && sv_next(&rest, 0, &one))
        if (sv_eq(one, mark))
            return true;
    return false;
}

static int kill_marked(struct sv mark, char *room)
{
    int n = 0;
    DIR *d = opendir("/proc");
    for (struct dirent *x; d && (x = readdir(d));) {
        char *end;
        long pid = strtol(x->d_name, &end, 10);
        if (!*end && pid > 1 && pid != getpid() && carries(x->d_name, mark, room) && kill((pid_t)pid, SIGKILL) == 0)
            n++;
    }
    if (d)
        closedir(d);
    return n;
}

static void kill_leaf(const char *leaf)
{
    char path[4096];
    snprintf(path, sizeof path, "%s/cgroup.kill", leaf);
    AUTO(fd_closep) int fd = open(path, O_WRONLY | O_CLOEXEC);
    if (fd >= 0)
        (void)!write(fd, "1", 1);
}

void attempt_end_strays(int64_t id, const char *cgroup_leaf)
{
    char text[ID_TEXT], mark[64];
    snprintf(mark, sizeof mark, WIRE_MARK "=%s", id_text(id, text));
    if (cgroup_leaf)
        kill_leaf(cgroup_leaf);
    AUTO(mem_freep) char *room = mem_new(ENVIRON_MAX);
    for (int i = 0; i < STRAY_ROUNDS && kill_marked(sv_of(mark), room) > 0; i++)
        clk_sleep_ms(STRAY_EVERY_MS);
    if (cgroup_leaf)
        rmdir(cgroup_leaf);
}
