/* SPDX-License-Identifier: Apache-2.0 */
/* So many who follow GET /api/v1/stream at once, and a trickle of wishes that each leave a row in the journal. One
 * thread, epoll. Prints one line of JSON: what they heard, whether all heard the same without a hole, and the processor
 * time of the server meanwhile.
 *     bench_viewers --port P --pid P [-n VIEWERS] [-s SECONDS] [--posts A_SECOND] */
#include <arpa/inet.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>
#include "base/clk.h"
#include "base/file.h"
#include "base/str.h"

enum { ROOM = 256 * 1024, AT_ONCE = 64, START_S = 20, REST_MS = 600 };

struct viewer {
    int fd;
    char line[64]; /* the begin of the last one, if it is not whole */
    size_t n;
    bool hello, ended;
    int64_t last, events, holes, resets;
};

struct all {
    int port, pid, n, seconds, posts, epoll;
    struct viewer *viewers;
    int poster;
    int64_t posted;
    char *room;
};

static int dial(int port)
{
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0 || connect(fd, (struct sockaddr *)&to, sizeof to) < 0) {
        fprintf(stderr, "port %d: %s\n", port, strerror(errno));
        exit(1);
    }
    return fd;
}

static void say(int fd, const char *text)
{
    MUST(send(fd, text, strlen(text), MSG_NOSIGNAL) == (ssize_t)strlen(text));
}

/* Nanoseconds that the threads of the server have run: its ticks are too coarse for a few hundredths. proc(5) */
static int64_t cpu_ns(int pid)
{
    char path[300], text[128];
    int64_t sum = 0;
    snprintf(path, sizeof path, "/proc/%d/task", pid);
    DIR *d = opendir(path);
    for (struct dirent *e; d && (e = readdir(d));) {
        snprintf(path, sizeof path, "/proc/%d/task/%s/schedstat", pid, e->d_name);
        AUTO(fd_closep) int fd = e->d_name[0] == '.' ? -1 : open(path, O_RDONLY | O_CLOEXEC);
        ssize_t n = fd < 0 ? -1 : read(fd, text, sizeof text - 1);
        if (n > 0) {
            text[n] = 0;
            sum += strtoll(text, NULL, 10);
        }
    }
    if (d)
        closedir(d);
    return sum;
}

/* Only ids and names of events are looked at; their lines are short. */
static void on_line(struct viewer *v, struct sv line)
{
    int64_t id;
    if (sv_starts(line, SV("id: ")) && sv_int(sv_from(line, 4), &id)) {
        v->holes += v->last >= 0 && id != v->last + 1 && id != v->last;
        v->last = id;
    } else if (sv_is(line, "event: journal")) {
        v->events++;
    } else if (sv_is(line, "event: reset")) {
        v->resets++;
    } else if (sv_is(line, "event: hello")) {
        v->hello = true;
    }
}

static void on_readable(struct all *a, struct viewer *v)
{
    ssize_t n = recv(v->fd, a->room, ROOM, MSG_DONTWAIT);
    if (n <= 0 && errno == EAGAIN && n < 0)
        return;
    if (n <= 0) {
        v->ended = true;
        epoll_ctl(a->epoll, EPOLL_CTL_DEL, v->fd, NULL);
        return;
    }
    struct sv rest = sv_n(a->room, (size_t)n);
    for (ptrdiff_t eol; rest.n; rest = sv_from(rest, (size_t)eol + 1)) {
        eol = sv_chr(rest, '\n');
        struct sv part = sv_cut(rest, eol < 0 ? rest.n : (size_t)eol);
        size_t room = sizeof v->line - v->n, k = part.n < room ? part.n : room;
        if (v->n == 0 && eol >= 0) {
            on_line(v, part);
            continue;
        }
        memcpy(v->line + v->n, part.p, k);
        v->n += k;
        if (eol < 0)
            return;
        on_line(v, sv_n(v->line, v->n));
        v->n = 0;
    }
}

static void turn(struct all *a, msec_t ms)
{
    struct epoll_event ev[AT_ONCE];
    int n = epoll_wait(a->epoll, ev, AT_ONCE, (int)ms);
    for (int i = 0; i < n; i++)
        on_readable(a, ev[i].data.ptr);
}

