/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include "server/hooksock/course.h"

#define ZERO "0000000000000000000000000000000000000000"
#define ONE  "1111111111111111111111111111111111111111"
#define TWO  "2222222222222222222222222222222222222222"
#define YES(why)                                                                                                       \
    {                                                                                                                  \
        .state = VERDICT_ALLOW, .reason = (why)                                                                        \
    }
#define NO(why)                                                                                                        \
    {                                                                                                                  \
        .state = VERDICT_DENY, .reason = (why)                                                                         \
    }
static const struct hook_update two[] = {{SV(ZERO), SV(ONE), SV("refs/heads/a")},
                                         {SV(ONE), SV(TWO), SV("refs/heads/b")}};
static const struct hook_update gone[] = {{SV(ONE), SV(ZERO), SV("refs/heads/a")}};
static const struct sv skip[] = {SV("other"), SV("fettle.skip=1")};

static struct hook_call call_of(const char *hook, const struct hook_update *at, size_t n)
{
    return (struct hook_call){.hook = sv_of(hook), .updates = at, .n_updates = n, .wait_ms = 30000};
}

static struct course judging(size_t n)
{
    struct course c;
    struct hook_call call = call_of("pre-push", two, n);
    assert_int_equal(course_begin(&c, &call, 1000), STEP_FIND);
    assert_int_equal(course_found(&c, FOUND_WHOLE), STEP_STORE);
    for (size_t i = 0; i < n; i++)
        assert_int_equal(course_stored(&c, ERR_OK), i + 1 < n ? STEP_NONE : STEP_JUDGE);
    return c;
}

static void is_over(const struct course *c, enum verdict_state verdict, const char *reason)
{
    assert_int_equal(c->state, COURSE_OVER);
    assert_int_equal(c->verdict, verdict);
    assert_string_equal(c->reason, reason);
}

static void what_is_missing_is_sent_looked_through_and_stored(void **state)
{
    (void)state;
    struct course c;
    struct hook_call call = call_of("pre-receive", two, 2);
    assert_int_equal(course_begin(&c, &call, 1000), STEP_FIND);
    assert_true(c.wants_objects);
    assert_int_equal(course_found(&c, FOUND_LACKS), STEP_SEND);
    assert_int_equal(course_pack(&c, PACK_CAME), STEP_TAKE);
    assert_int_equal(course_taken(&c, ERR_OK), STEP_STORE);
    assert_int_equal(course_stored(&c, ERR_OK), STEP_NONE);
    assert_int_equal(course_stored(&c, ERR_OK), STEP_JUDGE);
}

static void what_needs_no_judgement_gets_none(void **state)
{
    (void)state;
    struct course c;
    struct hook_call call = call_of("pre-push", NULL, 0);
    assert_int_equal(course_begin(&c, &call, 0), STEP_VERDICT);
    is_over(&c, VERDICT_ALLOW, "nothing");
    call = call_of("pre-push", two, 2);
    call.options = skip;
    call.n_options = 2;
    assert_int_equal(course_begin(&c, &call, 0), STEP_FIND);
    assert_false(c.wants_objects);
    assert_int_equal(course_found(&c, FOUND_LACKS), STEP_STORE);
    assert_int_equal(course_stored(&c, ERR_OK), STEP_NONE);
    assert_int_equal(course_stored(&c, ERR_OK), STEP_VERDICT);
    is_over(&c, VERDICT_ALLOW, "skipped");
    call = call_of("post-receive", two, 1);
    assert_int_equal(course_begin(&c, &call, 0), STEP_FIND);
    assert_int_equal(course_found(&c, FOUND_LACKS), STEP_STORE);
    assert_int_equal(course_stored(&c, ERR_OK), STEP_VERDICT);
    is_over(&c, VERDICT_ALLOW, "background");
    call = call_of("update", gone, 1);
    assert_int_equal(course_begin(&c, &call, 0), STEP_FIND);
    assert_false(c.wants_objects);
    call = call_of("pre-push", two, 1);
    (void)course_begin(&c, &call, 0);
    assert_int_equal(course_found(&c, FOUND_NO_REPO), STEP_VERDICT);
    is_over(&c, VERDICT_ALLOW, "unknown-repository");
}

