/* SPDX-License-Identifier: Apache-2.0 */
/* A few threads for blocking work (git, decoding). Tasks are started in order of posting; with the same non-zero
 * `lane` one after the other (a mirror is fetched by one task at a time). The finished task is posted to `reply`. */
#pragma once
#include "io/mailbox.h"

struct task {
    struct letter letter; /* where the finished task travels; CONTAINER_OF to the caller's struct */
    void (*run)(struct task *t);
    struct mailbox *reply;
    uint64_t lane;
    _Atomic bool stopping; /* set when the pool shuts down: run() should return soon */
};

struct pool;
struct pool *pool_new(unsigned threads);
void pool_post(struct pool *p, struct task *t); /* any thread; takes t until it comes back */
/* Waits for running tasks; those not started come back without having run, with `stopping` set. */
void pool_free(struct pool **p);