static bool all_in(const struct all *a)
{
    for (int i = 0; i < a->n; i++)
        if (!a->viewers[i].hello)
            return false;
    return true;
}

static void come(struct all *a)
{
    for (int i = 0; i < a->n; i++) {
        struct viewer *v = &a->viewers[i];
        struct epoll_event ev = {.events = EPOLLIN, .data.ptr = v};
        *v = (struct viewer){.fd = dial(a->port), .last = -1};
        say(v->fd, "GET /api/v1/stream HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n");
        MUST(epoll_ctl(a->epoll, EPOLL_CTL_ADD, v->fd, &ev) == 0);
    }
    msec_t end = clk_mono_ms() + START_S * 1000;
    while (!all_in(a) && clk_mono_ms() < end)
        turn(a, 10);
    if (!all_in(a)) {
        fprintf(stderr, "not all %d viewers are let in\n", a->n);
        exit(1);
    }
}

static void post(struct all *a)
{
    char answer[4096];
    say(a->poster, "POST /api/v1/queue/resume HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 0\r\n\r\n");
    if (recv(a->poster, answer, sizeof answer, 0) <= 0)
        exit(1);
    a->posted++;
}

static void follow(struct all *a, msec_t ms)
{
    msec_t from = clk_mono_ms();
    for (msec_t now = from; now < from + ms; now = clk_mono_ms()) {
        if (a->posts && a->posted * 1000 / a->posts <= now - from)
            post(a);
        turn(a, 5);
    }
}

static void tell(const struct all *a, int64_t cpu, msec_t ms)
{
    int64_t events = 0, holes = 0, resets = 0, ended = 0, least = INT64_MAX;
    for (int i = 0; i < a->n; i++) {
        const struct viewer *v = &a->viewers[i];
        events += v->events;
        holes += v->resets ? 0 : v->holes;
        resets += v->resets;
        ended += v->ended;
        least = v->events < least ? v->events : least;
    }
    printf(
        "{\"viewers\":%d,\"posted\":%lld,\"events\":%lld,\"least\":%lld,\"holes\":%lld,\"resets\":%lld,\"ended\":%lld,"
        "\"cpu_share\":%.5f}\n",
        a->n, (long long)a->posted, (long long)events, (long long)(a->n ? least : 0), (long long)holes,
        (long long)resets, (long long)ended, (double)cpu / 1e6 / (double)ms);
}

static struct all options(int argc, char **argv)
{
    static const struct option names[] = {{"port", required_argument, NULL, 'p'},
                                          {"pid", required_argument, NULL, 'P'},
                                          {"posts", required_argument, NULL, 'o'},
                                          {NULL, 0, NULL, 0}};
    struct all a = {.seconds = 3};
    for (int o; (o = getopt_long(argc, argv, "n:s:", names, NULL)) != -1;) {
        int *const to = o == 'p' ? &a.port : o == 'P' ? &a.pid : o == 'o' ? &a.posts : o == 'n' ? &a.n : &a.seconds;
        if (o == '?')
            exit(2);
        *to = (int)strtol(optarg, NULL, 10);
    }
    if (!a.port || !a.pid)
        exit(2);
    return a;
}

int main(int argc, char **argv)
{
    struct all a = options(argc, argv);
    a.epoll = epoll_create1(EPOLL_CLOEXEC);
    a.room = mem_new(ROOM);
    a.viewers = mem_new(((size_t)a.n + 1) * sizeof *a.viewers);
    a.poster = dial(a.port);
    come(&a);
    follow(&(struct all){.epoll = a.epoll, .room = a.room}, REST_MS); /* what their coming cost is over */
    int64_t cpu = cpu_ns(a.pid);
    msec_t from = clk_mono_ms();
    follow(&a, a.seconds * 1000);
    cpu = cpu_ns(a.pid) - cpu;
    msec_t took = clk_mono_ms() - from;
    follow(&(struct all){.epoll = a.epoll, .room = a.room}, REST_MS); /* what is under way */
    tell(&a, cpu, took);
    return 0;
}
