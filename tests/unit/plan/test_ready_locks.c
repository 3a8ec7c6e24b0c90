/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>
#include "unit/plan/ready_kit.h"

struct place {
    struct ready r;
    struct ready_run *run[3]; /* acme/site, acme/site, beta/app */
    struct ready_job *job[16];
    int n;
};

static void set_up(struct place *p, int slots)
{
    *p = (struct place){0};
    ready_init(&p->r, slots, NULL);
    p->run[0] = kit_run(&p->r, "acme/site", 1, 0, 0);
    p->run[1] = kit_run(&p->r, "acme/site", 2, 1000, 0);
    p->run[2] = kit_run(&p->r, "beta/app", 3, 2000, 0);
}

static struct ready_job *wants(struct place *p, int run, int64_t id, msec_t estimate, const char *locks)
{
    struct ready_job *j = p->job[p->n++] = kit_job(p->run[run], id, estimate);
    kit_needs(&p->r, j, locks, 2);
    ready_add(&p->r, j);
    return j;
}

static struct ready_job *wide(struct place *p, int run, int64_t id, msec_t estimate, int slots)
{
    struct ready_job *j = p->job[p->n++] = kit_job(p->run[run], id, estimate);
    j->slots = (uint16_t)slots;
    ready_add(&p->r, j);
    return j;
}

static void tear_down(struct place *p)
{
    for (int i = 0; i < p->n; i++)
        kit_forget(&p->r, p->job[i]);
    assert_int_equal(p->r.waiting, 0);
    assert_int_equal(p->r.parked, 0);
    assert_int_equal(p->r.slots.used, 0);
    assert_int_equal(p->r.locks.n, 0);
    for (int i = 0; i < 3; i++)
        kit_close(&p->r, p->run[i]);
    ready_done(&p->r);
}

static void a_job_without_its_lock_makes_room_for_those_behind_it(void **state)
{
    struct place p;
    (void)state;
    set_up(&p, 4);
    struct ready_job *a = wants(&p, 0, 1, 50, "stage:2");
    wants(&p, 0, 2, 40, "stage:2");
    wants(&p, 0, 3, 30, "stage");
    wants(&p, 0, 4, 20, "");
    assert_int_equal(kit_take(&p.r, 0), 1);
    assert_int_equal(kit_take(&p.r, 0), 4);
    assert_int_equal(kit_take(&p.r, 0), 0);
    assert_int_equal(p.r.parked, 2);
    ready_give_back(&p.r, a, 50);
    assert_int_equal(kit_take(&p.r, 50), 2);
    assert_int_equal(kit_take(&p.r, 50), 0);
    tear_down(&p);
}

static void a_job_takes_all_it_needs_or_nothing(void **state)
{
    struct place p;
    (void)state;
    set_up(&p, 8);
    struct ready_job *a = wants(&p, 0, 1, 50, "alpha:2");
    wants(&p, 0, 2, 40, "alpha,beta:2");
    wants(&p, 0, 3, 30, "beta:2");
    assert_int_equal(kit_take(&p.r, 0), 1);
    assert_int_equal(kit_take(&p.r, 0), 3); /* beta was not held by the one that waits for alpha */
    assert_int_equal(kit_take(&p.r, 0), 0);
    ready_give_back(&p.r, a, 50);
    assert_int_equal(kit_take(&p.r, 50), 0); /* alpha alone is no use: now it waits for beta */
    assert_string_equal(p.r.parked == 1 && p.job[1]->state == READY_PARKED ? "beta" : "", "beta");
    ready_give_back(&p.r, p.job[2], 50);
    assert_int_equal(kit_take(&p.r, 50), 2);
    tear_down(&p);
}

static void a_lock_is_shared_by_repositories_in_their_turn(void **state)
{
    struct place p;
    int64_t order[6];
    (void)state;
    set_up(&p, 4);
    for (int i = 0; i < 4; i++)
        wants(&p, 0, i + 1, 100, "stage:2");
    for (int i = 4; i < 6; i++)
        wants(&p, 2, i + 1, 100, "stage:2");
    for (int i = 0; i < 6; i++) {
        struct ready_job *j = ready_take(&p.r, i * 100);
        assert_non_null(j);
        assert_null(ready_take(&p.r, i * 100));
        order[i] = j->id;
        ready_give_back(&p.r, j, 100);
    }
    static const int64_t want[] = {1, 5, 2, 6, 3, 4};
    assert_memory_equal(order, want, sizeof want);
    tear_down(&p);
}

