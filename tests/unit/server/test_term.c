/* SPDX-License-Identifier: Apache-2.0 */
/* Widths of text, lines that flow, tables that fit, times as people say them. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>
#include "server/cli/table.h"
#include "server/cli/term.h"

static void wide_characters_take_two_columns_and_marks_none(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        size_t columns;
    } cases[] = {{"", 0},     {"abc", 3},  {"née", 3},      {"ne\u0301e", 3},
                 {"日本", 4}, {"👍 ok", 5}, {"a\u200bb", 2}, {"…", 1}};
    for (size_t i = 0; i < ARRAY_LEN(cases); i++)
        if (text_width(sv_of(cases[i].text)) != cases[i].columns)
            fail_msg("%s takes %zu", cases[i].text, text_width(sv_of(cases[i].text)));
}

static void text_is_cut_at_a_whole_character(void **state)
{
    (void)state;
    static const struct {
        const char *text, *cut;
        size_t columns;
    } cases[] = {{"abcdef", "abcdef", 6},
                 {"abcdef", "abcd…", 5},
                 {"日本語", "日…", 4},
                 {"日本語", "日本語", 6},
                 {"e\u0301e\u0301e\u0301", "e\u0301…", 2},
                 {"abc", "…", 1},
                 {"abc", "", 0}};
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        AUTO(buf_free) struct buf b = {0};
        text_put_cut(sv_of(cases[i].text), cases[i].columns, &b);
        if (!sv_is(buf_view(&b), cases[i].cut))
            fail_msg("%s in %zu: %s", cases[i].text, cases[i].columns, b.n ? b.p : "");
    }
}

static void lines_flow_but_those_that_begin_with_a_blank(void **state)
{
    (void)state;
    AUTO(buf_free) struct buf b = {0};
    text_wrap(SV("one two three four\nfive\n\n  stays as   it is\nsix\x1fseven eight\n"), 0, 2, 12, &b);
    assert_string_equal(b.p, "one two\n  three four\n  five\n\n    stays as   it is\n  six seven\n  eight\n");
}

static void fill(struct table *t)
{
    static const char *const cells[] = {"0apmxcxtg0000", "2026-11-30T14:06:46Z", "a workflow with a long name",
                                        "github:an-organisation/a-repository", "success"};
    for (size_t i = 0; i < ARRAY_LEN(cells); i++)
        table_add(t, sv_of(cells[i]));
}

static const char *const heads[] = {"ID", "CREATED", "WORKFLOW", "REPOSITORY", "STATE", NULL};

static void a_table_fits_and_keeps_what_may_not_be_cut(void **state)
{
    (void)state;
    const struct listing l = {0};
    for (int width = 40; width < 130; width += 3) {
        AUTO(table_free) struct table t = {.heads = heads, .ranks = "01230"};
        AUTO(buf_free) struct buf b = {0};
        struct sv rest, line;
        fill(&t);
        table_write(&t, &l, width, &b);
        assert_non_null(strstr(b.p, "0apmxcxtg0000"));
        assert_non_null(strstr(b.p, "success"));
        for (rest = buf_view(&b); rest.n && sv_next(&rest, '\n', &line);)
            if (text_width(line) > (size_t)width || (line.n && line.p[line.n - 1] == ' '))
                fail_msg("%d: %.*s", width, SV_ARG(line));
    }
}

static void where_no_width_is_known_nothing_is_cut(void **state)
{
    (void)state;
    const struct listing l = {.quiet = true};
    AUTO(table_free) struct table t = {.heads = heads};
    AUTO(buf_free) struct buf b = {0};
    fill(&t);
    table_write(&t, &l, 0, &b);
    assert_string_equal(b.p, "0apmxcxtg0000  2026-11-30T14:06:46Z  a workflow with a long name  "
                             "github:an-organisation/a-repository  success\n");
}

static void times_are_told_as_people_say_them(void **state)
{
    (void)state;
    static const struct {
        int64_t s;
        const char *said;
    } cases[] = {{0, "0 s ago"},
                 {59, "59 s ago"},
                 {60, "1 min ago"},
                 {3599, "59 min ago"},
                 {3600, "1 h ago"},
                 {172799, "47 h ago"},
                 {172800, "2 d ago"},
                 {86400 * 59, "59 d ago"},
                 {86400 * 61, "2 months ago"},
                 {86400 * 800, "2 years ago"},
                 {-30, "in 30 s"},
                 {-7200, "in 2 h"}};
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        char text[32];
        struct sv said = time_relative(1000000000000, 1000000000000 + cases[i].s * 1000, text);
        if (!sv_is(said, cases[i].said))
            fail_msg("%lld: %.*s", (long long)cases[i].s, SV_ARG(said));
    }
}

static void without_a_terminal_times_are_exact(void **state)
{
    (void)state;
    char text[32];
    assert_true(sv_is(time_told(SV("2026-11-22T16:05:09.123Z"), text), "2026-11-22T16:05:09Z"));
    assert_true(sv_is(time_told(SV("soon"), text), "soon"));
    term_setup(&(const struct cli_call){.times = TIMES_RELATIVE});
    assert_true(sv_starts(time_told(SV("2001-01-01T00:00:00Z"), text), SV("2")));
    assert_non_null(strstr(text, "years ago"));
    term_setup(&(const struct cli_call){0});
}

static void colours_follow_what_was_asked(void **state)
{
    (void)state;
    term_setup(&(const struct cli_call){0});
    assert_false(term_has_colour());
    term_setup(&(const struct cli_call){.colour = COLOUR_ALWAYS});
    assert_true(term_has_colour());
    setenv("CLICOLOR_FORCE", "1", 1);
    term_setup(&(const struct cli_call){0});
    assert_true(term_has_colour());
    setenv("NO_COLOR", "1", 1);
    term_setup(&(const struct cli_call){0});
    assert_false(term_has_colour());
    unsetenv("NO_COLOR");
    unsetenv("CLICOLOR_FORCE");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(wide_characters_take_two_columns_and_marks_none),
        cmocka_unit_test(text_is_cut_at_a_whole_character),
        cmocka_unit_test(lines_flow_but_those_that_begin_with_a_blank),
        cmocka_unit_test(a_table_fits_and_keeps_what_may_not_be_cut),
        cmocka_unit_test(where_no_width_is_known_nothing_is_cut),
        cmocka_unit_test(times_are_told_as_people_say_them),
        cmocka_unit_test(without_a_terminal_times_are_exact),
        cmocka_unit_test(colours_follow_what_was_asked),
    };
    unsetenv("NO_COLOR");
    unsetenv("CLICOLOR_FORCE");
    return cmocka_run_group_tests(tests, NULL, NULL);
}
