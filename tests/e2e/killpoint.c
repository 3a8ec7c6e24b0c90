/* SPDX-License-Identifier: Apache-2.0 */
/* killpoint torture|open|crash DIR FETTLE PORT LAB_PORT POINTS SEED LOAD, called by the script beside it.
 *   torture  kills the server POINTS times under load, then joins what was accepted, done and told
 *   crash    lets the programs die at each point of the file "points", POINTS times each, and joins too
 *   open     LOAD deliveries become open jobs; then POINTS kills and restarts, each timed from exec to "ready" */
#include "e2e/killpoint.h"
#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include "base/file.h"
#include "fmt/json.h"

enum {
    LONGEST_MS = 400,
    EARLY_ONE_IN = 8,
    EARLY_MS = 80,
    LOST_ONE_IN = 12,
    QUIET_S = 300,
    END_S = 30,
    RESTART_MS = 1000
};

static struct tail { /* of the ledger */
    int fd;
    struct buf rest;
    int ends;
} ledger = {.fd = -1};

static bool is_end(struct sv line)
{
    static const char *const words[] = {"success", "failure", "failed", "error"};
    AUTO(buf_free) struct buf state = {0};
    for (size_t i = 0; i < ARRAY_LEN(words); i++) {
        buf_clear(&state);
        buf_fmt(&state, "\"state\":\"%s\"", words[i]);
        if (sv_find(line, buf_view(&state)) >= 0)
            return true;
    }
    return false;
}

/* Statuses of runs that are over, two of every delivery. */
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
        ledger.ends += is_end(line);
    size_t left = text.n - (size_t)whole - 1;
    memmove(ledger.rest.p, ledger.rest.p + whole + 1, left);
    ledger.rest.n = left;
    r->finished = ledger.ends / 2;
}

/* ---- torture ---- */

static void lose_an_answer(const struct rig *r)
{
    AUTO(buf_free) struct buf ignored = {0};
    rig_http(r->lab_port, "POST", "/_lab/faults", "Content-Type: application/json\r\n",
             SV("{\"kind\":\"lost\",\"count\":1}"), &ignored);
}

void rig_pass(struct rig *r, msec_t ms)
{
    msec_t end = clk_mono_ms() + ms;
    do {
        follow_ledger(r);
        msec_t left = end - clk_mono_ms();
        clk_sleep_ms(left > 20 ? 20 : left > 0 ? left : 0);
    } while (clk_mono_ms() < end);
}

static void one_point(struct rig *r, struct server *s, uint64_t *random, int *ret_running)
{
    if (rig_random(random) % LOST_ONE_IN == 0)
        lose_an_answer(r);
    if (rig_random(random) % EARLY_ONE_IN == 0) { /* while it takes up its work, mostly */
        server_spawn(s);
        s->early++;
        rig_pass(r, (msec_t)(rig_random(random) % EARLY_MS));
    } else {
        s->took_us[s->n_took++] = server_start(s);
        rig_pass(r, (msec_t)(rig_random(random) % LONGEST_MS));
    }
    *ret_running = check_running(r);
    server_kill(s);
}

static void until_quiet(struct rig *r)
{
    msec_t end = clk_mono_ms() + (msec_t)QUIET_S * 1000;
    while (!check_quiet(r)) {
        if (clk_mono_ms() > end)
            give_up(r, "the server does not come to an end with its work");
        rig_pass(r, 100);
    }
}

