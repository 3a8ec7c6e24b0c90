/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include "plan/ready.h"
#include "unit/plan/graph_made.h"

enum { ROUNDS = 3000 };

static void right(const struct made *m, const msec_t *start, msec_t whole)
{
    const char *wrong = made_wrong(m, start, whole);
    if (wrong)
        fail_msg("%s", wrong);
}

/* Three jobs on one slot and a resource of 2: a and b take 1 of it, c both. */
static void three(struct made *m)
{
    static const int units[3][MADE_KINDS] = {{1, 1}, {1, 1}, {1, 2}};
    *m = (struct made){.graph = {.n = 3}, .capacity = {2, 2}, .n_kinds = 2};
    for (size_t i = 0; i < 3; i++) {
        memcpy(m->units[i], units[i], sizeof units[i]);
        m->jobs[i] = (struct timetable_job){.takes = 10, .units = m->units[i]};
    }
}

static void the_highest_rank_that_finds_all_it_takes_starts_first(void **state)
{
    (void)state;
    AUTO(arena_free) struct arena a = {0};
    struct made m;
    struct timetable t;
    msec_t start[3];
    three(&m);
    assert_int_equal(timetable_init(&t, &m.graph, m.jobs, m.capacity, 2, &a), 0);
    assert_int_equal(timetable_greedy(&t, (const int64_t[]){1, 2, 3}, start), 20);
    assert_int_equal(start[2], 0);
    assert_int_equal(start[1], 10);
    assert_int_equal(timetable_greedy(&t, (const int64_t[]){3, 1, 2}, start), 20);
    assert_int_equal(start[0], 0);
    assert_int_equal(start[1], 0); /* c comes before it, but finds too little */
    assert_int_equal(start[2], 10);
    assert_int_equal(t.bound, 20); /* 4 tens of 2 */
    timetable_done(&t);
}

static void of_equal_ranks_the_one_with_more_successors_and_then_the_first_starts(void **state)
{
    (void)state;
    AUTO(arena_free) struct arena a = {0};
    struct made m;
    struct timetable t;
    msec_t start[4];
    three(&m);
    m.capacity[0] = 1;
    m.graph.n = 4;
    m.jobs[3] = (struct timetable_job){.takes = 1, .units = m.units[3]};
    graph_edge(&m.graph, 1, 3);
    assert_int_equal(timetable_init(&t, &m.graph, m.jobs, m.capacity, 2, &a), 0);
    assert_int_equal(timetable_greedy(&t, (const int64_t[]){5, 5, 5, 5}, start), 30);
    assert_int_equal(start[1], 0);
    assert_int_equal(start[0], 10);
    assert_int_equal(start[2], 20);
    timetable_done(&t);
    made_free(&m);
}

/* The long one that takes all comes a moment later; no order of the greedy scheme keeps the resource free for it. */
static void one_after_the_other_may_leave_idle_what_greed_would_take(void **state)
{
    (void)state;
    AUTO(arena_free) struct arena a = {0};
    struct made m;
    struct timetable t;
    msec_t start[4];
    three(&m);
    m.graph.n = 4;
    m.jobs[0].takes = 1;   /* before c, takes 1 */
    m.jobs[1].takes = 50;  /* could start at once */
    m.jobs[2].takes = 100; /* takes both, needs a */
    m.jobs[3] = (struct timetable_job){.takes = 60, .units = m.units[3]};
    graph_edge(&m.graph, 0, 2);
    graph_edge(&m.graph, 2, 3); /* and behind it 60 of nothing */
    const int64_t rank[] = {4, 1, 3, 2};
    assert_int_equal(timetable_init(&t, &m.graph, m.jobs, m.capacity, 2, &a), 0);
    assert_int_equal(timetable_greedy(&t, rank, start), 210);
    assert_int_equal(timetable_serial(&t, rank, start), 161);
    assert_int_equal(start[1], 101);
    assert_int_equal(timetable_justify(&t, start), 161);
    timetable_done(&t);
    made_free(&m);
}

