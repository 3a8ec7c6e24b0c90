/* SPDX-License-Identifier: Apache-2.0 */
/* Who runs next: the jobs that could start and the slots they wait for. Today the oldest run first and within a run
 * the order of its jobs; the scheduler proper replaces this file. O(log n) a call. Pure. */
#pragma once
#include "base/heap.h"
#include "base/clk.h"

struct ready_node {
    struct heap_node node;
    msec_t arrived; /* of the run */
    int64_t run;
    int no; /* of the job in its run */
};

struct ready {
    struct heap heap;
    int slots, busy;
};

void ready_init(struct ready *r, int slots);
void ready_done(struct ready *r);
void ready_add(struct ready *r, struct ready_node *x);
void ready_drop(struct ready *r, struct ready_node *x); /* safe when x is not queued */
/* The next job if a slot is free; the slot is then taken. NULL otherwise. */
struct ready_node *ready_take(struct ready *r);
void ready_give_back(struct ready *r); /* a slot is free again */
void ready_adopt(struct ready *r);     /* a slot is in use by something found running; may exceed the number */
