/* SPDX-License-Identifier: Apache-2.0 */
/* How long the API takes to answer what only looks, over a kept connection, against the same rows read in this process
 * from the same file, and against /healthz: question by question in turn. A line of JSON each.
 *     bench_reads --port P --store FILE [-n ROUNDS] [--overviews ROUNDS]
 *     bench_reads --port P --store FILE --poll SECONDS [-c READERS] [-p PAUSE_MS]     readers that ask for lists */
#include <arpa/inet.h>
#include <getopt.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>
#include "base/clk.h"
#include "base/file.h"
#include "fmt/json.h"
#include "port/store.h"

enum { QUESTIONS_MOST = 64, PAGE = 50 };

struct reads;
struct question;
typedef int bare_fn(struct reads *r, const struct question *q, struct err *e);

struct question {
    const char *name;
    char path[200];
    bare_fn *bare; /* NULL = none */
    enum listing what;
    struct list_filter filter;
    int64_t id;                /* of a run, or the place in a list */
    int64_t *took, *bare_took; /* µs */
    int n, n_bare;
    size_t bytes;
};

struct reads {
    int port, fd, rounds, overviews, poll_s, readers, pause_ms;
    const char *path;
    struct reader *reader;
    struct question all[QUESTIONS_MOST];
    int n;
    int64_t run, middle, delivery_middle, seq;
    char run_text[ID_TEXT], middle_text[ID_TEXT];
    struct buf in;
};

static void fail(const char *what)
{
    fprintf(stderr, "bench_reads: %s\n", what);
    exit(1);
}

/* ---- the server ---- */

static int open_connection(int port)
{
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &(int){1}, sizeof(int));
    if (fd < 0 || connect(fd, (struct sockaddr *)&to, sizeof to) < 0)
        fail("the server does not listen");
    return fd;
}

static int64_t length_of(struct sv head)
{
    struct sv line;
    int64_t n = -1;
    while (sv_next(&head, '\n', &line))
        if (sv_istarts(line, SV("content-length:")) && !sv_int(sv_trim(sv_from(line, 15)), &n))
            return -1;
    return n;
}

/* The status; the body's length in *ret_bytes. */
static int ask(int fd, const char *path, struct buf *in, size_t *ret_bytes)
{
    char out[320];
    int n = snprintf(out, sizeof out, "GET %s HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n", path);
    if (send(fd, out, (size_t)n, MSG_NOSIGNAL) != n)
        fail("the connection broke");
    buf_clear(in);
    for (ptrdiff_t head = -1;;) {
        buf_reserve(in, 65536);
        ssize_t got = recv(fd, in->p + in->n, 65535, 0);
        if (got <= 0)
            fail("the connection ended");
        in->n += (size_t)got;
        in->p[in->n] = 0;
        if (head < 0 && (head = sv_find(buf_view(in), SV("\r\n\r\n"))) < 0)
            continue;
        int64_t length = length_of(sv_cut(buf_view(in), (size_t)head));
        if (length < 0)
            fail("an answer without a length");
        *ret_bytes = (size_t)length;
        if (in->n >= (size_t)head + 4 + (size_t)length)
            return atoi(in->p + 9);
    }
}

/* ---- the same in this process ---- */

static void drop_row(void *ctx, struct sv json)
{
    *(size_t *)ctx += json.n;
}

static int bare_page(struct reads *r, const struct question *q, struct err *e)
{
    size_t bytes = 0;
    struct list_page at = {.before = q->id, .limit = PAGE};
    return read_page(r->reader, q->what, &q->filter, &at, drop_row, &bytes, e);
}

static int bare_journal(struct reads *r, const struct question *q, struct err *e)
{
    size_t bytes = 0;
    char run[24];
    snprintf(run, sizeof run, "%lld", (long long)r->run);
    return read_list(r->reader, LIST_JOURNAL, q->id ? NULL : run, q->id < 0 ? 0 : q->id, PAGE + 1, drop_row, &bytes, e);
}

static int bare_run(struct reads *r, const struct question *q, struct err *e)
{
    AUTO(buf_free) struct buf text = {0};
    return read_run_json(r->reader, q->id, &text, e);
}

static void drop_history(void *ctx, const struct history_row *row)
{
    *(int64_t *)ctx += row->success;
}

