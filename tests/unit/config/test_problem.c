/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>
#include "config/cycle.h"
#include "config/problem.h"

static void expect_shown(const char *source, struct ymark at, struct ymark end, const char *text, const char *want)
{
    AUTO(problems_free) struct problems p = {0};
    AUTO(buf_free) struct buf got = {0};
    problem_add(&p, PROBLEM_ERROR, "ci.yml", places_new(sv_of(source), &p.arena), at, end, "unknown-key", "%s", text);
    assert_int_equal(p.n_errors, 1);
    problems_write(&p, &got);
    assert_string_equal(got.p, want);
}

static void a_problem_looks_as_the_specification_shows(void **state)
{
    (void)state;
    expect_shown("a\nb\nc\nd\ne\nf\n    brances: [main]\n", (struct ymark){7, 5}, (struct ymark){7, 12},
                 "unknown key \"brances\" (did you mean \"branches\"?)",
                 "ci.yml:7:5: error: unknown key \"brances\" (did you mean \"branches\"?) [unknown-key]\n"
                 "   7 |     brances: [main]\n"
                 "     |     ^~~~~~~\n");
}

static void a_problem_of_the_whole_file_has_no_position(void **state)
{
    (void)state;
    expect_shown("", (struct ymark){0}, (struct ymark){0}, "is empty", "ci.yml: error: is empty [unknown-key]\n");
}

static void columns_count_characters_and_tabs_stay(void **state)
{
    (void)state;
    expect_shown("\xc3\xa4\t\xe2\x82\xac x\n", (struct ymark){1, 5}, (struct ymark){1, 6}, "t",
                 "ci.yml:1:5: error: t [unknown-key]\n"
                 "   1 | \xc3\xa4\t\xe2\x82\xac x\n"
                 "     |  \t  ^\n");
}

static void a_token_of_many_lines_is_underlined_to_the_end_of_the_first(void **state)
{
    (void)state;
    expect_shown("ab: |\n  x\n", (struct ymark){1, 2}, (struct ymark){3, 1}, "t",
                 "ci.yml:1:2: error: t [unknown-key]\n"
                 "   1 | ab: |\n"
                 "     |  ^~~~\n");
}

static void control_characters_do_not_reach_the_terminal(void **state)
{
    (void)state;
    expect_shown("\x1b[2J\r\n", (struct ymark){1, 1}, (struct ymark){1, 2},
                 "a\x1b"
                 "b\n",
                 "ci.yml:1:1: error: a\\x1bb\\x0a [unknown-key]\n"
                 "   1 | \\x1b[2J\n"
                 "     | ^\n");
}

static void a_position_behind_the_end_shows_no_line(void **state)
{
    (void)state;
    expect_shown("x", (struct ymark){9, 1}, (struct ymark){9, 2}, "t", "ci.yml:9:1: error: t [unknown-key]\n");
    expect_shown("x", (struct ymark){1, 4}, (struct ymark){1, 9}, "t",
                 "ci.yml:1:4: error: t [unknown-key]\n   1 | x\n     |  ^\n");
}

static void of_a_long_line_only_a_part_is_shown(void **state)
{
    (void)state;
    AUTO(problems_free) struct problems p = {0};
    AUTO(buf_free) struct buf source = {0};
    for (int i = 0; i < 100000; i++)
        buf_str(&source, "0123456789");
    struct places *places = places_new(buf_view(&source), &p.arena);
    for (int i = 0; i < 1000; i++)
        problem_add(&p, PROBLEM_ERROR, "f", places, (struct ymark){1, 500001}, (struct ymark){1, 500005}, "x", "t");
    assert_int_equal(strlen(p.list.at[0].line), 200);
    assert_int_equal(p.list.at[0].line[500001 - p.list.at[0].shift - 1], '0');
    assert_int_equal(p.n_errors, 1000);
    assert_true(p.arena.used < 100000);
}

