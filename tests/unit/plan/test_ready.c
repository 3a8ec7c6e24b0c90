/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>
#include "plan/ready.h"

static struct ready_node node(msec_t arrived, int64_t run, int no)
{
    return (struct ready_node){.arrived = arrived, .run = run, .no = no};
}

static void the_oldest_run_goes_first_then_the_order_of_its_jobs(void **state)
{
    struct ready_node in[] = {node(5, 2, 1), node(5, 2, 0), node(3, 9, 4), node(5, 1, 7), node(3, 9, 2)};
    static const size_t want[] = {4, 2, 3, 1, 0};
    struct ready r;
    (void)state;
    ready_init(&r, 10);
    for (size_t i = 0; i < ARRAY_LEN(in); i++)
        ready_add(&r, &in[i]);
    for (size_t i = 0; i < ARRAY_LEN(want); i++)
        assert_ptr_equal(ready_take(&r), &in[want[i]]);
    assert_null(ready_take(&r));
    assert_int_equal(r.busy, 5);
    ready_done(&r);
}

static void nothing_is_taken_beyond_the_slots(void **state)
{
    struct ready_node a = node(1, 1, 0), b = node(2, 2, 0), c = node(3, 3, 0);
    struct ready r;
    (void)state;
    ready_init(&r, 1);
    ready_add(&r, &a);
    ready_add(&r, &b);
    ready_add(&r, &c);
    assert_ptr_equal(ready_take(&r), &a);
    assert_null(ready_take(&r));
    ready_drop(&r, &b);
    ready_drop(&r, &b); /* a job that waits no more is no harm */
    ready_give_back(&r);
    assert_ptr_equal(ready_take(&r), &c);
    r.slots = 0; /* fewer slots stop nothing, they only keep from starting */
    ready_add(&r, &b);
    ready_give_back(&r);
    assert_null(ready_take(&r));
    ready_done(&r);
}

static void what_was_found_running_may_exceed_the_slots(void **state)
{
    struct ready_node a = node(1, 1, 0);
    struct ready r;
    (void)state;
    ready_init(&r, 2);
    for (int i = 0; i < 4; i++)
        ready_adopt(&r);
    ready_add(&r, &a);
    for (int i = 0; i < 2; i++) {
        assert_null(ready_take(&r));
        ready_give_back(&r);
    }
    assert_null(ready_take(&r)); /* two of two are still busy */
    ready_give_back(&r);
    assert_ptr_equal(ready_take(&r), &a);
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
    struct ready_node *nodes = mem_new(N * sizeof *nodes);
    struct ready r;
    (void)state;
    ready_init(&r, N);
    real_before = r.heap.before;
    r.heap.before = counting;
    for (int i = 0; i < N; i++) {
        nodes[i] = node((msec_t)((i * 7919LL) % N), i, 0);
        ready_add(&r, &nodes[i]);
    }
    assert_in_range(compared, N - 1, (unsigned)N * LOG);
    compared = 0;
    msec_t last = -1;
    for (int i = 0; i < N; i++) {
        struct ready_node *x = ready_take(&r);
        assert_true(x->arrived >= last);
        last = x->arrived;
    }
    assert_in_range(compared, N, (unsigned)N * LOG * 2);
    ready_done(&r);
    mem_free(nodes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_oldest_run_goes_first_then_the_order_of_its_jobs),
        cmocka_unit_test(nothing_is_taken_beyond_the_slots),
        cmocka_unit_test(what_was_found_running_may_exceed_the_slots),
        cmocka_unit_test(the_cost_of_a_job_does_not_grow_with_the_queue),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
