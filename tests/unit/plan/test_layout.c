/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>
#include "plan/layout.h"

/* Edges as pairs of letters: "ab bc" is a -> b -> c. */
static void made_of(const char *pairs, size_t n, struct graph *g)
{
    *g = (struct graph){.n = n};
    for (const char *p = pairs; *p; p += p[2] ? 3 : 2)
        graph_edge(g, (size_t)(p[0] - 'a'), (size_t)(p[1] - 'a'));
}

static void jobs_stand_behind_the_last_of_those_they_need(void **state)
{
    (void)state;
    AUTO(arena_free) struct arena a = {0};
    struct graph g;
    struct layout l;
    size_t bad;
    static const msec_t weight[] = {1, 1, 1, 1, 1};
    static const size_t layers[] = {0, 1, 2, 1, 3};
    made_of("ab bc ac ad ce de", 5, &g);
    assert_int_equal(layout_make(&g, weight, &a, &l, &bad), 0);
    assert_memory_equal(l.layer, layers, sizeof layers);
    assert_int_equal(l.n_layers, 4);
    assert_int_equal(l.tallest, 2);
    assert_int_equal(l.n_edges, 5); /* a -> c is implied */
    for (size_t i = 0; i < l.n_edges; i++)
        assert_false(l.edges[i].from == 0 && l.edges[i].to == 2);
    graph_free(&g);
}

static void the_critical_path_is_the_longest_by_weight_and_not_by_number(void **state)
{
    (void)state;
    AUTO(arena_free) struct arena a = {0};
    struct graph g;
    struct layout l;
    size_t bad, marked = 0;
    static const msec_t weight[] = {5, 1, 1, 10, 2};
    made_of("ab bc ad ce de", 5, &g);
    assert_int_equal(layout_make(&g, weight, &a, &l, &bad), 0);
    static const bool critical[] = {true, false, false, true, true};
    assert_memory_equal(l.critical, critical, sizeof critical);
    for (size_t i = 0; i < l.n_edges; i++)
        marked += l.edges[i].critical;
    assert_int_equal(marked, 2);
    graph_free(&g);
}

static void places_follow_the_neighbours_so_that_ways_do_not_cross(void **state)
{
    (void)state;
    AUTO(arena_free) struct arena a = {0};
    struct graph g;
    struct layout l;
    size_t bad;
    static const msec_t weight[6] = {0};
    made_of("ae bd cf", 6, &g); /* d, e, f in the order of numbers would cross */
    assert_int_equal(layout_make(&g, weight, &a, &l, &bad), 0);
    for (size_t i = 0; i < l.n_edges; i++)
        assert_int_equal(l.slot[l.edges[i].from], l.slot[l.edges[i].to]);
    graph_free(&g);
}

static void a_long_edge_has_a_place_of_its_own_in_the_layers_between(void **state)
{
    (void)state;
    AUTO(arena_free) struct arena a = {0};
    struct graph g;
    struct layout l;
    size_t bad, seen = 0;
    static const msec_t weight[5] = {0};
    made_of("ab bc cd ed", 5, &g); /* e -> d passes by b and c */
    assert_int_equal(layout_make(&g, weight, &a, &l, &bad), 0);
    for (size_t i = 0; i < l.n_edges; i++) {
        const struct layout_edge *e = &l.edges[i];
        assert_int_equal(e->n_points, e->from == 4 ? 2 : 0);
        for (size_t k = 0; k < e->n_points; k++) {
            size_t point = e->first_point + k;
            assert_true(point >= 5);
            assert_int_equal(l.layer[point], k + 1);
            assert_int_not_equal(l.slot[point], l.slot[k ? 2 : 1]); /* b is 1, c is 2 */
            seen++;
        }
    }
    assert_int_equal(seen, 2);
    assert_int_equal(l.tallest, 2);
    graph_free(&g);
}

static void cycles_are_told_and_nothing_and_much_is_drawn(void **state)
{
    (void)state;
    AUTO(arena_free) struct arena a = {0};
    struct graph g;
    struct layout l;
    size_t bad = 9;
    static const msec_t weight[500] = {0};
    made_of("ab bc cb", 3, &g);
    assert_int_equal(layout_make(&g, weight, &a, &l, &bad), -1);
    assert_true(bad == 1 || bad == 2);
    graph_free(&g);
    made_of("", 0, &g);
    assert_int_equal(layout_make(&g, weight, &a, &l, &bad), 0);
    assert_int_equal(l.n_layers + l.n_edges, 0);
    g.n = 500;
    for (size_t i = 0; i < g.n; i++)
        for (size_t k = i + 1; k < g.n; k++)
            graph_edge(&g, i, k);
    graph_edge(&g, 0, 1); /* said twice */
    assert_int_equal(layout_make(&g, weight, &a, &l, &bad), 0);
    assert_int_equal(l.n_layers, 500);
    assert_int_equal(l.n_edges, 499);
    graph_free(&g);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(jobs_stand_behind_the_last_of_those_they_need),
        cmocka_unit_test(the_critical_path_is_the_longest_by_weight_and_not_by_number),
        cmocka_unit_test(places_follow_the_neighbours_so_that_ways_do_not_cross),
        cmocka_unit_test(a_long_edge_has_a_place_of_its_own_in_the_layers_between),
        cmocka_unit_test(cycles_are_told_and_nothing_and_much_is_drawn),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
