/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include "unit/engine/rig.h"

static struct rig r;
static struct redrive want;

static int set_up(void **state)
{
    (void)state;
    rig_open(&r);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    arena_free(&want.arena);
    rig_close(&r);
    return 0;
}

static struct effect *row_of(const struct effect *x)
{
    arena_free(&want.arena);
    want = (struct redrive){.cause = "asked for by ann"};
    want.row = arena_new(&want.arena, sizeof *want.row);
    *want.row = *x;
    return want.row;
}

static void ask(void)
{
    rig_step(&r, (struct engine_event){.kind = EV_REDRIVE, .redrive = &want});
}

/* A run whose first status was refused; its row as the store has it. */
static struct effect refused(void)
{
    static char serial[200];
    rig_run(&r, 5);
    snprintf(serial, sizeof serial, "%s", rig_change(&r, CHANGE_EFFECT_NEW)->effect->serial_key);
    int64_t id = rig_after(&r, ACT_CALL)->call.effect;
    rig_next = TALK_DEAD;
    rig_err = (struct err){.cls = ERR_DENIED, .msg = "permission is missing"};
    rig_reply(&r, id);
    struct effect dead = *rig_change(&r, CHANGE_EFFECT)->effect;
    assert_int_equal(dead.state, EFFECT_DEAD);
    rig_next = TALK_SENT;
    dead.forge = "f"; /* what it pointed to has left memory with it */
    dead.repo = "acme/api";
    dead.key = "key";
    dead.serial_key = serial;
    dead.body = dead.last_error = dead.remote_id = dead.remote_url = NULL;
    return dead;
}

static const struct change *of_effect(int64_t id)
{
    for (const struct change *c = r.out.changes ? r.out.changes->first : NULL; c; c = c->next)
        if (c->kind == CHANGE_EFFECT && c->effect->id == id)
            return c;
    return NULL;
}

static void an_effect_that_is_dead_goes_once_more_with_its_key_and_is_told_of(void **state)
{
    (void)state;
    struct effect dead = refused();
    rig_reply(&r, rig_after(&r, ACT_CALL)->call.effect); /* the next one: the way is free */
    dead.id = 1 << 20;
    dead.serial_key = "issue:abc";
    dead.kind = EFFECT_LABEL;
    row_of(&dead);
    ask();
    assert_string_equal(want.problem, "");
    assert_null(want.row);
    const struct change *j = rig_change(&r, CHANGE_JOURNAL);
    assert_string_equal(j->journal.from, "dead");
    assert_string_equal(j->journal.to, "pending");
    assert_string_equal(j->journal.cause, "asked for by ann");
    const struct effect *now = of_effect(dead.id)->effect;
    assert_int_equal(now->state, EFFECT_PENDING);
    assert_int_equal(now->settled_at, 0);
    assert_int_equal(now->version, dead.version + 1);
    assert_string_equal(now->key, dead.key);
    assert_int_equal(rig_after(&r, ACT_CALL)->call.effect, dead.id);
    rig_reply(&r, dead.id);
    assert_int_equal(of_effect(dead.id)->effect->state, EFFECT_SENT);
}

static void what_was_tried_more_than_once_is_looked_for_first(void **state)
{
    (void)state;
    struct effect dead = refused();
    dead.id = 1 << 20;
    dead.kind = EFFECT_MERGE;
    dead.serial_key = "merge:7";
    dead.tries = 2;
    row_of(&dead);
    ask();
    assert_string_equal(want.problem, "");
    assert_int_equal(of_effect(dead.id)->effect->state, EFFECT_UNCERTAIN);
}

static void a_newer_word_of_the_same_stays(void **state)
{
    (void)state;
    struct effect dead = refused();
    int64_t newer = dead.id + 1;
    dead.id = 1; /* the next state of its status is on its way */
    row_of(&dead);
    ask();
    assert_string_equal(want.problem, "a newer one of the same takes its place");
    assert_non_null(want.row);
    assert_true(rig_silent(&r));
    dead.serial_key = "status:other";
    row_of(&dead)->serial_key = dead.serial_key;
    want.newer = newer;
    ask();
    assert_non_null(strstr(want.problem, "a newer one of the same was sent since: effect "));
    assert_true(rig_silent(&r));
    row_of(&dead)->kind = EFFECT_LABEL; /* each of these says something of its own */
    want.newer = newer;
    ask();
    assert_string_equal(want.problem, "");
}

static void what_is_not_dead_and_what_cannot_be_said_stays_as_it_is(void **state)
{
    (void)state;
    struct effect dead = refused();
    row_of(&dead)->id = 1 << 20;
    want.row->state = EFFECT_SENT;
    ask();
    assert_string_equal(want.problem, "it is sent");
    row_of(&dead)->id = 1 << 20;
    want.row->forge = "elsewhere";
    ask();
    assert_string_equal(want.problem, "its forge is not in the configuration, or has no token");
    r.commits = false;
    dead.id = 1 << 20;
    dead.kind = EFFECT_LABEL;
    dead.serial_key = "label:1";
    row_of(&dead);
    ask();
    assert_string_equal(want.problem, "");
    row_of(&dead); /* the store does not know yet that it goes */
    ask();
    assert_non_null(strstr(want.problem, "it is "));
    assert_true(rig_silent(&r));
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(an_effect_that_is_dead_goes_once_more_with_its_key_and_is_told_of),
        TEST(what_was_tried_more_than_once_is_looked_for_first),
        TEST(a_newer_word_of_the_same_stays),
        TEST(what_is_not_dead_and_what_cannot_be_said_stays_as_it_is),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