static int by_size(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

static int by_number(const void *a, const void *b)
{
    return *(const int *)a - *(const int *)b;
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

void rig_end(struct rig *r, struct server *s, struct rig_counts *ret)
{
    server_start(s);
    r->stop = true;
    post_join(r);
    until_quiet(r);
    expect_idle(r);
    ret->other += expect_no_workspaces(r);
    server_end(s);
    check_all(r, ret);
}

static int torture(struct rig *r, struct server *s)
{
    uint64_t random = r->seed;
    struct rig_counts c = {0};
    int *running = mem_new(((size_t)r->points + 1) * sizeof *running);
    server_start(s); /* the rows can be asked from now on */
    server_kill(s);
    post_start(r);
    for (int i = 0; i < r->points; i++) {
        one_point(r, s, &random, &running[i]);
        if (i % 100 == 99) {
            printf("%d points, %d deliveries acked, %d finished\n", i + 1, r->acked, r->finished);
            fflush(stdout);
        }
    }
    rig_end(r, s, &c);
    qsort(running, (size_t)r->points, sizeof *running, by_number);
    qsort(s->took_us, (size_t)s->n_took, sizeof *s->took_us, by_size);
    if (r->points >= 20 && c.adopted == 0) {
        printf("MISS: no running step was ever adopted: the load is too small to say anything\n");
        c.other++;
    }
    printf("killpoint: %d points (%d of them before ready), %lld deliveries acked (%d sent again), %lld runs, "
           "%lld steps, %lld effects (%lld statuses and %lld issues at the forges), %lld attempts adopted, lost %d, "
           "doubled %d, rerun %d, other %d, restart p50/p99/max %.0f/%.0f/%.0f ms, steps running at a kill "
           "p10/p50/max %d/%d/%d\n",
           r->points, s->early, (long long)c.deliveries, r->resent, (long long)c.runs, (long long)c.steps,
           (long long)c.effects, (long long)c.statuses, (long long)c.issues, (long long)c.adopted, c.lost, c.doubled,
           c.rerun, c.other + r->quarrels, took_ms(s, 50), took_ms(s, 99), took_ms(s, 100), running[r->points / 10],
           running[r->points / 2], running[r->points ? r->points - 1 : 0]);
    mem_free(running);
    return c.lost + c.doubled + c.rerun + c.other + r->quarrels ? 1 : 0;
}

/* ---- restart with much open work ---- */

struct open_work {
    int64_t runs, effects;
};

/* -1 for what the server does not say. */
static struct open_work ask_open(const struct rig *r)
{
    AUTO(buf_free) struct buf stats = {0};
    AUTO(jdoc_free) struct jdoc *d = NULL;
    struct open_work w = {-1, -1};
    struct err ignored;
    if (rig_http(r->port, "GET", "/api/v1/stats", "", SV(""), &stats) != 200 ||
        jdoc_parse(buf_view(&stats), NULL, &d, &ignored) < 0)
        return w;
    if (!jval_int(jval_get(jdoc_root(d), "runs"), &w.runs))
        w.runs = -1;
    if (!jval_int(jval_get(jdoc_root(d), "effects"), &w.effects))
        w.effects = -1;
    return w;
}

/* All deliveries are runs, and all is told. However slow the machine is: it is given up when nothing moves any more. */
static void until_posted(const struct rig *r)
{
    struct open_work before = {-1, -1};
    for (msec_t since = clk_mono_ms();; clk_sleep_ms(100)) {
        struct open_work w = ask_open(r);
        if (w.runs == r->deliveries && w.effects == 0)
            return;
        if (w.runs != before.runs || w.effects != before.effects)
            since = clk_mono_ms();
        before = w;
        if (clk_mono_ms() - since > (msec_t)QUIET_S * 1000) {
            printf("MISS: %lld of %d runs, %lld effects\n", (long long)w.runs, r->deliveries, (long long)w.effects);
            give_up(r, "the deliveries did not become runs, or these were not told");
        }
    }
}

static int restart(struct rig *r, struct server *s)
{
    r->deliveries = r->load;
    server_start(s);
    post_start(r);
    post_join(r);
    for (int i = 0; i < r->points; i++) {
        until_posted(r);
        server_kill(s);
        s->took_us[s->n_took++] = server_start(s);
        if (ask_open(r).runs != r->deliveries)
            give_up(r, "the runs are not all there after a restart");
    }
    until_posted(r); /* also what was under way at a kill */
    server_kill(s);
    qsort(s->took_us, (size_t)s->n_took, sizeof *s->took_us, by_size);
    printf("restart: %d runs open, %d restarts, min/p50/max %.0f/%.0f/%.0f ms\n", r->deliveries, s->n_took,
           took_ms(s, 0), took_ms(s, 50), took_ms(s, 100));
    /* What others take of the machine is in all of them, and least in the fastest. */
    return took_ms(s, 0) < RESTART_MS ? 0 : 1;
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
        fprintf(stderr, "usage: killpoint torture|open|crash DIR FETTLE PORT LAB_PORT POINTS SEED LOAD\n");
        return 2;
    }
    struct rig r = {.dir = argv[2],
                    .fettle = argv[3],
                    .port = number(argv[4]),
                    .lab_port = number(argv[5]),
                    .points = number(argv[6]),
                    .seed = (uint64_t)number(argv[7]),
                    .load = number(argv[8])};
    struct server s = {.r = &r};
    AUTO(buf_free) struct buf path = {0};
    buf_fmt(&path, "%s/server.log", r.dir);
    s.log = open(path.p, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    MUST(s.log >= 0);
    s.took_us = mem_new(((size_t)r.points + 1) * sizeof *s.took_us);
    int bad = strcmp(argv[1], "open") == 0    ? restart(&r, &s)
              : strcmp(argv[1], "crash") == 0 ? crash_sweep(&r, &s)
                                              : torture(&r, &s);
    printf("%d passed, %d failed\n", !bad, bad);
    mem_free(s.took_us);
    close(s.log);
    fd_closep(&ledger.fd);
    buf_free(&ledger.rest);
    return bad;
}
