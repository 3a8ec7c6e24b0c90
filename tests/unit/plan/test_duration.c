/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>
#include "core/backoff.h"
#include "plan/duration.h"

enum { PLENTY = 1000 };

static const struct duration_key build = {.organisation = {"github:acme", 11},
                                          .repo = {"github:acme/api", 15},
                                          .workflow = {"ci", 2},
                                          .job = {"build", 5},
                                          .matrix = {"gcc", 3},
                                          .event = {"push", 4},
                                          .kind = {"make", 4}};

static void learn(struct durations *d, const struct duration_key *k, enum duration_end how, msec_t took)
{
    struct duration_news news;
    durations_learn(d, k, how, took, 0, &news);
    duration_news_free(&news);
}

/* About normal, mean 0 and spread 1: the sum of twelve even ones. */
static fixed_t normal(uint64_t *seed)
{
    int64_t sum = 0;
    for (int i = 0; i < 12; i++)
        sum += (int64_t)(random_next(seed) & 0xffff);
    return (sum - 6 * 0xffff) * (FIXED_ONE / 0x10000);
}

static void near(msec_t got, msec_t want)
{
    assert_in_range(got, want - want / 50, want + want / 50);
}

static void nothing_known_is_thirty_seconds(void **state)
{
    (void)state;
    AUTO(durations_free) struct durations d;
    durations_init(&d, PLENTY);
    struct duration_guess g = durations_guess(&d, &build, 0);
    assert_int_equal(g.estimate, 30000);
    assert_int_equal(g.source, DURATION_UNKNOWN);
    near(g.p90, 56894); /* times e^(1.28 * 0.5) */
}

static void what_the_file_says_stands_until_the_job_has_ended_once(void **state)
{
    (void)state;
    AUTO(durations_free) struct durations d;
    durations_init(&d, PLENTY);
    struct duration_key other = build;
    other.matrix = SV("clang");
    learn(&d, &other, DURATION_SUCCESS, 1000);
    struct duration_guess g = durations_guess(&d, &build, 90000);
    assert_int_equal(g.estimate, 90000);
    assert_int_equal(g.source, DURATION_SAID);
    learn(&d, &build, DURATION_SUCCESS, 2000);
    g = durations_guess(&d, &build, 90000);
    assert_int_equal(g.estimate, 2000);
    assert_int_equal(g.source, DURATION_LEARNED);
}

static void relatives_are_asked_from_near_to_far(void **state)
{
    (void)state;
    AUTO(durations_free) struct durations d;
    durations_init(&d, PLENTY);
    struct duration_key kind = build, name = build, leg = build;
    kind.organisation = SV("gitlab:other");
    kind.repo = SV("gitlab:other/x");
    kind.job = SV("compile");
    name.repo = SV("github:acme/web");
    leg.event = SV("pull_request");
    learn(&d, &kind, DURATION_SUCCESS, 8000);
    assert_int_equal(durations_guess(&d, &build, 0).source, DURATION_SAME_KIND);
    assert_int_equal(durations_guess(&d, &build, 0).estimate, 8000);
    learn(&d, &name, DURATION_SUCCESS, 4000);
    assert_int_equal(durations_guess(&d, &build, 0).source, DURATION_SAME_NAME);
    assert_int_equal(durations_guess(&d, &build, 0).estimate, 4000);
    learn(&d, &leg, DURATION_SUCCESS, 2000);
    assert_int_equal(durations_guess(&d, &build, 0).source, DURATION_SAME_JOB);
    assert_int_equal(durations_guess(&d, &build, 0).estimate, 2000);
    struct duration_key stranger = {.repo = SV("gitea:x/y"), .workflow = SV("ci"), .job = SV("build")};
    assert_int_equal(durations_guess(&d, &stranger, 0).source, DURATION_UNKNOWN);
}

static void the_first_four_count_alike_and_then_the_newest_three_tenths(void **state)
{
    (void)state;
    AUTO(durations_free) struct durations d;
    durations_init(&d, PLENTY);
    static const msec_t took[] = {1000, 2000, 4000, 8000};
    for (size_t i = 0; i < 4; i++)
        learn(&d, &build, DURATION_SUCCESS, took[i]);
    near(durations_guess(&d, &build, 0).estimate, 2828); /* the geometric mean */
    learn(&d, &build, DURATION_SUCCESS, 28284);
    near(durations_guess(&d, &build, 0).estimate, 5643); /* 2828 * 10^0.3 */
    for (int i = 0; i < 30; i++)
        learn(&d, &build, DURATION_SUCCESS, 100);
    near(durations_guess(&d, &build, 0).estimate, 100); /* what was is forgotten */
}

