/* SPDX-License-Identifier: Apache-2.0 */
/* The emulated forges' table of webhooks: where they are found, and when GitLab stops sending to one. */
#include "server/lab/hook.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

static struct lab_hook *hook_of(struct lab_world *w, enum lab_forge forge, enum lab_hook_scope scope)
{
    struct lab_repo *r = scope == HOOK_REPO ? world_repo(w, forge, SV("acme/api")) : NULL;
    return hook_add(w, forge, scope, r, scope == HOOK_OWNER ? SV("acme") : SV_NONE, 1000);
}

static void settle(struct lab_world *w, struct lab_hook *h, int status, msec_t now)
{
    struct lab_delivery *d = hook_deliver(w, h, SV_NONE, SV("push"), SV_NONE, now);
    hook_settled(w, h, d, status, status ? SV("OK") : SV("timed out"), now + 5);
}

static void a_hook_is_found_where_it_was_made_and_nowhere_else(void **state)
{
    (void)state;
    struct lab_world w = {0};
    struct lab_repo *r = world_repo(&w, LAB_GITHUB, SV("acme/api"));
    struct lab_hook *h = hook_of(&w, LAB_GITHUB, HOOK_REPO), *o = hook_of(&w, LAB_GITHUB, HOOK_OWNER);
    struct lab_hook_place here = {LAB_GITHUB, HOOK_REPO, r, SV_NONE}, org = {LAB_GITHUB, HOOK_OWNER, NULL, SV("Acme")};
    struct lab_hook_place other = {LAB_GITHUB, HOOK_REPO, world_repo(&w, LAB_GITHUB, SV("acme/web")), SV_NONE};
    struct lab_hook **all;
    assert_ptr_equal(hook_find(&w, &here, SV("1")), h);
    assert_ptr_equal(hook_find(&w, &org, SV("2")), o);
    assert_null(hook_find(&w, &other, SV("1")));
    assert_null(hook_find(&w, &here, SV("2")));
    assert_null(hook_find(&w, &here, SV("x")));
    assert_int_equal(hooks_at(&w, &here, &all), 1);
    mem_free(all);
    hook_remove(h, 2000);
    assert_null(hook_find(&w, &here, SV("1")));
    assert_false(hook_works(h, 2000));
    world_free(&w);
}

static void a_hook_wants_the_events_it_names_or_all(void **state)
{
    (void)state;
    struct lab_world w = {0};
    struct lab_hook *h = hook_of(&w, LAB_GITHUB, HOOK_REPO);
    assert_false(hook_wants(h, SV("push")));
    hook_set_events(&w, h, (struct sv[]){SV("push"), SV("pull_request")}, 2);
    assert_true(hook_wants(h, SV("pull_request")));
    assert_false(hook_wants(h, SV("pull_request_review")));
    hook_set_events(&w, h, (struct sv[]){SV("*")}, 1);
    assert_true(hook_wants(h, SV("anything")));
    world_free(&w);
}

static void gitlab_pauses_at_the_fourth_failure_and_doubles(void **state)
{
    (void)state;
    struct lab_world w = {0};
    struct lab_hook *h = hook_of(&w, LAB_GITLAB, HOOK_REPO);
    for (int i = 0; i < 3; i++)
        settle(&w, h, 500, 0);
    assert_true(hook_works(h, 1));
    settle(&w, h, 0, 0);
    assert_string_equal(hook_alert_text(h, 1), "temporarily_disabled");
    assert_int_equal(h->disabled_until, 60005);
    assert_true(hook_works(h, 60005));
    settle(&w, h, 404, 0);
    assert_int_equal(h->disabled_until, 120005);
    for (int i = 0; i < 20; i++)
        settle(&w, h, 500, 0);
    assert_int_equal(h->disabled_until, 86400005);
    settle(&w, h, 302, 0);
    assert_true(hook_works(h, 1));
    for (int i = 0; i < 41; i++)
        settle(&w, h, 500, 0);
    assert_string_equal(hook_alert_text(h, INT64_MAX), "disabled");
    hook_edited(h, 5);
    assert_true(hook_works(h, 5));
    world_free(&w);
}

static void github_and_system_hooks_are_never_paused(void **state)
{
    (void)state;
    struct lab_world w = {0};
    struct lab_hook *hub = hook_of(&w, LAB_GITHUB, HOOK_REPO), *sys = hook_of(&w, LAB_GITLAB, HOOK_SYSTEM);
    for (int i = 0; i < 50; i++) {
        settle(&w, hub, 500, 0);
        settle(&w, sys, 500, 0);
    }
    assert_true(hook_works(hub, 1));
    assert_true(hook_works(sys, 1));
    world_free(&w);
}

static void the_ids_of_deliveries_depend_on_seed_and_order_alone(void **state)
{
    (void)state;
    struct lab_world a = {.seed = 7}, b = {.seed = 7}, c = {.seed = 8};
    struct lab_delivery *x = hook_deliver(&a, hook_of(&a, LAB_GITHUB, HOOK_REPO), SV_NONE, SV("push"), SV_NONE, 1);
    struct lab_delivery *y = hook_deliver(&b, hook_of(&b, LAB_GITHUB, HOOK_REPO), SV_NONE, SV("push"), SV_NONE, 9);
    struct lab_delivery *z = hook_deliver(&c, hook_of(&c, LAB_GITHUB, HOOK_REPO), SV_NONE, SV("push"), SV_NONE, 1);
    assert_string_equal(x->guid, y->guid);
    assert_string_not_equal(x->guid, z->guid);
    struct lab_delivery *again = hook_deliver(&a, hook_by_id(&a, 1), sv_of(x->guid), SV("push"), SV_NONE, 2);
    assert_string_equal(again->guid, x->guid);
    assert_int_equal(again->id, x->id + 1);
    assert_ptr_equal(hook_delivery(hook_by_id(&a, 1), x->id), x);
    world_free(&a);
    world_free(&b);
    world_free(&c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_hook_is_found_where_it_was_made_and_nowhere_else),
        cmocka_unit_test(a_hook_wants_the_events_it_names_or_all),
        cmocka_unit_test(gitlab_pauses_at_the_fourth_failure_and_doubles),
        cmocka_unit_test(github_and_system_hooks_are_never_paused),
        cmocka_unit_test(the_ids_of_deliveries_depend_on_seed_and_order_alone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
