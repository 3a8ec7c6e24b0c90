/* SPDX-License-Identifier: Apache-2.0 */
/* When a better order is asked for, and what becomes of the answer. */
#include "unit/engine/rig.h"

enum { JOBS = 9, UNIT = 1000 };

/* On two slots the longest first take 31 units, and they can take 30. */
static const msec_t nine[JOBS] = {12, 12, 12, 12, 2, 2, 2, 3, 3};
static const msec_t *takes = nine;
static struct rig r;
static struct wf_step step = {.name = "one", .kind = STEP_RUN, .run = "true"};
static struct wf_job jobs[JOBS];
static char keys[JOBS][4];

static void use_jobs(size_t n, int slots)
{
    for (size_t i = 0; i < n; i++) {
        keys[i][0] = (char)('a' + i);
        jobs[i] = (struct wf_job){
            .key = keys[i], .name = keys[i], .steps = &step, .n_steps = 1, .estimate_ms = takes[i] * UNIT};
    }
    r.workflow.jobs = jobs;
    r.workflow.n_jobs = n;
    r.conf.slots = slots;
    rig_step(&r, (struct engine_event){.kind = EV_CONF, .conf = &r.conf});
}

/* a takes the lock x and b the lock y; c needs a and takes both, d needs c. When b lets c go first, all takes 161 units
 * and not 210. The others are there to be enough. */
static void use_locks(void)
{
    static const msec_t with_locks[8] = {1, 50, 100, 60, 1, 1, 1, 1};
    static const char *x[] = {"x"}, *y[] = {"y"}, *both[] = {"x", "y"}, *a[] = {"a"}, *c[] = {"c"};
    takes = with_locks;
    use_jobs(8, 8);
    jobs[0].resources = (struct wf_resources){.locks = x, .n_locks = 1};
    jobs[1].resources = (struct wf_resources){.locks = y, .n_locks = 1};
    jobs[2].resources = (struct wf_resources){.locks = both, .n_locks = 2};
    jobs[2].needs = a;
    jobs[3].needs = c;
    jobs[2].n_needs = jobs[3].n_needs = 1;
}

static int set_up(void **state)
{
    (void)state;
    takes = nine;
    rig_open(&r);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    rig_close(&r);
    return 0;
}

/* Takes what was asked out of the step's actions; NULL = nothing was. */
static struct foresight *asked(void)
{
    struct engine_action *x = rig_now(&r, ACT_LOOKAHEAD);
    return x ? STEAL(x->foresight) : NULL;
}

static void answer(struct foresight *f)
{
    foresight_look(f, NULL, NULL);
    rig_step(&r, (struct engine_event){.kind = EV_LOOKAHEAD, .foresight = f});
}

/* ---- steps that take their time ---- */

struct running {
    int64_t attempt, epoch;
    msec_t end;
};
static VEC(struct running) running;

static size_t no_of(int64_t job)
{
    for (const struct change *c = r.out.changes->first; c; c = c->next)
        if (c->kind == CHANGE_JOB && c->job->id == job)
            return (size_t)(c->job->key[0] - 'a');
    fail_msg("a job starts without a row");
    return 0;
}

static void take_starts(void)
{
    for (size_t i = 0; i < r.out.after.n; i++) {
        const struct exec_spec *s = &r.out.after.at[i].start.spec;
        if (r.out.after.at[i].kind == ACT_START)
            VEC_PUSH(&running, ((struct running){s->attempt_id, s->epoch, r.now + takes[no_of(s->job_id)] * UNIT}));
    }
}

static void end_first(void)
{
    size_t first = 0;
    for (size_t i = 1; i < running.n; i++)
        first = running.at[i].end < running.at[first].end ? i : first;
    struct running x = running.at[first];
    VEC_REMOVE(&running, first);
    r.now = x.end;
    rig_step(&r, (struct engine_event){
                     .kind = EV_EXITED,
                     .exited.record = {.attempt_id = x.attempt, .epoch = x.epoch, .reason = EXIT_NORMAL}});
    take_starts();
}

enum answers { NO_ANSWERS, ANSWERS };

static void answer_all(void)
{
    for (struct foresight *f; (f = asked());) {
        answer(f);
        take_starts();
    }
}

static msec_t run_all(enum answers how)
{
    msec_t begun = r.now;
    for (bool ended = false; !ended;) {
        if (how == ANSWERS)
            answer_all();
        msec_t wanted = engine_next_timer(r.engine), first = INT64_MAX;
        for (size_t i = 0; i < running.n; i++)
            first = running.at[i].end < first ? running.at[i].end : first;
        if (running.n && first <= wanted) {
            end_first();
        } else if (running.n) {
            rig_wait(&r);
            take_starts();
        } else {
            ended = true;
        }
    }
    VEC_FREE(&running);
    return r.now - begun;
}

static void begin(int64_t delivery)
{
    rig_run(&r, delivery);
    take_starts();
}

/* ---- tests ---- */

static void a_run_takes_less_time_in_the_order_that_was_found(void **state)
{
    (void)state;
    use_jobs(JOBS, 2);
    begin(5);
    assert_int_equal(run_all(ANSWERS), 30 * UNIT);
}