/* id: seconds back. */
static int bare_history(struct reads *r, const struct question *q, struct err *e)
{
    int64_t sum = 0, now = clk_wall_ms() / 1000;
    enum history_grain grain = q->id > 6 * 3600 ? HISTORY_QUARTER : HISTORY_MINUTE;
    return read_history(r->reader, grain, now - q->id, now, drop_history, &sum, e);
}

/* ---- the questions ---- */

static struct question *add(struct reads *r, const char *name, const char *path, bare_fn *bare)
{
    if (r->n == QUESTIONS_MOST)
        fail("too many questions");
    struct question *q = &r->all[r->n++];
    *q = (struct question){.name = name, .bare = bare};
    snprintf(q->path, sizeof q->path, "/api/v1/%s", path);
    return q;
}

static struct question *add_page(struct reads *r, const char *name, enum listing what, const char *path)
{
    struct question *q = add(r, name, path, bare_page);
    q->what = what;
    return q;
}

static void add_runs(struct reads *r)
{
    char path[128];
    add_page(r, "runs", LIST_RUNS, "runs");
    snprintf(path, sizeof path, "runs?before=%s", r->middle_text);
    add_page(r, "runs, deep", LIST_RUNS, path)->id = r->middle;
    add_page(r, "runs of a workflow", LIST_RUNS, "runs?workflow=w3")->filter.workflow = "w3";
    add_page(r, "runs of a repository", LIST_RUNS, "runs?repository=github:acme/r7")->filter.repository =
        "github:acme/r7";
    add_page(r, "runs that failed", LIST_RUNS, "runs?state=failure")->filter.state = "failure";
    add_page(r, "open runs", LIST_RUNS, "runs?state=running")->filter.state = "running";
    add_page(r, "runs of a branch", LIST_RUNS, "runs?ref=topic-77")->filter.ref = "refs/heads/topic-77";
    struct question *q = add_page(r, "all filters", LIST_RUNS,
                                  "runs?workflow=w3&repository=github:acme/r7&state=failure&event=push&ref=main");
    q->filter = (struct list_filter){.workflow = "w3",
                                     .repository = "github:acme/r7",
                                     .state = "failure",
                                     .event = "push",
                                     .ref = "refs/heads/main"};
    add_page(r, "rare ends of a workflow", LIST_RUNS, "runs?workflow=w3&state=timed_out")->filter =
        (struct list_filter){.workflow = "w3", .state = "timed_out"};
    add_page(r, "an event nobody sent", LIST_RUNS, "runs?event=none")->filter.event = "none";
    add_page(r, "a commit nobody has", LIST_RUNS, "runs?sha=0123456789012345678901234567890123456789")->filter.sha =
        "0123456789012345678901234567890123456789";
}

static void add_others(struct reads *r)
{
    char path[128];
    add_page(r, "deliveries", LIST_DELIVERIES, "deliveries");
    add_page(r, "ignored deliveries", LIST_DELIVERIES, "deliveries?state=ignored")->filter.state = "ignored";
    add_page(r, "suspect deliveries", LIST_DELIVERIES, "deliveries?state=suspect")->filter.state = "suspect";
    add_page(r, "deliveries of no forge", LIST_DELIVERIES, "deliveries?forge=none")->filter.forge = "none";
    add_page(r, "effects", LIST_EFFECTS, "effects");
    add_page(r, "dead effects", LIST_EFFECTS, "effects?state=dead")->filter.state = "dead";
    add_page(r, "issues", LIST_EFFECTS, "effects?kind=issue")->filter.kind = "issue";
    add_page(r, "effects of a repository", LIST_EFFECTS, "effects?repository=github:acme/r7")->filter =
        (struct list_filter){.forge = "github", .repo = "acme/r7"};
    add_page(r, "recoveries", LIST_RECOVERIES, "recoveries");
    add_page(r, "recoveries that failed", LIST_RECOVERIES, "recoveries?state=failed")->filter.state = "failed";
    add(r, "journal, oldest", "journal", bare_journal)->id = -1;
    snprintf(path, sizeof path, "journal?after=%lld", (long long)r->seq);
    add(r, "journal, middle", path, bare_journal)->id = r->seq;
    snprintf(path, sizeof path, "runs/%s/journal", r->run_text);
    add(r, "journal of a run", path, bare_journal);
    snprintf(path, sizeof path, "runs/%s", r->run_text);
    add(r, "one run", path, bare_run)->id = r->run;
    snprintf(path, sizeof path, "runs/%s/graph.svg", r->run_text);
    add(r, "its graph", path, NULL);
    add(r, "flaky tests", "flaky", NULL);
    add(r, "errors", "errors", NULL);
    add(r, "errors of 30 d", "errors?range=30d", NULL);
    add(r, "stats", "stats", NULL);
    snprintf(add(r, "healthz", "", NULL)->path, 16, "/healthz");
}

