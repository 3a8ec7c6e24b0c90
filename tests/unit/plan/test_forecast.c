/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>
#include "plan/forecast.h"

enum { MANY = 24 };

static void add(struct graph *g, size_t from, size_t to)
{
    g->n = g->n > to + 1 ? g->n : to + 1;
    graph_edge(g, from, to);
}

static void diamond(struct graph *g, struct forecast_job *j)
{
    static const msec_t takes[] = {4, 2, 3, 5, 1};
    *g = (struct graph){.n = 5};
    add(g, 0, 1);
    add(g, 0, 3);
    add(g, 1, 4);
    add(g, 2, 4);
    add(g, 3, 4);
    for (size_t i = 0; i < 5; i++)
        j[i] = (struct forecast_job){.estimate = takes[i]};
}

static void the_critical_path_is_the_longest_one(void **state)
{
    (void)state;
    AUTO(arena_free) struct arena a = {0};
    struct graph g;
    struct forecast_job j[5];
    struct forecast f;
    size_t bad;
    diamond(&g, j);
    assert_int_equal(forecast_make(&g, j, NULL, 0, 9, &a, &f, &bad), 0);
    assert_int_equal(f.longest, 10);
    assert_int_equal(f.makespan, 10);
    assert_int_equal(f.n_path, 3);
    assert_int_equal(f.path[0], 0);
    assert_int_equal(f.path[1], 3);
    assert_int_equal(f.path[2], 4);
    static const msec_t slack[] = {0, 3, 6, 0, 0};
    for (size_t i = 0; i < 5; i++)
        assert_int_equal(j[i].slack, slack[i]);
    graph_free(&g);
}

static void with_one_slot_jobs_follow_each_other_longest_path_first(void **state)
{
    (void)state;
    AUTO(arena_free) struct arena a = {0};
    struct graph g;
    struct forecast_job j[5];
    struct forecast f;
    size_t bad;
    diamond(&g, j);
    assert_int_equal(forecast_make(&g, j, NULL, 0, 1, &a, &f, &bad), 0);
    static const msec_t start[] = {0, 12, 9, 4, 14};
    for (size_t i = 0; i < 5; i++)
        assert_int_equal(j[i].start, start[i]);
    assert_int_equal(f.makespan, 15);
    graph_free(&g);
}

static void a_bounded_group_runs_no_more_at_once_than_its_bound(void **state)
{
    (void)state;
    AUTO(arena_free) struct arena a = {0};
    struct graph g = {.n = 5};
    struct forecast_job j[5] = {{.estimate = 3, .group = 1}, {.estimate = 3, .group = 1}, {.estimate = 3, .group = 1},
                                {.slotless = true},          {.estimate = 1}};
    const int bounds[] = {1};
    struct forecast f;
    size_t bad;
    for (size_t i = 0; i < 3; i++)
        add(&g, i, 3);
    assert_int_equal(forecast_make(&g, j, bounds, 1, 4, &a, &f, &bad), 0);
    assert_int_equal(f.makespan, 9);
    assert_int_equal(j[1].start, 3);
    assert_int_equal(j[2].start, 6);
    assert_int_equal(j[3].end, 9);
    assert_int_equal(j[4].start, 0); /* the others do not wait for the group */
    graph_free(&g);
}

static void a_wide_job_waits_for_its_slots_and_others_go_past_it(void **state)
{
    (void)state;
    AUTO(arena_free) struct arena a = {0};
    struct graph g = {.n = 4};
    struct forecast_job j[4] = {{.estimate = 5}, {.estimate = 9, .slots = 2}, {.estimate = 2}, {.estimate = 1, .slots = 7}};
    struct forecast f;
    size_t bad;
    add(&g, 0, 3); /* its path is the longest but for the wide one */
    assert_int_equal(forecast_make(&g, j, NULL, 0, 2, &a, &f, &bad), 0);
    assert_int_equal(j[1].start, 0);
    assert_int_equal(j[0].start, 9);
    assert_int_equal(j[2].start, 9);
    assert_int_equal(j[3].start, 14); /* takes all there are */
    j[1].estimate = 3;
    assert_int_equal(forecast_make(&g, j, NULL, 0, 2, &a, &f, &bad), 0);
    assert_int_equal(j[0].start, 0);
    assert_int_equal(j[2].start, 0);
    assert_int_equal(j[1].start, 5);
    graph_free(&g);
}

static void a_lock_is_held_by_one_and_all_locks_are_taken_at_once(void **state)
{
    (void)state;
    AUTO(arena_free) struct arena a = {0};
    static const size_t both[] = {1, 2}, first[] = {1}, second[] = {2};
    struct graph g = {.n = 3};
    struct forecast_job j[3] = {{.estimate = 4, .locks = first, .n_locks = 1},
                                {.estimate = 3, .locks = both, .n_locks = 2},
                                {.estimate = 2, .locks = second, .n_locks = 1}};
    const int bounds[] = {1, 1};
    struct forecast f;
    size_t bad;
    assert_int_equal(forecast_make(&g, j, bounds, 2, 9, &a, &f, &bad), 0);
    assert_int_equal(j[0].start, 0);
    assert_int_equal(j[2].start, 0);
    assert_int_equal(j[1].start, 4);
    assert_int_equal(f.makespan, 7);
    graph_free(&g);
}

