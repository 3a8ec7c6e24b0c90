/* SPDX-License-Identifier: Apache-2.0 */
/* The parts of `fettle import` that do not print: edits by position, how a shell reads a place, rules as conditions. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>
#include "server/cli/import_actions.h"
#include "server/cli/import_hook.h"

static void edits_keep_what_they_do_not_touch(void **state)
{
    (void)state;
    struct edits x;
    AUTO(buf_free) struct buf out = {0};
    edits_open(&x, SV("ä: one\nb: two\n"));
    edits_put(&x, edits_offset(&x, (struct ymark){2, 4}), 3, "2");
    edits_put(&x, edits_offset(&x, (struct ymark){1, 4}), 0, "<");
    edits_put(&x, edits_offset(&x, (struct ymark){1, 4}), 0, "<"); /* the same place by an alias */
    edits_put(&x, edits_offset(&x, (struct ymark){2, 5}), 1, "x"); /* inside of the first */
    edits_apply(&x, &out);
    assert_string_equal(out.p, "ä: <one\nb: 2\n");
    edits_free(&x);
}

static void edits_know_where_their_result_came_from(void **state)
{
    (void)state;
    struct edits x;
    AUTO(buf_free) struct buf out = {0};
    edits_open(&x, SV("abcdef"));
    edits_put(&x, 2, 2, "LONG");
    edits_put(&x, 5, 0, "+");
    edits_apply(&x, &out);
    assert_string_equal(out.p, "abLONGe+f");
    static const size_t from[] = {0, 1, 2, 2, 2, 2, 4, 5, 5, 6};
    for (size_t i = 0; i < ARRAY_LEN(from); i++)
        assert_int_equal(edits_origin(&x, i), from[i]);
    edits_free(&x);
}

static void marks_and_offsets_are_each_others_inverse(void **state)
{
    (void)state;
    struct edits x;
    edits_open(&x, SV("a\nüb\n\nc"));
    for (size_t i = 0; i <= x.source.n; i++)
        if (i == x.source.n || (x.source.p[i] & 0xc0) != 0x80)
            assert_int_equal(edits_offset(&x, edits_mark(&x, i)), i);
    assert_int_equal(edits_offset(&x, (struct ymark){9, 1}), x.source.n);
    edits_free(&x);
}

static void lines_end_where_yaml_ends_them(void **state)
{
    (void)state;
    static const char *const texts[] = {"a\nb",        "a\r\nb",          "a\rb",
                                        "a\xc2\x85" "b", "a\xe2\x80\xa8" "b", "a\xe2\x80\xa9" "b"};
    for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
        struct edits x;
        edits_open(&x, sv_of(texts[i]));
        assert_int_equal(x.lines.n, 2);
        assert_int_equal(edits_offset(&x, (struct ymark){2, 1}), strlen(texts[i]) - 1);
        edits_free(&x);
    }
}

/* `@` is the place. */
static void a_shell_reads_a_place_as_it_is_quoted(void **state)
{
    (void)state;
    static const struct {
        const char *script;
        enum shell_place place;
    } cases[] = {
        {"@", SHELL_BARE},
        {"echo @", SHELL_BARE},
        {"echo \"a @\"", SHELL_DOUBLE},
        {"echo 'a @'", SHELL_SINGLE},
        {"echo $'a\\' @'", SHELL_SINGLE},
        {"echo 'a' @", SHELL_BARE},
        {"echo \"it's @\"", SHELL_DOUBLE},
        {"echo \\' @", SHELL_BARE},
        {"echo \"$(echo '@')\"", SHELL_SINGLE},
        {"echo \"$(echo @)\"", SHELL_BARE},
        {"echo \"$(echo x) @\"", SHELL_DOUBLE},
        {"echo \"`echo '@'`\"", SHELL_SINGLE},
        {"# don't @", SHELL_COMMENT},
        {"# don't\necho @", SHELL_BARE},
        {"echo a#b' @'", SHELL_SINGLE},
        {"cat <<END\n'@'\nEND", SHELL_DOUBLE},
        {"cat <<'END'\n@\nEND", SHELL_VERBATIM},
        {"cat <<\\END\n@\nEND", SHELL_VERBATIM},
        {"cat <<-\"END\"\n\t@\n\tEND", SHELL_VERBATIM},
        {"cat <<'END'\nx'\nEND\necho @", SHELL_BARE},
        {"cat <<'END' '@'\nx\nEND", SHELL_SINGLE},
        {"cat <<< '@'", SHELL_SINGLE},
        {"case x in a) echo '@';; esac", SHELL_SINGLE},
        {"echo ${{ 'it''s' }} @", SHELL_BARE},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct sv s = sv_of(cases[i].script);
        if (shell_place_at(s, (size_t)sv_chr(s, '@')) != cases[i].place)
            fail_msg("%s: %d", cases[i].script, (int)shell_place_at(s, (size_t)sv_chr(s, '@')));
    }
}

