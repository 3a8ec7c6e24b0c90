/* SPDX-License-Identifier: Apache-2.0 */
/* Calls wait in the lane of their credential: the first of a conversation and the later ones, and questions too. */
#include <stdio.h>
#include "unit/engine/rig.h"
#include "engine/engine_lanes.h"
#include "engine/state.h"

static struct rig r;

static int setup(void **state)
{
    (void)state;
    rig_open(&r);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    rig_close(&r);
    return 0;
}

/* The limits hold from the next configuration on. */
static void limit(struct call_limits limits)
{
    r.forge.limits = limits;
    rig_step(&r, (struct engine_event){.kind = EV_CONF, .conf = &r.conf});
    r.now += 3600000; /* all is there */
}

static void answer(int64_t effect, struct api_reply reply)
{
    rig_step(&r, (struct engine_event){.kind = EV_REPLY, .reply = {effect, &reply}});
}

static struct engine_lane lane(void)
{
    struct engine_lane l;
    assert_true(engine_lane(r.engine, 0, r.now, &l));
    return l;
}

static int64_t calls(void) /* of the last step; the effect of the last one */
{
    int64_t n = 0;
    for (size_t i = 0; i < r.out.after.n; i++)
        n += r.out.after.at[i].kind == ACT_CALL;
    for (size_t i = 0; i < r.out.now.n; i++)
        n += r.out.now.at[i].kind == ACT_CALL;
    return n;
}

static void a_second_write_waits_for_its_second(void **state)
{
    (void)state;
    limit((struct call_limits){.write_gap = 1000, .flights = 4, .writes = 1});
    rig_run(&r, 5);
    int64_t first = rig_after(&r, ACT_CALL)->call.effect;
    msec_t sent = r.now;
    r.now += 80;
    answer(first, (struct api_reply){.status = 201}); /* "queued" is told, "running" waits */
    assert_int_equal(calls(), 0);
    rig_wait(&r);
    assert_int_equal(r.now, sent + 1000);
    assert_int_equal(calls(), 1);
    assert_int_equal(lane().flying, 1);
}

/* Two repositories' runs say what they say at once where nothing forbids it, and a word at a time where one may write.
 */
static void effects_of_several_keys_are_under_way_together(void **state)
{
    (void)state;
    limit((struct call_limits){.flights = 8, .writes = 8});
    rig_run(&r, 5);
    assert_int_equal(calls(), 1);
    rig_deliver(&r, 6);
    struct engine_event push = rig_push(6);
    push.decoded.event->repo.id = "f:acme/web";
    push.decoded.event->repo.full_name = "acme/web";
    rig_step(&r, push);
    assert_int_equal(calls(), 1);
    assert_int_equal(lane().flying, 2);
}

/* ---- turns ---- */

static char said[512]; /* "repository:state " of each conversation, in order */

static enum talk_next noting_talk(const struct effect *x, struct effect_talk *t, const struct api_reply *reply,
                                  struct api_request *ret, struct err *e)
{
    (void)t, (void)e;
    if (reply)
        return TALK_SENT;
    snprintf(said + strlen(said), sizeof said - strlen(said), "%s:%s ", x->repo,
             x->kind == EFFECT_STATUS ? status_state_name[x->status.state] : effect_kind_name[x->kind]);
    *ret = (struct api_request){.method = "POST"};
    return TALK_CALL;
}

static void push(int64_t delivery, const char *repo, const char *sha)
{
    static char id[64];
    rig_deliver(&r, delivery);
    struct engine_event ev = rig_push(delivery);
    snprintf(id, sizeof id, "f:%s", repo);
    ev.decoded.event->repo.id = id;
    ev.decoded.event->repo.full_name = repo;
    ev.decoded.event->after = sha;
    rig_step(&r, ev);
}

static void note_talks(void)
{
    static struct forge_ops ops;
    ops = rig_forge;
    ops.talk = noting_talk;
    r.forge.ops = &ops;
    said[0] = 0;
}

/* One after the other, in virtual time. */
static void answer_all(int64_t effect)
{
    for (int i = 0; i < 40 && effect; i++) {
        answer(effect, (struct api_reply){.status = 201});
        struct engine_action *a = NULL;
        while (!(a = rig_after(&r, ACT_CALL)) && !(a = rig_now(&r, ACT_CALL)) &&
               engine_next_timer(r.engine) < r.now + 60000)
            rig_wait(&r);
        effect = a ? a->call.effect : 0;
    }
}

static void repositories_take_turns(void **state)
{
    (void)state;
    note_talks();
    r.conf.slots = 0; /* nothing starts: "queued" is all there is to say */
    limit((struct call_limits){.write_gap = 1000, .flights = 4, .writes = 1});
    push(5, "acme/api", "1111111111111111111111111111111111111111");
    int64_t first = rig_after(&r, ACT_CALL)->call.effect;
    push(6, "acme/api", "2222222222222222222222222222222222222222");
    push(7, "acme/api", "3333333333333333333333333333333333333333");
    push(8, "acme/web", "4444444444444444444444444444444444444444");
    answer_all(first);
    assert_string_equal(said, "acme/api:queued acme/api:queued acme/web:queued acme/api:queued ");
}

