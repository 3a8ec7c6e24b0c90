/* SPDX-License-Identifier: Apache-2.0 */
/* Twenty repositories on sixteen slots, and one of them submits 200 runs at once: how much longer do the runs of the
 * others take than alone? The real scheduler (plan/ready.h) beside first-come and beside what GitLab does (fewest
 * running of the project, then the oldest). Virtual time, exact seeds: the same figures on every machine.
 *     bench_burst [SEEDS [BURST]] */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include "base/arena.h"
#include "plan/path.h"
#include "plan/ready.h"

enum { REPOS = 20, SLOTS = 16, TASKS_LEAST = 3, TASKS_MOST = 20, RUNS_MOST = 8000, BURST_REPO = 7 };
static const double MEDIAN_S = 30, SPREAD = 1.0, ESTIMATE_SPREAD = 0.5, CRITICAL_SHARE = 0.05, HORIZON_S = 40000;

struct run;
struct task {
    struct ready_job job;
    struct run *run;
    msec_t takes, ready_at;
    struct heap_node end;
    msec_t ends;
    size_t open; /* needs */
    size_t *next, n_next;
    size_t at; /* in the queue of the naive orders */
};
struct run {
    struct ready_run order;
    int repo;
    msec_t arrives, done, critical_path;
    size_t left;
    struct task *tasks;
    size_t n;
    bool burst;
};

enum policy { FIRST_COME, FEWEST_RUNNING, OURS, POLICIES };
struct world {
    struct arena arena;
    uint64_t seed;
    struct run *runs;
    size_t n;
    enum policy policy;
    struct ready ready;
    VEC(struct task *) queue; /* of the naive orders */
    struct heap running;
    int running_of[REPOS], busy;
    msec_t now;
};

/* ---- what comes ---- */

static double uniform(struct world *w)
{
    w->seed += 0x9e3779b97f4a7c15u; /* splitmix64 (Steele, Lea, Flood 2014) */
    uint64_t z = w->seed;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return (double)((z ^ (z >> 31)) >> 11) * 0x1p-53 + 0x1p-54;
}

static double normal(struct world *w)
{
    double r = sqrt(-2 * log(uniform(w)));
    return r * cos(2 * 3.14159265358979323846 * uniform(w));
}

static size_t below(struct world *w, size_t n)
{
    return (size_t)(uniform(w) * (double)n);
}

/* A third of the tasks need nothing, the others one or two of those before them. */
static void graph_of(struct world *w, struct run *r, struct graph *g)
{
    g->n = r->n;
    for (size_t i = 1; i < r->n; i++) {
        size_t needs = uniform(w) < 0.3 ? 0 : 1 + below(w, 2);
        bool *taken = arena_new(&w->arena, r->n);
        for (size_t k = 0; k < needs && k < i; k++) {
            size_t from = below(w, i);
            if (taken[from])
                continue;
            taken[from] = true;
            graph_edge(g, from, i);
            r->tasks[i].open++;
        }
    }
}

static void tasks_of(struct world *w, struct run *r, int64_t *ids)
{
    AUTO(graph_free) struct graph g = {0};
    struct graph_index index;
    size_t ignored;
    r->n = r->left = TASKS_LEAST + below(w, TASKS_MOST - TASKS_LEAST + 1);
    r->tasks = arena_new(&w->arena, r->n * sizeof *r->tasks);
    graph_of(w, r, &g);
    msec_t *takes = arena_new(&w->arena, r->n * sizeof *takes), *levels = arena_new(&w->arena, r->n * sizeof *levels);
    msec_t *estimates = arena_new(&w->arena, r->n * sizeof *estimates);
    for (size_t i = 0; i < r->n; i++) {
        takes[i] = (msec_t)(1000 * MEDIAN_S * exp(SPREAD * normal(w))) + 1;
        estimates[i] = (msec_t)((double)takes[i] * exp(ESTIMATE_SPREAD * normal(w))) + 1;
        r->order.remaining += estimates[i];
    }
    MUST(path_levels(&g, takes, &w->arena, levels, &ignored) == 0);
    for (size_t i = 0; i < r->n; i++)
        r->critical_path = levels[i] > r->critical_path ? levels[i] : r->critical_path;
    MUST(path_levels(&g, estimates, &w->arena, levels, &ignored) == 0);
    graph_index(&g, &w->arena, &index);
    for (size_t i = 0; i < r->n; i++) {
        struct task *t = &r->tasks[i];
        t->run = r;
        t->takes = takes[i];
        t->next = index.to + index.first[i];
        t->n_next = index.first[i + 1] - index.first[i];
        t->job = (struct ready_job){.run = &r->order,
                                    .id = ++*ids,
                                    .estimate = estimates[i],
                                    .p90 = 2 * estimates[i],
                                    .rank = path_rank(PATH_LEVEL, levels[i], estimates[i]),
                                    .successors = (int)t->n_next,
                                    .slots = 1};
    }
}