static void without_an_answer_it_goes_by_the_longest_path(void **state)
{
    (void)state;
    use_jobs(JOBS, 2);
    begin(5);
    assert_int_equal(run_all(NO_ANSWERS), 31 * UNIT);
}

static void small_runs_and_those_with_slots_for_all_are_not_asked_about(void **state)
{
    (void)state;
    use_jobs(7, 2);
    rig_run(&r, 5);
    assert_null(rig_now(&r, ACT_LOOKAHEAD));
    use_jobs(JOBS, JOBS + 7);
    rig_run(&r, 6);
    assert_null(rig_now(&r, ACT_LOOKAHEAD));
}

static void nobody_is_asked_where_the_lookahead_is_off(void **state)
{
    (void)state;
    struct engine_scheduling s = {.critical_percent = 25, .ageing_percent = 5, .lookahead_ms = 7};
    r.conf.scheduling = &s;
    use_jobs(JOBS, 2);
    rig_run(&r, 5);
    assert_non_null(rig_now(&r, ACT_LOOKAHEAD));
    assert_int_equal(rig_now(&r, ACT_LOOKAHEAD)->foresight->budget, 7);
    r.workflow.lookahead = LOOKAHEAD_OFF;
    rig_run(&r, 6);
    assert_null(rig_now(&r, ACT_LOOKAHEAD));
    r.workflow.lookahead = LOOKAHEAD_ON;
    s.lookahead = LOOKAHEAD_OFF;
    rig_run(&r, 7);
    assert_null(rig_now(&r, ACT_LOOKAHEAD));
    r.conf.scheduling = NULL;
}

/* Nothing is known at first. The first run teaches how long its jobs take; when one of the second then ends far from
 * what was expected, that run is known better than when it was asked about. */
static void a_late_answer_is_not_followed_and_it_is_asked_again(void **state)
{
    (void)state;
    use_jobs(JOBS, 2);
    for (size_t i = 0; i < JOBS; i++)
        jobs[i].estimate_ms = 0;
    begin(5);
    begin(6);
    struct foresight *f = asked();
    assert_non_null(f);
    for (int i = 0; i < JOBS + 1; i++) {
        end_first();
        assert_null(rig_now(&r, ACT_LOOKAHEAD)); /* one at a time */
    }
    answer(f);
    f = asked();
    assert_non_null(f);
    assert_int_equal(f->graph.n, JOBS - 1);
    answer(f);
    assert_null(rig_now(&r, ACT_LOOKAHEAD));
    run_all(NO_ANSWERS);
}

static void a_job_lets_one_of_its_run_have_the_lock_first(void **state)
{
    (void)state;
    use_locks();
    begin(5);
    assert_int_equal(run_all(ANSWERS), 161 * UNIT);
    begin(6);
    assert_int_equal(run_all(ANSWERS), 161 * UNIT);
}

/* A lock is taken 50 ms later then, and no job is left behind. */
static void nothing_waits_long_for_an_answer(void **state)
{
    (void)state;
    use_locks();
    begin(5);
    assert_int_equal(run_all(NO_ANSWERS), 210 * UNIT + 50);
}

static void a_run_that_is_cancelled_keeps_nothing(void **state)
{
    (void)state;
    use_locks();
    begin(5);
    answer_all();
    int64_t run = rig_change(&r, CHANGE_JOB)->job->run_id;
    rig_step(&r, (struct engine_event){.kind = EV_CANCEL, .cancel = {run, "enough"}});
    (void)run_all(ANSWERS);
    assert_false(engine_has_run(r.engine, run));
}

static void an_answer_about_a_run_that_is_over_changes_nothing(void **state)
{
    (void)state;
    use_jobs(JOBS, 2);
    begin(5);
    struct foresight *f = asked();
    run_all(NO_ANSWERS);
    rig_step(&r, (struct engine_event){.kind = EV_COMMITTED, .committed = r.seq});
    answer(f);
    assert_true(rig_silent(&r));
}

static void where_nothing_can_be_said_nothing_changes(void **state)
{
    (void)state;
    use_jobs(JOBS, 2);
    begin(5);
    struct foresight *f = asked();
    graph_edge(&f->graph, 0, 1);
    graph_edge(&f->graph, 1, 0);
    answer(f);
    assert_int_equal(run_all(NO_ANSWERS), 31 * UNIT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_run_takes_less_time_in_the_order_that_was_found, set_up, tear_down),
        cmocka_unit_test_setup_teardown(without_an_answer_it_goes_by_the_longest_path, set_up, tear_down),
        cmocka_unit_test_setup_teardown(small_runs_and_those_with_slots_for_all_are_not_asked_about, set_up, tear_down),
        cmocka_unit_test_setup_teardown(nobody_is_asked_where_the_lookahead_is_off, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_late_answer_is_not_followed_and_it_is_asked_again, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_job_lets_one_of_its_run_have_the_lock_first, set_up, tear_down),
        cmocka_unit_test_setup_teardown(nothing_waits_long_for_an_answer, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_run_that_is_cancelled_keeps_nothing, set_up, tear_down),
        cmocka_unit_test_setup_teardown(an_answer_about_a_run_that_is_over_changes_nothing, set_up, tear_down),
        cmocka_unit_test_setup_teardown(where_nothing_can_be_said_nothing_changes, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
