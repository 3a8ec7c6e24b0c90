/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>
#include "plan/path.h"

/*   0 -> 1 -> 3
 *   0 -> 2 -> 3     4 */
static void a_level_is_the_longest_way_to_the_end(void **state)
{
    static const msec_t estimates[] = {5, 10, 20, 1, 7}, want[] = {26, 11, 21, 1, 7};
    struct graph g = {.n = 5};
    AUTO(arena_free) struct arena a = {0};
    msec_t levels[5];
    size_t node;
    (void)state;
    graph_edge(&g, 0, 1);
    graph_edge(&g, 1, 3);
    graph_edge(&g, 0, 2);
    graph_edge(&g, 2, 3);
    assert_int_equal(path_levels(&g, estimates, &a, levels, &node), 0);
    assert_memory_equal(levels, want, sizeof want);
    graph_free(&g);
}

/* The legs 1 and 2 come together in 3, which takes no time of its own. */
static void points_without_an_estimate_pass_levels_on(void **state)
{
    static const msec_t estimates[] = {0, 4, 6, 0, 9}, want[] = {15, 13, 15, 9, 9};
    struct graph g = {.n = 5};
    AUTO(arena_free) struct arena a = {0};
    msec_t levels[5];
    size_t node;
    (void)state;
    graph_edge(&g, 0, 1);
    graph_edge(&g, 0, 2);
    graph_edge(&g, 1, 3);
    graph_edge(&g, 2, 3);
    graph_edge(&g, 3, 4);
    assert_int_equal(path_levels(&g, estimates, &a, levels, &node), 0);
    assert_memory_equal(levels, want, sizeof want);
    graph_free(&g);
}

static void a_cycle_is_refused_and_one_of_it_named(void **state)
{
    static const msec_t estimates[] = {1, 1, 1, 1};
    struct graph g = {.n = 4};
    AUTO(arena_free) struct arena a = {0};
    msec_t levels[4];
    size_t node = 9;
    (void)state;
    graph_edge(&g, 0, 1);
    graph_edge(&g, 1, 2);
    graph_edge(&g, 2, 1);
    graph_edge(&g, 2, 3);
    assert_int_equal(path_levels(&g, estimates, &a, levels, &node), -1);
    assert_in_range(node, 1, 2);
    graph_free(&g);
}

/* 3 must finish first because of what is behind it, though 1 has the longer way in all. */
static void by_the_latest_finish_what_is_behind_a_job_counts_more_than_the_job(void **state)
{
    (void)state;
    assert_true(path_rank(PATH_LEVEL, 30, 25) > path_rank(PATH_LEVEL, 28, 2));
    assert_true(path_rank(PATH_LATEST_FINISH, 30, 25) < path_rank(PATH_LATEST_FINISH, 28, 2));
    assert_true(path_rank(PATH_LATEST_FINISH, 30, 10) > path_rank(PATH_LATEST_FINISH, 25, 5));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_level_is_the_longest_way_to_the_end),
        cmocka_unit_test(points_without_an_estimate_pass_levels_on),
        cmocka_unit_test(a_cycle_is_refused_and_one_of_it_named),
        cmocka_unit_test(by_the_latest_finish_what_is_behind_a_job_counts_more_than_the_job),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