static void every_grant_has_a_greater_token(void **state)
{
    struct place p;
    int64_t last;
    (void)state;
    set_up(&p, 4);
    ready_tokens_after(&p.r, last = 41);
    for (int i = 0; i < 3; i++)
        wants(&p, 0, i + 1, 100 - i, "alpha,beta:2");
    for (int i = 0; i < 3; i++) {
        struct ready_job *j = ready_take(&p.r, 0);
        assert_true(j->needs[0].token > last && j->needs[1].token > j->needs[0].token);
        last = j->needs[1].token;
        ready_give_back(&p.r, j, 1);
    }
    tear_down(&p);
}

static void whoever_holds_what_others_wait_for_goes_as_early_as_they_would(void **state)
{
    struct place p;
    (void)state;
    set_up(&p, 1);
    struct ready_job *low = wants(&p, 0, 1, 10, ""), *normal = wants(&p, 1, 2, 10, "");
    ready_remaining(&p.r, p.run[0], 900000);
    ready_set_priority(&p.r, p.run[0], PRIO_LOW);
    ready_set_priority(&p.r, p.run[2], PRIO_CRITICAL);
    ready_lend(&p.r, p.run[0], p.run[2]);
    assert_int_equal(kit_take(&p.r, 0), 1);
    assert_true(low->critical);
    ready_give_back(&p.r, low, 0);
    ready_add(&p.r, low);
    ready_lend_end(&p.r, p.run[0]);
    assert_int_equal(kit_take(&p.r, 0), 2);
    assert_false(normal->critical);
    tear_down(&p);
}

/* Four slots; a stream of small jobs never leaves three of them free at once. */
static void a_wide_job_gets_a_reservation_after_thirty_seconds(void **state)
{
    struct place p;
    struct ready_reason why;
    (void)state;
    set_up(&p, 4);
    for (int i = 0; i < 4; i++)
        wants(&p, 0, i + 1, 40000 + i * 10000, "");
    for (int i = 0; i < 4; i++)
        assert_non_null(ready_take(&p.r, 0));
    struct ready_job *w = wide(&p, 2, 9, 50000, 3);
    ready_give_back(&p.r, p.job[0], 5000);
    assert_null(ready_take(&p.r, 5000)); /* it stands at the head from now on */
    struct ready_job *quick = wants(&p, 0, 10, 10000, ""), *slow = wants(&p, 0, 11, 90000, "");
    ready_rank(&p.r, slow, 1);
    assert_int_equal(kit_take(&p.r, 30000), 10); /* not yet */
    ready_give_back(&p.r, quick, 10);
    ready_give_back(&p.r, p.job[1], 35000);
    assert_int_equal(kit_take(&p.r, 35000), 0); /* three of four are free at 60 s, and it is not over then */
    ready_why(&p.r, slow, 35000, &why);
    assert_int_equal(why.why, READY_WHY_RESERVED);
    assert_ptr_equal(why.by, w);
    assert_int_equal(why.at, 60000);
    struct ready_job *third = wants(&p, 1, 13, 20000, "");
    third->p90 = 25001;
    assert_int_equal(kit_take(&p.r, 35000), 0);
    third->p90 = 25000;
    assert_int_equal(kit_take(&p.r, 35000), 13);
    ready_give_back(&p.r, third, 1000);
    ready_give_back(&p.r, p.job[3], 36000);
    assert_int_equal(kit_take(&p.r, 36000), 9); /* sooner than thought; and before what fits as well */
    assert_int_equal(kit_take(&p.r, 36000), 0);
    ready_give_back(&p.r, p.job[2], 60000);
    assert_int_equal(kit_take(&p.r, 60000), 11);
    tear_down(&p);
}

/* What it leaves at its time is for others. */
static void others_start_beside_a_reservation(void **state)
{
    struct place p;
    (void)state;
    set_up(&p, 4);
    struct ready_job *a = wants(&p, 0, 1, 60000, ""), *b = wants(&p, 0, 2, 60000, ""), *c = wants(&p, 0, 3, 60000, "");
    for (int i = 0; i < 3; i++)
        assert_non_null(ready_take(&p.r, 0));
    wide(&p, 2, 9, 50000, 3);
    assert_null(ready_take(&p.r, 0));
    wants(&p, 0, 11, 900000, "");
    assert_int_equal(kit_take(&p.r, 40000), 11);
    ready_give_back(&p.r, a, 60000);
    wants(&p, 0, 12, 900000, "");
    assert_int_equal(kit_take(&p.r, 60000), 0);
    ready_give_back(&p.r, b, 60000);
    ready_give_back(&p.r, c, 60000);
    assert_int_equal(kit_take(&p.r, 60000), 9);
    tear_down(&p);
}

