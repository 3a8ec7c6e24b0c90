/* SPDX-License-Identifier: Apache-2.0 */
#include "unit/store/desk.h"

enum { LONG_MS = 300, MOST_MS = 5000 };

static void until_it_owes_nothing(struct desk *d)
{
    for (msec_t from = clk_mono_ms(); store_owes_since(d->s) && clk_mono_ms() - from < MOST_MS;)
        clk_sleep_ms(10);
    assert_int_equal(store_owes_since(d->s), 0);
}

static void a_store_that_stands_still_says_since_when_it_owes_an_answer(void **state)
{
    (void)state;
    struct desk d;
    sqlite3 *other;
    desk_open(&d);
    assert_int_equal(desk_put(&d, desk_delivery(&d, "gitlab", "before", SV("x")), NULL), PUT_ACCEPTED);
    until_it_owes_nothing(&d);
    assert_int_equal(sqlite3_open(d.path, &other), SQLITE_OK);
    assert_int_equal(sqlite3_exec(other, "BEGIN IMMEDIATE", NULL, NULL, NULL), SQLITE_OK);
    msec_t from = clk_mono_ms();
    struct delivery_put *p = desk_delivery(&d, "gitlab", "during", SV("x"));
    store_put(d.s, p);
    clk_sleep_ms(LONG_MS);
    msec_t since = store_owes_since(d.s);
    assert_true(since >= from && since <= from + LONG_MS);
    assert_int_equal(sqlite3_exec(other, "ROLLBACK", NULL, NULL, NULL), SQLITE_OK);
    assert_ptr_equal(CONTAINER_OF(desk_wait(&d), struct delivery_put, letter), p);
    assert_int_equal(p->verdict, PUT_ACCEPTED);
    delivery_put_free(&p);
    until_it_owes_nothing(&d);
    sqlite3_close(other);
    desk_close(&d);
}

static void a_store_keeps_less_of_a_small_disk(void **state)
{
    (void)state;
    assert_int_equal(store_reserve((uint64_t)1 << 40), 64 << 20);
    assert_int_equal(store_reserve(48 << 20), 3 << 20);
    assert_int_equal(store_reserve(0), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_store_that_stands_still_says_since_when_it_owes_an_answer),
        cmocka_unit_test(a_store_keeps_less_of_a_small_disk),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
