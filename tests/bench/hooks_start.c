/* SPDX-License-Identifier: Apache-2.0 */
/* How long fettle-hook takes from its start to its first byte at the server, against what /bin/true takes from start to
 * end, in turns. usage: bench_hooks_start [-n ROUNDS] [--most RATIO] CLIENT [CLIENT...]
 * A line of JSON for each client; exit code 1 if one of them is above RATIO times /bin/true. */
#include <errno.h>
#include <getopt.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>
#include <fcntl.h>
#include "base/clk.h"
#include "base/str.h"

enum { ROUNDS = 300, MOST = 10000, WARM = 20 };

__attribute__((noreturn)) static void die(const char *what)
{
    fprintf(stderr, "bench_hooks_start: %s: %s\n", what, strerror(errno));
    exit(2);
}

static pid_t start(const char *const *argv)
{
    posix_spawn_file_actions_t act;
    pid_t pid;
    posix_spawn_file_actions_init(&act);
    for (int fd = 0; fd < 3; fd++)
        posix_spawn_file_actions_addopen(&act, fd, "/dev/null", O_RDWR, 0);
    if ((errno = posix_spawn(&pid, argv[0], &act, NULL, (char *const *)(uintptr_t)argv, environ)) != 0)
        die(argv[0]);
    posix_spawn_file_actions_destroy(&act);
    return pid;
}

static int64_t time_true(void)
{
    static const char *const argv[] = {"/bin/true", NULL};
    int64_t from = clk_mono_us();
    pid_t pid = start(argv);
    if (waitpid(pid, NULL, 0) != pid)
        die("/bin/true");
    return clk_mono_us() - from;
}

static int64_t time_client(const char *client, const char *server, int listener, int64_t *ret_connected)
{
    static const char answer[] = "HTTP/1.1 503 Busy\r\n\r\n";
    const char *const argv[] = {client, "--server", server, "pre-push", NULL};
    char byte;
    int64_t from = clk_mono_us();
    pid_t pid = start(argv);
    int fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
    *ret_connected = clk_mono_us() - from;
    if (fd < 0 || recv(fd, &byte, 1, 0) != 1)
        die(client);
    int64_t took = clk_mono_us() - from;
    if (send(fd, answer, sizeof answer - 1, MSG_NOSIGNAL) < 0 && errno != EPIPE) /* it may be through by itself */
        die("send");
    if (waitpid(pid, NULL, 0) != pid)
        die(client);
    fd_closep(&fd);
    return took;
}

static int compare(const void *a, const void *b)
{
    const int64_t *x = a, *y = b;
    return (*x > *y) - (*x < *y);
}

static int64_t part(int64_t *at, int n, int percent)
{
    qsort(at, (size_t)n, sizeof *at, compare);
    return at[n * percent / 100];
}

/* Returns the ratio of the medians. */
static double measure(const char *client, const char *server, int listener, int rounds)
{
    static int64_t plain[MOST], ours[MOST], connected[MOST];
    for (int i = -WARM; i < rounds; i++) {
        int at = i < 0 ? 0 : i;
        plain[at] = time_true();
        ours[at] = time_client(client, server, listener, &connected[at]);
    }
    int64_t t = part(plain, rounds, 50), o = part(ours, rounds, 50);
    printf("{\"client\":\"%s\",\"rounds\":%d,\"true_us\":%lld,\"connected_us\":%lld,\"first_byte_us\":%lld,"
           "\"first_byte_p95_us\":%lld,\"ratio\":%.2f}\n",
           client, rounds, (long long)t, (long long)part(connected, rounds, 50), (long long)o,
           (long long)part(ours, rounds, 95), (double)o / (double)t);
    return (double)o / (double)t;
}

int main(int argc, char **argv)
{
    static const struct option options[] = {{"rounds", 1, NULL, 'n'}, {"most", 1, NULL, 'm'}, {NULL, 0, NULL, 0}};
    struct sockaddr_un at = {.sun_family = AF_UNIX};
    char dir[] = "/tmp/fettle-bench.XXXXXX", server[sizeof at.sun_path + 8];
    int rounds = ROUNDS, rc = 0, c;
    double most = 0;
    while ((c = getopt_long(argc, argv, "n:", options, NULL)) != -1) {
        if (c == 'n')
            rounds = (int)strtol(optarg, NULL, 10);
        else if (c == 'm')
            most = strtod(optarg, NULL);
        else
            return 2;
    }
    if (optind == argc || rounds < 1 || rounds > MOST || !mkdtemp(dir))
        return 2;
    snprintf(at.sun_path, sizeof at.sun_path, "%s/s", dir);
    snprintf(server, sizeof server, "unix:%s", at.sun_path);
    int listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (listener < 0 || bind(listener, (struct sockaddr *)&at, sizeof at) < 0 || listen(listener, 8) < 0)
        die(at.sun_path);
    for (int i = optind; i < argc; i++)
        if (measure(argv[i], server, listener, rounds) > most && most > 0)
            rc = 1;
    (void)unlink(at.sun_path);
    (void)rmdir(dir);
    return rc;
}
