/* SPDX-License-Identifier: Apache-2.0 */
/* Closed-loop generator of signed deliveries: N connections, each with one request under way. One thread, epoll and
 * OpenSSL. Prints one line of JSON: rate, latencies, processor time and memory of the server, and how busy the
 * generator itself was (near 1 = the generator is the limit and the rate says little).
 *     bench_load --port P [--tls] [--fresh] [-c N] [-s SECONDS] [-w WARMUP_MS] [--idle] --path /hook --secret FILE
 *                --payload FILE [--pid PID]... [--name TEXT]
 * --fresh: a new connection, and with --tls a full handshake, for each request. --idle: opens N connections, sends one
 * delivery on each, and reports the server's memory before and after. */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>
#include "base/clk.h"
#include "base/vec.h"
#include "process.h"
#include "request.h"

enum { ROOM = 16 * 1024, AT_ONCE = 64, SAMPLES = 1 << 22, STALL_S = 10 };

enum state { CLOSED, CONNECT, HANDSHAKE, SEND, RECEIVE, RESTING };

struct conn {
    int fd;
    enum state state;
    uint32_t armed;
    SSL *ssl;
    int64_t from; /* µs: the connect of a new connection, else the first byte sent */
    struct buf out;
    size_t sent, got;
    char in[2048];
};

struct load {
    int port, connections, seconds_ms, warmup_ms;
    bool tls, fresh, idle;
    const char *path, *secret, *payload, *name;
    struct process_set processes;
    struct requests *requests;
    SSL_CTX *ctx;
    int epoll;
    struct conn *conns;
    bool counting, ending;
    uint32_t *took;
    size_t n, resting, opening, next_idle;
    int64_t errors, refused;
};

/* ---- one connection ---- */

static void start_request(struct load *l, struct conn *c);
static void go_on(struct load *l, struct conn *c);

static void arm(struct load *l, struct conn *c, uint32_t events)
{
    if (c->armed == events)
        return;
    struct epoll_event ev = {.events = events, .data.ptr = c};
    MUST(epoll_ctl(l->epoll, c->armed ? EPOLL_CTL_MOD : EPOLL_CTL_ADD, c->fd, &ev) == 0);
    c->armed = events;
}

static void close_conn(struct conn *c)
{
    if (c->ssl && c->state > HANDSHAKE)
        SSL_shutdown(c->ssl);
    ERR_clear_error();
    SSL_free(STEAL(c->ssl));
    fd_closep(&c->fd);
    c->armed = 0;
    c->state = CLOSED;
}

static void open_conn(struct load *l, struct conn *c)
{
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons((uint16_t)l->port)};
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    c->from = clk_mono_us();
    c->fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    MUST(c->fd >= 0);
    setsockopt(c->fd, IPPROTO_TCP, TCP_NODELAY, &(int){1}, sizeof(int));
    c->state = CONNECT;
    if (connect(c->fd, (struct sockaddr *)&to, sizeof to) < 0 && errno != EINPROGRESS) {
        l->errors++;
        close_conn(c);
        return;
    }
    arm(l, c, EPOLLOUT);
}

static void failed(struct load *l, struct conn *c)
{
    l->errors += l->counting;
    close_conn(c);
    if (!l->ending)
        open_conn(l, c);
}

static bool wants(struct load *l, struct conn *c, int rc)
{
    int why = SSL_get_error(c->ssl, rc);
    if (why != SSL_ERROR_WANT_READ && why != SSL_ERROR_WANT_WRITE)
        return false;
    arm(l, c, why == SSL_ERROR_WANT_READ ? EPOLLIN : EPOLLOUT);
    return true;
}

/* > 0 bytes, 0 = wait, -1 = broken */
static ssize_t send_some(struct load *l, struct conn *c)
{
    const char *p = c->out.p + c->sent;
    size_t n = c->out.n - c->sent;
    if (c->ssl) {
        int k = SSL_write(c->ssl, p, (int)n);
        return k > 0 ? k : wants(l, c, k) ? 0 : -1;
    }
    ssize_t k = send(c->fd, p, n, MSG_NOSIGNAL);
    if (k < 0 && errno == EAGAIN)
        arm(l, c, EPOLLOUT);
    return k < 0 && errno == EAGAIN ? 0 : k;
}