static void ends_go_before_beginnings_and_make_them_needless(void **state)
{
    (void)state;
    note_talks();
    limit((struct call_limits){.write_gap = 10000, .flights = 4, .writes = 1});
    push(5, "acme/api", "1111111111111111111111111111111111111111");
    int64_t first = rig_after(&r, ACT_CALL)->call.effect;
    push(6, "acme/web", "2222222222222222222222222222222222222222");
    push(7, "acme/web", "3333333333333333333333333333333333333333"); /* waits for a slot */
    int64_t run = rig_change(&r, CHANGE_RUN_NEW)->run->id;
    rig_step(&r, (struct engine_event){.kind = EV_CANCEL, .cancel = {run, "a person"}});
    answer_all(first);
    assert_string_equal(said, "acme/api:queued acme/web:cancelled acme/web:running acme/api:running ");
}

static enum talk_next two_turns(const struct effect *x, struct effect_talk *t, const struct api_reply *reply,
                                struct api_request *ret, struct err *e)
{
    (void)x, (void)e;
    if (reply && ++t->page == 2)
        return TALK_SENT;
    *ret = (struct api_request){.method = reply ? "POST" : "GET"};
    return TALK_CALL;
}

static void the_second_request_of_a_conversation_waits_while_the_forge_wants_rest(void **state)
{
    static struct forge_ops ops;
    (void)state;
    ops = rig_forge;
    ops.talk = two_turns;
    r.forge.ops = &ops;
    limit((struct call_limits){.flights = 8, .writes = 8});
    rig_run(&r, 5);
    int64_t looking = rig_after(&r, ACT_CALL)->call.effect;
    /* The answer is good, and the last one that the forge gives for a while. */
    answer(looking, (struct api_reply){.status = 200,
                                       .rate_remaining = SV("0"),
                                       .rate_reset = SV("1789999900"),
                                       .date = SV("Mon, 21 Sep 2026 14:10:00 GMT")});
    assert_int_equal(calls(), 0);
    assert_int_equal(lane().waiting, 1);
    const struct change *kept = rig_change(&r, CHANGE_SETTING);
    assert_non_null(kept);
    assert_string_equal(kept->setting.name, "forge.rest:f");
    msec_t until = kept->setting.value;
    assert_in_range(until - r.now, 60000, 7200000);
    rig_wait(&r);
    while (r.now < until) {
        assert_int_equal(calls(), 0);
        rig_wait(&r);
    }
    assert_int_equal(calls(), 1);
    assert_string_equal(rig_now(&r, ACT_CALL)->call.request.method, "POST");
}

static void rest_that_was_asked_for_outlives_the_server(void **state)
{
    (void)state;
    struct setting rest = {"forge.rest:f", r.now + 600000};
    struct open_work *work = mem_new(sizeof *work);
    work->settings = arena_new(&work->arena, sizeof rest);
    work->settings[0] = rest;
    work->n_settings = 1;
    rig_step(&r, (struct engine_event){.kind = EV_BOOT, .boot = {.work = work}});
    assert_int_equal(lane().rest, 600000);
    rig_run(&r, 5);
    assert_int_equal(calls(), 0);
}

static void a_beginning_is_held_back_and_an_end_is_not(void **state)
{
    (void)state;
    limit((struct call_limits){.flights = 8, .writes = 8, .hold = 1000});
    rig_run(&r, 5);
    assert_int_equal(calls(), 0); /* "queued", and "running" in its place */
    msec_t began = r.now;
    const struct engine_action *start = rig_after(&r, ACT_START);
    assert_non_null(start);
    rig_wait(&r);
    assert_int_equal(r.now, began + 1000);
    assert_int_equal(calls(), 1);
}

static void a_word_that_an_end_overtakes_is_never_sent(void **state)
{
    (void)state;
    limit((struct call_limits){.flights = 8, .writes = 8, .hold = 1000});
    rig_run(&r, 5);
    int64_t run = rig_change(&r, CHANGE_RUN_NEW)->run->id;
    rig_step(&r, (struct engine_event){.kind = EV_CANCEL, .cancel = {run, "a person"}});
    struct engine_action *kill = rig_after(&r, ACT_KILL);
    assert_non_null(kill);
    struct exit_record record = {.attempt_id = kill->attempt, .reason = EXIT_CANCELLED};
    record.epoch = 1;
    rig_step(&r, (struct engine_event){.kind = EV_EXITED, .exited = {record, NULL, NULL}});
    assert_int_equal(calls(), 1);
    assert_int_equal(rig_talks, 1); /* "queued" and "running" never were */
}

