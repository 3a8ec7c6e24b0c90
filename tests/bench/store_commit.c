/* SPDX-License-Identifier: Apache-2.0 */
/* Durable deliveries and change-sets per second, closed loop, beside the bare limit: the same bytes appended to a file
 * with one fdatasync each. One JSON line a measurement.
 *     bench_store_commit [FOLDER [SECONDS]] */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include "base/file.h"
#include "port/store.h"

enum { BODY = 7678, MOST = 1 << 20 };

struct bench {
    char path[256];
    struct store *s;
    struct mailbox *reply;
    int64_t seconds_us;
    int64_t *took; /* µs of each answer */
    size_t n;
    char body[BODY];
};

static int by_size(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

static void report(struct bench *b, const char *what, int flight, int64_t us)
{
    qsort(b->took, b->n, sizeof *b->took, by_size);
    printf(
        "{\"what\":\"%s\",\"in_flight\":%d,\"n\":%zu,\"per_s\":%.0f,\"p50_ms\":%.2f,\"p99_ms\":%.2f,\"p999_ms\":%.2f,"
        "\"max_ms\":%.2f}\n",
        what, flight, b->n, (double)b->n * 1e6 / (double)us, (double)b->took[b->n / 2] / 1e3,
        (double)b->took[b->n * 99 / 100] / 1e3, (double)b->took[b->n * 999 / 1000] / 1e3,
        (double)b->took[b->n - 1] / 1e3);
    fflush(stdout);
    b->n = 0;
}

static void bare(struct bench *b)
{
    char name[300];
    snprintf(name, sizeof name, "%s.bare", b->path);
    int fd = open(name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    MUST(fd >= 0);
    int64_t start = clk_mono_us(), from = start;
    while (from - start < b->seconds_us && b->n < MOST) {
        MUST(fd_write_all(fd, b->body, BODY) == 0 && fdatasync(fd) == 0);
        int64_t now = clk_mono_us();
        b->took[b->n++] = now - from;
        from = now;
    }
    report(b, "bare fdatasync", 1, from - start);
    close(fd);
    unlink(name);
}

static struct delivery_put *new_delivery(struct bench *b, int64_t no)
{
    struct delivery_put *p = delivery_put_new();
    p->reply = b->reply;
    p->d.forge = p->d.kind = "github";
    p->d.hook = "/hook/github";
    p->d.event = "push";
    p->d.guid = arena_fmt(&p->arena, "%016llx-%lld", (unsigned long long)no * 0x9e3779b97f4a7c15u, (long long)no);
    p->d.headers = "{\"User-Agent\":\"GitHub-Hookshot/044aadd\",\"X-GitHub-Hook-ID\":\"1234567\"}";
    p->body = mem_dup(b->body, BODY);
    memcpy(p->body, &no, sizeof no);
    p->d.size = BODY;
    sha256(p->body, BODY, p->d.digest);
    p->owner = (void *)(intptr_t)clk_mono_us();
    return p;
}

static void deliveries(struct bench *b, int flight)
{
    static int64_t no;
    int64_t start = clk_mono_us(), now = start;
    int out = 0;
    for (; out < flight; out++)
        store_put(b->s, new_delivery(b, ++no));
    while (out) {
        struct list back;
        mailbox_wait(b->reply, -1);
        mailbox_take(b->reply, &back);
        now = clk_mono_us();
        for (struct list *x = list_shift(&back); x; x = list_shift(&back)) {
            struct delivery_put *p = CONTAINER_OF(x, struct delivery_put, letter.node);
            MUST(p->verdict == PUT_ACCEPTED);
            b->took[b->n++] = now - (int64_t)(intptr_t)p->owner;
            delivery_put_free(&p);
            out--;
            if (now - start < b->seconds_us && b->n + (size_t)flight < MOST) {
                store_put(b->s, new_delivery(b, ++no));
                out++;
            }
        }
    }
    report(b, "deliveries", flight, now - start);
}

/* One lane is one job that goes on for ever: an attempt ends, the next begins. */
struct lane {
    struct change_set *cs;
    int64_t run, attempt, from;
    int version;
};

static struct change_set *first_set(struct bench *b, struct lane *l, int64_t id)
{
    struct change_set *cs = change_set_new();
    struct run *r = arena_new(&cs->arena, sizeof *r);
    l->run = id;
    *r = (struct run){.id = id, .workflow = "ci", .file = "ci.yml", .event = "push", .n_jobs = 1, .version = 1};
    r->jobs = arena_new(&cs->arena, sizeof *r->jobs);
    r->jobs[0] = arena_new(&cs->arena, sizeof *r->jobs[0]);
    *r->jobs[0] = (struct job){.id = id + 1, .run_id = id, .key = "build", .name = "build", .n_steps = 1, .version = 1};
    r->jobs[0]->steps = arena_new(&cs->arena, sizeof *r->jobs[0]->steps);
    r->jobs[0]->steps[0] = (struct step){.id = id + 2, .job_id = id + 1, .name = "make", .spec = "{}", .version = 1};
    change_add(cs, CHANGE_RUN_NEW)->run = r;
    struct attempt *t = arena_new(&cs->arena, sizeof *t);
    l->attempt = id + 3;
    l->version = 1;
    *t = (struct attempt){.id = id + 3, .step_id = id + 2, .job_id = id + 1, .run_id = id, .epoch = 1};
    change_add(cs, CHANGE_ATTEMPT_NEW)->attempt = t;
    cs->reply = b->reply;
    return cs;
}

static struct change_set *next_set(struct bench *b, struct lane *l)
{
    struct change_set *cs = change_set_new();
    struct attempt *t = arena_new(&cs->arena, 2 * sizeof *t);
    struct step *s = arena_new(&cs->arena, sizeof *s);
    struct job *j = arena_new(&cs->arena, sizeof *j);
    l->version++;
    t[0] = (struct attempt){.id = l->attempt, .epoch = l->version - 1, .state = ATTEMPT_EXITED, .ended_at = 1};
    l->attempt = l->run + 2 + l->version;
    t[1] = (struct attempt){.id = l->attempt,
                            .step_id = l->run + 2,
                            .job_id = l->run + 1,
                            .run_id = l->run,
                            .no = l->version,
                            .epoch = l->version};
    *s = (struct step){.id = l->run + 2, .state = WORK_RUNNING, .version = l->version};
    *j = (struct job){.id = l->run + 1, .state = WORK_RUNNING, .epoch = l->version, .version = l->version};
    change_add(cs, CHANGE_ATTEMPT)->attempt = &t[0];
    change_add(cs, CHANGE_STEP)->step = s;
    change_add(cs, CHANGE_JOB)->job = j;
    change_add(cs, CHANGE_ATTEMPT_NEW)->attempt = &t[1];
    for (int i = 0; i < 3; i++)
        change_add(cs, CHANGE_JOURNAL)->journal = (struct journal){
            .at = 1, .kind = "attempt", .ref_id = l->attempt, .run_id = l->run, .from = "intent", .to = "exited"};
    cs->reply = b->reply;
    return cs;
}

static struct lane *lane_of(struct lane *lanes, int n, struct change_set *cs)
{
    for (int i = 0; i < n; i++)
        if (lanes[i].cs == cs)
            return &lanes[i];
    panic_at(__FILE__, __LINE__, "an answer nobody waits for");
}

static void change_sets(struct bench *b, int flight)
{
    static int64_t base = 1;
    struct lane *lanes = mem_new((size_t)flight * sizeof *lanes);
    int64_t start = clk_mono_us(), now = start;
    int out = 0;
    for (; out < flight; out++, base += 1 << 24) {
        lanes[out].cs = first_set(b, &lanes[out], base);
        lanes[out].from = start;
        store_commit(b->s, lanes[out].cs);
    }
    while (out) {
        struct list back;
        mailbox_wait(b->reply, -1);
        mailbox_take(b->reply, &back);
        now = clk_mono_us();
        for (struct list *x = list_shift(&back); x; x = list_shift(&back)) {
            struct change_set *cs = CONTAINER_OF(x, struct change_set, letter.node);
            struct lane *l = lane_of(lanes, flight, cs);
            MUST(cs->failed == 0);
            b->took[b->n++] = now - l->from;
            change_set_free(&cs);
            out--;
            if (now - start < b->seconds_us && b->n + (size_t)flight < MOST) {
                l->cs = next_set(b, l);
                l->from = now;
                store_commit(b->s, l->cs);
                out++;
            }
        }
    }
    report(b, "change-sets", flight, now - start);
    mem_free(lanes);
}

int main(int argc, char **argv)
{
    static struct bench b;
    struct err e = {0};
    char dir[200];
    snprintf(dir, sizeof dir, "%s/bench-XXXXXX", argc > 1 ? argv[1] : "/tmp");
    MUST(mkdtemp(dir));
    snprintf(b.path, sizeof b.path, "%s/fettle.db", dir);
    int64_t seconds = 3;
    if (argc > 2 && (!sv_int(sv_of(argv[2]), &seconds) || seconds < 1))
        return 2;
    b.seconds_us = seconds * 1000000;
    b.took = mem_new(MOST * sizeof *b.took);
    for (size_t i = 0; i < BODY; i++)
        b.body[i] = (char)('a' + i * 31 % 26);
    b.reply = mailbox_new();
    if (store_open(b.path, &b.s, &e) < 0) {
        fprintf(stderr, "%s\n", e.msg);
        return 1;
    }
    bare(&b);
    static const int flights[] = {1, 16, 64};
    for (size_t i = 0; i < ARRAY_LEN(flights); i++)
        deliveries(&b, flights[i]);
    for (size_t i = 0; i < ARRAY_LEN(flights); i++)
        change_sets(&b, flights[i]);
    store_close(&b.s);
    mailbox_free(&b.reply);
    mem_free(b.took);
    return file_remove_tree(dir, &e) < 0;
}