struct first {
    int64_t ids[PAGE];
    int n;
};

static void take_id(void *ctx, struct sv json)
{
    struct first *f = ctx;
    AUTO(jdoc_free) struct jdoc *doc = NULL;
    struct err e;
    if (f->n < PAGE && jdoc_parse(json, NULL, &doc, &e) == 0 &&
        id_parse(jval_str(jval_get(jdoc_root(doc), "id")), &f->ids[f->n]))
        f->n++;
}

static void find_places(struct reads *r)
{
    struct err e = {0};
    struct first new = {0}, old = {0};
    if (reader_open(r->path, &r->reader, &e) < 0 ||
        read_list(r->reader, LIST_RUNS, NULL, 0, PAGE, take_id, &new, &e) < 0 || !new.n)
        fail(e.msg[0] ? e.msg : "there are no runs");
    r->run = new.ids[new.n / 2];
    /* Two weeks before. */
    int64_t before = id_next(&(struct id_gen){0}, clk_wall_ms() - 14 * (msec_t)24 * 3600 * 1000, 0);
    if (read_list(r->reader, LIST_RUNS, NULL, before, PAGE, take_id, &old, &e) < 0)
        fail(e.msg);
    r->middle = old.n ? old.ids[0] : r->run;
    size_t bytes = 0;
    for (r->seq = 1 << 24; r->seq > 1 && !bytes; r->seq /= 2)
        if (read_list(r->reader, LIST_JOURNAL, NULL, r->seq, PAGE, drop_row, &bytes, &e) < 0)
            fail(e.msg);
    id_text(r->run, r->run_text);
    id_text(r->middle, r->middle_text);
}

/* ---- measuring ---- */