static int by_arrival(const void *a, const void *b)
{
    const struct run *x = a, *y = b;
    return x->arrives != y->arrives ? (x->arrives > y->arrives) - (x->arrives < y->arrives)
                                    : (x->order.id > y->order.id) - (x->order.id < y->order.id);
}

static void add_run(struct world *w, int repo, double at_s, bool burst, int64_t *ids)
{
    struct run *r = &w->runs[w->n++];
    MUST(w->n < RUNS_MOST);
    *r = (struct run){.repo = repo, .arrives = (msec_t)(1000 * at_s), .burst = burst};
    r->order.id = ++*ids;
    r->order.arrived = r->arrives;
    r->order.priority = !burst && uniform(w) < CRITICAL_SHARE ? PRIO_CRITICAL : PRIO_NORMAL;
    tasks_of(w, r, ids);
}

/* Runs come as a Poisson stream that keeps `load` of the slots busy, the burst on top of it at a tenth of the time. */
static void make(struct world *w, uint64_t seed, double load, int burst)
{
    int64_t ids = 0;
    double tasks = (TASKS_LEAST + TASKS_MOST) / 2.0, task_s = MEDIAN_S * exp(SPREAD * SPREAD / 2);
    double apart = tasks * task_s / (load * SLOTS);
    w->seed = seed * 1000003;
    w->runs = arena_new(&w->arena, RUNS_MOST * sizeof *w->runs);
    for (double at = 0; at < HORIZON_S; at -= log(uniform(w)) * apart)
        add_run(w, (int)below(w, REPOS), at, false, &ids);
    for (int i = 0; i < burst; i++)
        add_run(w, BURST_REPO, HORIZON_S / 10, true, &ids);
    qsort(w->runs, w->n, sizeof *w->runs, by_arrival);
    for (size_t i = 0; i < w->n; i++)
        for (size_t k = 0; k < w->runs[i].n; k++) {
            w->runs[i].tasks[k].run = &w->runs[i];
            w->runs[i].tasks[k].job.run = &w->runs[i].order;
        }
}

/* ---- who runs next ---- */

static bool naive_before(const struct world *w, const struct task *a, const struct task *b)
{
    if (w->policy == FEWEST_RUNNING && w->running_of[a->run->repo] != w->running_of[b->run->repo])
        return w->running_of[a->run->repo] < w->running_of[b->run->repo];
    if (w->policy == FIRST_COME && a->ready_at != b->ready_at)
        return a->ready_at < b->ready_at;
    return a->job.id < b->job.id;
}

static struct task *next(struct world *w)
{
    if (w->policy == OURS) {
        struct ready_job *j = ready_take(&w->ready, w->now);
        return j ? CONTAINER_OF(j, struct task, job) : NULL;
    }
    if (w->busy == SLOTS || w->queue.n == 0)
        return NULL;
    struct task *best = w->queue.at[0];
    for (size_t i = 1; i < w->queue.n; i++)
        if (naive_before(w, w->queue.at[i], best))
            best = w->queue.at[i];
    w->queue.at[best->at] = w->queue.at[--w->queue.n];
    w->queue.at[best->at]->at = best->at;
    return best;
}

static void gets_ready(struct world *w, struct task *t)
{
    t->ready_at = w->now;
    if (w->policy == OURS) {
        ready_add(&w->ready, &t->job);
    } else {
        t->at = w->queue.n;
        VEC_PUSH(&w->queue, t);
    }
}

static void arrives(struct world *w, struct run *r)
{
    char repo[16];
    snprintf(repo, sizeof repo, "repo%d", r->repo);
    if (w->policy == OURS)
        ready_open(&w->ready, &r->order, sv_of(repo), sv_of(repo)); /* each its own organisation */
    for (size_t i = 0; i < r->n; i++)
        if (r->tasks[i].open == 0)
            gets_ready(w, &r->tasks[i]);
}

static void begin_all(struct world *w)
{
    for (struct task *t; (t = next(w));) {
        w->busy++;
        w->running_of[t->run->repo]++;
        t->ends = w->now + t->takes;
        heap_add(&w->running, &t->end);
    }
}

static void end_one(struct world *w)
{
    struct task *t = CONTAINER_OF(heap_pop(&w->running), struct task, end);
    struct run *r = t->run;
    w->busy--;
    w->running_of[r->repo]--;
    if (w->policy == OURS) {
        ready_give_back(&w->ready, &t->job, t->takes);
        ready_remaining(&w->ready, &r->order, r->order.remaining - t->job.estimate);
    }
    for (size_t i = 0; i < t->n_next; i++)
        if (--r->tasks[t->next[i]].open == 0)
            gets_ready(w, &r->tasks[t->next[i]]);
    if (--r->left)
        return;
    r->done = w->now;
    if (w->policy == OURS)
        ready_close(&w->ready, &r->order);
}

