/* SPDX-License-Identifier: Apache-2.0 */
#include "unit/engine/rig.h"
#include <stdio.h>

static struct rig r;
static int64_t next_id;

static int set_up(void **state)
{
    (void)state;
    rig_open(&r);
    r.repos.n = 2;
    r.trigger.event =
        WF_ISSUES; /* pushes start nothing: each is decided when it is decoded, or when git has answered */
    next_id = 5;
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    rig_close(&r);
    return 0;
}

static const char *oid(char c)
{
    static char texts[26][41];
    memset(texts[c - 'a'], c, 40);
    return texts[c - 'a'];
}

/* What became of the delivery: NULL = it was taken for new (and git is asked), else the reason for which it is not. */
static const char *decided(struct engine_event ev, int64_t id)
{
    struct delivery d = {.id = id, .received_at = r.now};
    rig_step(&r, (struct engine_event){.kind = EV_DELIVERY, .delivery = &d});
    ev.decoded.delivery = id;
    rig_step(&r, ev);
    const struct change *c = rig_change(&r, CHANGE_DELIVERY);
    return c ? c->delivery.reason : NULL;
}

static struct engine_event push(char before, char after)
{
    struct engine_event ev = rig_push(0);
    ev.decoded.event->repo.forge_id = 1;
    ev.decoded.event->before = before ? oid(before) : "0000000000000000000000000000000000000000";
    ev.decoded.event->after = oid(after);
    return ev;
}

static const char *pushed(char before, char after)
{
    return decided(push(before, after), next_id++);
}

static void one_push_by_three_hooks_is_decided_once(void **state)
{
    (void)state;
    assert_null(pushed('a', 'b'));
    assert_non_null(rig_now(&r, ACT_GATHER));
    for (int i = 0; i < 2; i++) {
        const char *reason = pushed('a', 'b');
        char id[ID_TEXT], text[80];
        snprintf(text, sizeof text, "same event as delivery %s", id_text(5, id));
        assert_string_equal(reason, text);
        assert_int_equal(rig_change(&r, CHANGE_DELIVERY)->delivery.state, DELIVERY_IGNORED);
        assert_null(rig_now(&r, ACT_GATHER));
    }
}

static void a_branch_that_goes_to_and_fro_makes_new_events_each_time(void **state)
{
    (void)state;
    for (int i = 0; i < 4; i++) {
        r.now += 3600000;
        assert_null(pushed('a', 'b'));
        assert_non_null(pushed('a', 'b'));
        r.now += 3600000;
        assert_null(pushed('b', 'a'));
        assert_non_null(pushed('b', 'a'));
    }
}

static void a_copy_that_comes_late_is_none_however_far_the_branch_has_gone(void **state)
{
    (void)state;
    assert_null(pushed('a', 'b'));
    assert_null(pushed('b', 'c'));
    r.now += 7200000;
    assert_non_null(pushed('a', 'b'));
    assert_null(pushed('c', 'd'));
    assert_non_null(pushed('b', 'c'));
}

static void a_person_who_wants_it_again_gets_it_again(void **state)
{
    (void)state;
    assert_null(pushed('a', 'b'));
    assert_non_null(pushed('a', 'b'));
    rig_step(&r, (struct engine_event){.kind = EV_REPLAY, .replay = 6});
    struct engine_event ev = push('a', 'b');
    ev.decoded.delivery = 6;
    rig_step(&r, ev);
    assert_null(rig_change(&r, CHANGE_DELIVERY));
    assert_non_null(rig_now(&r, ACT_GATHER));
}

static void a_replay_that_a_crash_cut_short_is_one_still(void **state)
{
    (void)state;
    assert_null(pushed('a', 'b'));
    struct delivery d = {.id = 9, .received_at = r.now, .reason = "replayed by a person"};
    rig_step(&r, (struct engine_event){.kind = EV_DELIVERY, .delivery = &d});
    struct engine_event ev = push('a', 'b');
    ev.decoded.delivery = 9;
    rig_step(&r, ev);
    assert_null(rig_change(&r, CHANGE_DELIVERY));
}

static struct engine_event labeled(const char *identity)
{
    struct engine_event ev = push('a', 'b');
    ev.decoded.event->name = "issues";
    ev.decoded.event->action = "labeled";
    ev.decoded.event->ref = NULL;
    ev.decoded.event->identity = identity;
    return ev;
}

static void different_events_never_merge(void **state)
{
    (void)state;
    assert_null(decided(labeled("one"), 20));
    assert_null(decided(labeled("two"), 21));
    assert_non_null(decided(labeled("one"), 22));
    struct engine_event other = labeled("one");
    other.decoded.event->repo = (struct event_repo){.id = "f:acme/web", .full_name = "acme/web", .forge_id = 2};
    assert_null(decided(other, 23));
}

static bool asked_store(void *ctx, const uint8_t key[SAME_KEY], struct same_row *ret)
{
    (void)ctx;
    memcpy(ret->key, key, SAME_KEY);
    ret->delivery = 4;
    ret->at = 0;
    return true;
}

static void what_was_taken_before_a_restart_is_asked_of_the_store(void **state)
{
    (void)state;
    struct engine_ports ports = {.recall = rig_recall, .same = asked_store};
    rig_clear(&r);
    engine_free(&r.engine);
    r.engine = engine_new(&r.conf, &ports, 1);
    r.seq = 0;
    assert_non_null(decided(labeled("one"), 30));
    assert_null(decided(labeled("one"), 4)); /* itself, found undecided at the start */
}

/* Any order of pushes of one branch and any number of copies of each: each push is taken once. */
static void every_push_is_taken_once_in_any_order(void **state)
{
    (void)state;
    uint64_t random = 1;
    for (int round = 0; round < 200; round++) {
        struct engine_event ev;
        int taken = 0;
        char name[40];
        snprintf(name, sizeof name, "refs/heads/b%d", round);
        for (int i = 0; i < 24; i++) {
            random = random * 6364136223846793005u + 1442695040888963407u;
            char from = (char)('a' + (random >> 33) % 4);
            ev = push(from, (char)(from + 1));
            ev.decoded.event->ref = name;
            r.now += (msec_t)((random >> 40) % 50);
            taken += decided(ev, next_id++) == NULL;
        }
        assert_in_range(taken, 1, 4);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(one_push_by_three_hooks_is_decided_once, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_branch_that_goes_to_and_fro_makes_new_events_each_time, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_copy_that_comes_late_is_none_however_far_the_branch_has_gone, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(a_person_who_wants_it_again_gets_it_again, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_replay_that_a_crash_cut_short_is_one_still, set_up, tear_down),
        cmocka_unit_test_setup_teardown(different_events_never_merge, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_was_taken_before_a_restart_is_asked_of_the_store, set_up, tear_down),
        cmocka_unit_test_setup_teardown(every_push_is_taken_once_in_any_order, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
