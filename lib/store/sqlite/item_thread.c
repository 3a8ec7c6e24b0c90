/* SPDX-License-Identifier: Apache-2.0 */
#include "store/sqlite/item_thread.h"

static void *run(void *item_thread)
{
    struct item_thread *t = item_thread;
    for (bool stop = false; !stop;) {
        struct list posted;
        mailbox_wait(t->inbox, -1);
        mailbox_take(t->inbox, &posted);
        for (struct list *node; (node = list_shift(&posted));) {
            struct item *x = CONTAINER_OF(node, struct item, letter.node);
            stop |= x->kind == ITEM_STOP;
            if (x->kind == ITEM_STOP)
                mem_free(x);
            else
                t->work(t->ctx, x);
        }
    }
    return NULL;
}

void item_thread_start(struct item_thread *t, const char *name, void (*work)(void *ctx, struct item *x), void *ctx)
{
    t->inbox = mailbox_new();
    t->work = work;
    t->ctx = ctx;
    thread_start(&t->thread, name, run, t);
}

void item_thread_post(struct item_thread *t, struct item *x)
{
    mailbox_post(t->inbox, &x->letter);
}

void item_thread_stop(struct item_thread *t)
{
    item_thread_post(t, item_new(ITEM_STOP));
    pthread_join(t->thread, NULL);
    mailbox_free(&t->inbox);
}