static void warnings_are_no_errors(void **state)
{
    (void)state;
    AUTO(problems_free) struct problems p = {0};
    AUTO(buf_free) struct buf got = {0};
    problem_add(&p, PROBLEM_WARNING, "f", places_new(SV("x"), &p.arena), (struct ymark){1, 1}, (struct ymark){1, 2},
                "c", "n = %d", 3);
    problems_write(&p, &got);
    assert_int_equal(p.n_errors, 0);
    assert_string_equal(got.p, "f:1:1: warning: n = 3 [c]\n   1 | x\n     | ^\n");
}

static void the_nearest_name_is_suggested(void **state)
{
    (void)state;
    static const char *const names[] = {"branches", "branches-ignore", "tags", "name", "if", "run"};
    static const struct {
        const char *word, *want;
    } rows[] = {
        {"brances", "branches"},
        {"barnches", "branches"},
        {"brnachse", "branches"},
        {"abranches", "branches"},
        {"bramchez", "branches"},
        {"bamches", "branches"},
        {"branches_ignore", "branches-ignore"},
        {"tgas", "tags"},
        {"Name", "name"},
        {"nmae", "name"},
        {"fi", NULL},
        {"ru", NULL},
        {"runs", "run"},
        {"xyz", NULL},
        {"", NULL},
        {"brnches", "branches"},
        {"branchesxxx", NULL},
        {"nnnnname", NULL},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        const char *got = suggest(sv_of(rows[i].word), names, ARRAY_LEN(names));
        if (!got != !rows[i].want || (got && strcmp(got, rows[i].want) != 0))
            fail_msg("%s -> %s", rows[i].word, got ? got : "nothing");
    }
}

static void collect(void *ctx, const size_t *path, size_t n)
{
    static const char *const names[] = {"a", "b", "c", "d"};
    AUTO(arena_free) struct arena a = {0};
    buf_fmt(ctx, "%s;", cycle_text(&a, names, path, n));
}

static void every_cycle_is_found_with_its_path(void **state)
{
    (void)state;
    AUTO(buf_free) struct buf got = {0};
    size_t a[] = {1}, b[] = {2, 1}, c[] = {0, 3}, d[] = {2};
    const struct edges nodes[] = {{a, 1}, {b, 2}, {c, 2}, {d, 1}};
    cycles_each(nodes, 4, collect, &got);
    assert_string_equal(got.p, "a -> b -> c -> a;c -> d -> c;b -> b;");
}

static void a_long_chain_is_no_cycle(void **state)
{
    (void)state;
    enum { N = 200000 };
    AUTO(buf_free) struct buf got = {0};
    struct edges *nodes = mem_new(N * sizeof *nodes);
    size_t *to = mem_new(N * sizeof *to);
    for (size_t i = 0; i + 1 < N; i++) {
        to[i] = i + 1;
        nodes[i] = (struct edges){&to[i], 1};
    }
    cycles_each(nodes, N, collect, &got);
    assert_int_equal(got.n, 0);
    mem_free(nodes);
    mem_free(to);
}

static void a_long_cycle_is_shortened(void **state)
{
    (void)state;
    AUTO(arena_free) struct arena a = {0};
    const char *names[30];
    size_t path[31];
    for (size_t i = 0; i < 31; i++)
        path[i] = i % 30;
    for (size_t i = 0; i < 30; i++)
        names[i] = i ? "x" : "first";
    const char *text = cycle_text(&a, names, path, 31);
    assert_non_null(strstr(text, "x -> … -> first"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_problem_looks_as_the_specification_shows),
        cmocka_unit_test(a_problem_of_the_whole_file_has_no_position),
        cmocka_unit_test(columns_count_characters_and_tabs_stay),
        cmocka_unit_test(a_token_of_many_lines_is_underlined_to_the_end_of_the_first),
        cmocka_unit_test(control_characters_do_not_reach_the_terminal),
        cmocka_unit_test(a_position_behind_the_end_shows_no_line),
        cmocka_unit_test(of_a_long_line_only_a_part_is_shown),
        cmocka_unit_test(warnings_are_no_errors),
        cmocka_unit_test(the_nearest_name_is_suggested),
        cmocka_unit_test(every_cycle_is_found_with_its_path),
        cmocka_unit_test(a_long_chain_is_no_cycle),
        cmocka_unit_test(a_long_cycle_is_shortened),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
