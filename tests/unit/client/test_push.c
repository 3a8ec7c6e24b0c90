/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>
#include "hooks/client/push.h"

#define A "1111111111111111111111111111111111111111"
#define B "2222222222222222222222222222222222222222"
#define Z "0000000000000000000000000000000000000000"

static void read_ok(enum git_hook hook, const char *input, struct arena *a, struct push *ret)
{
    const struct hook_options o = {.hook = hook};
    struct err e = {0};
    if (push_read(&o, sv_of(input), a, ret, &e) < 0)
        fail_msg("%s", e.msg);
}

static void is_update(const struct hook_update *u, const char *before, const char *after, const char *ref)
{
    assert_true(sv_is(u->before, before));
    assert_true(sv_is(u->after, after));
    assert_true(sv_is(u->ref, ref));
}

static void a_line_of_pre_push_is_read_from_its_end(void **state)
{
    (void)state;
    AUTO(arena_free) struct arena a = {0};
    struct push p = {0};
    read_ok(PRE_PUSH,
            "refs/heads/main " A " refs/heads/main " B "\n"
            "HEAD@{1 day ago} " A " refs/heads/x " Z "\n"
            "(delete) " Z " refs/heads/y " B "\n",
            &a, &p);
    assert_int_equal(p.n_updates, 3);
    is_update(&p.updates[0], B, A, "refs/heads/main");
    is_update(&p.updates[1], Z, A, "refs/heads/x");
    is_update(&p.updates[2], B, Z, "refs/heads/y");
    assert_true(push_is_absent(p.updates[2].after) && !push_is_absent(p.updates[2].before));
}

static void a_line_of_pre_receive_begins_with_the_old_object(void **state)
{
    (void)state;
    AUTO(arena_free) struct arena a = {0};
    struct push p = {0};
    read_ok(PRE_RECEIVE, A " " B " refs/heads/main\n" Z " " B " refs/tags/v1", &a, &p);
    assert_int_equal(p.n_updates, 2);
    is_update(&p.updates[0], A, B, "refs/heads/main");
    is_update(&p.updates[1], Z, B, "refs/tags/v1");
}

static void no_input_is_a_push_of_nothing(void **state)
{
    (void)state;
    AUTO(arena_free) struct arena a = {0};
    for (int hook = PRE_PUSH; hook <= POST_RECEIVE; hook++) {
        struct push p = {.n_updates = 7};
        if (hook != UPDATE) {
            read_ok((enum git_hook)hook, "", &a, &p);
            assert_int_equal(p.n_updates, 0);
        }
    }
}

static void update_has_its_ref_in_its_arguments(void **state)
{
    (void)state;
    AUTO(arena_free) struct arena a = {0};
    struct push p = {0};
    struct err e = {0};
    const char *const args[] = {"refs/heads/main", A, B};
    const struct hook_options o = {.hook = UPDATE, .args = args, .n_args = 3};
    assert_int_equal(push_read(&o, SV("whatever\n"), &a, &p, &e), 0);
    assert_int_equal(p.n_updates, 1);
    is_update(&p.updates[0], A, B, "refs/heads/main");
}

static void a_line_that_git_does_not_write_is_refused_with_its_number(void **state)
{
    (void)state;
    static const struct {
        enum git_hook hook;
        const char *line;
    } rows[] = {{PRE_PUSH, "\n"},
                {PRE_PUSH, "refs/heads/main " A " refs/heads/main\n"},
                {PRE_PUSH, "refs/heads/main " A " refs/heads/main " B " \n"},
                {PRE_PUSH, A " refs/heads/main " B "\n"},
                {PRE_RECEIVE, A " refs/heads/main\n"},
                {PRE_RECEIVE, A " " B " refs/heads/main x\n"},
                {PRE_RECEIVE, " " A " " B " refs/heads/main\n"},
                {PRE_RECEIVE, A " " B " refs/heads/main \n"},
                {POST_RECEIVE, A "  " B "\n"}};
    AUTO(arena_free) struct arena a = {0};
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        const struct hook_options o = {.hook = rows[i].hook};
        struct push p = {0};
        struct err e = {0};
        if (push_read(&o, sv_of(rows[i].line), &a, &p, &e) != -1 ||
            strcmp(e.msg, "line 1 of its input is none that git writes") != 0)
            fail_msg("row %zu: %s", i, e.msg);
    }
}

static void a_push_has_as_many_refs_as_a_call_may_have(void **state)
{
    (void)state;
    AUTO(arena_free) struct arena a = {0};
    AUTO(buf_free) struct buf input = {0};
    const struct hook_options o = {.hook = PRE_RECEIVE};
    struct push p = {0};
    struct err e = {0};
    for (int i = 0; i < HOOK_UPDATES_MOST; i++)
        buf_fmt(&input, A " " B " refs/heads/b%d\n", i);
    assert_int_equal(push_read(&o, buf_view(&input), &a, &p, &e), 0);
    assert_int_equal(p.n_updates, HOOK_UPDATES_MOST);
    buf_str(&input, A " " B " refs/heads/more\n");
    assert_int_equal(push_read(&o, buf_view(&input), &a, &p, &e), -1);
    assert_string_equal(e.msg, "it has 10001 refs, and 10000 at once are the most");
}

static void push_options_are_data(void **state)
{
    (void)state;
    AUTO(arena_free) struct arena a = {0};
    struct push p = {0};
    struct err e = {0};
    unsetenv("GIT_PUSH_OPTION_COUNT");
    assert_int_equal(push_options(&a, &p, &e), 0);
    assert_int_equal(p.n_options, 0);
    setenv("GIT_PUSH_OPTION_COUNT", "2", 1);
    setenv("GIT_PUSH_OPTION_0", "a b=$(c) %s", 1);
    assert_int_equal(push_options(&a, &p, &e), -1);
    assert_string_equal(e.msg, "GIT_PUSH_OPTION_1 is not there");
    setenv("GIT_PUSH_OPTION_1", "", 1);
    assert_int_equal(push_options(&a, &p, &e), 0);
    assert_int_equal(p.n_options, 2);
    assert_true(sv_is(p.options[0], "a b=$(c) %s") && sv_is(p.options[1], ""));
}

static void more_push_options_than_a_call_may_have_are_refused(void **state)
{
    (void)state;
    static const char *const counts[] = {"65", "-1", "", "1x", "9999999999999"};
    AUTO(arena_free) struct arena a = {0};
    struct push p = {0};
    struct err e = {0};
    for (size_t i = 0; i < ARRAY_LEN(counts); i++) {
        setenv("GIT_PUSH_OPTION_COUNT", counts[i], 1);
        assert_int_equal(push_options(&a, &p, &e), -1);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_line_of_pre_push_is_read_from_its_end),
        cmocka_unit_test(a_line_of_pre_receive_begins_with_the_old_object),
        cmocka_unit_test(no_input_is_a_push_of_nothing),
        cmocka_unit_test(update_has_its_ref_in_its_arguments),
        cmocka_unit_test(a_line_that_git_does_not_write_is_refused_with_its_number),
        cmocka_unit_test(a_push_has_as_many_refs_as_a_call_may_have),
        cmocka_unit_test(push_options_are_data),
        cmocka_unit_test(more_push_options_than_a_call_may_have_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
