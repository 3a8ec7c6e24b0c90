/* SPDX-License-Identifier: Apache-2.0 */
#include "unit/engine/rig.h"

static struct rig r;

static int set_up(void **state)
{
    (void)state;
    rig_open(&r);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    rig_close(&r);
    return 0;
}

static struct engine_event exited(const struct exec_spec *s, int64_t epoch, enum exit_reason reason)
{
    return (struct engine_event){
        .kind = EV_EXITED, .exited.record = {.attempt_id = s->attempt_id, .epoch = epoch, .reason = reason}};
}

static void a_step_starts_and_a_status_leaves_only_behind_the_change_set(void **state)
{
    (void)state;
    rig_run(&r, 5);
    assert_non_null(rig_change(&r, CHANGE_RUN_NEW));
    assert_non_null(rig_change(&r, CHANGE_ATTEMPT_NEW));
    assert_int_equal(rig_change(&r, CHANGE_DELIVERY)->delivery.state, DELIVERY_MATCHED);
    assert_int_equal(rig_change(&r, CHANGE_ATTEMPT_NEW)->attempt->id, rig_after(&r, ACT_START)->start.spec.attempt_id);
    assert_int_equal(rig_change(&r, CHANGE_EFFECT_NEW)->effect->id, rig_after(&r, ACT_CALL)->call.effect);
    assert_int_equal(r.out.now.n, 0);
}

static void a_run_cancelled_before_its_start_is_stored_is_killed_behind_it(void **state)
{
    (void)state;
    rig_run(&r, 5);
    struct exec_spec spec = rig_after(&r, ACT_START)->start.spec;
    int64_t run = spec.run_id;
    rig_step(&r, (struct engine_event){.kind = EV_CANCEL, .cancel = {run, "enough"}});
    assert_int_equal(rig_after(&r, ACT_KILL)->attempt, spec.attempt_id);
    assert_true(rig_change(&r, CHANGE_RUN)->run->cancelling);
    rig_step(&r, (struct engine_event){.kind = EV_CANCEL, .cancel = {run, "again"}});
    assert_true(rig_silent(&r));
    rig_step(&r, exited(&spec, spec.epoch, EXIT_CANCELLED));
    assert_false(engine_has_run(r.engine, run));
    assert_null(rig_after(&r, ACT_START));
    assert_non_null(rig_after(&r, ACT_FORGET_JOB));
    rig_step(&r, (struct engine_event){.kind = EV_CANCEL, .cancel = {run, "late"}});
    assert_true(rig_silent(&r));
}

static void an_exit_counts_once_and_of_its_own_epoch_alone(void **state)
{
    (void)state;
    rig_run(&r, 5);
    struct exec_spec one = rig_after(&r, ACT_START)->start.spec;
    rig_step(&r, exited(&one, one.epoch + 1, EXIT_NORMAL));
    assert_true(rig_silent(&r));
    rig_step(&r, exited(&one, one.epoch, EXIT_NORMAL));
    struct exec_spec two = rig_after(&r, ACT_START)->start.spec;
    assert_true(two.attempt_id > one.attempt_id && two.epoch > one.epoch);
    rig_step(&r, exited(&one, one.epoch, EXIT_NORMAL));
    assert_true(rig_silent(&r));
    rig_step(&r, exited(&two, two.epoch, EXIT_NORMAL));
    assert_false(engine_has_run(r.engine, two.run_id));
    rig_step(&r, exited(&two, two.epoch, EXIT_NORMAL));
    assert_true(rig_silent(&r));
}

/* Else a restart would forget all of them, and the repository have fewer retries than it may. */
static void every_tenth_first_attempt_of_a_repository_is_stored(void **state)
{
    (void)state;
    int stored = 0;
    for (int64_t run = 0; run < 10; run++) {
        rig_run(&r, 5 + run);
        for (int step = 0; step < 2; step++) {
            struct exec_spec s = rig_after(&r, ACT_START)->start.spec;
            rig_step(&r, exited(&s, s.epoch, EXIT_NORMAL));
            const struct change *c = rig_change(&r, CHANGE_BUDGET);
            int64_t first = 2 * run + step + 1;
            assert_true((c != NULL) == (first % 10 == 0));
            if (c) {
                assert_int_equal(c->budget.first, first);
                assert_string_equal(c->budget.repo_id, "f:acme/api");
                stored++;
            }
        }
    }
    assert_int_equal(stored, 2);
}

static void what_is_unknown_changes_nothing(void **state)
{
    static const struct api_reply reply = {.status = 200};
    const struct engine_event rows[] = {
        {.kind = EV_EXITED, .exited.record = {.attempt_id = 99}},
        {.kind = EV_CHECKED_OUT, .checked_out = {.attempt = 99}},
        {.kind = EV_REPLY, .reply = {99, &reply}},
        {.kind = EV_CANCEL, .cancel = {99, "x"}},
        {.kind = EV_COMMITTED, .committed = 99},
        {.kind = EV_TIMER},
        rig_push(99),
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        rig_step(&r, rows[i]);
        assert_true(rig_silent(&r));
    }
    struct gather *g = mem_new(sizeof *g);
    g->delivery = 99;
    rig_step(&r, (struct engine_event){.kind = EV_GATHERED, .gathered = g});
    assert_true(rig_silent(&r));
    rig_deliver(&r, 5);
    struct delivery d = {.id = 5};
    rig_step(&r, (struct engine_event){.kind = EV_DELIVERY, .delivery = &d});
    assert_true(rig_silent(&r));
}