static bool ends_before(const struct heap_node *x, const struct heap_node *y)
{
    const struct task *a = CONTAINER_OF(x, struct task, end), *b = CONTAINER_OF(y, struct task, end);
    return a->ends != b->ends ? a->ends < b->ends : a->job.id < b->job.id;
}

static void play(struct world *w)
{
    size_t came = 0;
    w->running.before = ends_before;
    ready_init(&w->ready, SLOTS, NULL);
    while (came < w->n || heap_top(&w->running)) {
        const struct heap_node *top = heap_top(&w->running);
        msec_t end = top ? CONTAINER_OF(top, struct task, end)->ends : INT64_MAX;
        msec_t come = came < w->n ? w->runs[came].arrives : INT64_MAX;
        w->now = end <= come ? end : come;
        if (end <= come)
            end_one(w);
        else
            arrives(w, &w->runs[came++]);
        begin_all(w);
    }
    ready_done(&w->ready);
    heap_free(&w->running);
    VEC_FREE(&w->queue);
}

/* ---- what came of it ---- */

enum { OTHERS, CRITICAL, BURST, KINDS };
struct figures {
    VEC(double) slowdown[KINDS];
};

static void note(const struct world *w, struct figures *f)
{
    for (size_t i = 0; i < w->n; i++) {
        const struct run *r = &w->runs[i];
        double x = (double)(r->done - r->arrives) / (double)r->critical_path;
        if (r->burst)
            VEC_PUSH(&f->slowdown[BURST], x);
        else if (r->repo != BURST_REPO)
            VEC_PUSH(&f->slowdown[OTHERS], x);
        if (!r->burst && r->order.priority == PRIO_CRITICAL)
            VEC_PUSH(&f->slowdown[CRITICAL], x);
    }
}

static int by_size(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double mean(const struct figures *f, int kind)
{
    double s = 0;
    for (size_t i = 0; i < f->slowdown[kind].n; i++)
        s += f->slowdown[kind].at[i];
    return f->slowdown[kind].n ? s / (double)f->slowdown[kind].n : 0;
}

static double at_percent(struct figures *f, int kind, size_t percent)
{
    qsort(f->slowdown[kind].at, f->slowdown[kind].n, sizeof(double), by_size);
    return f->slowdown[kind].n ? f->slowdown[kind].at[f->slowdown[kind].n * percent / 100] : 0;
}

static bool tell(const char *name, struct figures *f, const double goals[3])
{
    double got[3] = {mean(f, OTHERS), at_percent(f, OTHERS, 95), mean(f, CRITICAL)};
    bool reached = true;
    printf("%-22s %8.2f %8.2f %8.2f %9.2f %8.1f", name, got[0], got[1], at_percent(f, OTHERS, 99), got[2],
           mean(f, BURST));
    for (int i = 0; goals && i < 3; i++)
        reached &= got[i] <= goals[i];
    printf("%s\n", !goals ? "" : reached ? "  goals reached" : "  goals missed");
    for (int i = 0; i < KINDS; i++)
        VEC_FREE(&f->slowdown[i]);
    return reached;
}

int main(int argc, char **argv)
{
    static const char *const names[] = {"first come", "fewest running, oldest", "fettle"};
    static const double loads[] = {0.70, 0.85}, goals[2][3] = {{1.35, 2.5, 1.10}, {2.0, 4.7, 1.10}};
    int seeds = argc > 1 ? atoi(argv[1]) : 5, burst = argc > 2 ? atoi(argv[2]) : 200;
    bool reached = true;
    if (seeds < 1 || burst < 0) {
        fprintf(stderr, "bench_burst [SEEDS [BURST]]\n");
        return 2;
    }
    for (size_t l = 0; l < ARRAY_LEN(loads); l++) {
        printf("load %.2f               others      p95      p99  critical    burst\n", loads[l]);
        printf("  goals                %8.2f %8.2f          %9.2f\n", goals[l][0], goals[l][1], goals[l][2]);
        for (int p = 0; p < POLICIES; p++) {
            struct figures f = {0};
            for (int seed = 1; seed <= seeds; seed++) {
                struct world w = {.policy = (enum policy)p};
                make(&w, (uint64_t)seed, loads[l], burst);
                play(&w);
                note(&w, &f);
                arena_free(&w.arena);
            }
            reached &= tell(names[p], &f, p == OURS ? goals[l] : NULL);
        }
    }
    return reached ? 0 : 1;
}
