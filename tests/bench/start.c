/* SPDX-License-Identifier: Apache-2.0 */
/* From the POST of a delivery to the first instruction of what it starts, which is bench_stamp.
 *     bench_start --socket PATH --port P --path /hook --secret FILE --payload FILE [--name TEXT]
 *                 (--latency N | --burst N | --chain N)
 * --latency: N deliveries one after the other, each when the step of the one before has begun. --burst: N deliveries at
 * once, each over a connection of its own; runs started per second. --chain: one delivery that starts N steps; the gaps
 * between their first instructions. One line of JSON. */
#include <arpa/inet.h>
#include <errno.h>
#include <getopt.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>
#include "base/clk.h"
#include "request.h"

enum { TIMEOUT_MS = 60000, BETWEEN_MS = 20, MOST = 10000 };

struct bench {
    int port, stamps;
    const char *socket, *path, *secret, *payload, *name;
    struct requests *requests;
    int64_t times[MOST];
};

static void die(const char *what)
{
    fprintf(stderr, "bench_start: %s: %s\n", what, strerror(errno));
    exit(1);
}

static int open_stamps(const char *path)
{
    struct sockaddr_un at = {.sun_family = AF_UNIX};
    snprintf(at.sun_path, sizeof at.sun_path, "%s", path);
    (void)unlink(path);
    int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (fd < 0 || bind(fd, (struct sockaddr *)&at, sizeof at) < 0)
        die(path);
    return fd;
}

static int64_t next_stamp(struct bench *b)
{
    int64_t at = 0;
    struct pollfd p = {.fd = b->stamps, .events = POLLIN};
    if (poll(&p, 1, TIMEOUT_MS) <= 0) {
        errno = ETIMEDOUT;
        die("no step began");
    }
    if (recv(b->stamps, &at, sizeof at, 0) != sizeof at)
        die("stamp");
    return at;
}

static int connect_server(const struct bench *b)
{
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons((uint16_t)b->port)};
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0 || connect(fd, (struct sockaddr *)&to, sizeof to) < 0)
        die("connect");
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &(int){1}, sizeof(int));
    return fd;
}

static void post(struct bench *b, int fd, struct buf *room)
{
    buf_clear(room);
    request_write(b->requests, "", room);
    for (size_t sent = 0; sent < room->n;) {
        ssize_t n = send(fd, room->p + sent, room->n - sent, MSG_NOSIGNAL);
        if (n <= 0)
            die("send");
        sent += (size_t)n;
    }
}

static void take_answer(int fd)
{
    char text[4096];
    ssize_t n = recv(fd, text, sizeof text, 0);
    if (n < 12 || memcmp(text + 9, "20", 2) != 0) {
        fprintf(stderr, "bench_start: refused: %.*s\n", n > 0 ? (int)n : 0, text);
        exit(1);
    }
}

static int by_size(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

static void tell(struct bench *b, const char *what, int n)
{
    qsort(b->times, (size_t)n, sizeof *b->times, by_size);
    printf("{\"name\":\"%s\",\"what\":\"%s\",\"n\":%d,\"p50_ms\":%.3f,\"p99_ms\":%.3f,\"max_ms\":%.3f}\n",
           b->name, what, n, (double)b->times[n / 2] / 1e3, (double)b->times[n * 99 / 100] / 1e3,
           (double)b->times[n - 1] / 1e3);
}

static void latency(struct bench *b, int n)
{
    AUTO(buf_free) struct buf room = {0};
    int fd = connect_server(b);
    for (int i = 0; i < n; i++) {
        int64_t from = clk_mono_us();
        post(b, fd, &room);
        b->times[i] = next_stamp(b) - from;
        take_answer(fd);
        clk_sleep_ms(BETWEEN_MS);
    }
    close(fd);
    tell(b, "post to first instruction", n);
}

static void burst(struct bench *b, int n)
{
    AUTO(buf_free) struct buf room = {0};
    int *fds = mem_new((size_t)n * sizeof *fds);
    for (int i = 0; i < n; i++)
        fds[i] = connect_server(b);
    int64_t from = clk_mono_us(), last = from;
    for (int i = 0; i < n; i++)
        post(b, fds[i], &room);
    for (int i = 0; i < n; i++) {
        int64_t at = next_stamp(b);
        last = at > last ? at : last;
    }
    for (int i = 0; i < n; i++) {
        take_answer(fds[i]);
        close(fds[i]);
    }
    mem_free(fds);
    printf("{\"name\":\"%s\",\"what\":\"burst\",\"n\":%d,\"per_s\":%.1f}\n", b->name, n,
           n * 1e6 / (double)(last - from));
}

static void chain(struct bench *b, int n)
{
    AUTO(buf_free) struct buf room = {0};
    int fd = connect_server(b);
    post(b, fd, &room);
    for (int i = 0; i < n; i++)
        b->times[i] = next_stamp(b);
    take_answer(fd);
    close(fd);
    qsort(b->times, (size_t)n, sizeof *b->times, by_size);
    for (int i = 0; i + 1 < n; i++)
        b->times[i] = b->times[i + 1] - b->times[i];
    printf("{\"name\":\"%s\",\"what\":\"gaps\",\"us\":[", b->name);
    for (int i = 0; i + 1 < n; i++)
        printf("%s%lld", i ? "," : "", (long long)b->times[i]);
    printf("]}\n");
}

static int number(const char *text, int most)
{
    int64_t v;
    if (!sv_int(sv_of(text), &v) || v < 1 || v > most) {
        fprintf(stderr, "bench_start: %s is not a number from 1 to %d\n", text, most);
        exit(2);
    }
    return (int)v;
}

int main(int argc, char **argv)
{
    static const struct option known[] = {
        {"socket", 1, NULL, 's'},  {"port", 1, NULL, 'p'},  {"path", 1, NULL, 'u'},  {"secret", 1, NULL, 'k'},
        {"payload", 1, NULL, 'b'}, {"name", 1, NULL, 'n'},  {"latency", 1, NULL, 'L'}, {"burst", 1, NULL, 'B'},
        {"chain", 1, NULL, 'C'},   {NULL, 0, NULL, 0}};
    static struct bench b = {.name = "server"};
    struct err e = {0};
    int mode = 0, n = 0;
    for (int o; (o = getopt_long(argc, argv, "", known, NULL)) != -1;) {
        switch (o) {
        case 's': b.socket = optarg; break;
        case 'p': b.port = number(optarg, 65535); break;
        case 'u': b.path = optarg; break;
        case 'k': b.secret = optarg; break;
        case 'b': b.payload = optarg; break;
        case 'n': b.name = optarg; break;
        case 'L':
        case 'B':
        case 'C':
            mode = o;
            n = number(optarg, MOST);
            break;
        default: return 2;
        }
    }
    if (!b.socket || !b.port || !b.path || !b.secret || !b.payload || !mode) {
        fprintf(stderr, "bench_start: see the head of start.c for the options\n");
        return 2;
    }
    if (requests_new(b.payload, b.secret, b.path, &b.requests, &e) < 0) {
        fprintf(stderr, "bench_start: %s\n", e.msg);
        return 2;
    }
    b.stamps = open_stamps(b.socket);
    if (mode == 'L')
        latency(&b, n);
    else if (mode == 'B')
        burst(&b, n);
    else
        chain(&b, n);
    (void)unlink(b.socket);
    requests_free(&b.requests);
    return 0;
}
