/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>
#include "server/health/judge.h"

#define NOW   1764460800000LL /* 2025-11-30T00:00:00Z */
#define MIB   (1LL << 20)
#define GIB   (1LL << 30)
#define DAY_S 86400LL

static struct health_facts sound(void)
{
    return (struct health_facts){.now = NOW,
                                 .stall = 15000,
                                 .engine = 900,
                                 .intake = 900,
                                 .writable = true,
                                 .why = "",
                                 .disks = {{"store", 50 * GIB, 100 * GIB}, {"state", 50 * GIB, 100 * GIB}},
                                 .certificate = 60 * DAY_S,
                                 .address = "0.0.0.0:443"};
}

struct judged {
    struct health_check at[HEALTH_OWN + 4];
    size_t n;
    bool ready;
};

static struct judged judge(const struct health_facts *f)
{
    struct judged j = {0};
    j.n = health_judge(f, j.at);
    j.ready = health_is_ready(j.at, j.n);
    return j;
}

static const struct health_check *named(const struct judged *j, const char *name)
{
    for (size_t i = 0; i < j->n; i++)
        if (strcmp(j->at[i].name, name) == 0)
            return &j->at[i];
    fail_msg("no check %s", name);
    return NULL;
}

static void expect(const struct health_facts *f, const char *name, enum health_state state, bool ready)
{
    struct judged j = judge(f);
    if (named(&j, name)->state != state)
        fail_msg("%s is %s: %s", name, health_state_name[named(&j, name)->state], named(&j, name)->detail);
    assert_int_equal(j.ready, ready);
}

static void all_is_well_when_nothing_is_wrong(void **state)
{
    (void)state;
    struct health_facts f = sound();
    struct judged j = judge(&f);
    assert_int_equal(j.n, HEALTH_OWN);
    for (size_t i = 0; i < j.n; i++)
        if (j.at[i].state != HEALTH_OK)
            fail_msg("%s: %s", j.at[i].name, j.at[i].detail);
    assert_true(j.ready);
    assert_null(health_stalled(j.at, j.n));
}

static void a_thread_that_stands_still_is_named_and_the_process_is_not_alive(void **state)
{
    (void)state;
    static const char *const names[] = {"engine", "intake", "store"};
    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        struct health_facts f = sound();
        msec_t *const silent[] = {&f.engine, &f.intake, &f.store};
        *silent[i] = 15000;
        struct judged j = judge(&f);
        assert_null(health_stalled(j.at, j.n));
        *silent[i] = 15001;
        j = judge(&f);
        assert_string_equal(health_stalled(j.at, j.n)->name, names[i]);
        assert_false(j.ready);
    }
}

static void a_full_store_is_not_ready_but_alive(void **state)
{
    (void)state;
    struct health_facts f = sound();
    f.writable = false;
    f.why = "only 4 KiB are free";
    struct judged j = judge(&f);
    assert_false(j.ready);
    assert_string_equal(named(&j, "store")->detail, "only 4 KiB are free");
    assert_null(health_stalled(j.at, j.n));
}

static void a_disk_is_judged_by_bytes_and_by_its_share(void **state)
{
    (void)state;
    static const struct {
        int64_t free, size;
        enum health_state state;
    } rows[] = {
        {64 * MIB - 1, 100 * GIB, HEALTH_FAIL}, /* as the store keeps for itself */
        {64 * MIB, 100 * GIB, HEALTH_WARN},     {5 * GIB - 1, 100 * GIB, HEALTH_WARN}, /* a twentieth */
        {5 * GIB, 100 * GIB, HEALTH_OK},        {10 * GIB, 4000 * GIB, HEALTH_OK},     /* much is enough on any disk */
        {12 * MIB, 48 * MIB, HEALTH_OK}, /* a small one is not low by itself */
        {12 * MIB - 1, 48 * MIB, HEALTH_WARN},  {3 * MIB - 1, 48 * MIB, HEALTH_FAIL},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++)
        if (health_of_disk(rows[i].free, rows[i].size) != rows[i].state)
            fail_msg("row %zu", i);
    struct health_facts f = sound();
    f.disks[1].free = 0;
    expect(&f, "disk", HEALTH_FAIL, false);
    f.disks[1] = (struct health_disk){0}; /* not looked at yet */
    expect(&f, "disk", HEALTH_OK, true);
}

static void late_timers_warn_after_a_second_and_fail_after_ten(void **state)
{
    (void)state;
    struct health_facts f = sound();
    f.late = 1000;
    expect(&f, "lag", HEALTH_OK, true);
    f.late = 1001;
    expect(&f, "lag", HEALTH_WARN, true);
    f.late = 10001; /* that was, and is over */
    expect(&f, "lag", HEALTH_WARN, true);
    f.late_now = 10001;
    expect(&f, "lag", HEALTH_FAIL, false);
}

static void a_certificate_warns_for_two_weeks_and_then_fails(void **state)
{
    (void)state;
    struct health_facts f = sound();
    f.certificate = 14 * DAY_S;
    expect(&f, "certificate", HEALTH_OK, true);
    f.certificate--;
    expect(&f, "certificate", HEALTH_WARN, true);
    f.certificate = 0;
    expect(&f, "certificate", HEALTH_FAIL, false);
    f.address = NULL; /* no listener has one */
    struct judged j = judge(&f);
    assert_int_equal(j.n, HEALTH_OWN - 1);
    assert_true(j.ready);
}

static void a_forge_that_is_away_warns_and_takes_nothing_from_readiness(void **state)
{
    (void)state;
    struct health_forge forges[] = {{.name = "hub", .answered = NOW - 1000}, {.name = "lab"}};
    struct health_facts f = sound();
    f.forges = forges;
    f.n_forges = 2;
    expect(&f, "forge:hub", HEALTH_OK, true);
    expect(&f, "forge:lab", HEALTH_OK, true);
    forges[0].failed = NOW;
    expect(&f, "forge:hub", HEALTH_WARN, true);
    forges[0].answered = NOW + 1;
    expect(&f, "forge:hub", HEALTH_OK, true);
    forges[0].breaker = FORGE_LEFT_ALONE;
    expect(&f, "forge:hub", HEALTH_WARN, true);
    forges[1].token_left = -5;
    expect(&f, "forge:lab", HEALTH_WARN, true);
}

static void a_refused_configuration_warns_and_draining_is_not_ready(void **state)
{
    (void)state;
    struct health_facts f = sound();
    f.not_loaded = "fettle.yaml:1: no";
    expect(&f, "configuration", HEALTH_WARN, true);
    f.draining = true;
    f.intake = 60000; /* its loop has ended */
    expect(&f, "draining", HEALTH_FAIL, false);
    struct judged j = judge(&f);
    assert_null(health_stalled(j.at, j.n));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_is_well_when_nothing_is_wrong),
        cmocka_unit_test(a_thread_that_stands_still_is_named_and_the_process_is_not_alive),
        cmocka_unit_test(a_full_store_is_not_ready_but_alive),
        cmocka_unit_test(a_disk_is_judged_by_bytes_and_by_its_share),
        cmocka_unit_test(late_timers_warn_after_a_second_and_fail_after_ten),
        cmocka_unit_test(a_certificate_warns_for_two_weeks_and_then_fails),
        cmocka_unit_test(a_forge_that_is_away_warns_and_takes_nothing_from_readiness),
        cmocka_unit_test(a_refused_configuration_warns_and_draining_is_not_ready),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
