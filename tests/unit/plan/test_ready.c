/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>
#include "unit/plan/ready_kit.h"

static void within_a_run_the_longest_remaining_path_goes_first_then_successors_then_the_id(void **state)
{
    struct ready r;
    (void)state;
    ready_init(&r, 10, NULL);
    struct ready_run *run = kit_run(&r, "acme/site", 1, 0, 0);
    struct ready_job *j[5];
    static const int64_t ranks[] = {10, 30, 20, 20, 20};
    static const int successors[] = {9, 0, 1, 2, 1};
    for (int i = 0; i < 5; i++) {
        j[i] = kit_job(run, i + 1, 5);
        j[i]->rank = ranks[i];
        j[i]->successors = successors[i];
        ready_add(&r, j[i]);
    }
    static const int64_t want[] = {2, 4, 3, 5, 1};
    for (int i = 0; i < 5; i++)
        assert_int_equal(kit_take(&r, 0), want[i]);
    assert_int_equal(kit_take(&r, 0), 0);
    for (int i = 0; i < 5; i++)
        kit_forget(&r, j[i]);
    kit_close(&r, run);
    ready_done(&r);
}

static void a_rank_may_change_while_a_job_waits(void **state)
{
    struct ready r;
    (void)state;
    ready_init(&r, 10, NULL);
    struct ready_run *run = kit_run(&r, "acme/site", 1, 0, 0);
    struct ready_job *a = kit_add(&r, run, 1, 5), *b = kit_add(&r, run, 2, 9);
    ready_rank(&r, a, 100);
    assert_int_equal(kit_take(&r, 0), 1);
    kit_forget(&r, a);
    kit_forget(&r, b);
    kit_close(&r, run);
    ready_done(&r);
}

/* K = 0.05 * arrival + kappa * remaining work: a run that came 19 s later goes first if it has 1 s less to do. */
static void within_a_repository_little_work_and_long_waiting_go_first(void **state)
{
    struct ready r;
    (void)state;
    ready_init(&r, 10, NULL);
    struct ready_run *first = kit_run(&r, "acme/site", 1, 0, 10000);
    struct ready_run *later = kit_run(&r, "acme/site", 2, 19000, 9000);
    struct ready_run *last = kit_run(&r, "acme/site", 3, 21000, 9000);
    struct ready_job *a = kit_add(&r, first, 11, 5), *b = kit_add(&r, later, 12, 5), *c = kit_add(&r, last, 13, 5);
    assert_int_equal(kit_take(&r, 0), 12);
    assert_int_equal(kit_take(&r, 0), 11);
    assert_int_equal(kit_take(&r, 0), 13);
    kit_forget(&r, a);
    kit_forget(&r, b);
    kit_forget(&r, c);
    kit_close(&r, first);
    kit_close(&r, later);
    kit_close(&r, last);
    ready_done(&r);
}

static void remaining_work_counts_by_priority_and_as_it_shrinks(void **state)
{
    struct ready r;
    (void)state;
    ready_init(&r, 1, NULL);
    struct ready_run *low = kit_run(&r, "acme/site", 1, 0, 10000), *high = kit_run(&r, "acme/site", 2, 0, 30000);
    struct ready_run *normal = kit_run(&r, "acme/site", 3, 0, 14000);
    ready_set_priority(&r, low, PRIO_LOW);   /* 25000 */
    ready_set_priority(&r, high, PRIO_HIGH); /* 15000 */
    struct ready_job *a = kit_add(&r, low, 11, 5), *b = kit_add(&r, high, 12, 5), *c = kit_add(&r, normal, 13, 5);
    assert_int_equal(kit_take(&r, 0), 13);
    ready_give_back(&r, c, 5);
    ready_remaining(&r, low, 5000); /* 12500 */
    assert_int_equal(kit_take(&r, 0), 11);
    ready_give_back(&r, a, 5);
    assert_int_equal(kit_take(&r, 0), 12);
    kit_forget(&r, a);
    kit_forget(&r, b);
    kit_forget(&r, c);
    kit_close(&r, low);
    kit_close(&r, high);
    kit_close(&r, normal);
    ready_done(&r);
}

/* Two slots' worth of critical work on eight slots before everybody else; a third stands in the order of all. */
static void critical_runs_go_first_on_a_quarter_of_the_slots(void **state)
{
    struct ready r;
    struct ready_job *j[8];
    (void)state;
    ready_init(&r, 8, NULL);
    struct ready_run *normal = kit_run(&r, "acme/site", 1, 0, 0), *urgent = kit_run(&r, "acme/site", 2, 0, 900000);
    ready_set_priority(&r, urgent, PRIO_CRITICAL);
    for (int i = 0; i < 4; i++)
        j[i] = kit_add(&r, normal, 11 + i, 5);
    for (int i = 4; i < 8; i++)
        j[i] = kit_add(&r, urgent, 17 + i, 5);
    static const int64_t want[] = {21, 22, 11, 12, 13, 14, 23, 24};
    for (int i = 0; i < 8; i++)
        assert_int_equal(kit_take(&r, 0), want[i]);
    assert_int_equal(r.critical, 4);
    for (int i = 0; i < 8; i++)
        kit_forget(&r, j[i]);
    assert_int_equal(r.critical, 0);
    kit_close(&r, normal);
    kit_close(&r, urgent);
    ready_done(&r);
}