static void what_cannot_be_is_refused(void **state)
{
    (void)state;
    AUTO(arena_free) struct arena a = {0};
    struct made m;
    struct timetable t;
    three(&m);
    m.units[1][1] = 3; /* more than there is */
    assert_int_equal(timetable_init(&t, &m.graph, m.jobs, m.capacity, 2, &a), -1);
    m.units[1][1] = -1;
    assert_int_equal(timetable_init(&t, &m.graph, m.jobs, m.capacity, 2, &a), -1);
    m.units[1][1] = 1;
    m.jobs[1].takes = TIMETABLE_TAKES_MOST + 1;
    assert_int_equal(timetable_init(&t, &m.graph, m.jobs, m.capacity, 2, &a), -1);
    m.jobs[1].takes = -1;
    assert_int_equal(timetable_init(&t, &m.graph, m.jobs, m.capacity, 2, &a), -1);
    m.jobs[1].takes = 1;
    m.jobs[0].state = m.jobs[2].state = TIMETABLE_RUNS; /* have 3 of 2 */
    assert_int_equal(timetable_init(&t, &m.graph, m.jobs, m.capacity, 2, &a), -1);
    m.jobs[2].state = TIMETABLE_WAITS;
    assert_int_equal(timetable_init(&t, &m.graph, m.jobs, m.capacity, 2, &a), 0);
    graph_edge(&m.graph, 1, 0); /* it runs */
    assert_int_equal(timetable_init(&t, &m.graph, m.jobs, m.capacity, 2, &a), -1);
    graph_edge(&m.graph, 0, 1);
    assert_int_equal(timetable_init(&t, &m.graph, m.jobs, m.capacity, 2, &a), -1);
    made_free(&m);
}

static void nothing_is_done_at_once(void **state)
{
    (void)state;
    AUTO(arena_free) struct arena a = {0};
    struct graph g = {0};
    struct timetable t;
    const int slots = 1;
    assert_int_equal(timetable_init(&t, &g, NULL, &slots, 1, &a), 0);
    assert_int_equal(timetable_greedy(&t, NULL, NULL), 0);
    assert_int_equal(timetable_serial(&t, NULL, NULL), 0);
    assert_int_equal(timetable_justify(&t, NULL), 0);
    timetable_done(&t);
}

/* A job that could have started earlier with what was free: greedy schedules have none. */
static bool waits_for_nothing(const struct made *m, const msec_t *start, size_t i)
{
    msec_t early = 0;
    for (size_t e = 0; e < m->graph.edges.n; e++)
        if (m->graph.edges.at[e].to == i) {
            msec_t end = start[m->graph.edges.at[e].from] + m->jobs[m->graph.edges.at[e].from].takes;
            early = early < end ? end : early;
        }
    for (msec_t at = early; at < start[i]; at++) {
        bool fits = true;
        for (size_t k = 0; k < m->n_kinds; k++) {
            int free = m->capacity[k];
            for (size_t o = 0; o < m->graph.n; o++)
                if (start[o] <= at && at < start[o] + m->jobs[o].takes)
                    free -= m->units[o][k];
            fits &= m->units[i][k] <= free;
        }
        if (fits)
            return true;
    }
    return false;
}

static void any_graph_keeps_needs_and_resources(void **state)
{
    (void)state;
    uint64_t seed = 5;
    for (int round = 0; round < ROUNDS; round++) {
        AUTO(arena_free) struct arena a = {0};
        struct made m;
        struct timetable t;
        int64_t rank[MADE_MOST];
        msec_t start[MADE_MOST];
        made_graph(&seed, 1 + (size_t)(round % MADE_KINDS), round % 2 ? TIMETABLE_RUNS : TIMETABLE_WAITS, &m);
        assert_int_equal(timetable_init(&t, &m.graph, m.jobs, m.capacity, m.n_kinds, &a), 0);
        for (size_t i = 0; i < m.graph.n; i++) {
            rank[i] = made_dice(&seed, 10) - 5;
            assert_int_equal(t.level[i], m.level[i]);
        }
        msec_t greedy = timetable_greedy(&t, rank, start);
        right(&m, start, greedy);
        assert_true(greedy >= t.bound);
        for (size_t i = 0; i < m.graph.n && round % 10 == 0; i++)
            assert_false(waits_for_nothing(&m, start, i));
        msec_t justified = timetable_justify(&t, start);
        right(&m, start, justified);
        assert_true(justified <= greedy && justified >= t.bound);
        msec_t serial = timetable_serial(&t, rank, start);
        right(&m, start, serial);
        assert_true(serial >= t.bound);
        assert_true(timetable_justify(&t, start) <= serial);
        assert_int_equal(timetable_greedy(&t, rank, start), greedy); /* nothing is left behind */
        timetable_done(&t);
        made_free(&m);
    }
}

/* ---- beside the scheduler itself ---- */

struct job {
    struct ready_job ready;
    struct ready_need needs[MADE_KINDS];
    size_t open;
    msec_t end;
    enum { NOT_YET, RUNS, DONE } state;
};

