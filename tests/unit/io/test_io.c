/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <unistd.h>
#include "io/loop.h"
#include "io/pool.h"

struct note {
    struct letter letter;
    int from, n;
};

enum { POSTERS = 4, NOTES = 20000 };

static bool readable(int fd)
{
    struct pollfd p = {.fd = fd, .events = POLLIN};
    return poll(&p, 1, 0) == 1;
}

static void a_mailbox_gives_letters_in_order_and_wakes_once(void **state)
{
    (void)state;
    struct mailbox *m = mailbox_new();
    struct note notes[3] = {{.n = 0}, {.n = 1}, {.n = 2}};
    assert_false(readable(mailbox_fd(m)));
    for (int i = 0; i < 3; i++)
        mailbox_post(m, &notes[i].letter);
    uint64_t wakes = 0;
    assert_true(readable(mailbox_fd(m)));
    assert_int_equal(read(mailbox_fd(m), &wakes, sizeof wakes), sizeof wakes);
    assert_int_equal(wakes, 1);
    assert_int_equal(write(mailbox_fd(m), &wakes, sizeof wakes), sizeof wakes);
    struct list taken;
    mailbox_take(m, &taken);
    for (int i = 0; i < 3; i++)
        assert_ptr_equal(list_shift(&taken), &notes[i].letter.node);
    assert_true(list_empty(&taken));
    assert_false(readable(mailbox_fd(m)));
    mailbox_take(m, &taken);
    assert_true(list_empty(&taken));
    mailbox_free(&m);
    assert_null(m);
}

static struct mailbox *box;

static void *post_many(void *arg)
{
    struct note *notes = arg;
    for (int i = 0; i < NOTES; i++)
        mailbox_post(box, &notes[i].letter);
    return NULL;
}

struct reader {
    struct loop *loop;
    int got, next[POSTERS], wrong;
};

static void count_note(void *ctx, struct letter *x)
{
    struct reader *r = ctx;
    struct note *n = CONTAINER_OF(x, struct note, letter);
    r->wrong += n->n != r->next[n->from]++;
    if (++r->got == POSTERS * NOTES)
        loop_stop(r->loop);
}

static void a_loop_gets_every_letter_of_many_threads_in_order(void **state)
{
    (void)state;
    struct reader r = {.loop = loop_new()};
    pthread_t t[POSTERS];
    struct note *notes = mem_new(sizeof *notes * POSTERS * NOTES);
    box = mailbox_new();
    struct watch *w = watch_mailbox(r.loop, box, count_note, &r);
    for (int i = 0; i < POSTERS; i++) {
        for (int j = 0; j < NOTES; j++)
            notes[i * NOTES + j] = (struct note){.from = i, .n = j};
        assert_int_equal(pthread_create(&t[i], NULL, post_many, &notes[i * NOTES]), 0);
    }
    loop_run(r.loop);
    for (int i = 0; i < POSTERS; i++)
        pthread_join(t[i], NULL);
    assert_int_equal(r.got, POSTERS * NOTES);
    assert_int_equal(r.wrong, 0);
    watch_free(&w);
    mailbox_free(&box);
    loop_free(&r.loop);
    mem_free(notes);
}

static struct watch *own_watch;

static void free_own_watch(void *ctx, struct letter *x)
{
    (void)x;
    watch_free(&own_watch);
    loop_stop(ctx);
}

static void a_watch_freed_by_its_letter_leaves_the_others_in_the_mailbox(void **state)
{
    (void)state;
    struct loop *l = loop_new();
    struct mailbox *m = mailbox_new();
    struct note notes[3] = {0};
    for (int i = 0; i < 3; i++)
        mailbox_post(m, &notes[i].letter);
    own_watch = watch_mailbox(l, m, free_own_watch, l);
    loop_run(l);
    struct list rest;
    mailbox_take(m, &rest);
    assert_ptr_equal(list_shift(&rest), &notes[1].letter.node);
    assert_ptr_equal(list_shift(&rest), &notes[2].letter.node);
    mailbox_free(&m);
    loop_free(&l);
}

static void *post_later(void *arg)
{
    clk_sleep_ms(30);
    mailbox_post(box, &((struct note *)arg)->letter);
    return NULL;
}

static void waiting_without_a_loop_ends_with_a_letter_or_the_time(void **state)
{
    (void)state;
    struct note n = {0};
    struct list taken;
    pthread_t t;
    box = mailbox_new();
    msec_t before = clk_mono_ms();
    mailbox_wait(box, 20);
    assert_true(clk_mono_ms() - before >= 19);
    assert_int_equal(pthread_create(&t, NULL, post_later, &n), 0);
    mailbox_wait(box, -1);
    mailbox_take(box, &taken);
    assert_ptr_equal(list_shift(&taken), &n.letter.node);
    pthread_join(t, NULL);
    mailbox_free(&box);
}

static char fired[8];
static size_t n_fired;
static struct loop *the_loop;

