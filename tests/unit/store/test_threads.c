/* SPDX-License-Identifier: Apache-2.0 */
#include "unit/store/desk.h"
#include <pthread.h>
#include <stdatomic.h>

enum { THREADS = 4, EACH = 300, FLIGHT = 32 };

struct poster {
    pthread_t thread;
    struct store *s;
    struct mailbox *reply;
    int no, accepted, duplicate, committed, wrong;
};

static void post_one(struct poster *p, struct desk *d, int i)
{
    if (i % 3 == 2) {
        struct change_set *cs = change_set_new();
        desk_run(cs, (int64_t)(p->no + 1) * 1000000 + i * 100, 1);
        cs->reply = p->reply;
        store_commit(p->s, cs);
        return;
    }
    char guid[32];
    snprintf(guid, sizeof guid, i % 3 ? "%d" : "%d-%d", i, p->no); /* every other one is sent by all threads */
    struct delivery_put *x = desk_delivery(d, "gitlab", guid, sv_of(guid));
    x->owner = p; /* tells it from a change-set, which has none */
    store_put(p->s, x);
}

static void take_one(struct poster *p, struct list *node, int i)
{
    if (i % 3 == 2) {
        struct change_set *cs = CONTAINER_OF(node, struct change_set, letter.node);
        p->committed += cs->failed == 0;
        change_set_free(&cs);
        return;
    }
    struct delivery_put *x = CONTAINER_OF(node, struct delivery_put, letter.node);
    p->wrong += x->owner != p || !x->d.id;
    p->accepted += x->verdict == PUT_ACCEPTED;
    p->duplicate += x->verdict == PUT_DUPLICATE;
    delivery_put_free(&x);
}

/* Answers come in the order of posting, so the kind of the next one is known. */
static void *poster_run(void *arg)
{
    struct poster *p = arg;
    struct desk d = {.reply = p->reply};
    char why[160];
    int posted = 0, back = 0;
    while (back < EACH) {
        for (; posted < EACH && posted - back < FLIGHT; posted++)
            post_one(p, &d, posted);
        struct list letters;
        mailbox_wait(p->reply, -1);
        mailbox_take(p->reply, &letters);
        for (struct list *x = list_shift(&letters); x; x = list_shift(&letters))
            take_one(p, x, back++);
        p->wrong += !store_is_writable(p->s, why);
    }
    return NULL;
}

static atomic_bool reading;

static void *reader_run(void *arg)
{
    struct desk *d = arg;
    struct err e = {0};
    struct reader *r = NULL;
    uintptr_t failed = 0;
    if (reader_open(d->path, &r, &e) < 0)
        return (void *)1;
    while (atomic_load(&reading)) {
        struct open_work w;
        failed += read_open_work(r, &w, &e) < 0;
        arena_free(&w.arena);
    }
    reader_close(&r);
    return (void *)failed;
}

static void many_threads_post_and_each_gets_its_own_answers_in_order(void **state)
{
    (void)state;
    struct desk d;
    struct poster p[THREADS] = {0};
    pthread_t reader;
    void *failed;
    int accepted = 0, duplicate = 0;
    desk_open(&d);
    atomic_store(&reading, true);
    assert_int_equal(pthread_create(&reader, NULL, reader_run, &d), 0);
    for (int i = 0; i < THREADS; i++) {
        p[i] = (struct poster){.s = d.s, .reply = mailbox_new(), .no = i};
        assert_int_equal(pthread_create(&p[i].thread, NULL, poster_run, &p[i]), 0);
    }
    for (int i = 0; i < THREADS; i++) {
        pthread_join(p[i].thread, NULL);
        mailbox_free(&p[i].reply);
        assert_int_equal(p[i].wrong, 0);
        assert_int_equal(p[i].committed, EACH / 3);
        accepted += p[i].accepted;
        duplicate += p[i].duplicate;
    }
    atomic_store(&reading, false);
    pthread_join(reader, &failed);
    assert_null(failed);
    /* A third is sent by all threads and accepted once. */
    assert_int_equal(accepted, EACH / 3 * THREADS + EACH / 3);
    assert_int_equal(duplicate, EACH / 3 * (THREADS - 1));
    desk_close(&d);
}

static void closing_answers_everything_that_was_posted(void **state)
{
    (void)state;
    struct desk d;
    desk_open(&d);
    for (int i = 0; i < 200; i++) {
        char guid[8];
        snprintf(guid, sizeof guid, "%d", i);
        store_put(d.s, desk_delivery(&d, "gitlab", guid, SV("x")));
    }
    store_close(&d.s);
    for (int i = 0; i < 200; i++) {
        struct delivery_put *p = CONTAINER_OF(desk_wait(&d), struct delivery_put, letter);
        assert_int_equal(p->verdict, PUT_ACCEPTED);
        delivery_put_free(&p);
    }
    desk_close(&d);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(many_threads_post_and_each_gets_its_own_answers_in_order),
        cmocka_unit_test(closing_answers_everything_that_was_posted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
