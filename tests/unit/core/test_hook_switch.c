/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include "core/hook_switch.h"

static const msec_t NOW = 1790000000000, DAY = HOOK_SWITCH_REST_MS;

static void what_is_off_for_the_first_time_is_switched_on(void **state)
{
    (void)state;
    struct hook_switch s = {0};
    hook_switch_saw(&s, HOOK_IS_ON);
    hook_switch_saw(&s, HOOK_IS_OFF);
    assert_true(hook_switch_may(&s, NOW));
    hook_switch_try(&s, NOW);
    assert_false(hook_switch_may(&s, NOW));
    assert_false(hook_switch_may(&s, NOW + DAY - 1));
}

static void what_is_off_after_that_was_meant_and_stays_so(void **state)
{
    (void)state;
    struct hook_switch s = {0};
    hook_switch_try(&s, NOW);
    hook_switch_saw(&s, HOOK_IS_ON);
    hook_switch_saw(&s, HOOK_IS_OFF);
    assert_int_equal(s.hand, HAND_THEIRS);
    hook_switch_saw(&s, HOOK_IS_OFF);
    assert_false(hook_switch_may(&s, NOW + 365 * DAY));
}

static void a_person_who_switches_it_on_begins_anew_but_not_within_a_day(void **state)
{
    (void)state;
    struct hook_switch s = {HAND_THEIRS, NOW};
    hook_switch_saw(&s, HOOK_IS_ON);
    assert_int_equal(s.hand, HAND_NONE);
    hook_switch_saw(&s, HOOK_IS_ON);
    hook_switch_saw(&s, HOOK_IS_OFF);
    assert_false(hook_switch_may(&s, NOW + DAY - 1));
    assert_true(hook_switch_may(&s, NOW + DAY));
}

static void a_try_that_was_refused_is_made_again_a_day_later(void **state)
{
    (void)state;
    struct hook_switch s = {0};
    hook_switch_try(&s, NOW);
    hook_switch_saw(&s, HOOK_IS_OFF);
    assert_int_equal(s.hand, HAND_TRIED);
    assert_false(hook_switch_may(&s, NOW + DAY - 1));
    assert_true(hook_switch_may(&s, NOW + DAY));
}

static void a_try_whose_answer_was_lost_counts_when_the_hook_is_seen_on(void **state)
{
    (void)state;
    struct hook_switch s = {0};
    hook_switch_try(&s, NOW);
    hook_switch_saw(&s, HOOK_IS_ON);
    assert_int_equal(s.hand, HAND_OURS);
}

static void one_number_holds_all_of_it(void **state)
{
    (void)state;
    for (int hand = HAND_NONE; hand <= HAND_THEIRS; hand++) {
        struct hook_switch s = {(enum hook_hand)hand, NOW + hand}, r = hook_switch_of(hook_switch_number(&s));
        assert_int_equal(r.hand, s.hand);
        assert_int_equal(r.tried, s.tried);
    }
    assert_int_equal(hook_switch_of(0).hand, HAND_NONE);
    assert_int_equal(hook_switch_of(-7).hand, HAND_NONE);
    assert_int_equal(hook_switch_of(-7).tried, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_off_for_the_first_time_is_switched_on),
        cmocka_unit_test(what_is_off_after_that_was_meant_and_stays_so),
        cmocka_unit_test(a_person_who_switches_it_on_begins_anew_but_not_within_a_day),
        cmocka_unit_test(a_try_that_was_refused_is_made_again_a_day_later),
        cmocka_unit_test(a_try_whose_answer_was_lost_counts_when_the_hook_is_seen_on),
        cmocka_unit_test(one_number_holds_all_of_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
