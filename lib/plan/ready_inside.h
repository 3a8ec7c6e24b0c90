/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of plan/ready share. Private to them. */
#pragma once
#include "plan/ready.h"

/* The root, an organisation, a repository. */
struct ready_flow {
    struct ready_flow *parent; /* NULL = the root */
    struct heap_node node;     /* in parent->children while something below could start */
    struct heap children;      /* flows; of a repository: runs */
    int64_t used;              /* virtual time: cost of what it had, by its weight */
    int64_t clock;             /* of its children: where the one that started last began */
    int64_t furthest;          /* the greatest `used` of its children */
    size_t jobs;               /* below, that wait or run */
    int64_t urgent;            /* run->bumped of what is first below and comes next; 0 = nothing */
    int64_t no;
    int weight;
    bool kept;    /* its weight was said */
    size_t users; /* open runs, or flows below */
    struct list idle;
    const char *name; /* its key in ready.flows */
};

/* Those of one repository that wait for the same number of units of one lock, critical ones apart. While so much is
 * free, the first of them is among those that could start. */
struct ready_queue {
    struct ready_lock *lock;
    int64_t key; /* in lock->by */
    size_t at;   /* in lock->queues */
    int units;
    struct heap jobs;
    struct ready_job *offered;
};

/* ready_flow.c */
bool ready_run_before(const struct ready_run *a, const struct ready_run *b);
bool ready_job_before(const struct ready_job *a, const struct ready_job *b);
bool ready_lane_before(const struct heap_node *a, const struct heap_node *b); /* of ready.lane */
bool ready_is_critical(const struct ready_run *run);
struct ready_flow *ready_flow_new(struct ready *r, struct ready_flow *parent, struct sv name);
void ready_flows_done(struct ready *r);
/* What is first in the run has changed: it, its repository and its organisation stand where they belong. */
void ready_place(struct ready *r, struct ready_run *run);
/* On the account of its repository and organisation: what a job is expected to cost, when it starts; and by how much
 * that was wrong, when it ends. */
enum ready_how { READY_IN_TURN, READY_OUT_OF_TURN };
/* Their places are those of before until ready_place. */
void ready_charge_start(struct ready_run *run, int64_t cost, enum ready_how how);
void ready_charge_end(struct ready_run *run, int64_t cost);
void ready_enter(struct ready_run *run); /* one more of its jobs waits or runs; one less */
void ready_exit(struct ready_run *run);
int64_t ready_cost(const struct ready *r, const struct ready_job *j);

/* ready_park.c */
/* The scarcest of what it lacks; NULL = it could start. */
struct ready_lock *ready_lacks(struct ready *r, const struct ready_job *j);
/* Who asks for more than there is gets it when nobody else has any: there was more when it came. */
int ready_wanted(const struct ready_lock *l, int units);
void ready_park(struct ready *r, struct ready_job *j, struct ready_lock *l);
void ready_leave(struct ready *r, struct ready_job *j);   /* its queue, parked or offered */
void ready_offer(struct ready *r, struct ready_queue *q); /* its next; the queue may be gone after that */
void ready_unpark(struct ready *r, struct ready_job *j);  /* both, if it has a queue */
/* The run stands earlier, or later, than before among those of its repository. O(what it has parked, or queued). */
enum ready_move { READY_EARLIER, READY_LATER };
void ready_park_moved(struct ready *r, struct ready_run *run, enum ready_move how);
void ready_park_anew(struct ready *r, struct ready_run *run);    /* it became critical, or is not any more */
void ready_feed(struct ready *r, struct ready_lock *l);          /* more of it is free */
void ready_take_all(struct ready *r, const struct ready_job *j); /* slots and locks */
void ready_free_all(struct ready *r, const struct ready_job *j);
void ready_locks_done(struct ready *r);

/* ready_reserve.c */
enum ready_end { READY_EXPECTED, READY_AT_WORST };
struct ready_shadow {      /* when a job can have what it asks for, if nothing else starts before */
    struct ready_job *job; /* NULL = nobody has a reservation */
    msec_t at;
    const struct ready_job *by; /* the running job whose end makes it possible; NULL = it could start */
    int slots;                  /* what is left at that time beside it */
    int units[READY_NEEDS];     /* the same, of its needs */
};
msec_t ready_end(const struct ready_job *running, msec_t now, enum ready_end how);
void ready_shadow_of(const struct ready *r, struct ready_job *j, msec_t now, enum ready_end how,
                     struct ready_shadow *ret);
void ready_stands(struct ready *r, struct ready_job *j, msec_t now); /* blocked at the head */
void ready_reservation(const struct ready *r, msec_t now, struct ready_shadow *ret);
bool ready_lets(const struct ready_shadow *s, const struct ready_job *j, msec_t now);