static void set_up(struct ready *r, struct ready_run *run, const struct made *m, const int64_t *rank, struct job *jobs)
{
    static const char *const names[] = {"", "a", "b"};
    for (size_t i = 0; i < m->graph.n; i++) {
        struct job *j = &jobs[i];
        j->ready = (struct ready_job){.run = run, .id = (int64_t)i + 1, .rank = rank[i], .slots = 1, .needs = j->needs};
        for (size_t k = 1; k < m->n_kinds; k++)
            if (m->units[i][k])
                j->needs[j->ready.n_needs++] =
                    (struct ready_need){.lock = ready_lock_get(r, sv_of(names[k]), READY_RESOURCE, m->capacity[k]),
                                        .units = m->units[i][k]};
    }
    for (size_t e = 0; e < m->graph.edges.n; e++) {
        jobs[m->graph.edges.at[e].from].ready.successors++;
        jobs[m->graph.edges.at[e].to].open++;
    }
}

/* The starts that ready_take gives. */
static msec_t run_scheduler(const struct made *m, const int64_t *rank, msec_t *ret_start)
{
    struct job jobs[MADE_MOST] = {0};
    struct ready r;
    struct ready_run run = {.id = 1, .priority = PRIO_NORMAL};
    struct ready_rules rules = READY_RULES;
    msec_t now = 0;
    rules.patience = INT64_MAX;
    ready_init(&r, m->capacity[0], &rules);
    set_up(&r, &run, m, rank, jobs);
    ready_open(&r, &run, SV("acme"), SV("acme/api"));
    for (size_t i = 0; i < m->graph.n; i++)
        if (jobs[i].open == 0)
            ready_add(&r, &jobs[i].ready);
    for (size_t done = 0; done < m->graph.n;) {
        for (struct ready_job *x; (x = ready_take(&r, now));) {
            struct job *j = CONTAINER_OF(x, struct job, ready);
            ret_start[j - jobs] = now;
            j->end = now + m->jobs[j - jobs].takes;
            j->state = RUNS;
        }
        now = INT64_MAX;
        for (size_t i = 0; i < m->graph.n; i++)
            now = jobs[i].state == RUNS && jobs[i].end < now ? jobs[i].end : now;
        assert_true(now < INT64_MAX);
        for (size_t i = 0; i < m->graph.n; i++) {
            if (jobs[i].state != RUNS || jobs[i].end != now)
                continue;
            jobs[i].state = DONE;
            done++;
            ready_give_back(&r, &jobs[i].ready, now - ret_start[i]);
            for (size_t e = 0; e < m->graph.edges.n; e++)
                if (m->graph.edges.at[e].from == i && --jobs[m->graph.edges.at[e].to].open == 0)
                    ready_add(&r, &jobs[m->graph.edges.at[e].to].ready);
        }
    }
    ready_close(&r, &run);
    ready_done(&r);
    return now;
}

static void the_greedy_starts_are_those_of_the_scheduler(void **state)
{
    (void)state;
    uint64_t seed = 23;
    for (int round = 0; round < ROUNDS; round++) {
        AUTO(arena_free) struct arena a = {0};
        struct made m;
        struct timetable t;
        int64_t rank[MADE_MOST];
        msec_t start[MADE_MOST], really[MADE_MOST];
        made_graph(&seed, 1 + (size_t)(round % MADE_KINDS), TIMETABLE_WAITS, &m);
        for (size_t i = 0; i < m.graph.n; i++) {
            m.units[i][0] = 1; /* the scheduler has none without a slot */
            rank[i] = made_dice(&seed, 10);
        }
        assert_int_equal(timetable_init(&t, &m.graph, m.jobs, m.capacity, m.n_kinds, &a), 0);
        assert_int_equal(timetable_greedy(&t, rank, start), run_scheduler(&m, rank, really));
        assert_memory_equal(start, really, m.graph.n * sizeof *start);
        timetable_done(&t);
        made_free(&m);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_highest_rank_that_finds_all_it_takes_starts_first),
        cmocka_unit_test(of_equal_ranks_the_one_with_more_successors_and_then_the_first_starts),
        cmocka_unit_test(one_after_the_other_may_leave_idle_what_greed_would_take),
        cmocka_unit_test(what_cannot_be_is_refused),
        cmocka_unit_test(nothing_is_done_at_once),
        cmocka_unit_test(any_graph_keeps_needs_and_resources),
        cmocka_unit_test(the_greedy_starts_are_those_of_the_scheduler),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
