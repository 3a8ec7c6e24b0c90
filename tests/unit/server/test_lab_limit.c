/* SPDX-License-Identifier: Apache-2.0 */
/* The limits of the emulated forges: what counts, when it begins again, and who is early. */
#include "server/lab/limit.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

static struct limits of(const char *words)
{
    struct limits l;
    struct err e = {0};
    limits_init(&l, 1);
    assert_int_equal(limits_set(&l, sv_of(words), &e), 0);
    return l;
}

static struct limit_ask ask(enum lab_forge forge, const char *token, msec_t now)
{
    return (struct limit_ask){.forge = forge, .token = sv_of(token), .now = now, .under_way = 1};
}

static void a_bucket_is_empty_until_its_hour_is_over_for_that_token_alone(void **state)
{
    (void)state;
    struct limits l = of("core=2");
    struct limit_ask a = ask(LAB_GITHUB, "t", 1000), other = ask(LAB_GITHUB, "u", 1000);
    assert_int_equal(limits_ask(&l, &a).kind, LIMITED_NOT);
    assert_int_equal(limits_ask(&l, &a).kind, LIMITED_NOT);
    struct limit_verdict v = limits_ask(&l, &a);
    assert_int_equal(v.kind, LIMITED_PRIMARY);
    assert_int_equal(v.status, 403);
    assert_false(v.says_wait);
    assert_int_equal(limits_ask(&l, &other).kind, LIMITED_NOT);
    assert_true(limits_early(&l, &a));
    assert_false(limits_early(&l, &other));
    a.now += v.wait - 1;
    assert_true(limits_early(&l, &a));
    assert_int_equal(limits_ask(&l, &a).kind, LIMITED_PRIMARY);
    a.now += 1;
    assert_false(limits_early(&l, &a));
    assert_int_equal(limits_ask(&l, &a).kind, LIMITED_NOT);
    limits_free(&l);
}

static void what_is_free_or_not_modified_costs_nothing(void **state)
{
    (void)state;
    struct limits l = of("core=1");
    struct limit_ask a = ask(LAB_GITHUB, "t", 1000);
    a.free = true;
    for (int i = 0; i < 5; i++)
        assert_int_equal(limits_ask(&l, &a).kind, LIMITED_NOT);
    a.free = false;
    for (int i = 0; i < 5; i++) {
        assert_int_equal(limits_ask(&l, &a).kind, LIMITED_NOT);
        limits_charge(&l, &a, -1);
    }
    assert_int_equal(limits_bucket(&l, &a, BUCKET_CORE).remaining, 1);
    limits_charge(&l, &a, -7);
    assert_int_equal(limits_bucket(&l, &a, BUCKET_CORE).used, 0);
    limits_free(&l);
}

static void a_secondary_limit_stops_all_calls_of_the_token_for_a_minute(void **state)
{
    (void)state;
    struct limits l = of("points=10,minute-ms=2000");
    struct limit_ask write = ask(LAB_GITHUB, "t", 1000), read = write;
    write.write = true;
    assert_int_equal(limits_ask(&l, &write).kind, LIMITED_NOT); /* five points each */
    assert_int_equal(limits_ask(&l, &write).kind, LIMITED_NOT);
    struct limit_verdict v = limits_ask(&l, &read);
    assert_int_equal(v.kind, LIMITED_SECONDARY);
    read.bucket = BUCKET_GRAPHQL;
    read.now += v.wait - 1;
    assert_int_equal(limits_ask(&l, &read).kind, LIMITED_SECONDARY);
    assert_true(limits_early(&l, &read));
    read.now += 1;
    assert_int_equal(limits_ask(&l, &read).kind, LIMITED_NOT);
    limits_free(&l);
}

