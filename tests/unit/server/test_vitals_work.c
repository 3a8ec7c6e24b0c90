/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include "metrics/metrics.h"
#include "server/vitals.h"

static int64_t of(enum metric m, const char *label)
{
    return metric_value(m, (const char *const[]){label});
}

static void what_waits_is_counted_and_the_oldest_told(void **state)
{
    (void)state;
    struct vitals_work *w = vitals_work_new();
    vitals_work_job(w, "github:acme/api", PRIO_NORMAL, 5000);
    vitals_work_job(w, "github:acme/api", PRIO_NORMAL, 3000);
    vitals_work_job(w, "github:acme/web", PRIO_HIGH, 9000);
    vitals_work_show(w, 10000);
    assert_int_equal(of(M_QUEUE_WAITING, "normal"), 2);
    assert_int_equal(of(M_QUEUE_OLDEST, "normal"), 7000);
    assert_int_equal(of(M_QUEUE_WAITING, "high"), 1);
    assert_int_equal(of(M_QUEUE_REPOSITORY, "github:acme/api"), 2);
    assert_int_equal(of(M_QUEUE_REPOSITORY_OLDEST, "github:acme/web"), 1000);
    vitals_work_free(&w);
}

static void what_waits_no_more_is_zero(void **state)
{
    (void)state;
    struct vitals_work *w = vitals_work_new();
    struct effect x = {.forge = "gitlab", .state = EFFECT_PENDING, .created_at = 1000};
    vitals_work_job(w, "github:acme/api", PRIO_NORMAL, 5000);
    vitals_work_effect(w, &x);
    vitals_work_show(w, 10000);
    assert_int_equal(metric_value(M_EFFECTS_OPEN, (const char *const[]){"gitlab", "pending"}), 1);
    assert_int_equal(metric_value(M_EFFECTS_OLDEST, (const char *const[]){"gitlab", "pending"}), 9000);
    vitals_work_show(w, 20000);
    assert_int_equal(of(M_QUEUE_WAITING, "normal"), 0);
    assert_int_equal(of(M_QUEUE_OLDEST, "normal"), 0);
    assert_int_equal(of(M_QUEUE_REPOSITORY, "github:acme/api"), 0);
    assert_int_equal(metric_value(M_EFFECTS_OPEN, (const char *const[]){"gitlab", "pending"}), 0);
    vitals_work_free(&w);
}

static void the_totals_are_those_of_all(void **state)
{
    (void)state;
    struct vitals_work *w = vitals_work_new();
    struct vitals_totals t;
    struct effect x = {.forge = "gitlab", .state = EFFECT_PENDING, .created_at = 1000};
    vitals_work_totals(w, 10000, &t);
    assert_int_equal(t.jobs + t.effects + t.jobs_waited + t.effects_waited, 0);
    vitals_work_job(w, "github:acme/api", PRIO_NORMAL, 5000);
    vitals_work_job(w, "github:acme/web", PRIO_HIGH, 3000);
    vitals_work_job(w, "github:acme/web", PRIO_LOW, 50000); /* the clock was set back */
    vitals_work_effect(w, &x);
    x.state = EFFECT_UNCERTAIN;
    vitals_work_effect(w, &x);
    vitals_work_totals(w, 10000, &t);
    assert_int_equal(t.jobs, 3);
    assert_int_equal(t.jobs_waited, 7000);
    assert_int_equal(t.effects, 2);
    assert_int_equal(t.effects_waited, 9000);
    vitals_work_free(&w);
}

/* A clock that was set back makes nobody negative. */
static void what_waits_since_tomorrow_waits_since_now(void **state)
{
    (void)state;
    struct vitals_work *w = vitals_work_new();
    vitals_work_job(w, "github:acme/api", PRIO_LOW, 50000);
    vitals_work_show(w, 10000);
    assert_int_equal(of(M_QUEUE_OLDEST, "low"), 0);
    vitals_work_free(&w);
}

static void repositories_beyond_the_bound_are_one_series(void **state)
{
    (void)state;
    struct vitals_work *w = vitals_work_new();
    char name[32];
    for (int i = 0; i < VITALS_REPOSITORIES + 7; i++) {
        snprintf(name, sizeof name, "local:many/%d", i);
        vitals_work_job(w, name, PRIO_LOW, 4000 - i);
    }
    vitals_work_show(w, 5000);
    assert_int_equal(of(M_QUEUE_REPOSITORY, "local:many/199"), 1);
    assert_int_equal(of(M_QUEUE_REPOSITORY, "other"), 7);
    assert_int_equal(of(M_QUEUE_REPOSITORY_OLDEST, "other"), 5000 - (4000 - (VITALS_REPOSITORIES + 6)));
    vitals_work_free(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_waits_is_counted_and_the_oldest_told),
        cmocka_unit_test(what_waits_no_more_is_zero),
        cmocka_unit_test(the_totals_are_those_of_all),
        cmocka_unit_test(what_waits_since_tomorrow_waits_since_now),
        cmocka_unit_test(repositories_beyond_the_bound_are_one_series),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
