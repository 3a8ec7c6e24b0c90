/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>
#include "engine/policy.h"

const struct action_ops *const action_all[] = {NULL};

static struct wf_retry tries(int n)
{
    return (struct wf_retry){.said = true, .attempts = n, .backoff = 1, .max_backoff = 1, .on = 2};
}

static void what_a_job_says_counts(void **state)
{
    (void)state;
    struct wf_recovery own = {.strategy = STRATEGY_RETRY}, far = {.strategy = STRATEGY_MANUAL};
    struct wf_job j = {.retry = tries(2), .recovery = &own, .n_recovery = 1, .limits = {.queue_ms = 1}};
    const struct wf_job caller = {.retry = tries(4), .recovery = &far, .n_recovery = 1,
                                  .limits = {.queue_ms = 3, .silence_ms = 3, .log = 3}};
    const struct workflow w = {.retry = tries(3), .recovery = &far, .n_recovery = 1,
                               .limits = {.run_ms = 2, .queue_ms = 2, .silence_ms = 2}};
    policy_inherit(&j, &w, &caller);
    assert_int_equal(j.retry.attempts, 2);
    assert_ptr_equal(j.recovery, &own);
    assert_int_equal(j.limits.queue_ms, 1);
    assert_int_equal(j.limits.silence_ms, 2); /* each limit by itself */
    assert_int_equal(j.limits.log, 3);
    assert_int_equal(j.limits.run_ms, 0);
}

static void what_it_does_not_say_comes_from_its_workflow_and_then_its_caller(void **state)
{
    (void)state;
    struct wf_recovery far = {.strategy = STRATEGY_MANUAL};
    const struct wf_job caller = {.retry = tries(4), .recovery = &far, .n_recovery = 1};
    const struct workflow says = {.retry = tries(3)}, silent = {.name = "w"};
    struct wf_job a = {.key = "a"}, b = {.key = "b"}, c = {.key = "c"};
    policy_inherit(&a, &says, &caller);
    assert_int_equal(a.retry.attempts, 3);
    assert_int_equal(a.n_recovery, 1);
    policy_inherit(&b, &silent, &caller);
    assert_int_equal(b.retry.attempts, 4);
    policy_inherit(&c, &silent, NULL);
    assert_false(c.retry.said);
    assert_null(c.recovery);
}

static void an_empty_list_of_recovery_is_a_word(void **state)
{
    (void)state;
    struct wf_recovery none, far = {.strategy = STRATEGY_MANUAL};
    struct wf_job j = {.recovery = &none, .n_recovery = 0};
    const struct workflow w = {.recovery = &far, .n_recovery = 1};
    policy_inherit(&j, &w, NULL);
    assert_int_equal(j.n_recovery, 0);
}

static void a_step_has_its_own_limits_or_its_jobs(void **state)
{
    (void)state;
    const struct job_spec j = {.job = {.limits = {.silence_ms = 10, .log = 20}}};
    const struct step_spec own = {.limits = {.silence_ms = 1}}, silent = {.script = "x"};
    assert_int_equal(limits_of(&j, &own).silence_ms, 1);
    assert_int_equal(limits_of(&j, &own).log, 20);
    assert_int_equal(limits_of(&j, &silent).silence_ms, 10);
}

static void deadlines_of_all_that_people_are_asked_add_up(void **state)
{
    (void)state;
    struct wf_recovery asks[] = {{.deadline = 10}, {.deadline = 0}, {.deadline = 5}};
    const struct wf_job j = {.recovery = asks, .n_recovery = 3, .approve = {.present = true, .deadline = 100}};
    const struct wf_approve environment = {.present = true, .deadline = 1000}, absent = {.deadline = 7};
    assert_int_equal(policy_waits(&j, &environment), 1115);
    assert_int_equal(policy_waits(&j, NULL), 115);
    assert_int_equal(policy_waits(&(struct wf_job){.approve = absent}, NULL), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_a_job_says_counts),
        cmocka_unit_test(what_it_does_not_say_comes_from_its_workflow_and_then_its_caller),
        cmocka_unit_test(an_empty_list_of_recovery_is_a_word),
        cmocka_unit_test(a_step_has_its_own_limits_or_its_jobs),
        cmocka_unit_test(deadlines_of_all_that_people_are_asked_add_up),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
