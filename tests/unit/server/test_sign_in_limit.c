/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include "server/session/bucket.h"

enum { T = 1000000 };

static void an_address_has_ten_tries_and_then_one_every_six_seconds(void **state)
{
    (void)state;
    struct buckets *b = buckets_new();
    for (int i = 0; i < BUCKET_OF_ONE; i++)
        assert_int_equal(buckets_take(b, SV("192.0.2.1"), BUCKET_ELSEWHERE, T), 0);
    assert_int_equal(buckets_take(b, SV("192.0.2.1"), BUCKET_ELSEWHERE, T), BUCKET_ONE_MS);
    assert_int_equal(buckets_take(b, SV("::ffff:192.0.2.1"), BUCKET_ELSEWHERE, T), BUCKET_ONE_MS); /* the same */
    assert_int_equal(buckets_take(b, SV("192.0.2.2"), BUCKET_ELSEWHERE, T), 0);
    assert_int_equal(buckets_take(b, SV("192.0.2.1"), BUCKET_ELSEWHERE, T + BUCKET_ONE_MS - 1), 1);
    assert_int_equal(buckets_take(b, SV("192.0.2.1"), BUCKET_ELSEWHERE, T + BUCKET_ONE_MS), 0);
    assert_int_equal(buckets_take(b, SV("192.0.2.1"), BUCKET_ELSEWHERE, T + BUCKET_ONE_MS), BUCKET_ONE_MS);
    buckets_free(&b);
}

static void an_address_of_ipv6_is_its_64(void **state)
{
    (void)state;
    struct buckets *b = buckets_new();
    char peer[64];
    for (int i = 0; i < BUCKET_OF_ONE; i++) {
        snprintf(peer, sizeof peer, "2001:db8:0:1::%x", i);
        assert_int_equal(buckets_take(b, sv_of(peer), BUCKET_ELSEWHERE, T), 0);
    }
    assert_true(buckets_take(b, SV("2001:db8:0:1:ffff::1"), BUCKET_ELSEWHERE, T) > 0);
    assert_int_equal(buckets_take(b, SV("2001:db8:0:2::1"), BUCKET_ELSEWHERE, T), 0);
    buckets_free(&b);
}

static void many_addresses_share_one_bucket_and_this_machine_does_not(void **state)
{
    (void)state;
    struct buckets *b = buckets_new();
    char peer[64];
    for (int i = 0; i < BUCKET_OF_ALL; i++) {
        snprintf(peer, sizeof peer, "192.0.2.%d", i);
        assert_int_equal(buckets_take(b, sv_of(peer), BUCKET_ELSEWHERE, T), 0);
    }
    assert_int_equal(buckets_take(b, SV("198.51.100.1"), BUCKET_ELSEWHERE, T), BUCKET_ALL_MS);
    assert_int_equal(buckets_take(b, SV("127.0.0.1"), BUCKET_HERE, T), 0);
    assert_int_equal(buckets_take(b, SV("unix:0"), BUCKET_HERE, T), 0);
    assert_int_equal(buckets_take(b, SV("198.51.100.1"), BUCKET_ELSEWHERE, T + BUCKET_ALL_MS), 0);
    buckets_free(&b);
}

static void more_addresses_than_are_remembered_count_for_all(void **state)
{
    (void)state;
    struct buckets *b = buckets_new();
    char peer[64];
    for (int i = 0; i < BUCKET_KNOWN; i++) { /* each leaves a bucket that is not full */
        snprintf(peer, sizeof peer, "10.0.%d.%d", i >> 8, i & 255);
        assert_int_equal(buckets_take(b, sv_of(peer), BUCKET_HERE, T), 0);
    }
    for (int i = 0; i < BUCKET_OF_ALL; i++)
        assert_int_equal(buckets_take(b, SV("192.0.2.1"), BUCKET_ELSEWHERE, T), 0);
    assert_true(buckets_take(b, SV("192.0.2.1"), BUCKET_ELSEWHERE, T) > 0);
    /* Those that are full again are forgotten, and there is room. */
    msec_t later = T + (msec_t)BUCKET_OF_ALL * BUCKET_ALL_MS;
    for (int i = 0; i < BUCKET_OF_ONE; i++)
        assert_int_equal(buckets_take(b, SV("192.0.2.1"), BUCKET_ELSEWHERE, later), 0);
    assert_int_equal(buckets_take(b, SV("192.0.2.1"), BUCKET_ELSEWHERE, later), BUCKET_ONE_MS);
    buckets_free(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_address_has_ten_tries_and_then_one_every_six_seconds),
        cmocka_unit_test(an_address_of_ipv6_is_its_64),
        cmocka_unit_test(many_addresses_share_one_bucket_and_this_machine_does_not),
        cmocka_unit_test(more_addresses_than_are_remembered_count_for_all),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