static void effects_of_a_forge_that_leaves_the_configuration_die(void **state)
{
    (void)state;
    struct engine_conf less = r.conf;
    less.n_forges = 0;
    rig_run(&r, 5);
    int64_t flying = rig_after(&r, ACT_CALL)->call.effect;
    struct engine_stats s;
    engine_stats(r.engine, &s);
    assert_int_equal(s.effects, 2); /* "queued" is in the air, "running" waits */
    rig_step(&r, (struct engine_event){.kind = EV_CONF, .conf = &less});
    assert_int_equal(rig_change(&r, CHANGE_EFFECT)->effect->state, EFFECT_DEAD);
    rig_reply(&r, flying);
    assert_int_equal(rig_change(&r, CHANGE_EFFECT)->effect->state, EFFECT_DEAD);
    engine_stats(r.engine, &s);
    assert_int_equal(s.effects, 0);
    rig_reply(&r, flying);
    assert_true(rig_silent(&r));
    rig_step(&r, (struct engine_event){.kind = EV_COMMITTED, .committed = r.seq}); /* frees them */
    rig_step(&r, (struct engine_event){.kind = EV_CONF, .conf = &r.conf});
    assert_true(rig_silent(&r));
}

static void an_outage_does_not_use_up_the_tries_of_an_effect(void **state)
{
    (void)state;
    rig_run(&r, 5);
    int64_t effect = rig_after(&r, ACT_CALL)->call.effect;
    rig_next = TALK_RETRY;
    rig_err.cls = ERR_TRANSIENT;
    for (int i = 0; i < 20; i++) {
        rig_reply(&r, effect);
        rig_wait(&r);
        effect = rig_after(&r, ACT_CALL)->call.effect; /* "running" takes the place of "queued" */
    }
    rig_err.cls = ERR_DENIED;
    for (int i = 0; i < 7; i++) {
        rig_reply(&r, effect);
        assert_int_equal(rig_change(&r, CHANGE_EFFECT)->effect->state, EFFECT_PENDING);
        rig_wait(&r);
        assert_int_equal(rig_after(&r, ACT_CALL)->call.effect, effect);
    }
    rig_reply(&r, effect);
    assert_int_equal(rig_change(&r, CHANGE_EFFECT)->effect->state, EFFECT_DEAD);
}

static void the_second_of_two_issues_knows_the_number_of_the_first(void **state)
{
    (void)state;
    r.steps[0] = r.steps[1] = (struct wf_step){.name = "tell", .kind = STEP_USES, .uses = "tell"};
    rig_run(&r, 5);
    for (int i = 0; i < 3 && !strcmp(rig_known, ""); i++) { /* statuses have a key of their own */
        struct engine_action *call = rig_after(&r, ACT_CALL);
        assert_non_null(call);
        rig_reply(&r, call->call.effect);
    }
    assert_string_equal(rig_known, "17");
}

static void an_older_run_of_the_same_commit_falls_silent(void **state)
{
    (void)state;
    rig_run(&r, 5);
    struct exec_spec old = rig_after(&r, ACT_START)->start.spec;
    rig_run(&r, 6);
    struct exec_spec new = rig_after(&r, ACT_START)->start.spec;
    assert_true(new.run_id > old.run_id);
    rig_step(&r, exited(&new, new.epoch, EXIT_TIMEOUT));
    assert_non_null(rig_change(&r, CHANGE_EFFECT_NEW));
    rig_step(&r, exited(&old, old.epoch, EXIT_TIMEOUT));
    assert_false(engine_has_run(r.engine, old.run_id));
    assert_null(rig_change(&r, CHANGE_EFFECT_NEW));
}

static void contexts_that_differ_by_case_are_one_where_the_forge_says_so_alone(void **state)
{
    (void)state;
    struct forge_ops ops[] = {rig_forge, rig_forge};
    ops[1].folds_contexts = true;
    for (size_t i = 0; i < ARRAY_LEN(ops); i++) {
        rig_close(&r);
        rig_open(&r);
        r.forge.ops = &ops[i];
        rig_step(&r, (struct engine_event){.kind = EV_CONF, .conf = &r.conf});
        r.workflow.report.context = "CI";
        rig_run(&r, 5);
        struct exec_spec old = rig_after(&r, ACT_START)->start.spec;
        r.workflow.report.context = "ci";
        rig_run(&r, 6);
        rig_step(&r, exited(&old, old.epoch, EXIT_TIMEOUT));
        assert_false(engine_has_run(r.engine, old.run_id));
        assert_int_equal(rig_change(&r, CHANGE_EFFECT_NEW) == NULL, ops[i].folds_contexts);
    }
    rig_close(&r);
    rig_open(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_step_starts_and_a_status_leaves_only_behind_the_change_set, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_run_cancelled_before_its_start_is_stored_is_killed_behind_it, set_up, tear_down),
        cmocka_unit_test_setup_teardown(an_exit_counts_once_and_of_its_own_epoch_alone, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_is_unknown_changes_nothing, set_up, tear_down),
        cmocka_unit_test_setup_teardown(effects_of_a_forge_that_leaves_the_configuration_die, set_up, tear_down),
        cmocka_unit_test_setup_teardown(every_tenth_first_attempt_of_a_repository_is_stored, set_up, tear_down),
        cmocka_unit_test_setup_teardown(an_outage_does_not_use_up_the_tries_of_an_effect, set_up, tear_down),
        cmocka_unit_test_setup_teardown(the_second_of_two_issues_knows_the_number_of_the_first, set_up, tear_down),
        cmocka_unit_test_setup_teardown(an_older_run_of_the_same_commit_falls_silent, set_up, tear_down),
        cmocka_unit_test_setup_teardown(contexts_that_differ_by_case_are_one_where_the_forge_says_so_alone, set_up,
                                        tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