static void the_more_is_seen_the_more_its_spread_counts(void **state)
{
    (void)state;
    AUTO(durations_free) struct durations d;
    durations_init(&d, PLENTY);
    msec_t before = INT64_MAX;
    for (int i = 0; i < 6; i++) {
        learn(&d, &build, DURATION_SUCCESS, 10000);
        msec_t p90 = durations_guess(&d, &build, 0).p90;
        assert_true(p90 < before);
        before = p90;
    }
    near(before, 12737); /* e^(1.28 * 0.5 / sqrt 7) */
    uint64_t seed = 7;
    for (int i = 0; i < 200; i++)
        learn(&d, &build, DURATION_SUCCESS, fixed_exp_whole(fixed_ln(10000) + normal(&seed)));
    struct duration_guess g = durations_guess(&d, &build, 0); /* e^1.28 is 3.6 */
    assert_in_range(g.p90, 2 * g.estimate, 6 * g.estimate);
}

static void one_that_ran_out_of_time_is_a_lower_bound(void **state)
{
    (void)state;
    AUTO(durations_free) struct durations d;
    durations_init(&d, PLENTY);
    learn(&d, &build, DURATION_TIMED_OUT, 60000);
    struct duration_guess g = durations_guess(&d, &build, 1000);
    near(g.estimate, 60000);
    assert_int_equal(g.source, DURATION_SAID);
    assert_int_equal(durations_guess(&d, &build, 90000).estimate, 90000);
    learn(&d, &build, DURATION_SUCCESS, 20000); /* what is known takes the place of the bound */
    near(durations_guess(&d, &build, 1000).estimate, 20000);
    learn(&d, &build, DURATION_TIMED_OUT, 10000); /* says nothing new */
    near(durations_guess(&d, &build, 1000).estimate, 20000);
    learn(&d, &build, DURATION_TIMED_OUT, 50000);
    near(durations_guess(&d, &build, 1000).estimate, 50000);
    struct duration_key leg = build;
    leg.matrix = SV("clang");
    near(durations_guess(&d, &leg, 0).estimate, 20000); /* relatives learn from successes alone */
}

static void the_row_that_learned_longest_ago_goes_first(void **state)
{
    (void)state;
    AUTO(durations_free) struct durations d;
    durations_init(&d, DURATION_LEVELS);
    struct duration_key a = {.repo = SV("r"), .job = SV("a")}, b = a, c = a;
    struct duration_news news;
    b.job = SV("b");
    c.job = SV("c");
    learn(&d, &a, DURATION_SUCCESS, 1000); /* two rows each */
    learn(&d, &b, DURATION_SUCCESS, 1000);
    learn(&d, &a, DURATION_SUCCESS, 1000);
    durations_learn(&d, &c, DURATION_SUCCESS, 1000, 77, &news);
    assert_int_equal(news.n_put, 2);
    assert_int_equal(news.put[0]->seen.at, 77);
    assert_int_equal(news.n_dropped, 2);
    assert_string_equal(news.dropped[0], "job\tr\t\tb\t\t");
    assert_string_equal(news.dropped[1], "legs\tr\t\tb");
    duration_news_free(&news);
    assert_int_equal(d.rows.n, 4);
    assert_int_equal(durations_guess(&d, &a, 0).source, DURATION_LEARNED);
    assert_int_equal(durations_guess(&d, &b, 0).source, DURATION_UNKNOWN);
}

static void names_with_strange_characters_are_no_other_key(void **state)
{
    (void)state;
    AUTO(durations_free) struct durations d;
    durations_init(&d, PLENTY);
    struct duration_key a = {.repo = SV("r"), .workflow = SV("w\tx"), .job = SV("y")};
    struct duration_key b = {.repo = SV("r"), .workflow = SV("w"), .job = SV("x\ty")};
    struct duration_news news;
    learn(&d, &a, DURATION_SUCCESS, 1000);
    assert_int_equal(durations_guess(&d, &b, 0).source, DURATION_UNKNOWN);
    durations_learn(&d, &a, DURATION_SUCCESS, 1, 0, &news);
    assert_string_equal(news.put[1]->key, "legs\tr\tw x\ty");
    duration_news_free(&news);
}

