/* SPDX-License-Identifier: Apache-2.0 */
/* The promises of the order: shares of repositories, who may overtake whom, what critical runs may take. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>
#include "unit/plan/ready_kit.h"

enum { REPOS = 4, EACH = 400, SLOTS = 3 };

struct machine {
    struct ready r;
    struct ready_job *running[64];
    msec_t ends[64];
    size_t n;
    msec_t now;
};

static uint64_t seed;
static uint64_t draw(uint64_t below)
{
    seed = seed * 6364136223846793005u + 1442695040888963407u;
    return (seed >> 33) % below;
}

static struct ready_job *begin_one(struct machine *m, msec_t takes)
{
    struct ready_job *j = ready_take(&m->r, m->now);
    if (j) {
        m->running[m->n] = j;
        m->ends[m->n++] = m->now + takes;
    }
    return j;
}

/* The first that ends, given back; NULL = none runs. */
static struct ready_job *end_one(struct machine *m)
{
    size_t first = 0;
    for (size_t i = 1; i < m->n; i++)
        if (m->ends[i] < m->ends[first])
            first = i;
    if (m->n == 0)
        return NULL;
    struct ready_job *j = m->running[first];
    m->now = m->ends[first];
    ready_give_back(&m->r, j, m->now - j->since);
    m->running[first] = m->running[--m->n];
    m->ends[first] = m->ends[m->n];
    return j;
}

/* Repositories that always have something to do get slot-time by their weights, up to a job for each slot, however
 * wrong the estimates are. */
static void a_backlogged_repository_has_its_share(void **state)
{
    static const char *const names[] = {"acme/site", "acme/app", "beta/lib", "gamma/tool"};
    static const int weights[] = {1, 3, 1, 2}; /* acme has a third: 1/12 and 3/12; beta 1/4 of the rest: see below */
    enum { LONGEST = 2000 };
    (void)state;
    for (seed = 1; seed < 20; seed += 3) {
        struct machine m = {0};
        struct ready_run *run[REPOS];
        struct ready_job *jobs = mem_new(REPOS * EACH * sizeof *jobs);
        int64_t had[REPOS] = {0}, all = 0;
        ready_init(&m.r, SLOTS, NULL);
        ready_weight(&m.r, SV("acme"), SV("app"), weights[1]);
        ready_weight(&m.r, SV("gamma"), SV_NONE, weights[3]);
        for (int i = 0; i < REPOS; i++) {
            run[i] = kit_run(&m.r, names[i], i + 1, 0, 0);
            for (int k = 0; k < EACH; k++) {
                struct ready_job *j = &jobs[i * EACH + k];
                *j = (struct ready_job){
                    .run = run[i], .id = i * EACH + k + 1, .slots = 1, .estimate = (msec_t)draw(LONGEST)};
                ready_add(&m.r, j);
            }
        }
        while (m.now < 100000) {
            while (begin_one(&m, (msec_t)draw(LONGEST) + 1))
                ;
            const struct ready_job *j = end_one(&m);
            had[j->run->id - 1] += m.now - j->since;
            all += m.now - j->since;
        }
        for (int i = 0; i < REPOS; i++)
            assert_true(run[i]->jobs.n > 0);
        /* organisations 1 : 1 : 2; within acme 1 : 3 */
        static const int64_t of16[REPOS] = {1, 3, 4, 8};
        for (int i = 0; i < REPOS; i++)
            assert_in_range(had[i], all * of16[i] / 16 - 2 * SLOTS * LONGEST, all * of16[i] / 16 + 2 * SLOTS * LONGEST);
        while (end_one(&m))
            ;
        for (int i = 0; i < REPOS * EACH; i++)
            ready_drop(&m.r, &jobs[i]);
        for (int i = 0; i < REPOS; i++)
            kit_close(&m.r, run[i]);
        ready_done(&m.r);
        mem_free(jobs);
    }
}

static void a_repository_has_no_credit_for_having_slept(void **state)
{
    struct machine m = {0};
    struct ready_job *j[40];
    (void)state;
    ready_init(&m.r, 1, NULL);
    struct ready_run *busy = kit_run(&m.r, "acme/site", 1, 0, 0);
    for (int i = 0; i < 30; i++)
        j[i] = kit_add(&m.r, busy, i + 1, 100);
    for (int i = 0; i < 10; i++) {
        assert_non_null(begin_one(&m, 100));
        end_one(&m);
    }
    struct ready_run *woken = kit_run(&m.r, "beta/app", 2, 0, 0);
    for (int i = 30; i < 40; i++)
        j[i] = kit_add(&m.r, woken, i + 1, 100);
    int of_woken = 0;
    for (int i = 0; i < 10; i++) {
        of_woken += begin_one(&m, 100)->run == woken;
        end_one(&m);
    }
    assert_in_range(of_woken, 5, 6);
    for (int i = 0; i < 40; i++)
        kit_forget(&m.r, j[i]);
    kit_close(&m.r, busy);
    kit_close(&m.r, woken);
    ready_done(&m.r);
}

