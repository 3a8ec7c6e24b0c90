/* SPDX-License-Identifier: Apache-2.0 */
/* What is learned of durations, from the end of a job to the order of the next run. */
#include "unit/engine/rig.h"

static struct rig r;
static struct wf_step step = {.name = "one", .kind = STEP_RUN, .run = "true"};
static struct wf_job jobs[2];

static void use_two_jobs_on_one_slot(void)
{
    jobs[0] = (struct wf_job){.key = "short", .name = "short", .steps = &step, .n_steps = 1};
    jobs[1] = (struct wf_job){.key = "long", .name = "long", .steps = &step, .n_steps = 1};
    r.workflow.jobs = jobs;
    r.workflow.n_jobs = 2;
    r.conf.slots = 1;
    rig_step(&r, (struct engine_event){.kind = EV_CONF, .conf = &r.conf});
}

static int set_up(void **state)
{
    (void)state;
    rig_open(&r);
    use_two_jobs_on_one_slot();
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    rig_close(&r);
    return 0;
}

/* The key of the job that this step of the engine started. */
static const char *started(void)
{
    for (const struct change *c = r.out.changes ? r.out.changes->first : NULL; c; c = c->next)
        if (c->kind == CHANGE_JOB && c->job->state == WORK_RUNNING)
            return c->job->key;
    return "";
}

static void end_after(msec_t took, enum exit_reason reason)
{
    struct exec_spec spec = rig_after(&r, ACT_START)->start.spec;
    r.now += took;
    rig_step(&r, (struct engine_event){
                     .kind = EV_EXITED,
                     .exited.record = {.attempt_id = spec.attempt_id, .epoch = spec.epoch, .reason = reason}});
}

static size_t rows(enum change_kind kind)
{
    size_t n = 0;
    for (const struct change *c = r.out.changes ? r.out.changes->first : NULL; c; c = c->next)
        n += c->kind == kind;
    return n;
}

static void run_both(int64_t delivery)
{
    rig_run(&r, delivery);
    assert_string_equal(started(), "short");
    end_after(1000, EXIT_NORMAL);
    assert_string_equal(started(), "long");
    end_after(100000, EXIT_NORMAL);
}

static void a_job_that_ended_well_is_learned_with_its_end(void **state)
{
    (void)state;
    rig_run(&r, 5);
    assert_int_equal(rows(CHANGE_DURATION), 0);
    end_after(1000, EXIT_NORMAL);
    assert_int_equal(rows(CHANGE_DURATION), 3); /* itself, its legs, its name in the organisation */
    const struct duration_stat *d = &rig_change(&r, CHANGE_DURATION)->duration;
    assert_string_equal(d->key, "job\tf:acme/api\tci.yml\tshort\tpush\t");
    assert_int_equal(d->n, 1);
    assert_int_equal(d->last_ms, 1000);
    assert_int_equal(d->updated_at, r.now);
}

static void one_that_failed_or_was_cancelled_says_nothing(void **state)
{
    (void)state;
    rig_run(&r, 5);
    struct exec_spec spec = rig_after(&r, ACT_START)->start.spec;
    rig_step(&r, (struct engine_event){.kind = EV_EXITED,
                                       .exited.record = {.attempt_id = spec.attempt_id, .epoch = spec.epoch,
                                                         .reason = EXIT_NORMAL, .exit_code = 1}});
    assert_int_equal(rows(CHANGE_DURATION), 0);
    rig_step(&r, (struct engine_event){.kind = EV_CANCEL, .cancel = {spec.run_id, "enough"}});
    assert_int_equal(rows(CHANGE_DURATION), 0);
}

static void one_that_ran_out_of_time_leaves_a_bound_of_its_own(void **state)
{
    (void)state;
    rig_run(&r, 5);
    end_after(7000, EXIT_TIMEOUT);
    assert_int_equal(rows(CHANGE_DURATION), 1);
    assert_int_equal(rig_change(&r, CHANGE_DURATION)->duration.n, 0);
}

static void the_next_run_begins_with_what_takes_longest(void **state)
{
    (void)state;
    run_both(5);
    rig_run(&r, 6);
    assert_string_equal(started(), "long");
}

static void what_the_file_says_counts_until_something_is_learned(void **state)
{
    (void)state;
    jobs[0].estimate_ms = 10000;
    jobs[1].estimate_ms = 20000;
    rig_run(&r, 5);
    assert_string_equal(started(), "long");
    end_after(1000, EXIT_NORMAL);
    end_after(100000, EXIT_NORMAL);
    rig_run(&r, 6);
    assert_string_equal(started(), "short"); /* it was wrong */
}

static void after_a_restart_it_is_still_known(void **state)
{
    (void)state;
    struct open_work *w = mem_new(sizeof *w);
    run_both(5);
    w->durations = arena_new(&w->arena, 8 * sizeof *w->durations);
    for (size_t i = 0; i < r.sets.n; i++)
        for (const struct change *c = r.sets.at[i]->first; c; c = c->next)
            if (c->kind == CHANGE_DURATION) {
                w->durations[w->n_durations] = c->duration;
                w->durations[w->n_durations++].key = arena_strdup(&w->arena, c->duration.key);
            }
    for (const struct change *c = r.out.changes->first; c; c = c->next)
        if (c->kind == CHANGE_DURATION) {
            w->durations[w->n_durations] = c->duration;
            w->durations[w->n_durations++].key = arena_strdup(&w->arena, c->duration.key);
        }
    assert_int_equal(w->n_durations, 6);
    rig_close(&r);
    rig_open(&r);
    r.seq = 0;
    rig_step(&r, (struct engine_event){.kind = EV_BOOT, .boot.work = w});
    use_two_jobs_on_one_slot();
    rig_run(&r, 6);
    assert_string_equal(started(), "long");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_job_that_ended_well_is_learned_with_its_end, set_up, tear_down),
        cmocka_unit_test_setup_teardown(one_that_failed_or_was_cancelled_says_nothing, set_up, tear_down),
        cmocka_unit_test_setup_teardown(one_that_ran_out_of_time_leaves_a_bound_of_its_own, set_up, tear_down),
        cmocka_unit_test_setup_teardown(the_next_run_begins_with_what_takes_longest, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_the_file_says_counts_until_something_is_learned, set_up, tear_down),
        cmocka_unit_test_setup_teardown(after_a_restart_it_is_still_known, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
