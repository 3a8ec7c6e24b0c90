/* SPDX-License-Identifier: Apache-2.0 */
#include "unit/store/desk.h"

static void run_of(struct change_set *cs, int64_t id, const char *workflow, const char *repo, int64_t change,
                   const char *sha, const char *context)
{
    struct run *r = desk_run(cs, id, 1);
    r->workflow = workflow;
    r->repo_id = repo;
    r->change = change;
    r->sha = sha;
    r->report_context = context;
}

static void expect(struct reader *r, int64_t change, const char *sha, const char *context, const char *want)
{
    int64_t ids[3];
    struct err e = {0};
    AUTO(buf_free) struct buf got = {0};
    int n = read_runs_about(r, "github:acme/api", change, sha, context, ids, 3, &e);
    assert_true(n >= 0);
    for (int i = 0; i < n; i++)
        buf_fmt(&got, "%lld ", (long long)ids[i]);
    assert_string_equal(got.n ? got.p : "", want);
}

static void the_newest_run_of_each_workflow_is_found(void **state)
{
    (void)state;
    struct desk d;
    desk_open(&d);
    struct change_set *cs = change_set_new();
    run_of(cs, 1000, "ci", "github:acme/api", 7, "a1", "fettle/ci");
    run_of(cs, 2000, "ci", "github:acme/api", 7, "b2", "fettle/ci");
    run_of(cs, 3000, "docs", "github:acme/api", 7, "a1", "fettle/docs");
    run_of(cs, 4000, "ci", "github:acme/web", 7, "a1", "fettle/ci");
    run_of(cs, 5000, "ci", "github:acme/api", 8, "c3", "fettle/ci");
    run_of(cs, 6000, "nightly", "github:acme/api", 0, "c3", NULL);
    assert_int_equal(desk_commit(&d, cs), 0);
    struct reader *r = desk_reader(&d);
    expect(r, 7, NULL, NULL, "2000 3000 ");
    expect(r, 9, NULL, NULL, "");
    expect(r, 0, "a1", NULL, "1000 3000 ");
    expect(r, 0, "a1", "fettle/docs", "3000 ");
    expect(r, 0, "c3", NULL, "5000 6000 ");
    expect(r, 0, "c3", "fettle/ci", "5000 ");
    expect(r, 0, "ff", NULL, "");
    reader_close(&r);
    desk_close(&d);
}

static void the_newest_are_found_when_there_are_many(void **state)
{
    (void)state;
    struct desk d;
    desk_open(&d);
    struct change_set *cs = change_set_new();
    run_of(cs, 1000, "a", "github:acme/api", 7, "a1", NULL);
    run_of(cs, 2000, "b", "github:acme/api", 7, "a1", NULL);
    run_of(cs, 3000, "c", "github:acme/api", 7, "a1", NULL);
    run_of(cs, 4000, "d", "github:acme/api", 7, "a1", NULL);
    assert_int_equal(desk_commit(&d, cs), 0);
    struct reader *r = desk_reader(&d);
    expect(r, 7, NULL, NULL, "2000 3000 4000 ");
    reader_close(&r);
    desk_close(&d);
}

static void judged_of(struct change_set *cs, int64_t id, const char *workflow, const char *verdict, enum conclusion c)
{
    struct run *r = desk_run(cs, id, 1);
    r->workflow = workflow;
    r->repo_id = "github:acme/api";
    r->verdict = verdict;
    r->state = c ? WORK_DONE : WORK_RUNNING;
    r->conclusion = c;
}

static int64_t judged(struct reader *r, const char *workflow, const char *verdict)
{
    AUTO(arena_free) struct arena a = {0};
    struct err e = {0};
    struct run *row = NULL;
    int rc = read_judged(r, "github:acme/api", workflow, verdict, &a, &row, &e);
    assert_true(rc == 1 || (rc == 0 && row->n_jobs == 1 && row->jobs[0]->n_steps > 0));
    return rc == 0 ? row->id : 0;
}

static void a_verdict_is_the_newest_run_that_came_to_one(void **state)
{
    (void)state;
    struct desk d;
    desk_open(&d);
    struct change_set *cs = change_set_new();
    judged_of(cs, 1000, "ci", "t b d", CONC_SUCCESS);
    judged_of(cs, 2000, "ci", "t b d", CONC_FAILURE);
    judged_of(cs, 3000, "ci", "t b d", CONC_ERROR);
    judged_of(cs, 4000, "ci", "t b d", CONC_NONE);
    judged_of(cs, 5000, "docs", "t b d", CONC_CANCELLED);
    judged_of(cs, 6000, "docs", NULL, CONC_SUCCESS);
    assert_int_equal(desk_commit(&d, cs), 0);
    struct reader *r = desk_reader(&d);
    assert_int_equal(judged(r, "ci", "t b d"), 2000);
    assert_int_equal(judged(r, "ci", "t b e"), 0);
    assert_int_equal(judged(r, "docs", "t b d"), 0);
    reader_close(&r);
    desk_close(&d);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_newest_run_of_each_workflow_is_found),
        cmocka_unit_test(a_verdict_is_the_newest_run_that_came_to_one),
        cmocka_unit_test(the_newest_are_found_when_there_are_many),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