static void expressions_end_at_their_own_braces(void **state)
{
    (void)state;
    assert_int_equal(expression_end(SV("${{ a }}b"), 0), 8);
    assert_int_equal(expression_end(SV("${{ '}}' }}"), 0), 11);
    assert_int_equal(expression_end(SV("${{ 'it''s }}' }}"), 0), 17);
    assert_int_equal(expression_end(SV("${{ a }"), 0), 0);
    assert_int_equal(expression_end(SV("${{ 'a }}"), 0), 0);
}

static void simple_regular_expressions_become_conditions(void **state)
{
    (void)state;
    static const struct {
        const char *regex, *cond;
    } cases[] = {
        {"^refs/heads/main$", "x == 'refs/heads/main'"},
        {"^refs/heads/", "startsWith(x, 'refs/heads/')"},
        {"^refs/heads/.*$", "startsWith(x, 'refs/heads/')"},
        {"\\.txt$", "endsWith(x, '.txt')"},
        {"deploy", "contains(x, 'deploy')"},
        {"it's", "contains(x, 'it''s')"},
        {"^(ann|bob)$", "(x == 'ann' || x == 'bob')"},
        {"^refs/(?:heads|tags)/", "(startsWith(x, 'refs/heads/') || startsWith(x, 'refs/tags/'))"},
        {"^a$|b", "(x == 'a' || contains(x, 'b'))"},
        {"(?i)^A$", "x == 'A'"},
        {"\\$$", "endsWith(x, '$')"},
        {"^v\\d+$", NULL},
        {"a.c", NULL},
        {"[ab]", NULL},
        {"(a(b|c))", NULL},
        {"a+", NULL},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        AUTO(arena_free) struct arena a = {0};
        const char *got = hook_regex(&a, "x", cases[i].regex);
        if (!got != !cases[i].cond || (got && strcmp(got, cases[i].cond) != 0))
            fail_msg("%s: %s", cases[i].regex, got ? got : "(none)");
    }
}

static void actions_are_known_by_name_or_by_owner(void **state)
{
    (void)state;
    assert_int_equal(known_action(SV("actions/checkout@v4"))->verdict, KNOWN_BUILTIN);
    assert_int_equal(known_action(SV("actions/setup-node@v4"))->verdict, KNOWN_HOST);
    assert_int_equal(known_action(SV("actions/setup-something@v1"))->verdict, KNOWN_HOST);
    assert_int_equal(known_action(SV("Swatinem/rust-cache@v2"))->verdict, KNOWN_SPARE);
    assert_string_equal(known_action(SV("docker/other@v1"))->name, "docker/");
    assert_string_equal(known_action(SV("github/codeql-action/init@v3"))->name, "github/codeql-action");
    assert_string_equal(known_action(SV("actions/checkout-x@v4"))->name, "");
    assert_string_equal(known_action(SV("./.github/actions/x"))->name, "./");
    assert_string_equal(known_action(SV("nobody/nothing@v1"))->name, "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(edits_keep_what_they_do_not_touch),
        cmocka_unit_test(edits_know_where_their_result_came_from),
        cmocka_unit_test(marks_and_offsets_are_each_others_inverse),
        cmocka_unit_test(lines_end_where_yaml_ends_them),
        cmocka_unit_test(a_shell_reads_a_place_as_it_is_quoted),
        cmocka_unit_test(expressions_end_at_their_own_braces),
        cmocka_unit_test(simple_regular_expressions_become_conditions),
        cmocka_unit_test(actions_are_known_by_name_or_by_owner),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
