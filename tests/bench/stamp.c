/* SPDX-License-Identifier: Apache-2.0 */
/* The smallest possible step: says when it began, and ends. bench_stamp SOCKET */
#include <stdio.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>
#include "base/clk.h"

int main(int argc, char **argv)
{
    int64_t now = clk_mono_us();
    struct sockaddr_un to = {.sun_family = AF_UNIX};
    if (argc != 2 || snprintf(to.sun_path, sizeof to.sun_path, "%s", argv[1]) >= (int)sizeof to.sun_path)
        return 2;
    int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    return fd < 0 || sendto(fd, &now, sizeof now, 0, (struct sockaddr *)&to, sizeof to) != sizeof now;
}
