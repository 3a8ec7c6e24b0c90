/* SPDX-License-Identifier: Apache-2.0 */
/* killpoint torture|open DIR FETTLE PORT LAB_PORT POINTS SEED LOAD, called by the script beside it.
 *   torture  kills the server POINTS times under load, then joins what was accepted, done and told
 *   open     LOAD deliveries become open jobs; then POINTS kills and restarts, each timed from exec to "ready" */
#include "e2e/killpoint.h"
#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>
#include "base/file.h"

enum { LONGEST_MS = 400, EARLY_ONE_IN = 8, EARLY_MS = 80, LOST_ONE_IN = 12, READY_S = 60, QUIET_S = 300, END_S = 30 };

struct server {
    const struct rig *r;
    pid_t pid; /* 0: not there */
    int log;   /* its stderr */
    off_t read;
    int64_t *took_us; /* of each start that was waited for */
    int n_took, early;
};

static struct tail { /* of the ledger */
    int fd;
    struct buf rest;
    int successes;
} ledger = {.fd = -1};

/* Statuses that say success, two of every delivery: its runs are over and the forge knows. */
static void follow_ledger(struct rig *r)
{
    char piece[65536];
    struct sv line, text;
    if (ledger.fd < 0) {
        AUTO(buf_free) struct buf path = {0};
        buf_fmt(&path, "%s/ledger.jsonl", r->dir);
        ledger.fd = open(path.p, O_RDONLY | O_CLOEXEC);
        MUST(ledger.fd >= 0);
    }
    for (ssize_t n; (n = read(ledger.fd, piece, sizeof piece)) > 0;)
        buf_add(&ledger.rest, piece, (size_t)n);
    text = buf_view(&ledger.rest);
    ptrdiff_t whole = sv_rchr(text, '\n');
    if (whole < 0)
        return;
    struct sv lines = sv_cut(text, (size_t)whole);
    while (sv_next(&lines, '\n', &line))
        ledger.successes += sv_find(line, SV("\"state\":\"success\"")) >= 0;
    size_t left = text.n - (size_t)whole - 1;
    memmove(ledger.rest.p, ledger.rest.p + whole + 1, left);
    ledger.rest.n = left;
    r->finished = ledger.successes / 2;
}

/* ---- the server ---- */

static pid_t running; /* the server's; ended with us */

static void server_spawn(struct server *s)
{
    AUTO(buf_free) struct buf conf = {0};
    buf_fmt(&conf, "%s/fettle.yaml", s->r->dir);
    char *argv[] = {(char *)s->r->fettle, (char *)"serve", (char *)"-c", conf.p, NULL};
    posix_spawn_file_actions_t act;
    posix_spawn_file_actions_init(&act);
    posix_spawn_file_actions_addopen(&act, 0, "/dev/null", O_RDWR, 0);
    posix_spawn_file_actions_adddup2(&act, s->log, 1);
    posix_spawn_file_actions_adddup2(&act, s->log, 2);
    s->read = lseek(s->log, 0, SEEK_END);
    MUST(posix_spawn(&s->pid, s->r->fettle, &act, NULL, argv, environ) == 0);
    posix_spawn_file_actions_destroy(&act);
    running = s->pid;
}

static bool server_says(struct server *s, const char *words)
{
    AUTO(buf_free) struct buf text = {0};
    char piece[8192];
    off_t at = s->read;
    for (ssize_t n; (n = pread(s->log, piece, sizeof piece, at)) > 0; at += n)
        buf_add(&text, piece, (size_t)n);
    ptrdiff_t whole = sv_rchr(buf_view(&text), '\n');
    if (whole < 0)
        return false;
    bool said = sv_find(sv_cut(buf_view(&text), (size_t)whole), sv_of(words)) >= 0;
    if (!said)
        s->read += whole + 1;
    return said;
}

static void give_up(const struct rig *r, const char *why)
{
    if (running > 0)
        kill(running, SIGKILL);
    printf("MISS: %s; see %s/server.log\n0 passed, 1 failed\n", why, r->dir);
    exit(1);
}