static void fire(void *ctx)
{
    fired[n_fired++] = *(const char *)ctx;
    if (*(const char *)ctx == 'z')
        loop_stop(the_loop);
}

static void timers_fire_in_their_order_unless_moved_or_stopped(void **state)
{
    (void)state;
    the_loop = loop_new();
    static char names[] = "abcz";
    struct timer *t[4];
    for (int i = 0; i < 4; i++)
        t[i] = timer_new(the_loop, fire, &names[i]);
    timer_start(t[0], 5);
    timer_start(t[1], 10);
    timer_start(t[2], 15);
    timer_start(t[3], 60);
    timer_start(t[0], 30);
    timer_stop(t[2]);
    n_fired = 0;
    loop_run(the_loop);
    assert_memory_equal(fired, "baz", 3);
    assert_int_equal(n_fired, 3);
    for (int i = 0; i < 4; i++)
        timer_free(&t[i]);
    loop_stop(the_loop); /* before running: not forgotten */
    loop_run(the_loop);
    loop_free(&the_loop);
}

static void stop_on_signal(void *ctx, int sig)
{
    *(int *)ctx = sig;
    loop_stop(the_loop);
}

static void a_signal_is_seen_on_the_loop(void **state)
{
    (void)state;
    int seen = 0;
    the_loop = loop_new();
    struct watch *w = watch_signal(the_loop, SIGUSR1, stop_on_signal, &seen);
    assert_int_equal(raise(SIGUSR1), 0);
    loop_run(the_loop);
    assert_int_equal(seen, SIGUSR1);
    watch_free(&w);
    loop_free(&the_loop);
}

enum { TASKS = 600, LANES = 3 };
struct sum_task {
    struct task task;
    int no;
    bool ran;
};
static _Atomic int in_lane[LANES + 1], clashes, last_of_lane[LANES + 1], disorder;

static void run_in_lane(struct task *t)
{
    struct sum_task *s = CONTAINER_OF(t, struct sum_task, task);
    if (t->lane && in_lane[t->lane]++)
        clashes++;
    if (t->lane && last_of_lane[t->lane] > s->no)
        disorder++;
    last_of_lane[t->lane] = s->no;
    s->ran = true;
    if (t->lane)
        in_lane[t->lane]--;
}

static void tasks_of_a_lane_run_one_after_the_other_and_all_come_back(void **state)
{
    (void)state;
    struct mailbox *m = mailbox_new();
    struct pool *p = pool_new(4);
    static struct sum_task tasks[TASKS];
    for (int i = 0; i < TASKS; i++) {
        tasks[i] = (struct sum_task){.no = i, .task = {.run = run_in_lane, .reply = m, .lane = (uint64_t)i % (LANES + 1)}};
        pool_post(p, &tasks[i].task);
    }
    int back = 0;
    while (back < TASKS) {
        struct list taken;
        mailbox_wait(m, -1);
        mailbox_take(m, &taken);
        for (struct list *x; (x = list_shift(&taken)); back++)
            assert_true(CONTAINER_OF(x, struct sum_task, task.letter.node)->ran);
    }
    assert_int_equal(clashes, 0);
    assert_int_equal(disorder, 0);
    pool_free(&p);
    mailbox_free(&m);
}

static _Atomic bool started;

static void run_until_stopped(struct task *t)
{
    started = true;
    while (!t->stopping)
        clk_sleep_ms(1);
    CONTAINER_OF(t, struct sum_task, task)->ran = true;
}

static void a_pool_that_ends_tells_running_tasks_and_returns_waiting_ones(void **state)
{
    (void)state;
    struct mailbox *m = mailbox_new();
    struct pool *p = pool_new(1);
    struct sum_task tasks[3] = {0};
    for (int i = 0; i < 3; i++) {
        tasks[i].task.run = run_until_stopped;
        tasks[i].task.reply = m;
        pool_post(p, &tasks[i].task);
    }
    while (!started)
        clk_sleep_ms(1);
    pool_free(&p);
    struct list taken;
    int back = 0;
    mailbox_take(m, &taken);
    for (; list_shift(&taken); back++)
        ;
    assert_int_equal(back, 3);
    for (int i = 0; i < 3; i++) {
        assert_true(tasks[i].task.stopping);
        assert_int_equal(tasks[i].ran, i == 0);
    }
    mailbox_free(&m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_mailbox_gives_letters_in_order_and_wakes_once),
        cmocka_unit_test(a_loop_gets_every_letter_of_many_threads_in_order),
        cmocka_unit_test(a_watch_freed_by_its_letter_leaves_the_others_in_the_mailbox),
        cmocka_unit_test(waiting_without_a_loop_ends_with_a_letter_or_the_time),
        cmocka_unit_test(timers_fire_in_their_order_unless_moved_or_stopped),
        cmocka_unit_test(a_signal_is_seen_on_the_loop),
        cmocka_unit_test(tasks_of_a_lane_run_one_after_the_other_and_all_come_back),
        cmocka_unit_test(a_pool_that_ends_tells_running_tasks_and_returns_waiting_ones),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