/* What a job really took is charged, not what was said: small estimates do not pay. */
static void a_repository_that_says_too_little_has_no_more_than_others(void **state)
{
    struct machine m = {0};
    struct ready_job *j[200];
    int64_t had[2] = {0};
    (void)state;
    ready_init(&m.r, 2, NULL);
    struct ready_run *run[2] = {kit_run(&m.r, "acme/site", 1, 0, 0), kit_run(&m.r, "beta/app", 2, 0, 0)};
    for (int i = 0; i < 200; i++)
        j[i] = kit_add(&m.r, run[i % 2], i + 1, i % 2 ? 1 : 1000);
    while (m.now < 40000) {
        while (begin_one(&m, 1000))
            ;
        had[end_one(&m)->run->id - 1] += 1000;
    }
    assert_in_range(had[1], had[0] - 3000, had[0] + 3000);
    while (end_one(&m))
        ;
    for (int i = 0; i < 200; i++)
        kit_forget(&m.r, j[i]);
    kit_close(&m.r, run[0]);
    kit_close(&m.r, run[1]);
    ready_done(&m.r);
}

/* However many small runs come behind it: those that go before a run came within kappa * W / a of it. */
static void a_run_is_overtaken_only_by_those_that_came_soon_after_it(void **state)
{
    struct machine m = {0};
    struct ready_job *big, *small[600];
    struct ready_run *runs[600];
    enum { WORK = 20000, EVERY = 1000 };
    static const msec_t within[] = {WORK * 5, WORK * 10, WORK * 20, WORK * 50};
    (void)state;
    for (int p = PRIO_CRITICAL; p < PRIO_N; p++) {
        m = (struct machine){0};
        ready_init(&m.r, 1, &(struct ready_rules){.lane_percent = 0, .age_permille = 50, .patience = 30000});
        struct ready_run *run = kit_run(&m.r, "acme/site", 1, 0, WORK);
        ready_set_priority(&m.r, run, (enum priority)p);
        msec_t last = -1;
        int n = 0;
        big = kit_add(&m.r, run, 1, WORK);
        while (n < 600) {
            runs[n] = kit_run(&m.r, "acme/site", n + 2, m.now, EVERY);
            small[n] = kit_add(&m.r, runs[n], n + 2, EVERY);
            n++;
            const struct ready_job *j = begin_one(&m, EVERY);
            if (j == big)
                break;
            last = j->run->arrived;
            end_one(&m);
        }
        assert_int_equal(big->state, p == PRIO_LOW ? READY_QUEUED + (n < 600) * 2 : READY_RUNNING);
        assert_true(last <= within[p]);
        assert_true(p == PRIO_LOW || last >= within[p] - WORK - 2 * EVERY * 10);
        kit_forget(&m.r, big);
        for (int i = 0; i < n; i++)
            kit_forget(&m.r, small[i]);
        for (int i = 0; i < n; i++)
            kit_close(&m.r, runs[i]);
        kit_close(&m.r, run);
        ready_done(&m.r);
    }
}

/* What is said about the order is the order, when nothing else comes and the estimates hold. */
static void the_list_of_what_waits_is_the_order_of_the_starts(void **state)
{
    static const char *const names[] = {"acme/site", "acme/app", "beta/lib", "gamma/tool"};
    enum { JOBS = 60 };
    (void)state;
    for (seed = 1; seed < 40; seed += 3) {
        struct machine m = {0};
        struct ready_run *run[8];
        struct ready_job *j[JOBS], *order[JOBS];
        ready_init(&m.r, 1, NULL);
        ready_weight(&m.r, SV("acme"), SV("app"), 3);
        for (int i = 0; i < 8; i++) {
            run[i] = kit_run(&m.r, names[i % 4], i + 1, (msec_t)draw(100000), (msec_t)draw(10000));
            ready_set_priority(&m.r, run[i], i == 5 || i == 2 ? PRIO_CRITICAL : PRIO_NORMAL);
        }
        for (int i = 0; i < JOBS; i++)
            order[i] = j[i] = kit_add(&m.r, run[draw(8)], i + 1, 100 + (msec_t)draw(1000));
        ready_sort(&m.r, order, JOBS);
        for (int i = 0; i < JOBS; i++) {
            struct ready_job *next = begin_one(&m, 0);
            assert_ptr_equal(next, order[i]);
            m.ends[0] = m.now + next->estimate;
            end_one(&m);
        }
        for (int i = 0; i < JOBS; i++)
            kit_forget(&m.r, j[i]);
        for (int i = 0; i < 8; i++)
            kit_close(&m.r, run[i]);
        ready_done(&m.r);
    }
}

static void repositories_that_are_gone_leave_nothing_behind(void **state)
{
    struct machine m = {0};
    (void)state;
    ready_init(&m.r, 2, NULL);
    for (int i = 0; i < 1000; i++) {
        AUTO(buf_free) struct buf name = {0};
        buf_fmt(&name, "org%d/repo%d", i / 3, i);
        struct ready_run *run = kit_run(&m.r, name.p, i + 1, 0, 0);
        struct ready_job *j = kit_add(&m.r, run, i + 1, 10);
        assert_ptr_equal(begin_one(&m, 10), j);
        end_one(&m);
        kit_forget(&m.r, j);
        kit_close(&m.r, run);
    }
    assert_in_range(m.r.flows.n, 0, 8);
    ready_done(&m.r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_backlogged_repository_has_its_share),
        cmocka_unit_test(a_repository_has_no_credit_for_having_slept),
        cmocka_unit_test(a_repository_that_says_too_little_has_no_more_than_others),
        cmocka_unit_test(a_run_is_overtaken_only_by_those_that_came_soon_after_it),
        cmocka_unit_test(the_list_of_what_waits_is_the_order_of_the_starts),
        cmocka_unit_test(repositories_that_are_gone_leave_nothing_behind),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
