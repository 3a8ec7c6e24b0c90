/* SPDX-License-Identifier: Apache-2.0 */
/* Who runs next: the jobs that could start, and the slots, locks and resources they wait for. Four levels, asked anew
 * on every free slot: critical runs first, on at most a share of the slots; then the organisation, then the repository,
 * that had the least of the machine (start-time fair queueing of Goyal, Vin and Cheng 1996, charged when a job starts
 * and made true when it ends); then the run with the smallest a * arrival + kappa * remaining work; then the job with
 * the highest rank. A job gets all it asks for or nothing; one that cannot have it is parked at what it lacks, outside
 * the heaps. The head that stands blocked for long gets a reservation (EASY, Lifka 1995).
 *
 * Every call is O(log n) in what waits, but for those that say otherwise. Times are milliseconds; keys are integers;
 * nothing depends on addresses or on hashes, so that a replay decides the same. Nodes are intrusive: they belong to the
 * caller, who keeps them in place until they are dropped or given back. One thread. Pure. */
#pragma once
#include "base/clk.h"
#include "base/heap.h"
#include "base/list.h"
#include "base/map.h"
#include "base/vec.h"
#include "core/policy.h"

struct ready_rules {
    int lane_percent; /* of the slots, rounded up: what critical runs may have before all others */
    int age_permille; /* a: how much a second of waiting weighs against a second of remaining work */
    msec_t patience;  /* a wide job blocked at the head for so long gets a reservation; INT64_MAX = never */
};
#define READY_RULES ((struct ready_rules){.lane_percent = 25, .age_permille = 50, .patience = 30000})

/* A lock, or a resource of which there is more than one: held by running jobs, units <= capacity in sum. */
enum { READY_NEEDS = 32, READY_UNITS = 1 << 20 }; /* a job has no more needs; a need has fewer units */
enum ready_kind {
    READY_LOCK,    /* is free of charge */
    READY_RESOURCE /* counts for what a job costs its repository: the greatest share of what it takes (DRF) */
};
struct ready_lock {
    const char *name;
    enum ready_kind kind;
    int capacity, used; /* used may exceed it: after an adoption, a change, and when who asks for more than there is
                         * gets it because nobody else has any */
    size_t users;       /* needs that name it: it is forgotten with the last one */
    VEC(struct ready_queue *) queues; /* of those that wait, one for each repository and number of units */
    struct map by;                    /* the same, by these */
    size_t parked;
};
struct ready_need {
    struct ready_lock *lock; /* of ready_lock_get */
    int units;               /* >= 1 */
    int64_t token;           /* of its newest grant; rises with every grant of any lock. Fences what is older */
};

struct ready_run;
enum ready_state { READY_OUT, READY_QUEUED, READY_PARKED, READY_RUNNING };
struct ready_job {
    /* Of the caller, before ready_add or ready_adopt. */
    struct ready_run *run;
    int64_t id;
    msec_t estimate, p90;     /* how long it will take: to expect, and with one in ten longer. p90 >= estimate >= 0 */
    int64_t rank;             /* highest first: the longest remaining path, or what plan/path.h says; see ready_rank */
    struct ready_need *needs; /* sorted by name of lock, each once; lives as long as the job is in */
    uint16_t n_needs;
    uint16_t slots; /* >= 1 */
    int successors; /* first tie: most first; then the smallest id */
    /* Its own. */
    struct heap_node node; /* in run->jobs, or in queue->jobs */
    enum ready_state state : 8;
    bool critical;             /* running: it counts for the lane */
    struct ready_queue *queue; /* where it is parked, or was as the first; NULL = neither */
    struct list link;          /* running: by expected end; waiting and blocked at the head: by since */
    msec_t since;              /* its start; or when it was first blocked at the head, 0 = was not */
    union {
        struct list sibling; /* parked: in run->parked */
        int64_t cost;        /* running: of a millisecond of it */
    };
};

struct ready_flow;
struct ready_run {
    /* Of the caller, before ready_open. */
    int64_t id;
    msec_t arrived;
    msec_t remaining; /* slots * estimate over all jobs that are not done; see ready_remaining */
    enum priority priority;
    /* Its own. */
    struct ready_flow *repo;
    struct heap_node node, lane; /* in repo->children; in ready.lane */
    struct heap jobs;            /* that could start */
    struct list parked;
    int64_t key, lent_key; /* lent: the best of those that wait for what the run holds */
    enum priority lent;
    int64_t bumped; /* the newest goes first; 0 = was not */
    bool next;      /* bumped, and nothing of it has started since */
};