static int by_size(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

static double part_ms(int64_t *took, int n, double part)
{
    qsort(took, (size_t)n, sizeof *took, by_size);
    return n ? (double)took[(size_t)((n - 1) * part + 0.5)] / 1000 : 0;
}

/* False = the server has no such resource. */
static bool once(struct reads *r, struct question *q, bool counts)
{
    struct err e = {0};
    int64_t from = clk_mono_us();
    int status = ask(r->fd, q->path, &r->in, &q->bytes);
    if (counts)
        q->took[q->n++] = clk_mono_us() - from;
    if (status == 404)
        return false;
    if (status != 200) {
        fprintf(stderr, "bench_reads: %s is answered %d\n", q->path, status);
        exit(1);
    }
    from = clk_mono_us();
    if (q->bare && q->bare(r, q, &e) != 0)
        fail(e.msg);
    if (q->bare && counts)
        q->bare_took[q->n_bare++] = clk_mono_us() - from;
    return true;
}

static void measure(struct reads *r, int from, int rounds, int warm, int pause_ms)
{
    for (int i = from; i < r->n; i++) {
        r->all[i].took = mem_new((size_t)rounds * sizeof(int64_t));
        r->all[i].bare_took = mem_new((size_t)rounds * sizeof(int64_t));
    }
    for (int k = -warm; k < rounds; k++) {
        clk_sleep_ms(pause_ms);
        for (int i = from; i < r->n; i++)
            if (r->all[i].bytes != SIZE_MAX && !once(r, &r->all[i], k >= 0))
                r->all[i].bytes = SIZE_MAX;
    }
    for (int i = from; i < r->n; i++) {
        struct question *q = &r->all[i];
        if (q->bytes != SIZE_MAX)
            printf("{\"name\":\"%s\",\"n\":%d,\"bytes\":%zu,\"p50_ms\":%.3f,\"p99_ms\":%.3f,\"bare_p50_ms\":%.3f,"
                   "\"bare_p99_ms\":%.3f}\n",
                   q->name, q->n, q->bytes, part_ms(q->took, q->n, 0.5), part_ms(q->took, q->n, 0.99),
                   part_ms(q->bare_took, q->n_bare, 0.5), part_ms(q->bare_took, q->n_bare, 0.99));
        mem_free(q->took);
        mem_free(q->bare_took);
    }
}

/* Each is kept for a second, so all are asked once in a while longer than that: every answer is made anew. */
static void measure_overviews(struct reads *r)
{
    static const struct {
        const char *name, *path;
        int64_t seconds;
    } ranges[] = {{"overview of 1 h", "overview?range=1h", 3600},
                  {"overview of 6 h", "overview?range=6h", 6 * 3600},
                  {"overview of 24 h", "overview?range=24h", 24 * 3600},
                  {"overview of 7 d", "overview?range=7d", 7 * 24 * 3600},
                  {"overview of 30 d", "overview?range=30d", 30 * 24 * 3600}};
    int from = r->n;
    for (size_t i = 0; i < ARRAY_LEN(ranges); i++)
        add(r, ranges[i].name, ranges[i].path, bare_history)->id = ranges[i].seconds;
    measure(r, from, r->overviews, 1, 1050);
}

/* ---- readers ---- */

struct poller {
    struct reads *r;
    pthread_t thread;
    int no, asked;
};

static void *poll_lists(void *ctx)
{
    struct poller *p = ctx;
    static const char *const paths[] = {"runs",       "deliveries",         "effects",
                                        "recoveries", "runs?state=failure", "overview"};
    AUTO(buf_free) struct buf in = {0};
    AUTO(fd_closep) int fd = open_connection(p->r->port);
    msec_t end = clk_mono_ms() + p->r->poll_s * 1000;
    clk_sleep_ms(p->r->pause_ms * p->no / p->r->readers);
    for (size_t i = (size_t)p->no; clk_mono_ms() < end; i++) {
        char path[64];
        size_t bytes;
        snprintf(path, sizeof path, "/api/v1/%s", paths[i % ARRAY_LEN(paths)]);
        if (ask(fd, path, &in, &bytes) != 200)
            fail("a reader is refused");
        p->asked++;
        clk_sleep_ms(p->r->pause_ms);
    }
    return NULL;
}

static void poll_all(struct reads *r)
{
    struct poller *all = mem_new((size_t)r->readers * sizeof *all);
    int asked = 0;
    for (int i = 0; i < r->readers; i++) {
        all[i].r = r;
        all[i].no = i;
        if (pthread_create(&all[i].thread, NULL, poll_lists, &all[i]) != 0)
            fail("a thread could not be started");
    }
    for (int i = 0; i < r->readers; i++) {
        pthread_join(all[i].thread, NULL);
        asked += all[i].asked;
    }
    printf("{\"readers\":%d,\"answers\":%d}\n", r->readers, asked);
    mem_free(all);
}

static int number(const char *text)
{
    int64_t n;
    if (!sv_int(sv_of(text), &n) || n < 1 || n > 1000000)
        fail("a number from 1 to 1000000 is needed");
    return (int)n;
}

int main(int argc, char **argv)
{
    static const struct option known[] = {{"port", 1, NULL, 'P'},
                                          {"store", 1, NULL, 's'},
                                          {"overviews", 1, NULL, 'o'},
                                          {"poll", 1, NULL, 'l'},
                                          {NULL, 0, NULL, 0}};
    static struct reads r = {.rounds = 200, .overviews = 10, .readers = 20, .pause_ms = 500};
    for (int o; (o = getopt_long(argc, argv, "n:c:p:", known, NULL)) != -1;) {
        switch (o) {
        case 'P':
            r.port = number(optarg);
            break;
        case 's':
            r.path = optarg;
            break;
        case 'o':
            r.overviews = number(optarg);
            break;
        case 'l':
            r.poll_s = number(optarg);
            break;
        case 'n':
            r.rounds = number(optarg);
            break;
        case 'c':
            r.readers = number(optarg);
            break;
        case 'p':
            r.pause_ms = number(optarg);
            break;
        default:
            return 2;
        }
    }
    if (!r.port || !r.path)
        fail("--port and --store are needed");
    if (r.poll_s) {
        poll_all(&r);
        return 0;
    }
    find_places(&r);
    r.fd = open_connection(r.port);
    add_runs(&r);
    add_others(&r);
    measure(&r, 0, r.rounds, 3, 0);
    measure_overviews(&r);
    reader_close(&r.reader);
    buf_free(&r.in);
    close(r.fd);
    return 0;
}
