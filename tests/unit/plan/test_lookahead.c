/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include "plan/lookahead.h"
#include "unit/plan/graph_made.h"

enum { ROUNDS = 600, SCHEDULES = 60 };

static struct lookahead ask(const struct made *m)
{
    return (struct lookahead){.graph = &m->graph,
                              .jobs = m->jobs,
                              .capacity = m->capacity,
                              .n_kinds = m->n_kinds,
                              .plain = m->level,
                              .schedules = SCHEDULES,
                              .seed = 1};
}

static void right(const struct made *m, const struct lookahead_answer *r)
{
    const char *wrong = made_wrong(m, r->start, r->best);
    if (wrong)
        fail_msg("%s", wrong);
}

static msec_t greedy_by(const struct made *m, const int64_t *rank)
{
    AUTO(arena_free) struct arena a = {0};
    struct timetable t;
    msec_t start[MADE_MOST];
    assert_int_equal(timetable_init(&t, &m->graph, m->jobs, m->capacity, m->n_kinds, &a), 0);
    msec_t whole = timetable_greedy(&t, rank, start);
    timetable_done(&t);
    return whole;
}

static void it_is_never_worse_than_the_plain_order(void **state)
{
    (void)state;
    uint64_t seed = 9;
    int better = 0, held = 0;
    for (int round = 0; round < ROUNDS; round++) {
        AUTO(arena_free) struct arena a = {0};
        struct made m;
        struct lookahead_answer r;
        made_graph(&seed, 1 + (size_t)(round % MADE_KINDS), round % 2 ? TIMETABLE_RUNS : TIMETABLE_WAITS, &m);
        struct lookahead l = ask(&m);
        assert_int_equal(lookahead_make(&l, &a, &r), 0);
        right(&m, &r);
        assert_int_equal(r.plain, greedy_by(&m, m.level));
        assert_true(r.bound <= r.best && r.best <= r.plain);
        assert_in_range(r.schedules, 1, SCHEDULES);
        bool by_ranks = greedy_by(&m, r.rank) == r.best; /* the scheduler comes to the same by them alone */
        assert_true(by_ranks || m.n_kinds > 1);
        better += r.best < r.plain;
        held += !by_ranks;
        made_free(&m);
    }
    assert_true(better > ROUNDS / 20);
    assert_true(held > 0 && held < better);
}

static void the_same_question_has_the_same_answer(void **state)
{
    (void)state;
    uint64_t seed = 31;
    for (int round = 0; round < ROUNDS / 6; round++) {
        AUTO(arena_free) struct arena a = {0};
        struct made m;
        struct lookahead_answer r, again;
        made_graph(&seed, 1 + (size_t)(round % MADE_KINDS), TIMETABLE_WAITS, &m);
        struct lookahead l = ask(&m);
        assert_int_equal(lookahead_make(&l, &a, &r), 0);
        assert_int_equal(lookahead_make(&l, &a, &again), 0);
        assert_memory_equal(r.rank, again.rank, m.graph.n * sizeof *r.rank);
        assert_memory_equal(r.start, again.start, m.graph.n * sizeof *r.start);
        made_free(&m);
    }
}

static void an_earlier_answer_is_where_it_begins(void **state)
{
    (void)state;
    uint64_t seed = 17;
    for (int round = 0; round < ROUNDS; round++) {
        AUTO(arena_free) struct arena a = {0};
        struct made m;
        struct lookahead_answer r, again;
        made_graph(&seed, 1 + (size_t)(round % MADE_KINDS), TIMETABLE_WAITS, &m);
        struct lookahead l = ask(&m);
        assert_int_equal(lookahead_make(&l, &a, &r), 0);
        l.so_far = r.rank;
        l.schedules = 2;
        assert_int_equal(lookahead_make(&l, &a, &again), 0);
        assert_true(again.best <= r.best);
        made_free(&m);
    }
}

static bool third(void *arg)
{
    int *asked = arg;
    return ++*asked >= 3;
}

/* On two slots 2 2 2 3 3: the longest first ends at 7, and it can be 6. */
static void two_and_three(struct made *m)
{
    static const msec_t takes[] = {2, 2, 2, 3, 3};
    *m = (struct made){.graph = {.n = 5}, .capacity = {2}, .n_kinds = 1};
    for (size_t i = 0; i < 5; i++) {
        m->units[i][0] = 1;
        m->jobs[i] = (struct timetable_job){.takes = 1000 * takes[i], .units = m->units[i]};
        m->level[i] = m->jobs[i].takes;
    }
}

static void it_ends_when_enough_was_tried(void **state)
{
    (void)state;
    AUTO(arena_free) struct arena a = {0};
    struct made m;
    struct lookahead_answer r;
    int asked = 0;
    two_and_three(&m);
    m.jobs[4].takes = 3001; /* so that the bound is out of reach */
    struct lookahead l = ask(&m);
    l.enough = third;
    l.enough_arg = &asked;
    assert_int_equal(lookahead_make(&l, &a, &r), 0);
    assert_int_equal(r.schedules, 3); /* the plain one and two more */
    asked = INT32_MIN;
    l.schedules = 5;
    assert_int_equal(lookahead_make(&l, &a, &r), 0);
    assert_int_equal(r.schedules, 5);
}

static void it_ends_at_the_bound(void **state)
{
    (void)state;
    AUTO(arena_free) struct arena a = {0};
    struct made m;
    struct lookahead_answer r;
    two_and_three(&m);
    struct lookahead l = ask(&m);
    l.schedules = 100000;
    assert_int_equal(lookahead_make(&l, &a, &r), 0);
    assert_int_equal(r.plain, 7000);
    assert_int_equal(r.best, 6000);
    assert_int_equal(r.bound, 6000);
    assert_true(r.schedules < 1000);
}

static void where_the_plain_order_is_as_good_it_stays(void **state)
{
    (void)state;
    AUTO(arena_free) struct arena a = {0};
    struct made m;
    struct lookahead_answer r;
    two_and_three(&m);
    m.graph.n = 4;
    struct lookahead l = ask(&m);
    assert_int_equal(lookahead_make(&l, &a, &r), 0);
    assert_int_equal(r.best, r.plain);
    assert_memory_equal(r.rank, m.level, 4 * sizeof *r.rank);
}

static void what_cannot_be_has_no_answer(void **state)
{
    (void)state;
    AUTO(arena_free) struct arena a = {0};
    struct made m;
    struct lookahead_answer r;
    two_and_three(&m);
    m.units[2][0] = 3;
    struct lookahead l = ask(&m);
    assert_int_equal(lookahead_make(&l, &a, &r), -1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_is_never_worse_than_the_plain_order),
        cmocka_unit_test(the_same_question_has_the_same_answer),
        cmocka_unit_test(an_earlier_answer_is_where_it_begins),
        cmocka_unit_test(it_ends_when_enough_was_tried),
        cmocka_unit_test(it_ends_at_the_bound),
        cmocka_unit_test(where_the_plain_order_is_as_good_it_stays),
        cmocka_unit_test(what_cannot_be_has_no_answer),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