static ssize_t receive_some(struct load *l, struct conn *c)
{
    size_t n = sizeof c->in - 1 - c->got;
    if (c->ssl) {
        int k = SSL_read(c->ssl, c->in + c->got, (int)n);
        return k > 0 ? k : wants(l, c, k) ? 0 : -1;
    }
    ssize_t k = recv(c->fd, c->in + c->got, n, 0);
    if (k < 0 && errno == EAGAIN)
        arm(l, c, EPOLLIN);
    return k > 0 ? k : k < 0 && errno == EAGAIN ? 0 : -1;
}

/* Answers are small and come in one or two pieces: their end is looked for from the start each time. */
static bool is_whole(struct conn *c)
{
    struct sv in = sv_n(c->in, c->got), line;
    ptrdiff_t head = sv_find(in, SV("\r\n\r\n"));
    if (head < 0)
        return false;
    struct sv fields = sv_cut(in, (size_t)head), body = sv_from(in, (size_t)head + 4);
    while (sv_next(&fields, '\n', &line)) {
        int64_t length;
        if (sv_istarts(line, SV("content-length:")) && sv_int(sv_trim(sv_from(line, 15)), &length))
            return (int64_t)body.n >= length;
        if (sv_istarts(line, SV("transfer-encoding: chunked")))
            return sv_ends(body, SV("0\r\n\r\n"));
    }
    return true;
}

static void answered(struct load *l, struct conn *c)
{
    bool ok = c->got > 12 && memcmp(c->in + 9, "20", 2) == 0;
    if (l->counting && ok && l->n < SAMPLES)
        l->took[l->n++] = (uint32_t)(clk_mono_us() - c->from);
    l->refused += l->counting && !ok;
    if (l->idle) {
        c->state = RESTING;
        l->resting++;
        l->opening--;
    } else if (l->ending) {
        close_conn(c);
    } else if (l->fresh) {
        close_conn(c);
        open_conn(l, c);
    } else {
        start_request(l, c);
    }
}

static void start_request(struct load *l, struct conn *c)
{
    buf_clear(&c->out);
    request_write(l->requests, l->fresh ? "Connection: close\r\n" : "", &c->out);
    c->sent = c->got = 0;
    c->state = SEND;
    if (!l->fresh)
        c->from = clk_mono_us();
}

static bool connected(struct load *l, struct conn *c)
{
    int why = 0;
    socklen_t n = sizeof why;
    if (getsockopt(c->fd, SOL_SOCKET, SO_ERROR, &why, &n) < 0 || why)
        return false;
    if (!l->tls) {
        start_request(l, c);
        return true;
    }
    c->ssl = SSL_new(l->ctx);
    MUST(c->ssl && SSL_set_fd(c->ssl, c->fd));
    SSL_set_connect_state(c->ssl);
    c->state = HANDSHAKE;
    return true;
}

/* One move; false = nothing to do until the socket says so. */
static bool move(struct load *l, struct conn *c, bool *ret_broken)
{
    ssize_t n;
    switch (c->state) {
    case CONNECT:
        *ret_broken = !connected(l, c);
        return !*ret_broken;
    case HANDSHAKE:
        n = SSL_do_handshake(c->ssl);
        if (n == 1) {
            start_request(l, c);
            return true;
        }
        *ret_broken = !wants(l, c, (int)n);
        return false;
    case SEND:
        n = send_some(l, c);
        *ret_broken = n < 0;
        c->sent += n > 0 ? (size_t)n : 0;
        if (c->sent == c->out.n)
            c->state = RECEIVE;
        /* The answer is not there yet: asking for it would be one call in vain. */
        if (c->state == RECEIVE)
            arm(l, c, EPOLLIN);
        return false;
    case RECEIVE:
        n = receive_some(l, c);
        *ret_broken = n < 0 || c->got + (size_t)(n > 0 ? n : 0) >= sizeof c->in - 1;
        c->got += n > 0 ? (size_t)n : 0;
        if (*ret_broken || n == 0)
            return false;
        if (!is_whole(c))
            return true; /* a record may be waiting inside OpenSSL */
        answered(l, c);
        return c->state == SEND;
    case CLOSED:
    case RESTING:
        return false;
    }
    return false;
}