static void why_a_job_waits_has_a_reason_and_a_time(void **state)
{
    struct place p;
    struct ready_reason why;
    (void)state;
    set_up(&p, 2);
    struct ready_job *a = wants(&p, 0, 1, 5000, "stage:2"), *b = wants(&p, 0, 2, 4000, "stage"),
                     *c = wants(&p, 2, 3, 9000, ""), *d = wants(&p, 2, 4, 3000, ""), *e = wants(&p, 2, 5, 2000, "");
    assert_int_equal(kit_take(&p.r, 1000), 1);
    assert_int_equal(kit_take(&p.r, 1000), 3);
    ready_why(&p.r, a, 2000, &why);
    assert_int_equal(why.why, READY_WHY_NOT);
    ready_why(&p.r, b, 2000, &why);
    assert_int_equal(why.why, READY_WHY_LOCK);
    assert_string_equal(why.lock->name, "stage");
    assert_ptr_equal(why.by, a);
    assert_int_equal(why.at, 6000);
    ready_why(&p.r, e, 2000, &why);
    assert_int_equal(why.why, READY_WHY_SLOT);
    assert_int_equal(why.ahead, 1);
    assert_ptr_equal(why.by, a);
    assert_int_equal(why.at, 9000); /* the first slot at 6000, half of two slots for 3000 of work before it */
    ready_dispatch(&p.r, READY_PAUSED);
    ready_why(&p.r, d, 2000, &why);
    assert_int_equal(why.why, READY_WHY_PAUSED);
    (void)c;
    tear_down(&p);
}

static void more_of_a_lock_lets_those_that_wait_go_on(void **state)
{
    struct place p;
    (void)state;
    set_up(&p, 4);
    wants(&p, 0, 1, 50, "stage:2");
    wants(&p, 0, 2, 40, "stage:2");
    wide(&p, 0, 3, 30, 4);
    assert_int_equal(kit_take(&p.r, 0), 1);
    assert_int_equal(kit_take(&p.r, 0), 0);
    struct ready_lock *l = ready_lock_get(&p.r, SV("stage"), READY_LOCK, 4);
    assert_int_equal(kit_take(&p.r, 0), 2);
    ready_lock_put(&p.r, l);
    ready_set_slots(&p.r, 6);
    assert_int_equal(kit_take(&p.r, 0), 3);
    tear_down(&p);
}

/* There was more of it when it came. */
static void who_asks_for_more_than_there_is_gets_it_alone(void **state)
{
    struct place p;
    (void)state;
    set_up(&p, 2);
    struct ready_job *a = wants(&p, 0, 1, 50, "stage"), *b = wants(&p, 0, 2, 40, "stage:3"), *c = wide(&p, 0, 3, 30, 5);
    assert_int_equal(kit_take(&p.r, 0), 1);
    assert_int_equal(kit_take(&p.r, 0), 0);
    ready_give_back(&p.r, a, 50);
    assert_int_equal(kit_take(&p.r, 50), 2);
    assert_int_equal(kit_take(&p.r, 50), 0);
    ready_give_back(&p.r, b, 50);
    assert_int_equal(kit_take(&p.r, 90), 3);
    assert_int_equal(p.r.slots.used, 5);
    ready_add(&p.r, a);
    assert_int_equal(kit_take(&p.r, 90), 0);
    ready_give_back(&p.r, c, 50);
    assert_int_equal(kit_take(&p.r, 120), 1);
    tear_down(&p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_job_without_its_lock_makes_room_for_those_behind_it),
        cmocka_unit_test(a_job_takes_all_it_needs_or_nothing),
        cmocka_unit_test(a_lock_is_shared_by_repositories_in_their_turn),
        cmocka_unit_test(every_grant_has_a_greater_token),
        cmocka_unit_test(whoever_holds_what_others_wait_for_goes_as_early_as_they_would),
        cmocka_unit_test(a_wide_job_gets_a_reservation_after_thirty_seconds),
        cmocka_unit_test(others_start_beside_a_reservation),
        cmocka_unit_test(why_a_job_waits_has_a_reason_and_a_time),
        cmocka_unit_test(who_asks_for_more_than_there_is_gets_it_alone),
        cmocka_unit_test(more_of_a_lock_lets_those_that_wait_go_on),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