/* Returns µs from before the exec until "ready" was in the log. */
static int64_t server_start(struct server *s)
{
    int64_t start = clk_mono_us();
    server_spawn(s);
    while (!server_says(s, " msg=ready ")) {
        if (waitpid(s->pid, NULL, WNOHANG) == s->pid) {
            running = 0;
            give_up(s->r, "the server ended by itself");
        }
        if (clk_mono_us() - start > (int64_t)READY_S * 1000000)
            give_up(s->r, "the server does not become ready");
        clk_sleep_ms(1);
    }
    return clk_mono_us() - start;
}

static void server_kill(struct server *s)
{
    int status;
    kill(s->pid, SIGKILL);
    MUST(waitpid(s->pid, &status, 0) == s->pid);
    if (!WIFSIGNALED(status) || WTERMSIG(status) != SIGKILL)
        give_up(s->r, "the server had ended by itself before it was killed");
    s->pid = running = 0;
}

static void server_end(struct server *s)
{
    int status = 0;
    kill(s->pid, SIGTERM);
    for (int i = 0; i < END_S * 100; i++) {
        if (waitpid(s->pid, &status, WNOHANG) == s->pid) {
            s->pid = running = 0;
            if (status != 0)
                give_up(s->r, "the server did not end well");
            return;
        }
        clk_sleep_ms(10);
    }
    give_up(s->r, "the server does not end");
}

/* ---- torture ---- */

static void lose_an_answer(const struct rig *r)
{
    AUTO(buf_free) struct buf ignored = {0};
    rig_http(r->lab_port, "POST", "/_lab/faults", "Content-Type: application/json\r\n",
             SV("{\"kind\":\"lost\",\"count\":1}"), &ignored);
}

static void pass(struct rig *r, msec_t ms)
{
    msec_t end = clk_mono_ms() + ms;
    do {
        follow_ledger(r);
        msec_t left = end - clk_mono_ms();
        clk_sleep_ms(left > 20 ? 20 : left > 0 ? left : 0);
    } while (clk_mono_ms() < end);
}

static void one_point(struct rig *r, struct server *s, uint64_t *random)
{
    if (rig_random(random) % LOST_ONE_IN == 0)
        lose_an_answer(r);
    if (rig_random(random) % EARLY_ONE_IN == 0) { /* while it takes up its work, mostly */
        server_spawn(s);
        s->early++;
        pass(r, (msec_t)(rig_random(random) % EARLY_MS));
    } else {
        s->took_us[s->n_took++] = server_start(s);
        pass(r, (msec_t)(rig_random(random) % LONGEST_MS));
    }
    server_kill(s);
}

static void until_quiet(struct rig *r)
{
    msec_t end = clk_mono_ms() + (msec_t)QUIET_S * 1000;
    while (!check_quiet(r)) {
        if (clk_mono_ms() > end)
            give_up(r, "the server does not come to an end with its work");
        pass(r, 100);
    }
}

