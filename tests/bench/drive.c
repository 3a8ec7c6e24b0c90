/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include "drive.h"
#include "plan/lookahead.h"
#include "plan/path.h"
#include "plan/ready.h"

enum state { NEEDS, READY, RUNS, DONE };

struct job {
    struct ready_job ready;
    struct ready_need needs[GRAPH_KINDS];
    struct heap_node running;
    int units[1 + GRAPH_KINDS]; /* a slot, and the resources */
    enum state state;
    size_t open;
    int64_t plain; /* its rank without a lookahead */
    msec_t started, end;
    msec_t held_until; /* by the clock: not before, if it is READY; 0 = is not held */
};

struct stage {
    struct drive *d;
    struct arena arena;
    struct ready ready;
    struct ready_run run;
    struct ready_lock *lock[GRAPH_KINDS];
    struct job *jobs;
    struct heap running;
    size_t n, n_done;
    msec_t now;
};

static bool ends_first(const struct heap_node *x, const struct heap_node *y)
{
    const struct job *a = CONTAINER_OF(x, struct job, running), *b = CONTAINER_OF(y, struct job, running);
    return a->end != b->end ? a->end < b->end : a->ready.id < b->ready.id;
}

/* ---- setting up ---- */

static void set_needs(struct stage *s, struct job *j, const int *units)
{
    for (size_t k = 0; k < s->d->jobs->n_kinds; k++) {
        j->units[1 + k] = units[k];
        if (units[k])
            j->needs[j->ready.n_needs++] = (struct ready_need){.lock = s->lock[k], .units = units[k]};
    }
    j->ready.needs = j->needs;
}

static int set_jobs(struct stage *s, struct err *e)
{
    const struct job_graph *g = s->d->jobs;
    msec_t *level = arena_new(&s->arena, (s->n + 1) * sizeof *level);
    size_t bad;
    if (path_levels(&g->graph, s->d->estimate, &s->arena, level, &bad) < 0)
        return err_set(e, ERR_INVALID, "job %zu is on a cycle", bad);
    for (size_t i = 0; i < s->n; i++) {
        struct job *j = &s->jobs[i];
        msec_t estimate = s->d->estimate[i];
        enum path_order how = g->n_kinds ? PATH_LATEST_FINISH : PATH_LEVEL;
        j->ready = (struct ready_job){.run = &s->run, .id = (int64_t)i + 1, .estimate = estimate, .p90 = 2 * estimate,
                                      .rank = path_rank(how, level[i], estimate), .slots = 1};
        j->plain = j->ready.rank;
        j->units[0] = 1;
        set_needs(s, j, g->units[i]);
        s->run.remaining += estimate;
    }
    for (size_t i = 0; i < g->graph.edges.n; i++) {
        s->jobs[g->graph.edges.at[i].from].ready.successors++;
        s->jobs[g->graph.edges.at[i].to].open++;
    }
    return 0;
}

/* ---- lookahead ---- */

static bool may_hold(const struct job *j)
{
    return j->state == READY && j->ready.n_needs;
}

static void hold_or_add(struct stage *s, struct job *j)
{
    bool in = j->ready.state == READY_QUEUED || j->ready.state == READY_PARKED;
    if (j->held_until > s->now && in)
        ready_drop(&s->ready, &j->ready);
    if (j->held_until <= s->now && !in)
        ready_add(&s->ready, &j->ready);
}

/* The jobs that are not done, and what is left of those that run. */
static size_t rest_of(struct stage *s, struct graph *rest, struct timetable_job *jobs, size_t *no)
{
    size_t n = 0;
    size_t *at = arena_new(&s->arena, s->n * sizeof *at);
    for (size_t i = 0; i < s->n; i++) {
        const struct job *j = &s->jobs[i];
        if (j->state == DONE)
            continue;
        msec_t left = s->d->estimate[i] - (j->state == RUNS ? s->now - j->started : 0);
        jobs[n] = (struct timetable_job){.takes = left < 0 ? 0 : left, .units = j->units,
                                         .state = j->state == RUNS ? TIMETABLE_RUNS : TIMETABLE_WAITS};
        no[n] = i;
        at[i] = n++;
    }
    rest->n = n;
    for (size_t i = 0; i < s->d->jobs->graph.edges.n; i++) {
        struct graph_edge e = s->d->jobs->graph.edges.at[i];
        if (s->jobs[e.from].state != DONE)
            graph_edge(rest, at[e.from], at[e.to]);
    }
    return n;
}

static void follow(struct stage *s, const struct lookahead_answer *a, const size_t *no, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        struct job *j = &s->jobs[no[i]];
        ready_rank(&s->ready, &j->ready, a->rank[i]);
        bool hold = a->start[i] > 0 && may_hold(j);
        j->held_until = hold ? s->now + a->start[i] : 0;
        if (j->state == READY)
            hold_or_add(s, j);
    }
}

