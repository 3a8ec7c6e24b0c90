/* SPDX-License-Identifier: Apache-2.0 */
/* What a job that waits takes in memory, beyond its row. */
#include <malloc.h>
#include "engine/state.h"
#include "unit/engine/rig.h"

enum {
    MANY = 10000,
    GOAL = 256,
    ROOM = 24 /* a place in the list of its run, and one in a heap that has just grown */
};

static struct rig r;
static struct wf_step step = {.name = "one", .kind = STEP_RUN, .run = "true"};
static struct wf_job jobs[2];

static int set_up(void **state)
{
    (void)state;
    rig_open(&r);
    jobs[0] = (struct wf_job){.key = "first", .name = "first", .steps = &step, .n_steps = 1};
    jobs[1] = (struct wf_job){.key = "second", .name = "second", .steps = &step, .n_steps = 1};
    r.workflow.jobs = jobs;
    r.workflow.n_jobs = 2;
    r.conf.slots = 1;
    rig_step(&r, (struct engine_event){.kind = EV_CONF, .conf = &r.conf});
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    rig_close(&r);
    return 0;
}

static const struct live_job *job_of(int64_t run, size_t no)
{
    const struct live_run *x = map_get_id(&r.engine->runs, run);
    assert_non_null(x);
    return x->jobs.at[no];
}

static void a_job_that_waits_takes_no_more_than_256_bytes_beyond_its_row(void **state)
{
    (void)state;
    assert_true(sizeof(struct live_job) + ROOM <= GOAL);
}

static void only_a_job_that_was_started_has_what_a_running_one_needs(void **state)
{
    (void)state;
    rig_run(&r, 1);
    const struct change *c = rig_change(&r, CHANGE_RUN_NEW);
    assert_non_null(c);
    int64_t run = c->run->id;
    assert_non_null(job_attempt(job_of(run, 0)));
    const struct live_job *second = job_of(run, 1);
    assert_int_equal(second->row->state, WORK_READY);
    assert_null(second->doing);
    assert_null(second->claim);
    assert_null(second->held);
    assert_null(second->spec);

    struct exit_record x = {.attempt_id = job_attempt(job_of(run, 0))->id, .epoch = 1};
    rig_step(&r, (struct engine_event){.kind = EV_EXITED, .exited = {.record = x}});
    assert_int_equal(job_of(run, 0)->row->state, WORK_DONE);
    assert_null(job_of(run, 0)->doing);
    assert_non_null(job_attempt(second));
}

/* All that the engine and the scheduler ask for, by the allocator: one run more of which nothing starts. */
static void ten_thousand_jobs_that_wait_take_no_more_than_256_bytes_each(void **state)
{
    (void)state;
    static struct job rows[MANY];
    static struct job *row_at[MANY];
    struct run row = {.id = 7,
                      .created_at = r.now,
                      .state = WORK_RUNNING,
                      .started_at = r.now,
                      .workflow = "ci",
                      .jobs = row_at,
                      .n_jobs = MANY};
    struct live_run *x = mem_new(sizeof *x);
    for (size_t i = 0; i < MANY; i++) {
        rows[i] = (struct job){
            .id = 100 + (int64_t)i, .run_id = 7, .key = "", .state = WORK_READY, .slots = 1, .repo_id = "f:acme/api"};
        row_at[i] = &rows[i];
    }
    x->row = &row;
    size_t before = mallinfo2().uordblks + mallinfo2().hblkhd;
    plan_link(x, 0);
    for (size_t i = 0; i < MANY; i++)
        order_add(r.engine, x->jobs.at[i]);
    size_t each = (mallinfo2().uordblks + mallinfo2().hblkhd - before) / MANY;
    if (each == 0)
        skip(); /* memory is somebody else's here, as with a sanitizer */
    assert_in_range(each, sizeof(struct live_job), GOAL);
    order_close(r.engine, x);
    VEC_FREE(&x->jobs);
    arena_free(&x->arena);
    mem_free(x);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_job_that_waits_takes_no_more_than_256_bytes_beyond_its_row, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(only_a_job_that_was_started_has_what_a_running_one_needs, set_up, tear_down),
        cmocka_unit_test_setup_teardown(ten_thousand_jobs_that_wait_take_no_more_than_256_bytes_each, set_up,
                                        tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
