/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <math.h>
#include <stdlib.h>
#include <cmocka.h>
#include "base/fixed.h"

static double real(fixed_t x)
{
    return (double)x / (double)FIXED_ONE;
}

static void the_logarithm_is_that_of_libm_to_a_millionth(void **state)
{
    (void)state;
    for (int64_t x = 1; x < INT64_MAX / 3; x += x / 777 + 1)
        assert_true(fabs(real(fixed_ln(x)) - log((double)x)) < 1e-6);
    assert_true(fabs(real(fixed_ln(INT64_MAX)) - log(0x1p63)) < 1e-6);
    assert_int_equal(fixed_ln(1), 0);
    assert_int_equal(fixed_ln(0), 0);
    assert_int_equal(fixed_ln(INT64_MIN), 0);
}

static void the_power_is_that_of_libm_to_a_millionth(void **state)
{
    (void)state;
    for (fixed_t x = FIXED(-27); x < FIXED(27); x += 4099) {
        double right = exp(real(x)), got = real(fixed_exp(x));
        assert_true(fabs(got - right) <= right * 1e-6 + 0x1p-24);
    }
    assert_int_equal(fixed_exp(0), FIXED_ONE);
    assert_int_equal(fixed_exp(FIXED(-100)), 0);
    assert_int_equal(fixed_exp(INT64_MIN), 0);
    assert_int_equal(fixed_exp(FIXED(28)), INT64_MAX);
    assert_int_equal(fixed_exp(INT64_MAX), INT64_MAX);
}

static void a_whole_number_comes_back_from_its_logarithm(void **state)
{
    (void)state;
    for (int64_t x = 1; x < 1000000; x += x / 99 + 1)
        assert_int_equal(fixed_exp_whole(fixed_ln(x)), x);
    for (int64_t x = 1000000; x < (int64_t)1 << 38; x += x / 99 + 1)
        assert_true(llabs(fixed_exp_whole(fixed_ln(x)) - x) <= x / 1000000);
}

static void products_and_roots_are_rounded_down(void **state)
{
    (void)state;
    assert_int_equal(fixed_mul(FIXED(1.5), FIXED(2.5)), FIXED(3.75));
    assert_int_equal(fixed_mul(FIXED(-1.5), FIXED(2.5)), FIXED(-3.75));
    assert_int_equal(fixed_mul(FIXED(-1.5), FIXED(-2.5)), FIXED(3.75));
    assert_int_equal(fixed_mul(1, -1), 0);
    assert_int_equal(fixed_mul(FIXED(100000), FIXED(100000)), FIXED(1e10));
    assert_int_equal(fixed_sqrt(FIXED(2.25)), FIXED(1.5));
    assert_int_equal(fixed_sqrt(0), 0);
    assert_int_equal(fixed_sqrt(-1), 0);
    for (fixed_t x = 1; x < FIXED(16000); x += x / 99 + 1)
        assert_int_equal(fixed_sqrt(x), (fixed_t)floor(sqrt((double)x * (double)FIXED_ONE)));
}

/* Values kept from the first time: another machine or compiler must give these bits. */
static void the_bits_are_the_same_everywhere(void **state)
{
    (void)state;
    assert_int_equal(fixed_ln(2), 11629080);
    assert_int_equal(fixed_ln(1000), 115892902);
    assert_int_equal(fixed_ln(86400000), 306595204);
    assert_int_equal(fixed_exp(FIXED_ONE), 45605201);
    assert_int_equal(fixed_exp(FIXED(-0.64)), 8846499);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_logarithm_is_that_of_libm_to_a_millionth),
        cmocka_unit_test(the_power_is_that_of_libm_to_a_millionth),
        cmocka_unit_test(a_whole_number_comes_back_from_its_logarithm),
        cmocka_unit_test(products_and_roots_are_rounded_down),
        cmocka_unit_test(the_bits_are_the_same_everywhere),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
