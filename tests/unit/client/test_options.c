/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>
#include "hooks/client/options.h"

enum { WORDS = 12 };
#define READ(o, e, skip, ...) read_words((const char *[WORDS]){"fettle-hook", __VA_ARGS__}, skip, o, e)

static int read_words(const char *const *argv, const char *skip, struct hook_options *ret, struct err *e)
{
    int argc = 0;
    while (argc < WORDS && argv[argc])
        argc++;
    return hook_options_read(argc, argv, skip, ret, e);
}

static void what_is_not_said_has_a_default_and_only_post_receive_another_deadline(void **state)
{
    (void)state;
    struct hook_options o;
    struct err e = {0};
    assert_int_equal(READ(&o, &e, NULL, "--server", "unix:/run/s", "pre-receive"), 0);
    assert_int_equal(o.hook, PRE_RECEIVE);
    assert_string_equal(o.server, "unix:/run/s");
    assert_int_equal(o.offline, OFFLINE_ALLOW);
    assert_int_equal(o.deadline_ms, 30000);
    assert_true(!o.skips && !o.token_file && !o.ca && o.n_args == 0);
    assert_int_equal(READ(&o, &e, NULL, "--server", "unix:/run/s", "post-receive"), 0);
    assert_int_equal(o.deadline_ms, 2000);
}

static void options_stand_in_front_of_the_hook_and_what_is_behind_it_is_of_git(void **state)
{
    (void)state;
    struct hook_options o;
    struct err e = {0};
    assert_int_equal(READ(&o, &e, NULL, "--server=https://ci.example.com:8443", "--token-file", "/t", "--ca=/c",
                          "--offline", "deny", "--deadline=1500", "pre-push", "--ca", "--offline"),
                     0);
    assert_string_equal(o.server, "https://ci.example.com:8443");
    assert_string_equal(o.token_file, "/t");
    assert_string_equal(o.ca, "/c");
    assert_int_equal(o.offline, OFFLINE_DENY);
    assert_int_equal(o.deadline_ms, 1500);
    assert_int_equal(o.n_args, 2);
    assert_string_equal(o.args[1], "--offline");
}

static void a_skip_is_any_value_but_nothing_and_zero_and_waits_for_200_ms_at_most(void **state)
{
    (void)state;
    static const struct {
        const char *value;
        bool skips;
    } rows[] = {{NULL, false}, {"", false}, {"0", false}, {"1", true}, {"true", true}, {"00", true}};
    struct hook_options o;
    struct err e = {0};
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        assert_int_equal(READ(&o, &e, rows[i].value, "--server", "unix:/s", "pre-push"), 0);
        assert_int_equal(o.skips, rows[i].skips);
        assert_int_equal(o.deadline_ms, rows[i].skips ? 200 : 30000);
    }
    assert_int_equal(READ(&o, &e, "1", "--server", "unix:/s", "--deadline", "50", "pre-push"), 0);
    assert_int_equal(o.deadline_ms, 50);
}

static void every_wrong_word_is_refused_with_its_reason(void **state)
{
    (void)state;
    static const struct {
        const char *argv[WORDS], *says;
    } rows[] = {
        {{"x", "--server", "unix:/s"}, "the hook is pre-push, pre-receive, update or post-receive, not missing"},
        {{"x", "--server", "unix:/s", "pre-commit"}, "not pre-commit"},
        {{"x", "pre-push"}, "--server says where the server is"},
        {{"x", "--server", "unix:run/s", "pre-push"}, "not unix:run/s"},
        {{"x", "--server", "http://h", "pre-push"}, "not http://h"},
        {{"x", "--server", "https://", "pre-push"}, "not https://"},
        {{"x", "--server", "unix:/s", "--offline", "perhaps", "pre-push"}, "--offline is allow or deny, not perhaps"},
        {{"x", "--server", "unix:/s", "--deadline", "0", "pre-push"}, "1 to 3600000, not 0"},
        {{"x", "--server", "unix:/s", "--deadline", "3600001", "pre-push"}, "1 to 3600000"},
        {{"x", "--server", "unix:/s", "--deadline", "5s", "pre-push"}, "1 to 3600000, not 5s"},
        {{"x", "--server", "unix:/s", "--deadlines", "5", "pre-push"}, "there is no option --deadlines"},
        {{"x", "--server"}, "there is no option --server, or nothing behind it"},
        {{"x", "--server", "unix:/s", "update", "refs/heads/a", "0"}, "git gives 3 arguments to update, not 2"},
        {{"x", "--server", "unix:/s", "pre-receive", "a"}, "git gives 0 arguments to pre-receive, not 1"},
        {{"x", "--server", "unix:/s", "pre-push", "a", "b", "c"}, "git gives 2 arguments to pre-push, not 3"},
    };
    struct hook_options o;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct err e = {0};
        if (read_words(rows[i].argv, NULL, &o, &e) != -1 || e.cls != ERR_INVALID || !strstr(e.msg, rows[i].says))
            fail_msg("row %zu: %s", i, e.msg);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_not_said_has_a_default_and_only_post_receive_another_deadline),
        cmocka_unit_test(options_stand_in_front_of_the_hook_and_what_is_behind_it_is_of_git),
        cmocka_unit_test(a_skip_is_any_value_but_nothing_and_zero_and_waits_for_200_ms_at_most),
        cmocka_unit_test(every_wrong_word_is_refused_with_its_reason),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
