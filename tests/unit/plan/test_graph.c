/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>
#include <stdio.h>
#include "plan/graph.h"

enum { MANY = 10 };

/* edges "01 12": 1 needs 0, 2 needs 1; want: the order, or the node on the cycle after '!'. */
static void orders_are_kahns_with_the_smallest_first(void **state)
{
    static const struct {
        size_t n;
        const char *edges, *want;
    } rows[] = {
        {0, "", ""},           {1, "", "0"},           {3, "", "012"},         {3, "20 21", "201"},
        {4, "32 21 10", "3210"}, {4, "03 13 23", "0123"}, {4, "30 31", "2301"}, {3, "01 12 20", "!0"},
        {4, "12 21", "!1"},    {2, "11", "!1"},        {4, "01 01 13", "0123"},
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct graph g = {.n = rows[i].n};
        size_t order[MANY], bad = 99;
        char got[MANY + 2] = "";
        for (const char *p = rows[i].edges; *p; p += p[2] ? 3 : 2)
            graph_edge(&g, (size_t)(p[0] - '0'), (size_t)(p[1] - '0'));
        if (graph_order(&g, order, &bad) < 0) {
            got[0] = '!';
            got[1] = (char)('0' + bad);
        } else {
            for (size_t k = 0; k < g.n; k++)
                got[k] = (char)('0' + order[k]);
        }
        assert_string_equal(got, rows[i].want);
        graph_free(&g);
    }
}

/* Repositories a..e in the order of the letters; "ba" = b depends on a. */
static void repositories_follow_coordination_and_dependencies(void **state)
{
    static const struct {
        const char *dependencies, *listed;
        enum coordination how;
        const char *want; /* pairs: the first is done before the second starts */
    } rows[] = {
        {"", "abc", COORD_SEQUENTIAL, "ab ac bc"},
        {"", "cba", COORD_SEQUENTIAL, "cb ca ba"},
        {"", "abc", COORD_PARALLEL, ""},
        {"ba", "abc", COORD_NONE, ""},
        {"ba", "bac", COORD_PARALLEL, "ab"},
        {"ba", "bac", COORD_SEQUENTIAL, "ab ac bc"},
        {"ba cb", "ca", COORD_PARALLEL, "ac"},       /* through b, which is not listed */
        {"ba cb dc ed", "ea", COORD_SEQUENTIAL, "ae"},
        {"ba ca db dc", "dcba", COORD_PARALLEL, "ab ac ad bd cd"},
        {"ba ca db dc", "dcba", COORD_SEQUENTIAL, "ac ab ad cb cd bd"},
        {"ab ba", "ab", COORD_SEQUENTIAL, "ab ba"}, /* refused when read; here it only has to end */
        {"", "a", COORD_SEQUENTIAL, ""},
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        static const char *const names[] = {"a", "b", "c", "d", "e"};
        const char *dependencies[5][5] = {{0}}, *aliases[5];
        struct repo at[5] = {{0}};
        struct repo_set repos = {.at = at, .n = 5};
        bool before[25];
        size_t n = strlen(rows[i].listed), found = 0;
        for (size_t k = 0; k < 5; k++)
            at[k] = (struct repo){.alias = names[k], .dependencies = dependencies[k]};
        for (const char *p = rows[i].dependencies; *p; p += p[2] ? 3 : 2) {
            struct repo *r = &at[p[0] - 'a'];
            r->dependencies[r->n_dependencies++] = names[p[1] - 'a'];
        }
        for (size_t k = 0; k < n; k++)
            aliases[k] = names[rows[i].listed[k] - 'a'];
        coordination_edges(&repos, aliases, n, rows[i].how, before);
        for (size_t k = 0; k < n * n; k++) {
            char pair[] = {rows[i].listed[k / n], rows[i].listed[k % n], 0};
            if (before[k] && !strstr(rows[i].want, pair))
                fail_msg("row %zu: %s is too much", i, pair);
            found += before[k];
        }
        assert_int_equal(found, (strlen(rows[i].want) + 1) / 3);
    }
}

/* Every repository depends on all before it: more ways through the graph than there is time to walk. */
static void dense_dependencies_take_no_time(void **state)
{
    enum { N = 200 };
    static char names[N][8];
    static const char *dependencies[N], *aliases[N];
    static struct repo at[N];
    static bool before[N * N];
    struct repo_set repos = {.at = at, .n = N};
    (void)state;
    for (size_t i = 0; i < N; i++) {
        snprintf(names[i], sizeof names[i], "r%zu", i);
        aliases[i] = dependencies[N - 1 - i] = names[i];
        at[i] = (struct repo){.alias = names[i]};
    }
    for (size_t i = 0; i < N; i++) { /* the i names before it, which stand at the end of the list */
        at[i].dependencies = &dependencies[N - i];
        at[i].n_dependencies = i;
    }
    coordination_edges(&repos, aliases, N, COORD_SEQUENTIAL, before);
    for (size_t i = 0; i < N; i++)
        for (size_t j = 0; j < N; j++)
            assert_int_equal(before[i * N + j], i < j);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(orders_are_kahns_with_the_smallest_first),
        cmocka_unit_test(repositories_follow_coordination_and_dependencies),
        cmocka_unit_test(dense_dependencies_take_no_time),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