static void a_bumped_run_goes_first_and_its_repository_next(void **state)
{
    struct ready r;
    struct ready_job *j[6];
    (void)state;
    ready_init(&r, 1, NULL);
    struct ready_run *a = kit_run(&r, "acme/site", 1, 0, 0), *b = kit_run(&r, "beta/app", 2, 0, 0),
                     *c = kit_run(&r, "beta/app", 3, 0, 99000);
    for (int i = 0; i < 6; i++)
        j[i] = kit_add(&r, i < 2 ? a : i < 4 ? b : c, i + 1, 100);
    for (int i = 0; i < 2; i++) { /* one of beta has run: acme has had less */
        assert_int_equal(kit_take(&r, 0), i ? 3 : 1);
        ready_give_back(&r, j[i ? 2 : 0], i ? 100 : 10);
    }
    ready_bump(&r, c);
    assert_int_equal(kit_take(&r, 0), 5); /* at once, though acme would be next */
    ready_give_back(&r, j[4], 100);
    assert_int_equal(kit_take(&r, 0), 2); /* once only */
    ready_give_back(&r, j[1], 1000);
    assert_int_equal(kit_take(&r, 0), 6); /* and before the other run of its repository */
    ready_give_back(&r, j[5], 100);
    assert_int_equal(kit_take(&r, 0), 4);
    for (int i = 0; i < 6; i++)
        kit_forget(&r, j[i]);
    kit_close(&r, a);
    kit_close(&r, b);
    kit_close(&r, c);
    ready_done(&r);
}

static void nothing_is_taken_beyond_the_slots_or_while_it_is_paused(void **state)
{
    struct ready r;
    (void)state;
    ready_init(&r, 1, NULL);
    struct ready_run *run = kit_run(&r, "acme/site", 1, 0, 0);
    struct ready_job *a = kit_add(&r, run, 1, 9), *b = kit_add(&r, run, 2, 8), *c = kit_add(&r, run, 3, 7);
    assert_int_equal(kit_take(&r, 0), 1);
    assert_int_equal(kit_take(&r, 0), 0);
    ready_drop(&r, b);
    ready_drop(&r, b); /* a job that waits no more is no harm */
    ready_dispatch(&r, READY_PAUSED);
    ready_give_back(&r, a, 9);
    assert_int_equal(kit_take(&r, 0), 0);
    ready_dispatch(&r, READY_GOES_ON);
    assert_int_equal(kit_take(&r, 0), 3);
    ready_set_slots(&r, 0); /* fewer slots stop nothing, they only keep from starting */
    ready_add(&r, b);
    ready_give_back(&r, c, 7);
    assert_int_equal(kit_take(&r, 0), 0);
    kit_forget(&r, a);
    kit_forget(&r, b);
    kit_forget(&r, c);
    kit_close(&r, run);
    ready_done(&r);
}

static void what_was_found_running_may_exceed_the_slots(void **state)
{
    struct ready r;
    struct ready_job *j[4];
    (void)state;
    ready_init(&r, 2, NULL);
    struct ready_run *run = kit_run(&r, "acme/site", 1, 0, 0);
    for (int i = 0; i < 4; i++) {
        j[i] = kit_job(run, i + 1, 5);
        ready_adopt(&r, j[i], -10);
    }
    struct ready_job *a = kit_add(&r, run, 9, 5);
    for (int i = 0; i < 2; i++) {
        assert_int_equal(kit_take(&r, 0), 0);
        ready_give_back(&r, j[i], 5);
    }
    assert_int_equal(kit_take(&r, 0), 0); /* two of two are still busy */
    ready_give_back(&r, j[2], 5);
    assert_int_equal(kit_take(&r, 0), 9);
    for (int i = 0; i < 4; i++)
        kit_forget(&r, j[i]);
    kit_forget(&r, a);
    kit_close(&r, run);
    ready_done(&r);
}

static unsigned compared;
static heap_before_fn *real_before;
static bool counting(const struct heap_node *a, const struct heap_node *b)
{
    compared++;
    return real_before(a, b);
}

/* Counted, not timed: a job more costs comparisons in the logarithm of those that wait. */
static void the_cost_of_a_job_does_not_grow_with_the_queue(void **state)
{
    enum { N = 100000, LOG = 17 };
    struct ready_job *jobs = mem_new(N * sizeof *jobs);
    struct ready r;
    (void)state;
    ready_init(&r, N, NULL);
    struct ready_run *run = kit_run(&r, "acme/site", 1, 0, 0);
    real_before = run->jobs.before;
    run->jobs.before = counting;
    for (int i = 0; i < N; i++) {
        jobs[i] = (struct ready_job){.run = run, .id = i + 1, .rank = (i * 7919LL) % N, .slots = 1};
        ready_add(&r, &jobs[i]);
    }
    assert_in_range(compared, N - 1, (unsigned)N * LOG);
    compared = 0;
    int64_t last = N;
    for (int i = 0; i < N; i++) {
        const struct ready_job *x = ready_take(&r, 0);
        assert_true(x->rank <= last);
        last = x->rank;
    }
    assert_in_range(compared, N, (unsigned)N * LOG * 2);
    for (int i = 0; i < N; i++)
        ready_give_back(&r, &jobs[i], 0);
    kit_close(&r, run);
    ready_done(&r);
    mem_free(jobs);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(within_a_run_the_longest_remaining_path_goes_first_then_successors_then_the_id),
        cmocka_unit_test(a_rank_may_change_while_a_job_waits),
        cmocka_unit_test(within_a_repository_little_work_and_long_waiting_go_first),
        cmocka_unit_test(remaining_work_counts_by_priority_and_as_it_shrinks),
        cmocka_unit_test(critical_runs_go_first_on_a_quarter_of_the_slots),
        cmocka_unit_test(a_bumped_run_goes_first_and_its_repository_next),
        cmocka_unit_test(nothing_is_taken_beyond_the_slots_or_while_it_is_paused),
        cmocka_unit_test(what_was_found_running_may_exceed_the_slots),
        cmocka_unit_test(the_cost_of_a_job_does_not_grow_with_the_queue),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