static int by_size(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

static double took_ms(const struct server *s, int percent)
{
    int at = s->n_took * percent / 100;
    return s->n_took ? (double)s->took_us[at < s->n_took ? at : s->n_took - 1] / 1000 : 0;
}

static void expect_idle(const struct rig *r)
{
    AUTO(buf_free) struct buf stats = {0};
    int status = rig_http(r->port, "GET", "/api/v1/stats", "", SV(""), &stats);
    static const char *const idle[] = {"\"runs\":0", "\"jobs_ready\":0", "\"slots_busy\":0", "\"effects\":0"};
    for (size_t i = 0; i < ARRAY_LEN(idle); i++)
        if (status != 200 || sv_find(buf_view(&stats), sv_of(idle[i])) < 0)
            give_up(r, "the server's memory is not empty though its rows are done");
}

/* Nothing of a job outlives it, also when the server is killed in between. */
static int expect_no_workspaces(const struct rig *r)
{
    AUTO(buf_free) struct buf path = {0};
    int n = 1;
    buf_fmt(&path, "%s/state/work", r->dir);
    for (int i = 0; n && i < END_S * 20; i++) {
        DIR *d = opendir(path.p);
        MUST(d);
        for (n = -2; readdir(d);)
            n++;
        closedir(d);
        clk_sleep_ms(n ? 50 : 0);
    }
    if (n)
        printf("MISS: %d folders of jobs that are over; see %s\n", n, path.p);
    return n;
}

static int torture(struct rig *r, struct server *s)
{
    uint64_t random = r->seed;
    struct rig_counts c = {0};
    post_start(r);
    for (int i = 0; i < r->points; i++) {
        one_point(r, s, &random);
        if (i % 100 == 99) {
            printf("%d points, %d deliveries acked, %d finished\n", i + 1, r->acked, r->finished);
            fflush(stdout);
        }
    }
    server_start(s);
    r->stop = true;
    post_join(r);
    until_quiet(r);
    expect_idle(r);
    c.other += expect_no_workspaces(r);
    server_end(s);
    check_all(r, &c);
    qsort(s->took_us, (size_t)s->n_took, sizeof *s->took_us, by_size);
    if (r->points >= 20 && c.adopted == 0) {
        printf("MISS: no running step was ever adopted: the load is too small to say anything\n");
        c.other++;
    }
    printf("killpoint: %d points (%d of them before ready), %lld deliveries acked (%d sent again), %lld runs, "
           "%lld steps, %lld effects (%lld statuses and %lld issues at the forges), %lld attempts adopted, lost %d, "
           "doubled %d, rerun %d, other %d, restart p50/p99/max %.0f/%.0f/%.0f ms\n",
           r->points, s->early, (long long)c.deliveries, r->resent, (long long)c.runs, (long long)c.steps,
           (long long)c.effects, (long long)c.statuses, (long long)c.issues, (long long)c.adopted, c.lost, c.doubled,
           c.rerun, c.other + r->quarrels, took_ms(s, 50), took_ms(s, 99), took_ms(s, 100));
    return c.lost + c.doubled + c.rerun + c.other + r->quarrels ? 1 : 0;
}

/* ---- restart with much open work ---- */

static bool all_posted(const struct rig *r)
{
    AUTO(buf_free) struct buf stats = {0}, runs = {0};
    buf_fmt(&runs, "\"runs\":%d,", r->deliveries);
    return rig_http(r->port, "GET", "/api/v1/stats", "", SV(""), &stats) == 200 &&
           sv_find(buf_view(&stats), buf_view(&runs)) >= 0 && sv_find(buf_view(&stats), SV("\"effects\":0")) >= 0;
}

static int restart(struct rig *r, struct server *s)
{
    r->deliveries = r->load;
    server_start(s);
    post_start(r);
    post_join(r);
    for (int i = 0; !all_posted(r); i++) {
        if (i > QUIET_S * 10)
            give_up(r, "the deliveries did not become runs");
        clk_sleep_ms(100);
    }
    for (int i = 0; i < r->points; i++) {
        server_kill(s);
        s->took_us[s->n_took++] = server_start(s);
        if (!all_posted(r))
            give_up(r, "the runs are not all there after a restart");
    }
    server_kill(s);
    qsort(s->took_us, (size_t)s->n_took, sizeof *s->took_us, by_size);
    printf("restart: %d runs open, %d restarts, min/p50/max %.0f/%.0f/%.0f ms\n", r->deliveries, s->n_took,
           took_ms(s, 0), took_ms(s, 50), took_ms(s, 100));
    return took_ms(s, 50) < 1000 ? 0 : 1;
}

static int number(const char *text)
{
    int64_t v;
    if (!sv_int(sv_of(text), &v) || v < 0 || v > INT32_MAX) {
        fprintf(stderr, "no number: %s\n", text);
        exit(2);
    }
    return (int)v;
}

int main(int argc, char **argv)
{
    if (argc != 9) {
        fprintf(stderr, "usage: killpoint torture|open DIR FETTLE PORT LAB_PORT POINTS SEED LOAD\n");
        return 2;
    }
    struct rig r = {.dir = argv[2], .fettle = argv[3], .port = number(argv[4]), .lab_port = number(argv[5]),
                    .points = number(argv[6]), .seed = (uint64_t)number(argv[7]), .load = number(argv[8])};
    struct server s = {.r = &r};
    AUTO(buf_free) struct buf path = {0};
    buf_fmt(&path, "%s/server.log", r.dir);
    s.log = open(path.p, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    MUST(s.log >= 0);
    s.took_us = mem_new(((size_t)r.points + 1) * sizeof *s.took_us);
    int bad = strcmp(argv[1], "open") == 0 ? restart(&r, &s) : torture(&r, &s);
    printf("%d passed, %d failed\n", !bad, bad);
    mem_free(s.took_us);
    close(s.log);
    fd_closep(&ledger.fd);
    buf_free(&ledger.rest);
    return bad;
}
