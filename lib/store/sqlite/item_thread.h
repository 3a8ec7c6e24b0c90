/* SPDX-License-Identifier: Apache-2.0 */
/* A thread beside the store's that takes its items one after the other: what syncer and mover have in common. */
#pragma once
#include "store/sqlite/writer.h"

struct item_thread {
    struct mailbox *inbox;
    pthread_t thread;
    void (*work)(void *ctx, struct item *x); /* on the thread; x goes back to who posted it */
    void *ctx;
};

/* t stays where it is until item_thread_stop. */
void item_thread_start(struct item_thread *t, const char *name, void (*work)(void *ctx, struct item *x), void *ctx);
void item_thread_post(struct item_thread *t, struct item *x);
void item_thread_stop(struct item_thread *t); /* waits for what was posted */
