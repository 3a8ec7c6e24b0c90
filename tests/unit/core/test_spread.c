/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>
#include "core/spread.h"

static int by_size(const void *a, const void *b)
{
    msec_t x = *(const msec_t *)a, y = *(const msec_t *)b;
    return (x > y) - (x < y);
}

/* Within 6.25 % of what a sorted list says, whatever the times are. */
static void quantiles_are_near_those_of_a_sorted_list(void **state)
{
    (void)state;
    static const double parts[] = {0, 0.01, 0.25, 0.5, 0.9, 0.95, 0.99, 1};
    uint64_t seed = 42;
    for (int top = 1; top < 32; top++) {
        struct spread s = {0};
        msec_t all[999];
        for (size_t i = 0; i < ARRAY_LEN(all); i++) {
            seed = seed * 6364136223846793005u + 1442695040888963407u;
            all[i] = (msec_t)((seed >> 33) & ((1u << top) - 1));
            spread_add(&s, all[i]);
        }
        qsort(all, ARRAY_LEN(all), sizeof all[0], by_size);
        for (size_t i = 0; i < ARRAY_LEN(parts); i++) {
            size_t rank = (size_t)(parts[i] * (double)ARRAY_LEN(all) + 0.999999);
            msec_t want = all[rank ? rank - 1 : 0], got = spread_quantile(&s, parts[i]);
            assert_in_range(1000 + llabs(got - want) * 16, 1000, 1000 + want);
        }
    }
}

static void times_below_sixteen_ms_are_told_as_they_are(void **state)
{
    (void)state;
    for (msec_t ms = 0; ms < 16; ms++) {
        struct spread s = {0};
        spread_add(&s, ms);
        assert_int_equal(spread_quantile(&s, 0.5), ms);
    }
}

static void the_empty_one_has_no_quantile_and_ends_are_kept(void **state)
{
    (void)state;
    struct spread s = {0};
    assert_int_equal(spread_quantile(&s, 0.5), -1);
    spread_add(&s, -5);
    assert_int_equal(spread_quantile(&s, 1), 0);
    spread_add(&s, INT64_MAX);
    assert_true(spread_quantile(&s, 1) > (msec_t)45 * 24 * 3600 * 1000);
}

static void what_was_packed_is_summed_again(void **state)
{
    (void)state;
    struct spread one = {0}, both = {0};
    AUTO(buf_free) struct buf text = {0};
    for (int i = 0; i < 70000; i++)
        spread_add(&one, i % 7 ? 20 : 3000000);
    spread_pack(&one, &text);
    assert_true(text.n < 10);
    spread_unpack(&both, buf_view(&text));
    assert_memory_equal(&both, &one, sizeof one);
    spread_unpack(&both, buf_view(&text));
    for (size_t i = 0; i < SPREAD_CLASSES; i++)
        assert_int_equal(both.n[i], 2 * one.n[i]);
}

static void a_text_that_is_none_adds_nothing_more(void **state)
{
    (void)state;
    static const char *const texts[] = {"\x05", "\x05\xff\xff", "\xfa\x01", "\x05\xff\xff\xff\xff\xff\xff\xff"};
    for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
        struct spread s = {0};
        spread_unpack(&s, sv_of(texts[i]));
        for (size_t k = 0; k < SPREAD_CLASSES; k++)
            assert_true(k == 5 || !s.n[k]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(quantiles_are_near_those_of_a_sorted_list),
        cmocka_unit_test(times_below_sixteen_ms_are_told_as_they_are),
        cmocka_unit_test(the_empty_one_has_no_quantile_and_ends_are_kept),
        cmocka_unit_test(what_was_packed_is_summed_again),
        cmocka_unit_test(a_text_that_is_none_adds_nothing_more),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
