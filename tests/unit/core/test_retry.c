/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>
#include "core/retry.h"

static void what_passes_by_itself_is_tried_again_and_what_does_not_is_not(void **state)
{
    (void)state;
    assert_true(retry_chance(FAILURE_NETWORK, NULL) >= RETRY_LEAST_CHANCE);
    assert_true(retry_chance(FAILURE_LOST, NULL) >= RETRY_LEAST_CHANCE);
    assert_true(retry_chance(FAILURE_RESOURCE, NULL) >= RETRY_LEAST_CHANCE);
    assert_true(retry_chance(FAILURE_BUILD, NULL) < RETRY_LEAST_CHANCE);
    assert_true(retry_chance(FAILURE_CONFIG, NULL) < RETRY_LEAST_CHANCE);
    assert_true(retry_chance(FAILURE_PERMISSION, NULL) < RETRY_LEAST_CHANCE);
}

static void a_failure_that_never_passed_is_given_up(void **state)
{
    struct failure_stat h = {.failed = 0};
    int tries = 0;
    (void)state;
    while (retry_chance(FAILURE_NETWORK, &h) >= RETRY_LEAST_CHANCE)
        h.failed = ++tries;
    assert_in_range(tries, 3, 10);
}

static void a_failure_that_often_passed_is_tried_whatever_its_class(void **state)
{
    const struct failure_stat h = {.passed = 9, .failed = 1};
    (void)state;
    assert_true(retry_chance(FAILURE_BUILD, &h) >= 60);
}

static void retries_are_three_or_a_tenth_of_the_first_attempts_of_an_hour_and_half_of_those_before(void **state)
{
    const msec_t hour = 3600000;
    struct retry_budget b = {0};
    int n = 0;
    (void)state;
    while (retry_budget_take(&b, 5 * hour))
        n++;
    assert_int_equal(n, 3);
    for (int i = 0; i < 100; i++)
        retry_budget_first(&b, 5 * hour + 1000);
    while (retry_budget_take(&b, 6 * hour - 1))
        n++;
    assert_int_equal(n, 10);
    assert_int_equal(b.first, 100);
    assert_int_equal(b.retried, 10);
    assert_false(retry_budget_take(&b, 6 * hour));
    assert_int_equal(b.first, 50);
    assert_int_equal(b.retried, 5);
    assert_true(retry_budget_take(&b, 8 * hour));
    assert_int_equal(b.first, 12);
    assert_int_equal(b.retried, 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_passes_by_itself_is_tried_again_and_what_does_not_is_not),
        cmocka_unit_test(a_failure_that_never_passed_is_given_up),
        cmocka_unit_test(a_failure_that_often_passed_is_tried_whatever_its_class),
        cmocka_unit_test(retries_are_three_or_a_tenth_of_the_first_attempts_of_an_hour_and_half_of_those_before),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
