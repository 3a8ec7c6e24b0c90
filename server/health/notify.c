/* SPDX-License-Identifier: Apache-2.0 */
#include "server/health/notify.h"
#include <stddef.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

bool notify_tell(const char *lines)
{
    const char *path = getenv("NOTIFY_SOCKET");
    struct sockaddr_un to = {.sun_family = AF_UNIX};
    size_t n = path ? strlen(path) : 0;
    if (n < 2 || n >= sizeof to.sun_path || (path[0] != '/' && path[0] != '@'))
        return false;
    memcpy(to.sun_path, path, n);
    if (path[0] == '@') /* without a name in the file system; its length counts */
        to.sun_path[0] = 0;
    int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    socklen_t size = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + n);
    bool sent = fd >= 0 && sendto(fd, lines, strlen(lines), MSG_NOSIGNAL, (struct sockaddr *)&to, size) >= 0;
    if (fd >= 0)
        close(fd);
    return sent;
}

msec_t notify_watchdog_ms(void)
{
    const char *every = getenv("WATCHDOG_USEC"), *who = getenv("WATCHDOG_PID");
    int64_t us = 0, pid = 0;
    if (!every || !sv_int(sv_of(every), &us) || us <= 0)
        return 0;
    if (who && (!sv_int(sv_of(who), &pid) || pid != getpid()))
        return 0;
    return us < 1000 ? 1 : us / 1000;
}