static void a_forge_that_cannot_be_reached_is_tried_by_one_alone(void **state)
{
    (void)state;
    limit((struct call_limits){.flights = 8, .writes = 8});
    rig_run(&r, 5);
    int64_t first = rig_after(&r, ACT_CALL)->call.effect;
    rig_deliver(&r, 6);
    struct engine_event push = rig_push(6);
    push.decoded.event->repo.id = "f:acme/web";
    push.decoded.event->repo.full_name = "acme/web";
    rig_step(&r, push);
    int64_t second = rig_after(&r, ACT_CALL)->call.effect;
    rig_next = TALK_RETRY;
    rig_err.cls = ERR_TRANSIENT;
    answer(first, (struct api_reply){.problem = "refused"});
    answer(second, (struct api_reply){.problem = "refused"});
    assert_int_equal(lane().flying, 0);
    rig_wait(&r);
    assert_int_equal(calls(), 1);
    assert_int_equal(lane().flying, 1);
    int64_t probe = rig_after(&r, ACT_CALL)->call.effect;
    rig_next = TALK_SENT;
    answer(probe, (struct api_reply){.status = 201});
    assert_true(calls() >= 1);
}

static void failures_open_the_breaker_and_one_call_tries_again(void **state)
{
    (void)state;
    limit((struct call_limits){.flights = 8, .writes = 8});
    rig_run(&r, 5);
    int64_t effect = rig_after(&r, ACT_CALL)->call.effect;
    rig_next = TALK_RETRY;
    rig_err = (struct err){.cls = ERR_TRANSIENT, .code = 502, .retry_after_ms = 100};
    for (int i = 0; i < 19; i++) {
        answer(effect, (struct api_reply){.status = 502});
        rig_wait(&r);
        effect = rig_after(&r, ACT_CALL)->call.effect;
    }
    assert_int_equal(lane().breaker, BREAKER_CLOSED);
    answer(effect, (struct api_reply){.status = 502});
    assert_int_equal(lane().breaker, BREAKER_OPEN);
    msec_t opened = r.now;
    while (calls() == 0)
        rig_wait(&r);
    assert_int_equal(r.now, opened + 30000);
    assert_int_equal(lane().breaker, BREAKER_PROBING);
}

/* The effect has found another way to end while its call was under way. */
static void the_answer_to_a_call_that_was_given_up_counts(void **state)
{
    (void)state;
    rig_run(&r, 5);
    int64_t first = rig_after(&r, ACT_CALL)->call.effect;
    struct live_effect *x = map_get_id(&r.engine->effects, first);
    lane_drop(&x->call);
    assert_int_equal(lane().flying, 1); /* the forge has it all the same */
    answer(first, (struct api_reply){.status = 429, .retry_after = SV("7")});
    assert_int_equal(lane().flying, 0);
    assert_int_equal(lane().rest, 7000);
    assert_int_equal(calls(), 0);
    answer(first, (struct api_reply){.status = 429, .retry_after = SV("70")}); /* of no call: a second answer */
    assert_int_equal(lane().rest, 7000);
}

static void what_may_be_called_comes_back_while_nothing_happens(void **state)
{
    (void)state;
    r.forge.limits = (struct call_limits){.minute = 40};
    rig_step(&r, (struct engine_event){.kind = EV_CONF, .conf = &r.conf});
    assert_int_equal(lane().left[BUDGET_MINUTE], 0);
    r.now += 60000;
    assert_int_equal(lane().left[BUDGET_MINUTE], 10); /* a quarter may go at once */
    assert_int_equal(lane().left[BUDGET_HOUR], -1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(what_may_be_called_comes_back_while_nothing_happens, setup, teardown),
        cmocka_unit_test_setup_teardown(a_second_write_waits_for_its_second, setup, teardown),
        cmocka_unit_test_setup_teardown(effects_of_several_keys_are_under_way_together, setup, teardown),
        cmocka_unit_test_setup_teardown(repositories_take_turns, setup, teardown),
        cmocka_unit_test_setup_teardown(ends_go_before_beginnings_and_make_them_needless, setup, teardown),
        cmocka_unit_test_setup_teardown(the_second_request_of_a_conversation_waits_while_the_forge_wants_rest, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(rest_that_was_asked_for_outlives_the_server, setup, teardown),
        cmocka_unit_test_setup_teardown(a_beginning_is_held_back_and_an_end_is_not, setup, teardown),
        cmocka_unit_test_setup_teardown(a_word_that_an_end_overtakes_is_never_sent, setup, teardown),
        cmocka_unit_test_setup_teardown(a_forge_that_cannot_be_reached_is_tried_by_one_alone, setup, teardown),
        cmocka_unit_test_setup_teardown(failures_open_the_breaker_and_one_call_tries_again, setup, teardown),
        cmocka_unit_test_setup_teardown(the_answer_to_a_call_that_was_given_up_counts, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
