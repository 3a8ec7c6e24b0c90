/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include "server/session/once.h"

static struct buf made(struct onces *o, enum once_kind kind, const char *name, msec_t now)
{
    struct buf text = {0};
    once_new(o, kind, name, API_READ, now, &text);
    return text;
}

static void it_is_good_once(void **state)
{
    (void)state;
    struct onces o = {0};
    struct once x;
    AUTO(buf_free) struct buf a = made(&o, ONCE_ASKED, "ann", 0), b = made(&o, ONCE_ASKED, "bob", 0);
    assert_int_equal(a.n, strlen(ONCE_PREFIX) + 43);
    assert_string_not_equal(a.p, b.p);
    assert_false(once_take(&o, SV("fettle_once_"), 1, &x));
    assert_false(once_take(&o, SV_NONE, 1, &x));
    assert_false(once_take(&o, sv_cut(buf_view(&a), a.n - 1), 1, &x));
    assert_true(once_take(&o, buf_view(&a), 1, &x));
    assert_string_equal(x.name, "ann");
    assert_int_equal(x.scopes, API_READ);
    assert_false(once_take(&o, buf_view(&a), 1, &x));
    assert_true(once_take(&o, buf_view(&b), 1, &x));
    assert_string_equal(x.name, "bob");
    assert_int_equal(o.n, 0);
}

static void its_time_is_ten_minutes(void **state)
{
    (void)state;
    struct onces o = {0};
    struct once x;
    AUTO(buf_free) struct buf a = made(&o, ONCE_ASKED, "ann", 7), b = made(&o, ONCE_ASKED, "bob", 7);
    assert_true(once_take(&o, buf_view(&a), 7 + ONCE_MS - 1, &x));
    assert_false(once_take(&o, buf_view(&b), 7 + ONCE_MS, &x));
    assert_int_equal(o.n, 0);
}

static void with_one_too_many_the_oldest_ends(void **state)
{
    (void)state;
    struct onces o = {0};
    struct once x;
    AUTO(buf_free) struct buf first = made(&o, ONCE_ASKED, "first", 0), second = made(&o, ONCE_ASKED, "second", 0);
    for (int i = 0; i < ONCE_MOST - 1; i++) {
        struct buf text = made(&o, ONCE_ASKED, "more", 0);
        buf_free(&text);
    }
    assert_int_equal(o.n, ONCE_MOST);
    assert_false(once_take(&o, buf_view(&first), 1, &x));
    assert_true(once_take(&o, buf_view(&second), 1, &x));
}

static void that_of_the_first_start_goes_alone(void **state)
{
    (void)state;
    struct onces o = {0};
    struct once x;
    AUTO(buf_free) struct buf a = made(&o, ONCE_SETUP, "setup", 0), b = made(&o, ONCE_ASKED, "bob", 0);
    once_drop(&o, ONCE_SETUP);
    assert_false(once_take(&o, buf_view(&a), 1, &x));
    assert_true(once_take(&o, buf_view(&b), 1, &x));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_is_good_once),
        cmocka_unit_test(its_time_is_ten_minutes),
        cmocka_unit_test(with_one_too_many_the_oldest_ends),
        cmocka_unit_test(that_of_the_first_start_goes_alone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
