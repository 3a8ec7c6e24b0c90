/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include "core/same_event.h"

static const char A[] = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", B[] = "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb";

static struct hook_event push(void)
{
    return (struct hook_event){.forge = "lab",
                               .name = "push",
                               .ref = "refs/heads/main",
                               .before = A,
                               .after = B,
                               .repo = {.id = "lab:acme/api", .full_name = "acme/api", .forge_id = 7}};
}

static struct hook_event change(const char *action)
{
    struct hook_event ev = push();
    ev.name = "pull_request";
    ev.action = action;
    ev.ref = "refs/pull/3/head";
    ev.before = NULL;
    ev.change = (struct event_change){.present = true, .number = 3};
    return ev;
}

static bool equal(const struct hook_event *x, const struct hook_event *y)
{
    uint8_t a[SAME_KEY], b[SAME_KEY];
    assert_true(same_event_key(x, a));
    assert_true(same_event_key(y, b));
    return memcmp(a, b, SAME_KEY) == 0;
}

static bool leaves_the_same(const struct hook_event *x, const struct hook_event *y)
{
    uint8_t a[SAME_KEY], b[SAME_KEY];
    assert_true(same_event_tip(x, a));
    assert_true(same_event_tip(y, b));
    return memcmp(a, b, SAME_KEY) == 0;
}

static void a_push_is_known_by_its_repository_ref_and_both_ends(void **state)
{
    (void)state;
    struct hook_event x = push(), y = push();
    y.delivery = "another";
    y.sender.present = true;
    y.sender.login = "ann";
    assert_true(equal(&x, &y));
    y.repo.id = "lab:acme/renamed"; /* its number stays */
    assert_true(equal(&x, &y));
    const char **parts[] = {&y.ref, &y.before, &y.after, &y.forge};
    const char *others[] = {"refs/heads/mai", B, A, "lab2"};
    for (size_t i = 0; i < ARRAY_LEN(parts); i++) {
        y = push();
        *parts[i] = others[i];
        assert_false(equal(&x, &y));
    }
    y = push();
    y.repo.forge_id = 8;
    assert_false(equal(&x, &y));
}

static void what_has_an_identity_is_known_by_it_within_its_repository_and_kind(void **state)
{
    (void)state;
    struct hook_event x = change("labeled"), y = change("labeled");
    x.identity = y.identity = "guid-1";
    assert_true(equal(&x, &y));
    y.identity = "guid-2";
    assert_false(equal(&x, &y));
    y = x;
    y.name = "issues";
    assert_false(equal(&x, &y));
    y = x;
    y.repo.forge_id = 9;
    assert_false(equal(&x, &y));
}

static void texts_that_meet_differently_are_not_the_same(void **state)
{
    (void)state;
    struct hook_event x = push(), y = push();
    x.identity = "ab", x.name = "push";
    y.identity = "b", y.name = "pusha";
    assert_false(equal(&x, &y));
}

static void an_event_that_says_neither_is_never_compared(void **state)
{
    (void)state;
    uint8_t key[SAME_KEY];
    struct hook_event x = push();
    x.name = "schedule";
    assert_false(same_event_key(&x, key));
    x = push();
    x.after = NULL;
    assert_false(same_event_key(&x, key));
    x = push();
    x.made_up = true;
    assert_false(same_event_key(&x, key));
}

static void what_was_made_up_leaves_the_same_as_the_real_event(void **state)
{
    (void)state;
    struct hook_event real = push(), made = push();
    made.made_up = true;
    made.before = "cccccccccccccccccccccccccccccccccccccccc"; /* several pushes were missed */
    assert_true(leaves_the_same(&real, &made));
    made.after = A;
    assert_false(leaves_the_same(&real, &made));
    struct hook_event opened = change("opened"), pushed = change("synchronize"), closed = change("closed");
    assert_true(leaves_the_same(&opened, &pushed));
    assert_false(leaves_the_same(&opened, &closed));
    pushed.change.number = 4;
    assert_false(leaves_the_same(&opened, &pushed));
    uint8_t tip[SAME_KEY];
    struct hook_event labeled = change("labeled");
    assert_false(same_event_tip(&labeled, tip));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_push_is_known_by_its_repository_ref_and_both_ends),
        cmocka_unit_test(what_has_an_identity_is_known_by_it_within_its_repository_and_kind),
        cmocka_unit_test(texts_that_meet_differently_are_not_the_same),
        cmocka_unit_test(an_event_that_says_neither_is_never_compared),
        cmocka_unit_test(what_was_made_up_leaves_the_same_as_the_real_event),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