static void what_we_cannot_do_ends_without_a_verdict(void **state)
{
    (void)state;
    struct course c;
    struct hook_call call = call_of("reference-transaction", two, 1);
    assert_int_equal(course_begin(&c, &call, 0), STEP_END);
    is_over(&c, VERDICT_NONE, "unknown-hook");
    call = call_of("pre-push", two, 2);
    (void)course_begin(&c, &call, 0);
    assert_int_equal(course_found(&c, FOUND_FAILED), STEP_END);
    (void)course_begin(&c, &call, 0);
    (void)course_found(&c, FOUND_LACKS);
    assert_int_equal(course_pack(&c, PACK_NO_ROOM), STEP_END);
    is_over(&c, VERDICT_NONE, "no-room");
    (void)course_begin(&c, &call, 0);
    (void)course_found(&c, FOUND_LACKS);
    (void)course_pack(&c, PACK_CAME);
    assert_int_equal(course_taken(&c, ERR_TRANSIENT), STEP_END);
    is_over(&c, VERDICT_NONE, "git");
    (void)course_begin(&c, &call, 0);
    (void)course_found(&c, FOUND_WHOLE);
    assert_int_equal(course_stored(&c, ERR_TRANSIENT), STEP_END);
    assert_int_equal(course_stored(&c, ERR_OK), STEP_NONE);
    is_over(&c, VERDICT_NONE, "store");
    (void)course_begin(&c, &call, 0);
    (void)course_found(&c, FOUND_WHOLE);
    assert_int_equal(course_stored(&c, ERR_CONFLICT), STEP_VERDICT);
    is_over(&c, VERDICT_DENY, "error");
}

static void a_pack_that_is_no_good_refuses_the_push(void **state)
{
    (void)state;
    static const struct {
        enum course_pack came;
        enum err_class taken;
        const char *reason;
    } rows[] = {{PACK_NONE, ERR_OK, "bad-pack"},
                {PACK_TOO_LARGE, ERR_OK, "too-large"},
                {PACK_CAME, ERR_INVALID, "bad-pack"},
                {PACK_CAME, ERR_MISSING, "bad-pack"}};
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct course c;
        struct hook_call call = call_of("pre-push", two, 2);
        (void)course_begin(&c, &call, 0);
        (void)course_found(&c, FOUND_LACKS);
        enum course_step step = course_pack(&c, rows[i].came);
        if (rows[i].came == PACK_CAME)
            step = course_taken(&c, rows[i].taken);
        assert_int_equal(step, STEP_VERDICT);
        is_over(&c, VERDICT_DENY, rows[i].reason);
    }
}

static void a_push_goes_on_when_all_of_its_refs_may(void **state)
{
    (void)state;
    static const struct {
        struct engine_verdict a, b;
        enum verdict_state want;
        const char *reason;
        size_t by;
    } rows[] = {
        {YES("deleted"), YES("judged"), VERDICT_ALLOW, "judged", 1},
        {YES("reused"), YES("no-workflow"), VERDICT_ALLOW, "reused", 0},
        {YES("error"), YES("judged"), VERDICT_ALLOW, "error", 0},
        {YES("judged"), NO("judged"), VERDICT_DENY, "judged", 1},
        {{.state = VERDICT_OPEN}, NO("reused"), VERDICT_DENY, "reused", 1},
        {{.state = VERDICT_OPEN}, {.state = VERDICT_NONE}, VERDICT_DENY, "error", 1},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct course c = judging(2);
        struct engine_verdict v[] = {rows[i].a, rows[i].b};
        assert_int_equal(course_judged(&c, v, 2, 2000), STEP_VERDICT);
        is_over(&c, rows[i].want, rows[i].reason);
        assert_int_equal(c.by, rows[i].by);
    }
}

static void nobody_waits_longer_than_he_said(void **state)
{
    (void)state;
    struct course c = judging(2);
    assert_int_equal(c.until, 1000 + 30000 - 500);
    struct engine_verdict v[] = {{.state = VERDICT_OPEN}, {.state = VERDICT_ALLOW, .reason = "judged"}};
    assert_int_equal(course_judged(&c, v, 2, 2000), STEP_JUDGE);
    assert_int_equal(c.next, c.until);
    v[0].wait_until = 21000;
    assert_int_equal(course_judged(&c, v, 2, 20999), STEP_JUDGE);
    assert_int_equal(c.next, 21000);
    v[1] = (struct engine_verdict){.state = VERDICT_OPEN, .wait_until = 25000};
    assert_int_equal(course_judged(&c, v, 2, 21000), STEP_JUDGE);
    assert_int_equal(c.next, 25000);
    assert_int_equal(course_judged(&c, v, 2, 25000), STEP_VERDICT);
    is_over(&c, VERDICT_ALLOW, "background");
    c = judging(1);
    v[0].wait_until = 900000;
    assert_int_equal(course_judged(&c, v, 1, c.until - 1), STEP_JUDGE);
    assert_int_equal(c.next, c.until);
    assert_int_equal(course_judged(&c, v, 1, c.until), STEP_VERDICT);
    is_over(&c, VERDICT_ALLOW, "background");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_missing_is_sent_looked_through_and_stored),
        cmocka_unit_test(what_needs_no_judgement_gets_none),
        cmocka_unit_test(what_we_cannot_do_ends_without_a_verdict),
        cmocka_unit_test(a_pack_that_is_no_good_refuses_the_push),
        cmocka_unit_test(a_push_goes_on_when_all_of_its_refs_may),
        cmocka_unit_test(nobody_waits_longer_than_he_said),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
