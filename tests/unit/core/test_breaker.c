/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>
#include "core/breaker.h"
#include "core/outbreak.h"

static const msec_t now = 1700000000000;

static void half_of_twenty_failures_open_it_and_fewer_do_not(void **state)
{
    struct breaker b = {0};
    (void)state;
    for (int i = 0; i < 10; i++)
        breaker_saw_pass(&b, now + i);
    for (int i = 0; i < 9; i++)
        breaker_saw_failure(&b, now + 10 + i);
    assert_int_equal(breaker_ask(&b, now + 20), 0);
    breaker_saw_failure(&b, now + 20);
    assert_int_equal(breaker_ask(&b, now + 21), now + 20 + 30000);
}

static void failures_of_more_than_a_minute_ago_do_not_count(void **state)
{
    struct breaker b = {0};
    (void)state;
    for (int i = 0; i < 19; i++)
        breaker_saw_failure(&b, now);
    for (int i = 0; i < 18; i++)
        breaker_saw_failure(&b, now + 70000);
    assert_int_equal(b.state, BREAKER_CLOSED);
}

static void one_probe_then_three_and_then_all(void **state)
{
    struct breaker b = {0};
    (void)state;
    for (int i = 0; i < 20; i++)
        breaker_saw_failure(&b, now);
    msec_t t = now + 30000;
    assert_int_equal(breaker_ask(&b, t), 0);
    assert_true(breaker_ask(&b, t) > t);
    breaker_saw_pass(&b, t + 100);
    for (int i = 0; i < 3; i++)
        assert_int_equal(breaker_ask(&b, t + 200), 0);
    assert_true(breaker_ask(&b, t + 200) > t + 200);
    breaker_saw_pass(&b, t + 300);
    for (int i = 0; i < 50; i++)
        assert_int_equal(breaker_ask(&b, t + 400), 0);
}

static void a_probe_that_fails_opens_it_again(void **state)
{
    struct breaker b = {0};
    (void)state;
    for (int i = 0; i < 20; i++)
        breaker_saw_failure(&b, now);
    assert_int_equal(breaker_ask(&b, now + 30000), 0);
    breaker_saw_failure(&b, now + 31000);
    assert_int_equal(breaker_ask(&b, now + 31001), now + 31000 + 30000);
}

static void a_probe_of_which_nobody_hears_does_not_hold_the_others_for_ever(void **state)
{
    struct breaker b = {0};
    (void)state;
    for (int i = 0; i < 20; i++)
        breaker_saw_failure(&b, now);
    assert_int_equal(breaker_ask(&b, now + 30000), 0);
    assert_true(breaker_ask(&b, now + 60000) > 0);
    assert_int_equal(breaker_ask(&b, now + 30000 + 300001), 0);
}

static void five_runs_of_three_repositories_are_an_outbreak(void **state)
{
    struct outbreak o = {0};
    (void)state;
    for (int i = 0; i < 8; i++) /* many runs of one repository are not */
        assert_int_equal(outbreak_saw(&o, i, 1, now + i), OUTBREAK_NONE);
    assert_int_equal(outbreak_saw(&o, 20, 2, now + 20), OUTBREAK_NONE);
    assert_int_equal(outbreak_saw(&o, 21, 3, now + 21), OUTBREAK_BEGINS);
    assert_int_equal(outbreak_saw(&o, 22, 1, now + 22), OUTBREAK_GOES_ON);
    assert_int_equal(outbreak_saw(&o, 23, 1, now + 22 + 600000), OUTBREAK_NONE);
}

static void one_run_that_fails_often_is_no_outbreak(void **state)
{
    struct outbreak o = {0};
    (void)state;
    for (int i = 0; i < 40; i++)
        assert_int_equal(outbreak_saw(&o, 7, (uint64_t)(i % 4), now + i), OUTBREAK_NONE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(half_of_twenty_failures_open_it_and_fewer_do_not),
        cmocka_unit_test(failures_of_more_than_a_minute_ago_do_not_count),
        cmocka_unit_test(one_probe_then_three_and_then_all),
        cmocka_unit_test(a_probe_that_fails_opens_it_again),
        cmocka_unit_test(a_probe_of_which_nobody_hears_does_not_hold_the_others_for_ever),
        cmocka_unit_test(five_runs_of_three_repositories_are_an_outbreak),
        cmocka_unit_test(one_run_that_fails_often_is_no_outbreak),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
