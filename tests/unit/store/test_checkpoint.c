/* SPDX-License-Identifier: Apache-2.0 */
#include "base/id.h"
#include "store/retain.h"
#include "unit/store/desk.h"

static void keep(struct change_set *cs, int64_t job, int step, int64_t tree_job, const char *tree)
{
    change_add(cs, CHANGE_CHECKPOINT)->checkpoint = (struct checkpoint){.job_id = job,
                                                                        .step_no = step,
                                                                        .inputs = "0123",
                                                                        .attempt_id = 9,
                                                                        .tree_job = tree_job,
                                                                        .tree = tree,
                                                                        .outcome = CONC_SUCCESS,
                                                                        .conclusion = CONC_SUCCESS,
                                                                        .at = 17};
}

static struct run *done(struct run *r, enum conclusion c, msec_t at)
{
    r->state = WORK_DONE;
    r->conclusion = c;
    r->ended_at = at;
    for (size_t i = 0; i < r->n_jobs; i++) {
        r->jobs[i]->state = WORK_DONE;
        r->jobs[i]->conclusion = c;
    }
    return r;
}

static void checkpoints_of_open_runs_come_back_in_order(void **state)
{
    (void)state;
    struct desk d;
    struct err e = {0};
    struct open_work w;
    desk_open(&d);
    struct change_set *cs = change_set_new();
    desk_run(cs, 1000, 2);
    done(desk_run(cs, 2000, 1), CONC_SUCCESS, 5);
    keep(cs, 1004, 0, 0, NULL);
    keep(cs, 1001, 1, 1001, "old");
    keep(cs, 1001, 1, 1001, "new");
    keep(cs, 1001, 0, 2001, "lent");
    keep(cs, 2001, 0, 0, NULL);
    assert_int_equal(desk_commit(&d, cs), 0);
    struct reader *r = desk_reader(&d);
    OK(read_open_work(r, &w, &e));
    assert_int_equal(w.n_checkpoints, 3);
    assert_string_equal(w.checkpoints[0].tree, "lent");
    assert_int_equal(w.checkpoints[0].tree_job, 2001);
    assert_string_equal(w.checkpoints[1].tree, "new");
    assert_string_equal(w.checkpoints[1].inputs, "0123");
    assert_int_equal(w.checkpoints[1].outcome, CONC_SUCCESS);
    assert_int_equal(w.checkpoints[1].attempt_id, 9);
    assert_int_equal(w.checkpoints[2].job_id, 1004);
    assert_null(w.checkpoints[2].tree);
    arena_free(&w.arena);
    cs = change_set_new();
    change_add(cs, CHANGE_CHECKPOINTS_DROP)->checkpoints_of = 1001;
    assert_int_equal(desk_commit(&d, cs), 0);
    OK(read_open_work(r, &w, &e));
    assert_int_equal(w.n_checkpoints, 1);
    arena_free(&w.arena);
    reader_close(&r);
    desk_close(&d);
}

static void a_run_is_read_with_all_that_repeats_it(void **state)
{
    (void)state;
    struct desk d;
    struct err e = {0};
    struct arena a = {0};
    struct run_rows rows;
    desk_open(&d);
    struct change_set *cs = change_set_new();
    done(desk_run(cs, 1000, 2), CONC_FAILURE, 5)->generation = 1;
    struct run *again = done(desk_run(cs, 2000, 1), CONC_FAILURE, 6);
    again->rerun_of = 1000;
    again->generation = 2;
    keep(cs, 1004, 0, 1004, "tree");
    assert_int_equal(desk_commit(&d, cs), 0);
    struct reader *r = desk_reader(&d);
    OK(read_run_rows(r, 1000, &a, &rows, &e));
    assert_int_equal(rows.run->n_jobs, 2);
    assert_int_equal(rows.run->jobs[1]->n_steps, 2);
    assert_int_equal(rows.n_checkpoints, 1);
    assert_string_equal(rows.checkpoints[0].tree, "tree");
    assert_int_equal(rows.newest_generation, 2);
    assert_int_equal(rows.open, 0);
    assert_int_equal(read_run_rows(r, 77, &a, &rows, &e), 1);
    cs = change_set_new();
    struct run *third = desk_run(cs, 3000, 1);
    third->rerun_of = 1000;
    third->generation = 3;
    assert_int_equal(desk_commit(&d, cs), 0);
    OK(read_run_rows(r, 2000, &a, &rows, &e)); /* the first one is what it repeats */
    assert_int_equal(rows.newest_generation, 3);
    assert_int_equal(rows.open, 3000);
    arena_free(&a);
    reader_close(&r);
    desk_close(&d);
}