static void go_on(struct load *l, struct conn *c)
{
    bool broken = false;
    if (c->state == RESTING) {
        char byte; /* session tickets, or the end */
        int n = c->ssl ? SSL_read(c->ssl, &byte, 1) : (int)recv(c->fd, &byte, 1, 0);
        if (n == 0 || (c->ssl && SSL_get_error(c->ssl, n) != SSL_ERROR_WANT_READ)) {
            l->errors++;
            l->resting--;
            close_conn(c);
        }
        return;
    }
    ERR_clear_error();
    while (move(l, c, &broken))
        ;
    if (broken)
        failed(l, c);
}

/* ---- the loop ---- */

static int64_t turn(struct load *l, int ms)
{
    struct epoll_event events[256];
    int n = epoll_wait(l->epoll, events, (int)ARRAY_LEN(events), ms);
    for (int i = 0; i < n; i++)
        go_on(l, events[i].data.ptr);
    return n;
}

static void run_until(struct load *l, int64_t end_us)
{
    for (int64_t now; (now = clk_mono_us()) < end_us;)
        turn(l, (int)((end_us - now) / 1000) + 1);
}

static int by_size(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return (x > y) - (x < y);
}

static double took_ms(const struct load *l, double part)
{
    return l->n ? l->took[(size_t)((double)(l->n - 1) * part)] / 1000.0 : 0;
}

static int64_t own_cpu_us(void)
{
    struct rusage u;
    getrusage(RUSAGE_SELF, &u);
    return (int64_t)(u.ru_utime.tv_sec + u.ru_stime.tv_sec) * 1000000 + u.ru_utime.tv_usec + u.ru_stime.tv_usec;
}

static int run_load(struct load *l)
{
    for (int i = 0; i < l->connections; i++)
        open_conn(l, &l->conns[i]);
    run_until(l, clk_mono_us() + l->warmup_ms * 1000LL);
    int64_t own = own_cpu_us(), server = process_cpu_us(&l->processes), from = clk_mono_us();
    l->counting = true;
    run_until(l, from + l->seconds_ms * 1000LL);
    l->counting = false;
    int64_t took = clk_mono_us() - from;
    own = own_cpu_us() - own;
    server = process_cpu_us(&l->processes) - server;
    int64_t rss = process_rss_kb(&l->processes);
    l->ending = true;
    run_until(l, clk_mono_us() + 100000); /* what is under way gets its answer */
    qsort(l->took, l->n, sizeof *l->took, by_size);
    printf("{\"name\":\"%s\",\"tls\":%s,\"fresh\":%s,\"connections\":%d,\"rps\":%.1f,\"p50_ms\":%.3f,\"p99_ms\":%.3f,"
           "\"p999_ms\":%.3f,\"cpu_us\":%.1f,\"busy\":%.2f,\"rss_kb\":%lld,\"errors\":%lld,\"refused\":%lld,"
           "\"generator\":%.2f}\n",
           l->name, l->tls ? "true" : "false", l->fresh ? "true" : "false", l->connections,
           (double)l->n * 1e6 / (double)took, took_ms(l, 0.5), took_ms(l, 0.99), took_ms(l, 0.999),
           l->n ? (double)server / (double)l->n : 0, (double)server / (double)took, (long long)rss,
           (long long)l->errors, (long long)l->refused, (double)own / (double)took);
    return l->n > 0 && l->refused == 0 ? 0 : 1;
}

static int run_idle(struct load *l)
{
    int64_t before = process_rss_kb(&l->processes), last = clk_mono_us();
    size_t known = 0;
    while (l->resting < (size_t)l->connections && clk_mono_us() - last < STALL_S * 1000000LL) {
        while (l->next_idle < (size_t)l->connections && l->opening < AT_ONCE) {
            open_conn(l, &l->conns[l->next_idle++]);
            l->opening++;
        }
        turn(l, 100);
        if (l->resting != known)
            last = clk_mono_us();
        known = l->resting;
    }
    run_until(l, clk_mono_us() + l->seconds_ms * 1000LL);
    int64_t after = process_rss_kb(&l->processes);
    printf("{\"name\":\"%s\",\"tls\":%s,\"idle\":%zu,\"wanted\":%d,\"rss_before_kb\":%lld,\"rss_after_kb\":%lld,"
           "\"kib_each\":%.2f,\"errors\":%lld}\n",
           l->name, l->tls ? "true" : "false", l->resting, l->connections, (long long)before, (long long)after,
           l->resting ? (double)(after - before) / (double)l->resting : 0, (long long)l->errors);
    return l->resting == (size_t)l->connections ? 0 : 1;
}