enum ready_dispatch { READY_GOES_ON, READY_PAUSED };
struct ready {
    struct ready_rules rules;
    struct ready_lock slots; /* a job that wants more of them than are free waits there as it does for a lock */
    int critical;            /* slots in use by critical runs */
    enum ready_dispatch dispatch;
    struct ready_flow *root; /* above the organisations */
    struct heap lane;        /* critical runs with jobs that could start */
    struct map locks, flows; /* by name; an organisation by its own, a repository by both */
    struct list running;     /* by expected end */
    struct list blocked;     /* wide jobs that were at the head, longest first */
    struct list idle;        /* repositories without runs, kept while they are ahead of the others */
    size_t waiting, parked;  /* waiting: also the parked */
    int64_t tokens, bumps, flow_no;
};

/* ---- life ---- */
void ready_init(struct ready *r, int slots, const struct ready_rules *rules); /* NULL = READY_RULES */
void ready_done(struct ready *r);
void ready_set_slots(struct ready *r, int slots);
/* From now on. Open runs stand where they stood until ready_set_priority of each. NULL = READY_RULES. */
void ready_set_rules(struct ready *r, const struct ready_rules *rules);
/* A repository with weight 3 gets three times the slots of one with 1 when both have enough to do. repo NULL = the
 * organisation among the organisations. 1..1000, 1 unless set; kept until ready_weights_end. */
void ready_weight(struct ready *r, struct sv organisation, struct sv repo, int weight);
void ready_weights_end(struct ready *r); /* all are 1 again. O(organisations and repositories) */
/* The lock of this name, made when it is not there, with a capacity (>= 1) that stands from now on. One more user:
 * ready_lock_put for each need when the job is through. */
struct ready_lock *ready_lock_get(struct ready *r, struct sv name, enum ready_kind kind, int capacity);
void ready_lock_put(struct ready *r, struct ready_lock *l);
/* Tokens given from now on are greater than this one. */
void ready_tokens_after(struct ready *r, int64_t token);

/* ---- runs ---- */
void ready_open(struct ready *r, struct ready_run *run, struct sv organisation, struct sv repo);
void ready_close(struct ready *r, struct ready_run *run); /* none of its jobs is in; safe when it is not open */
void ready_remaining(struct ready *r, struct ready_run *run, msec_t remaining);
void ready_set_priority(struct ready *r, struct ready_run *run, enum priority priority);
/* holder has what waiter waits for: it goes at least as early as waiter would in the lane and in its repository, until
 * ready_lend_end. */
void ready_lend(struct ready *r, struct ready_run *holder, const struct ready_run *waiter);
void ready_lend_end(struct ready *r, struct ready_run *holder);
/* First in its repository until it is closed; and its repository and organisation come next, until one of its jobs
 * has started. */
void ready_bump(struct ready *r, struct ready_run *run);

/* ---- jobs ---- */
void ready_add(struct ready *r, struct ready_job *j);
void ready_drop(struct ready *r, struct ready_job *j);               /* it waits no more; safe when it does not wait */
void ready_rank(struct ready *r, struct ready_job *j, int64_t rank); /* in any state */
/* The next job, with its slots, its locks and their tokens from now on. NULL = nothing may start. Amortised O(log n);
 * while there is a reservation it looks at no more than READY_BACKFILL jobs. */
enum { READY_BACKFILL = 100 };
struct ready_job *ready_take(struct ready *r, msec_t now);
/* What it had is free again. spent: how long it had it; 0 = it never ran. */
void ready_give_back(struct ready *r, struct ready_job *j, msec_t spent);
/* Found running since `started`: what it has is in use, also beyond what there is. Its tokens stay as they are. */
void ready_adopt(struct ready *r, struct ready_job *j, msec_t started);
void ready_dispatch(struct ready *r, enum ready_dispatch how); /* paused: ready_take gives nothing */

/* ---- questions ---- */
/* How many that wait lack nothing but their turn. After ready_take gave nothing though slots are free: 0. */
size_t ready_startable(const struct ready *r, msec_t now);
enum ready_why {
    READY_WHY_NOT,     /* it does not wait here */
    READY_WHY_PAUSED,  /* nothing starts */
    READY_WHY_SLOT,    /* all slots are busy, or others come first */
    READY_WHY_SLOTS,   /* it needs more slots than are free */
    READY_WHY_LOCK,    /* lock: less of it is free than it needs */
    READY_WHY_RESERVED /* by: a job with a reservation, which its start would put off */
};
struct ready_reason {
    enum ready_why why;
    const struct ready_lock *lock; /* NULL unless said above */
    const struct ready_job *by;    /* the running job whose end is waited for, of several the last; NULL = none */
    size_t ahead;                  /* jobs of its repository that go first; of SLOT alone */
    msec_t at;                     /* when it can be expected to start, by the estimates; 0 = not known */
};
/* Jobs that wait, in the order in which they would start if nothing else came and every lock were free. O(n log n). */
void ready_sort(const struct ready *r, struct ready_job **jobs, size_t n);
/* O(n) for READY_WHY_SLOT, else O(running). */
void ready_why(const struct ready *r, const struct ready_job *j, msec_t now, struct ready_reason *ret);