static void too_many_at_once_and_too_much_content_are_secondary(void **state)
{
    (void)state;
    struct limits l = of("concurrent=2,content-hour=1");
    struct limit_ask many = ask(LAB_GITHUB, "t", 1000), content = ask(LAB_GITHUB, "u", 1000);
    many.under_way = 2;
    assert_int_equal(limits_ask(&l, &many).kind, LIMITED_NOT);
    many.under_way = 3;
    assert_int_equal(limits_ask(&l, &many).kind, LIMITED_SECONDARY);
    content.content = CONTENT_NOTE;
    assert_int_equal(limits_ask(&l, &content).kind, LIMITED_NOT);
    content.now += 120000; /* a minute is over, the hour is not */
    assert_int_equal(limits_ask(&l, &content).kind, LIMITED_SECONDARY);
    limits_free(&l);
}

static void gitlab_counts_the_refused_and_tells_when(void **state)
{
    (void)state;
    struct limits l = of("gitlab=1,gitlab-notes=1");
    struct limit_ask a = ask(LAB_GITLAB, "t", 1000), note = ask(LAB_GITLAB, "u", 1000);
    AUTO(buf_free) struct buf heads = {0};
    assert_int_equal(limits_ask(&l, &a).kind, LIMITED_NOT);
    struct limit_verdict v = limits_ask(&l, &a);
    assert_int_equal(v.status, 429);
    assert_true(v.says_wait);
    limits_headers(&l, &a, &heads);
    assert_true(sv_find(buf_view(&heads), SV("RateLimit-Observed: 2\r\nRateLimit-Remaining: 0\r\n")) >= 0);
    limits_free(&l);
    l = of("gitlab=100,gitlab-notes=1");
    note.content = CONTENT_NOTE;
    assert_int_equal(limits_ask(&l, &note).kind, LIMITED_NOT);
    assert_int_equal(limits_ask(&l, &note).kind, LIMITED_RESOURCE);
    note.content = CONTENT_NONE;
    assert_int_equal(limits_ask(&l, &note).kind, LIMITED_NOT);
    limits_free(&l);
}

static void nothing_is_counted_when_limits_are_off_but_who_was_told_to_wait_is_early(void **state)
{
    (void)state;
    struct limits l = of("core=1,off");
    struct limit_ask a = ask(LAB_GITHUB, "t", 1000), tea = ask(LAB_GITEA, "t", 1000);
    AUTO(buf_free) struct buf heads = {0};
    for (int i = 0; i < 5; i++)
        assert_int_equal(limits_ask(&l, &a).kind, LIMITED_NOT);
    limits_headers(&l, &a, &heads);
    assert_int_equal(heads.n, 0);
    limits_block(&l, &a, LIMITED_SECONDARY, 5000);
    limits_block(&l, &a, LIMITED_SECONDARY, 3000); /* never shorter */
    a.now = 4999;
    assert_true(limits_early(&l, &a));
    a.now = 5000;
    assert_false(limits_early(&l, &a));
    limits_free(&l);
    l = of("on");
    for (int i = 0; i < 6000; i++)
        assert_int_equal(limits_ask(&l, &tea).kind, LIMITED_NOT);
    limits_free(&l);
}

static void words_that_are_no_limits_are_refused(void **state)
{
    (void)state;
    static const char *const wrong[] = {"core", "core=", "core=0", "core=-1", "core=x", "hours=3", "on,core=0", "="};
    for (size_t i = 0; i < ARRAY_LEN(wrong); i++) {
        struct limits l;
        struct err e = {0};
        limits_init(&l, 1);
        assert_int_equal(limits_set(&l, sv_of(wrong[i]), &e), -1);
        assert_int_equal(e.cls, ERR_INVALID);
        limits_free(&l);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_bucket_is_empty_until_its_hour_is_over_for_that_token_alone),
        cmocka_unit_test(what_is_free_or_not_modified_costs_nothing),
        cmocka_unit_test(a_secondary_limit_stops_all_calls_of_the_token_for_a_minute),
        cmocka_unit_test(too_many_at_once_and_too_much_content_are_secondary),
        cmocka_unit_test(gitlab_counts_the_refused_and_tells_when),
        cmocka_unit_test(nothing_is_counted_when_limits_are_off_but_who_was_told_to_wait_is_early),
        cmocka_unit_test(words_that_are_no_limits_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