static int look_ahead(struct stage *s, struct err *e)
{
    struct drive *d = s->d;
    struct graph rest = {0};
    struct lookahead_answer answer;
    int capacity[1 + GRAPH_KINDS] = {d->slots};
    struct timetable_job *jobs = arena_new(&s->arena, s->n * sizeof *jobs);
    size_t *no = arena_new(&s->arena, s->n * sizeof *no);
    int64_t *plain = arena_new(&s->arena, s->n * sizeof *plain), *so_far = arena_new(&s->arena, s->n * sizeof *so_far);
    int64_t begun = clk_cpu_us();
    memcpy(capacity + 1, d->jobs->capacity, sizeof d->jobs->capacity);
    size_t n = rest_of(s, &rest, jobs, no);
    for (size_t i = 0; i < n; i++) {
        plain[i] = s->jobs[no[i]].plain;
        so_far[i] = s->jobs[no[i]].ready.rank;
    }
    struct lookahead l = {.graph = &rest, .jobs = jobs, .capacity = capacity, .n_kinds = 1 + d->jobs->n_kinds,
                          .plain = plain, .so_far = d->lookaheads ? so_far : NULL, .schedules = d->schedules,
                          .seed = (uint64_t)d->lookaheads};
    int rc = lookahead_make(&l, &s->arena, &answer);
    graph_free(&rest);
    d->lookahead_us += clk_cpu_us() - begun;
    d->lookaheads++;
    if (rc < 0)
        return err_set(e, ERR_INVALID, "a job asks for more than there is");
    follow(s, &answer, no, n);
    return 0;
}

/* ---- the clock ---- */

static void get_ready(struct stage *s, struct job *j)
{
    j->state = READY;
    if (s->d->rule == DRIVE_FIRST_COME)
        j->ready.rank = -j->ready.id;
    bool waits_for_answer = s->d->rule == DRIVE_LOOKAHEAD && j->ready.n_needs;
    if (!waits_for_answer)
        ready_add(&s->ready, &j->ready);
}

static void start_all(struct stage *s)
{
    for (struct ready_job *r; (r = ready_take(&s->ready, s->now));) {
        struct job *j = CONTAINER_OF(r, struct job, ready);
        j->state = RUNS;
        j->started = s->now;
        j->end = s->now + s->d->jobs->takes[j - s->jobs];
        heap_add(&s->running, &j->running);
    }
}

static void end_one(struct stage *s)
{
    struct job *j = CONTAINER_OF(heap_pop(&s->running), struct job, running);
    size_t i = (size_t)(j - s->jobs);
    j->state = DONE;
    s->n_done++;
    ready_give_back(&s->ready, &j->ready, s->now - j->started);
    s->run.remaining -= s->d->estimate[i];
    ready_remaining(&s->ready, &s->run, s->run.remaining);
    for (size_t e = 0; e < s->d->jobs->graph.edges.n; e++)
        if (s->d->jobs->graph.edges.at[e].from == i && --s->jobs[s->d->jobs->graph.edges.at[e].to].open == 0)
            get_ready(s, &s->jobs[s->d->jobs->graph.edges.at[e].to]);
}

/* The next moment at which something ends, or may start that was held. */
static bool next_moment(struct stage *s)
{
    msec_t next = INT64_MAX;
    if (heap_top(&s->running))
        next = CONTAINER_OF(heap_top(&s->running), struct job, running)->end;
    for (size_t i = 0; i < s->n; i++)
        if (s->jobs[i].state == READY && s->jobs[i].held_until > s->now && s->jobs[i].held_until < next)
            next = s->jobs[i].held_until;
    s->now = next == INT64_MAX ? s->now : next;
    return next != INT64_MAX;
}

static void end_all(struct stage *s)
{
    while (heap_top(&s->running) && CONTAINER_OF(heap_top(&s->running), struct job, running)->end <= s->now)
        end_one(s);
}

static int run_clock(struct stage *s, struct err *e)
{
    bool first = true;
    for (size_t i = 0; i < s->n; i++)
        if (s->jobs[i].open == 0)
            get_ready(s, &s->jobs[i]);
    do {
        size_t done = s->n_done;
        end_all(s);
        for (size_t i = 0; i < s->n; i++)
            if (s->jobs[i].state == READY && s->jobs[i].held_until && s->jobs[i].held_until <= s->now)
                hold_or_add(s, &s->jobs[i]);
        start_all(s);
        bool ask = s->d->rule == DRIVE_LOOKAHEAD && s->n_done < s->n;
        if (ask && (first || (s->d->jobs->n_kinds && s->n_done > done)) && look_ahead(s, e) < 0)
            return -1;
        first = false;
        start_all(s);
    } while (next_moment(s));
    if (s->n_done < s->n)
        return err_set(e, ERR_INVALID, "a job asks for more than there is");
    return 0;
}

int drive(struct drive *d, struct err *e)
{
    struct stage s = {.d = d, .n = d->jobs->graph.n, .running = {.before = ends_first}};
    char name[16];
    s.jobs = arena_new(&s.arena, (s.n + 1) * sizeof *s.jobs);
    ready_init(&s.ready, d->slots, NULL);
    s.run = (struct ready_run){.id = 1, .priority = PRIO_NORMAL};
    for (size_t k = 0; k < d->jobs->n_kinds; k++) {
        snprintf(name, sizeof name, "r%zu", k);
        s.lock[k] = ready_lock_get(&s.ready, sv_of(name), READY_RESOURCE, d->jobs->capacity[k]);
    }
    int rc = set_jobs(&s, e);
    if (rc == 0) {
        ready_open(&s.ready, &s.run, SV("acme"), SV("acme/api"));
        rc = run_clock(&s, e);
    }
    if (rc == 0) {
        ready_close(&s.ready, &s.run);
        for (size_t k = 0; k < d->jobs->n_kinds; k++)
            ready_lock_put(&s.ready, s.lock[k]);
    }
    d->makespan = s.now;
    heap_free(&s.running);
    ready_done(&s.ready);
    arena_free(&s.arena);
    return rc;
}