/* ---- set-up ---- */

static int number(const char *text, int least, int most)
{
    int64_t v;
    if (!sv_int(sv_of(text), &v) || v < least || v > most) {
        fprintf(stderr, "bench_load: %s is not a number from %d to %d\n", text, least, most);
        exit(2);
    }
    return (int)v;
}

static void options(struct load *l, int argc, char **argv)
{
    static const struct option known[] = {
        {"port", 1, NULL, 'p'},   {"tls", 0, NULL, 't'},    {"fresh", 0, NULL, 'f'}, {"idle", 0, NULL, 'i'},
        {"path", 1, NULL, 'u'},   {"secret", 1, NULL, 'k'}, {"pid", 1, NULL, 'P'},   {"name", 1, NULL, 'n'},
        {"payload", 1, NULL, 'b'}, {NULL, 0, NULL, 0}};
    for (int o; (o = getopt_long(argc, argv, "c:s:w:", known, NULL)) != -1;) {
        switch (o) {
        case 'p': l->port = number(optarg, 1, 65535); break;
        case 't': l->tls = true; break;
        case 'f': l->fresh = true; break;
        case 'i': l->idle = true; break;
        case 'u': l->path = optarg; break;
        case 'k': l->secret = optarg; break;
        case 'n': l->name = optarg; break;
        case 'b': l->payload = optarg; break;
        case 'P': process_add(&l->processes, number(optarg, 1, INT32_MAX)); break;
        case 'c': l->connections = number(optarg, 1, 20000); break;
        case 's': l->seconds_ms = number(optarg, 1, 600) * 1000; break;
        case 'w': l->warmup_ms = number(optarg, 0, 60000); break;
        default: exit(2);
        }
    }
    if (!l->port || !l->path || !l->secret || !l->payload) {
        fprintf(stderr, "usage: bench_load --port P --path /hook --secret FILE --payload FILE [-c N] [-s SECONDS] "
                        "[-w WARMUP_MS] [--tls] [--fresh] [--idle] [--pid PID]... [--name TEXT]\n");
        exit(2);
    }
}

int main(int argc, char **argv)
{
    static struct load l = {.connections = 1, .seconds_ms = 1000, .warmup_ms = 300, .name = "server"};
    struct err e = {0};
    options(&l, argc, argv);
    if (requests_new(l.payload, l.secret, l.path, &l.requests, &e) < 0) {
        fprintf(stderr, "bench_load: %s\n", e.msg);
        return 2;
    }
    l.ctx = SSL_CTX_new(TLS_client_method());
    MUST(l.ctx && SSL_CTX_set1_groups_list(l.ctx, "X25519:P-256:P-384"));
    SSL_CTX_set_session_cache_mode(l.ctx, SSL_SESS_CACHE_OFF);
    if (l.idle)
        SSL_CTX_set_mode(l.ctx, SSL_MODE_RELEASE_BUFFERS);
    l.epoll = epoll_create1(EPOLL_CLOEXEC);
    MUST(l.epoll >= 0);
    l.conns = mem_new((size_t)l.connections * sizeof *l.conns);
    for (int i = 0; i < l.connections; i++)
        l.conns[i].fd = -1;
    l.took = mem_new(SAMPLES * sizeof *l.took);
    struct rlimit files;
    if (getrlimit(RLIMIT_NOFILE, &files) == 0) {
        files.rlim_cur = files.rlim_max;
        setrlimit(RLIMIT_NOFILE, &files);
    }
    int rc = l.idle ? run_idle(&l) : run_load(&l);
    for (int i = 0; i < l.connections; i++) {
        close_conn(&l.conns[i]);
        buf_free(&l.conns[i].out);
    }
    mem_free(l.conns);
    mem_free(l.took);
    SSL_CTX_free(l.ctx);
    requests_free(&l.requests);
    VEC_FREE(&l.processes.pids);
    return rc;
}
