/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>
#include "core/backoff.h"

static void waits_grow_to_the_cap_and_never_vanish(void **state)
{
    static const struct {
        int tries;
        msec_t base, cap, least, most;
    } rows[] = {
        {0, 1000, 300000, 100, 1000},        {1, 1000, 300000, 200, 2000},    {5, 1000, 300000, 3200, 32000},
        {9, 1000, 300000, 30000, 300000},    {2000000000, 1000, 300000, 30000, 300000}, {-3, 1000, 300000, 100, 1000},
        {0, 5000, 1000, 100, 1000},          {3, 1, 8, 0, 8},
    };
    uint64_t random = 7;
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        msec_t least = INT64_MAX, most = 0;
        for (int k = 0; k < 2000; k++) {
            msec_t ms = backoff_ms(rows[i].tries, rows[i].base, rows[i].cap, &random);
            least = ms < least ? ms : least;
            most = ms > most ? ms : most;
        }
        assert_in_range(least, rows[i].least, rows[i].least + (rows[i].most - rows[i].least) / 50 + 1);
        assert_in_range(most, rows[i].most - (rows[i].most - rows[i].least) / 50 - 1, rows[i].most);
    }
}

static void the_same_state_gives_the_same_waits(void **state)
{
    uint64_t a = 42, b = 42;
    (void)state;
    for (int i = 0; i < 100; i++)
        assert_int_equal(backoff_ms(i % 12, 1000, 300000, &a), backoff_ms(i % 12, 1000, 300000, &b));
    assert_int_equal(a, b);
}

/* splitmix64.c of Sebastiano Vigna, seed 1234567. */
static void the_generator_is_splitmix64(void **state)
{
    static const uint64_t want[] = {6457827717110365317u, 3203168211198807973u, 9817491932198370423u,
                                    4593380528125082431u, 16408922859458223821u};
    uint64_t s = 1234567;
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(want); i++)
        assert_true(random_next(&s) == want[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(waits_grow_to_the_cap_and_never_vanish),
        cmocka_unit_test(the_same_state_gives_the_same_waits),
        cmocka_unit_test(the_generator_is_splitmix64),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