static void a_cycle_is_told_by_a_job_on_it(void **state)
{
    (void)state;
    AUTO(arena_free) struct arena a = {0};
    struct graph g = {.n = 5};
    struct forecast_job j[5] = {{.estimate = 1}, {.estimate = 1}, {.estimate = 1}, {.estimate = 1}, {.estimate = 1}};
    struct forecast f;
    size_t bad = 99;
    add(&g, 0, 1); /* before the cycle */
    add(&g, 2, 3);
    add(&g, 3, 2);
    add(&g, 3, 4); /* behind it */
    assert_int_equal(forecast_make(&g, j, NULL, 0, 1, &a, &f, &bad), -1);
    assert_true(bad == 2 || bad == 3);
    graph_free(&g);
}

static void nothing_takes_no_time(void **state)
{
    (void)state;
    AUTO(arena_free) struct arena a = {0};
    struct graph g = {0};
    struct forecast f;
    size_t bad;
    assert_int_equal(forecast_make(&g, NULL, NULL, 0, 1, &a, &f, &bad), 0);
    assert_int_equal(f.makespan, 0);
    assert_int_equal(f.n_path, 0);
}

/* ---- any graph ---- */

static uint32_t dice(uint32_t *seed)
{
    *seed = *seed * 1664525u + 1013904223u;
    return *seed >> 8;
}

/* The longest way that ends with i, by asking all ways. */
static msec_t longest_to(const struct graph *g, const struct forecast_job *j, size_t i)
{
    msec_t best = 0;
    for (size_t e = 0; e < g->edges.n; e++)
        if (g->edges.at[e].to == i) {
            msec_t way = longest_to(g, j, g->edges.at[e].from);
            best = way > best ? way : best;
        }
    return best + j[i].estimate;
}

static int running_at(const struct forecast_job *j, size_t n, msec_t t)
{
    int count = 0;
    for (size_t i = 0; i < n; i++)
        count += j[i].start <= t && t < j[i].end;
    return count;
}

static void random_graph(uint32_t *seed, struct graph *g, struct forecast_job *j)
{
    *g = (struct graph){.n = 1 + dice(seed) % 9};
    for (size_t to = 1; to < g->n; to++)
        for (size_t from = 0; from < to; from++)
            if (dice(seed) % 3 == 0)
                graph_edge(g, from, to);
    for (size_t i = 0; i < g->n; i++)
        j[i] = (struct forecast_job){.estimate = dice(seed) % 6};
}

static void any_graph_keeps_needs_slots_and_bounds_of_time(void **state)
{
    (void)state;
    uint32_t seed = 7;
    for (int round = 0; round < 2000; round++) {
        AUTO(arena_free) struct arena a = {0};
        struct graph g;
        struct forecast_job j[MANY];
        struct forecast f;
        size_t bad;
        int slots = 1 + (int)(dice(&seed) % 4);
        msec_t work = 0, longest = 0, along = 0;
        random_graph(&seed, &g, j);
        assert_int_equal(forecast_make(&g, j, NULL, 0, slots, &a, &f, &bad), 0);
        for (size_t i = 0; i < g.n; i++) {
            msec_t way = longest_to(&g, j, i);
            longest = way > longest ? way : longest;
            work += j[i].estimate;
            assert_int_equal(j[i].end - j[i].start, j[i].estimate);
            assert_true(j[i].slack >= 0);
            assert_true(running_at(j, g.n, j[i].start) <= slots);
        }
        for (size_t i = 0; i < f.n_path; i++) {
            along += j[f.path[i]].estimate;
            assert_int_equal(j[f.path[i]].slack, 0);
        }
        for (size_t e = 0; e < g.edges.n; e++)
            assert_true(j[g.edges.at[e].to].start >= j[g.edges.at[e].from].end);
        assert_int_equal(f.longest, longest);
        assert_int_equal(along, longest);
        /* Graham: no list schedule is worse than this, and none is better than its parts. */
        assert_true(f.makespan >= longest && f.makespan * slots >= work);
        assert_true(f.makespan * slots <= work + longest * (slots - 1));
        graph_free(&g);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_critical_path_is_the_longest_one),
        cmocka_unit_test(with_one_slot_jobs_follow_each_other_longest_path_first),
        cmocka_unit_test(a_bounded_group_runs_no_more_at_once_than_its_bound),
        cmocka_unit_test(a_wide_job_waits_for_its_slots_and_others_go_past_it),
        cmocka_unit_test(a_lock_is_held_by_one_and_all_locks_are_taken_at_once),
        cmocka_unit_test(a_cycle_is_told_by_a_job_on_it),
        cmocka_unit_test(nothing_takes_no_time),
        cmocka_unit_test(any_graph_keeps_needs_slots_and_bounds_of_time),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