static void what_is_kept_for_a_job_lasts_as_long_as_it_may_be_asked_for(void **state)
{
    (void)state;
    struct desk d;
    struct err e = {0};
    enum job_fate fate;
    msec_t at;
    desk_open(&d);
    struct change_set *cs = change_set_new();
    done(desk_run(cs, 1000, 1), CONC_FAILURE, 55);
    done(desk_run(cs, 2000, 1), CONC_SUCCESS, 66);
    done(desk_run(cs, 3000, 1), CONC_FAILURE, 77);
    desk_run(cs, 4000, 1);
    keep(cs, 3001, 0, 3001, "tree");
    keep(cs, 4001, 0, 3001, "tree");
    assert_int_equal(desk_commit(&d, cs), 0);
    static const struct {
        int64_t job;
        enum job_fate fate;
        msec_t at;
    } cases[] = {{1001, JOB_FAILED, 55}, {2001, JOB_SUCCEEDED, 66}, {3001, JOB_OPEN, 77}, {4001, JOB_OPEN, 0},
                 {5001, JOB_UNKNOWN, 0}};
    struct reader *r = desk_reader(&d);
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        OK(read_job_fate(r, cases[i].job, &fate, &at, &e));
        assert_int_equal(fate, cases[i].fate);
        assert_int_equal(at, cases[i].at);
    }
    reader_close(&r);
    desk_close(&d);
}

static void checkpoints_go_with_their_run(void **state)
{
    (void)state;
    struct desk d;
    struct err e = {0};
    struct arena a = {0};
    struct run_rows rows;
    msec_t now = clk_wall_ms();
    int64_t old = id_next(&(struct id_gen){0}, now - 10000, 0), young = id_next(&(struct id_gen){0}, now, 0);
    desk_open(&d);
    struct change_set *cs = change_set_new();
    done(desk_run(cs, old, 1), CONC_FAILURE, 5);
    done(desk_run(cs, young, 1), CONC_FAILURE, 5);
    keep(cs, old + 1, 0, 0, NULL);
    keep(cs, young + 1, 0, 0, NULL);
    assert_int_equal(desk_commit(&d, cs), 0);
    struct reader *r = desk_reader(&d);
    store_retain(d.s, now, (struct retain_ages){.runs = 5000});
    int rc = 0;
    for (int i = 0; i < 200 && rc != 1; i++) {
        clk_sleep_ms(20);
        rc = read_run_rows(r, old, &a, &rows, &e);
    }
    assert_int_equal(rc, 1);
    sqlite3 *h;
    sqlite3_stmt *st;
    assert_int_equal(sqlite3_open(d.path, &h), SQLITE_OK);
    assert_int_equal(sqlite3_prepare_v2(h, "SELECT job_id FROM checkpoint", -1, &st, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_step(st), SQLITE_ROW);
    assert_int_equal(sqlite3_column_int64(st, 0), young + 1);
    assert_int_equal(sqlite3_step(st), SQLITE_DONE);
    sqlite3_finalize(st);
    sqlite3_close(h);
    arena_free(&a);
    reader_close(&r);
    desk_close(&d);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(checkpoints_of_open_runs_come_back_in_order),
        cmocka_unit_test(a_run_is_read_with_all_that_repeats_it),
        cmocka_unit_test(what_is_kept_for_a_job_lasts_as_long_as_it_may_be_asked_for),
        cmocka_unit_test(checkpoints_go_with_their_run),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