static void what_was_kept_and_loaded_guesses_the_same(void **state)
{
    (void)state;
    AUTO(durations_free) struct durations d, again;
    durations_init(&d, PLENTY);
    durations_init(&again, PLENTY);
    uint64_t seed = 3;
    for (int i = 0; i < 9; i++)
        learn(&d, &build, DURATION_SUCCESS, (msec_t)(random_next(&seed) % 100000));
    LIST_EACH (&d.oldest, x) {
        const struct duration_row *r = CONTAINER_OF(x, struct duration_row, oldest);
        assert_true(durations_load(&again, sv_of(r->key), &r->seen));
        assert_false(durations_load(&again, sv_of(r->key), &r->seen)); /* twice */
    }
    learn(&d, &build, DURATION_SUCCESS, 4711);
    learn(&again, &build, DURATION_SUCCESS, 4711);
    struct duration_guess x = durations_guess(&d, &build, 0), y = durations_guess(&again, &build, 0);
    assert_int_equal(x.estimate, y.estimate);
    assert_int_equal(x.p90, y.p90);
}

static void rows_that_are_none_are_refused(void **state)
{
    (void)state;
    AUTO(durations_free) struct durations d;
    durations_init(&d, DURATION_LEVELS);
    static const struct duration_seen bad[] = {
        {.n = -1}, {.n = 1, .mean = -1}, {.n = 1, .mean = INT64_MAX}, {.n = 1, .var = -1}, {.n = 1, .var = INT64_MAX}};
    for (size_t i = 0; i < ARRAY_LEN(bad); i++)
        assert_false(durations_load(&d, SV("job\tr\t\ta\t\t"), &bad[i]));
    static const struct duration_seen good = {.n = 1};
    assert_false(durations_load(&d, SV(""), &good));
    assert_true(durations_load(&d, SV("1"), &good) && durations_load(&d, SV("2"), &good));
    assert_true(durations_load(&d, SV("3"), &good) && durations_load(&d, SV("4"), &good));
    assert_false(durations_load(&d, SV("5"), &good)); /* full */
}

static void extreme_times_are_kept_in_bounds(void **state)
{
    (void)state;
    AUTO(durations_free) struct durations d;
    durations_init(&d, PLENTY);
    static const msec_t took[] = {INT64_MAX, 0, INT64_MIN, INT64_MAX, 1, INT64_MAX, 0, INT64_MAX};
    for (size_t i = 0; i < ARRAY_LEN(took); i++) {
        learn(&d, &build, DURATION_SUCCESS, took[i]);
        struct duration_guess g = durations_guess(&d, &build, 0);
        assert_true(g.estimate > 0 && g.p90 >= g.estimate);
    }
    assert_true(durations_guess(&d, &(struct duration_key){.job = SV("x")}, INT64_MAX).p90 > 0);
}

/* Goal: after five runs the error of the guess, as a logarithm, has a spread of 0.5 at most. */
static void after_five_runs_the_guess_is_within_a_spread_of_a_half(void **state)
{
    (void)state;
    enum { JOBS = 400, RUNS = 5 };
    AUTO(durations_free) struct durations d;
    durations_init(&d, 10 * JOBS);
    uint64_t seed = 11;
    char name[16];
    struct duration_key k = {.repo = SV("r"), .workflow = SV("w")};
    fixed_t sum = 0;
    for (int job = 0; job < JOBS; job++) {
        snprintf(name, sizeof name, "%d", job);
        k.job = sv_of(name);
        fixed_t usual = FIXED(6) + 2 * normal(&seed);
        for (int run = 0; run < RUNS; run++)
            learn(&d, &k, DURATION_SUCCESS, fixed_exp_whole(usual + fixed_mul(FIXED(0.4), normal(&seed))));
        fixed_t off = fixed_ln(durations_guess(&d, &k, 0).estimate) - (usual + fixed_mul(FIXED(0.4), normal(&seed)));
        sum += fixed_mul(off, off);
    }
    assert_in_range(fixed_sqrt(sum / JOBS), FIXED(0.4), FIXED(0.5));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_known_is_thirty_seconds),
        cmocka_unit_test(what_the_file_says_stands_until_the_job_has_ended_once),
        cmocka_unit_test(relatives_are_asked_from_near_to_far),
        cmocka_unit_test(the_first_four_count_alike_and_then_the_newest_three_tenths),
        cmocka_unit_test(the_more_is_seen_the_more_its_spread_counts),
        cmocka_unit_test(one_that_ran_out_of_time_is_a_lower_bound),
        cmocka_unit_test(the_row_that_learned_longest_ago_goes_first),
        cmocka_unit_test(names_with_strange_characters_are_no_other_key),
        cmocka_unit_test(what_was_kept_and_loaded_guesses_the_same),
        cmocka_unit_test(rows_that_are_none_are_refused),
        cmocka_unit_test(extreme_times_are_kept_in_bounds),
        cmocka_unit_test(after_five_runs_the_guess_is_within_a_spread_of_a_half),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
