/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>
#include "base/vec.h"
#include "core/backoff.h"
#include "core/limit.h"

static const msec_t now = 1700000000000;
static const struct call_limits github = {.hour = 5000,
                                          .points = 900,
                                          .creates_minute = 80,
                                          .creates_hour = 500,
                                          .write_gap = 1000,
                                          .create_gap = 3000,
                                          .flights = 10,
                                          .writes = 1};

static msec_t go(struct budget *b, enum call_kind k, msec_t at) /* as soon as it may */
{
    msec_t when = budget_when(b, k, 0, at);
    assert_true(when != BUDGET_LATER);
    at = when > at ? when : at;
    assert_true(budget_when(b, k, 0, at) <= at);
    budget_take(b, k, at);
    budget_end(b, k);
    return at;
}

static void without_limits_one_after_the_other_goes_at_once(void **state)
{
    struct budget b;
    (void)state;
    budget_start(&b, &(struct call_limits){0}, now);
    for (int i = 0; i < 10000; i++)
        assert_int_equal(go(&b, CALL_CREATE, now), now);
    budget_take(&b, CALL_READ, now);
    assert_int_equal(budget_when(&b, CALL_READ, 0, now), BUDGET_LATER);
    budget_end(&b, CALL_READ);
    assert_true(budget_when(&b, CALL_READ, 0, now) <= now);
    assert_int_equal(budget_left(&b, BUDGET_HOUR, now), -1);
}

static void writes_are_a_second_apart_and_creations_three(void **state)
{
    struct budget b;
    (void)state;
    budget_start(&b, &github, now);
    msec_t late = now + 3600000; /* all is there */
    msec_t first = go(&b, CALL_WRITE, late);
    assert_int_equal(first, late);
    assert_int_equal(go(&b, CALL_WRITE, late), late + 1000);
    assert_int_equal(go(&b, CALL_READ, late), late);
    assert_int_equal(go(&b, CALL_CREATE, late), late + 2000);
    assert_int_equal(go(&b, CALL_WRITE, late), late + 3000);
    assert_int_equal(go(&b, CALL_CREATE, late), late + 5000);
}

static void one_writes_while_several_read(void **state)
{
    struct budget b;
    (void)state;
    budget_start(&b, &github, now);
    msec_t late = now + 3600000;
    budget_take(&b, CALL_WRITE, late);
    assert_int_equal(budget_when(&b, CALL_WRITE, 0, late + 5000), BUDGET_LATER);
    assert_int_equal(budget_when(&b, CALL_CREATE, 0, late + 5000), BUDGET_LATER);
    for (int i = 0; i < 9; i++) {
        assert_true(budget_when(&b, CALL_READ, 0, late) <= late);
        budget_take(&b, CALL_READ, late);
    }
    assert_int_equal(budget_when(&b, CALL_READ, 0, late), BUDGET_LATER);
    budget_end(&b, CALL_WRITE);
    assert_true(budget_when(&b, CALL_READ, 0, late) <= late);
    assert_int_equal(budget_when(&b, CALL_READ, 1, late), BUDGET_LATER); /* one alone may try */
    assert_int_equal(budget_when(&b, CALL_WRITE, 0, late), late + 1000);
}

/* The most that begin in any span, whatever is asked and whenever. */
static int most_within(const msec_t *at, const int *cost, size_t n, msec_t span)
{
    int most = 0, sum = 0;
    for (size_t first = 0, last = 0; last < n; last++) {
        sum += cost[last];
        while (at[last] - at[first] >= span)
            sum -= cost[first++];
        most = sum > most ? sum : most;
    }
    return most;
}

static void no_minute_and_no_hour_has_more_than_its_limit(void **state)
{
    enum { N = 20000 };
    static msec_t at[N], created[N];
    static int one[N], points[N];
    (void)state;
    for (uint64_t seed = 1; seed <= 6; seed++) {
        struct call_limits l = github;
        uint64_t r = seed;
        struct budget b;
        msec_t t = now;
        size_t creates = 0;
        if (seed > 3) /* so that the minute is what binds */
            l.write_gap = l.create_gap = 0, l.minute = (int)seed * 7;
        budget_start(&b, &l, t);
        for (size_t i = 0; i < N; i++) {
            enum call_kind k = (enum call_kind)(random_next(&r) % CALL_KIND_N);
            if (random_next(&r) % 500 == 0)
                t += (msec_t)(random_next(&r) % 7200000); /* quiet for a while, and then all at once */
            if (random_next(&r) % 300 == 0)
                budget_start(&b, &l, t); /* a new server knows nothing of the old one */
            at[i] = t = go(&b, k, t);
            one[i] = 1;
            points[i] = k == CALL_READ ? POINTS_READ : POINTS_WRITE;
            if (k == CALL_CREATE)
                created[creates++] = t;
        }
        assert_in_range(most_within(at, one, N, 3600000), 1, l.hour);
        assert_in_range(most_within(at, points, N, 60000), 1, l.points);
        assert_in_range(most_within(created, one, creates, 60000), 1, l.creates_minute);
        assert_in_range(most_within(created, one, creates, 3600000), l.minute ? 100 : 300, l.creates_hour);
        if (l.minute)
            assert_in_range(most_within(at, one, N, 60000), l.minute / 2, l.minute);
    }
}

static void the_least_limits_let_one_go(void **state)
{
    struct call_limits l = {.hour = 1, .minute = 1, .points = 5, .creates_minute = 1, .creates_hour = 1};
    struct budget b;
    (void)state;
    budget_start(&b, &l, now);
    msec_t first = go(&b, CALL_CREATE, now);
    assert_int_equal(first, now + 3600000);
    assert_int_equal(go(&b, CALL_CREATE, first), first + 3600000);
}

static void a_server_that_starts_has_used_up_what_there_was(void **state)
{
    struct budget b;
    (void)state;
    budget_start(&b, &github, now);
    assert_int_equal(budget_left(&b, BUDGET_HOUR, now), 0);
    assert_int_equal(go(&b, CALL_READ, now), now + 960);
    assert_int_equal(budget_left(&b, BUDGET_HOUR, now + 3600000), 1250);
    assert_int_equal(budget_left(&b, BUDGET_POINTS, now + 60000), 225);
}

static void what_the_forge_says_counts_for_more_than_our_own_count(void **state)
{
    struct budget b;
    (void)state;
    budget_start(&b, &github, now);
    budget_heard(&b, 4999, 3600000, now);
    assert_int_equal(budget_left(&b, BUDGET_HOUR, now), 1250);
    budget_heard(&b, 3, 3600000, now);
    assert_int_equal(budget_left(&b, BUDGET_HOUR, now), 3);
    budget_take(&b, CALL_READ, now);
    budget_heard(&b, 3, 3600000, now); /* it does not know of the one under way */
    assert_int_equal(budget_left(&b, BUDGET_HOUR, now), 2);
    budget_end(&b, CALL_READ);
    budget_heard(&b, 0, 1800000, now);
    assert_int_equal(go(&b, CALL_READ, now), now + 1800000);
}

static void a_read_that_was_no_call_costs_nothing(void **state)
{
    struct budget b;
    (void)state;
    budget_start(&b, &github, now);
    msec_t late = now + 3600000;
    budget_take(&b, CALL_READ, late);
    budget_take(&b, CALL_READ, late);
    assert_int_equal(budget_left(&b, BUDGET_HOUR, late), 1248);
    assert_int_equal(budget_left(&b, BUDGET_POINTS, late), 223);
    budget_back(&b, CALL_READ);
    assert_int_equal(budget_left(&b, BUDGET_HOUR, late), 1249);
    assert_int_equal(budget_left(&b, BUDGET_POINTS, late), 224);
    assert_int_equal(b.flying, 1);
}

static void rest_is_kept_and_a_shorter_one_does_not_end_a_longer_one(void **state)
{
    struct budget b;
    (void)state;
    budget_start(&b, &(struct call_limits){.flights = 4}, now);
    budget_rest(&b, now + 60000);
    budget_rest(&b, now + 1000);
    for (int k = 0; k < CALL_KIND_N; k++)
        assert_int_equal(budget_when(&b, (enum call_kind)k, 0, now), now + 60000);
    budget_heard(&b, 0, 90000, now); /* also where no limits are known in advance */
    assert_int_equal(budget_when(&b, CALL_READ, 0, now), now + 90000);
}

static void other_limits_begin_empty_and_the_same_go_on(void **state)
{
    struct call_limits l = github;
    struct budget b;
    (void)state;
    budget_start(&b, &l, now);
    budget_change(&b, &l, now + 3600000);
    assert_int_equal(budget_left(&b, BUDGET_HOUR, now + 3600000), 1250);
    l.hour = 1000;
    budget_rest(&b, now + 3700000);
    budget_change(&b, &l, now + 3600000);
    assert_int_equal(budget_left(&b, BUDGET_HOUR, now + 3600000), 0);
    assert_true(budget_when(&b, CALL_READ, 0, now + 3600000) >= now + 3700000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(without_limits_one_after_the_other_goes_at_once),
        cmocka_unit_test(writes_are_a_second_apart_and_creations_three),
        cmocka_unit_test(one_writes_while_several_read),
        cmocka_unit_test(no_minute_and_no_hour_has_more_than_its_limit),
        cmocka_unit_test(the_least_limits_let_one_go),
        cmocka_unit_test(a_server_that_starts_has_used_up_what_there_was),
        cmocka_unit_test(what_the_forge_says_counts_for_more_than_our_own_count),
        cmocka_unit_test(a_read_that_was_no_call_costs_nothing),
        cmocka_unit_test(rest_is_kept_and_a_shorter_one_does_not_end_a_longer_one),
        cmocka_unit_test(other_limits_begin_empty_and_the_same_go_on),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
