/* SPDX-License-Identifier: Apache-2.0 */
/* The engine's memory. Private to lib/engine; the functions its files share are in moves.h. */
#pragma once
#include "engine/engine.h"
#include "engine/job_spec.h"
#include "engine/learned.h"
#include "engine/record.h"
#include "engine/undecided.h"
#include "plan/duration.h"
#include "plan/ready.h"

struct live_run;
struct live_job;
struct held;

/* Somebody holds a concurrency group, or waits for it: a run, or a job. */
struct claim {
    struct list node;    /* in group->waiting, or in engine.granted */
    struct group *group; /* NULL = none */
    struct live_run *run;
    struct live_job *job; /* NULL = the run itself */
    msec_t since;
    int64_t order; /* among those of one moment */
};
struct group {
    const char *name; /* lower case */
    struct claim *holder;
    struct list waiting; /* in order */
    unsigned mark;
};

/* What the host does with the workspace before the job goes on; see checkpoint.h. */
enum keeping {
    KEEPING_NOTHING,
    KEEPING_SNAPSHOT,
    KEEPING_RESTORE,
    KEEPING_GONE,
    KEEPING_RESUME,
    KEEPING_FIX, /* before a fix of tests */
    KEEPING_DROP /* behind one that did not help */
};

enum spared { SPARED_UNKNOWN, SPARED_YES, SPARED_NO };

/* What a job needs once it is started, or is found so at start; most jobs wait, and have none. */
struct doing {
    struct attempt *attempt;        /* the open one; NULL = none */
    struct recovery *recovery;      /* the open one; NULL = none */
    struct map digests;             /* patterns -> const char *, for the step to come */
    bool hashing;                   /* has a slot, and its next step waits for a digest of files */
    struct checkpoint *checkpoints; /* one for each step, those without `inputs` are none; NULL = none at all */
    size_t noted;                   /* steps looked at for it */
    enum keeping keeping;
    size_t keeping_no; /* step whose workspace it is */
    size_t kept;       /* number, from 1, of the step that was asked for last; 0 = none by us */
    int restored;      /* attempts of the step that it was restored for last */
    bool gone;         /* the workspace, which steps that are done have worked in */
};

/* Of these there are 100,000 that wait: small, see LIVE_JOB_BYTES. */
struct live_job {
    struct job *row;
    struct live_run *run;
    struct ready_job ready;
    struct live_job **needs, **dependents;
    struct live_job *parent;
    struct live_job **children;
    struct job_spec *spec; /* read when first asked for; that of a leg is its parent's */
    struct claim *claim;   /* NULL = it has not asked for a group */
    struct doing *doing;   /* see job_doing; NULL = it was not started, or has ended */
    struct held *held;     /* while it is held, and a time was set; NULL = none */
    msec_t yields_until;   /* ready, and left out of the queue so that one of its run goes first; 0 = it is not */
    uint32_t at;           /* in run->jobs */
    uint32_t n_needs, open_needs, n_dependents, n_children, open_children;
    uint32_t mark;              /* of the last walk that came by, see live_run.walks */
    enum attempt_role role : 8; /* of the attempt to come */
    enum spared spared : 8;     /* does its `if` hold all the same when it is cancelled? */
    bool counts : 1;            /* for run->remaining */
    bool plain : 1;             /* as planned: nothing to evaluate before it is ready */
    bool closing : 1;           /* its legs are being cancelled: none starts in between */
};
/* With a place in the list of its run and one in a heap (8 and up to 16 bytes) a job that waits takes no more than 256
 * beyond its row, and 16 for each job it needs. */
enum { LIVE_JOB_BYTES = 232 };
_Static_assert(sizeof(struct live_job) <= LIVE_JOB_BYTES, "a job that waits is small");

struct live_run {
    struct arena arena; /* owns row and everything below it (empty for runs found at start) */
    struct run *row;
    VEC(struct live_job *) jobs; /* as row->jobs */
    uint32_t walks;
    struct jdoc *context; /* of row->context, once asked for */
    struct claim claim;
    struct wf_limits limits; /* ask run_limits */
    struct wake wake;        /* for the next of the times that it and its jobs must keep, or an earlier one */
    bool waits;
    bool cancels;         /* as planned: its group's holder is cancelled */
    const char *check_id; /* of its check run at the forge, once learned; after a restart the forge is asked */
    bool check_refused;   /* a state of its check run is dead */
    bool dropped;         /* cancelled while it waited for its group: nothing of it runs, whatever an `if` says */
    size_t open_jobs;
    struct share *shares; /* of repositories, see order.c */
    msec_t remaining;     /* estimates of the jobs that are not done */
    bool binds;           /* some need more than a slot */
    bool lends;           /* it, or a job of it, has to do with a concurrency group */
    int64_t over_at_seq;  /* done: may be forgotten when this change-set is on disk; 0 = not done */
    struct list over;
    struct list curious; /* in engine.curious: a better order is to be asked for, see foresight.c */
    bool asking;         /* and was */
    bool asks_again;     /* it became another run meanwhile */
    bool foreseen;       /* the ranks are those of an answer */
    bool yields;         /* and it says when jobs with locks should start, not their order alone */
    struct wake yield;   /* when the first of those comes */
    bool yield_waits;
};

struct held { /* a job that waits for a time */
    struct wake wake;
    bool waits;
};

struct scheduled {           /* one `cron` of a workflow */
    const char *name;        /* repository, file, cron and zone: its row */
    const struct repo *repo; /* NULL = the server's folder */
    const char *file, *cron_text;
    const struct cron *cron;
    const struct cron_zone *zone;
    struct wake wake;
    bool waits;
};

struct live_effect;

struct engine {
    const struct engine_conf *conf;
    struct engine_ports ports;
    struct id_gen ids;
    uint64_t random;
    int64_t seq, wake_order;
    int conf_no; /* rises with every EV_CONF */
    int64_t lanes_no; /* with every call to a forge */
    msec_t now;
    struct map runs, attempts, effects, undecided, lanes;
    struct map speakers; /* (repository, sha, context) -> the newest run that reports there */
    struct ready ready;
    struct heap wakes;
    struct map groups, numbers; /* name -> struct group; repository and workflow -> int64_t of the newest run */
    struct map hashing;         /* job -> live_job whose step waits for a digest */
    struct map keeping;         /* job -> live_job whose workspace is kept or restored */
    struct map members;         /* repository and login -> what was heard of them, see member.c */
    bool dispatch_later;        /* slots were left for those: */
    struct list granted;        /* claims that hold their group since this step, not carried out yet */
    struct map standing;        /* repository -> char *, JSON: what files of its default branch listen to */
    struct map fired;           /* name of a schedule -> int64_t * */
    struct arena schedule_arena;
    VEC(struct scheduled *) schedules;
    struct map seen;               /* repositories, by forge and number; see seen.h */
    struct map seen_by_id;          /* the same by their id in repositories.yaml */
    struct map made, recent_by_key; /* events made up, by tip; events taken lately: see same.c */
    struct list recent;
    VEC(struct lookout *) lookouts; /* one a forge that can be asked; see lookout.h */
    struct map judging;             /* name of a verdict -> live_run, see judged.c */
    struct map calls;               /* of hooks, by delivery; see verdict.c */
    struct list calls_open, calls_answered;
    int64_t on_disk;                /* seq of the newest change-set that is */
    struct map brakes;              /* repository and workflow -> struct brake * */
    unsigned group_walks;
    int64_t claims, look_talks;
    struct list over_runs, over_effects, curious;
    struct open_work *boot_work; /* rows of runs found at start live here */
    size_t n_effects;
    struct map approvals; /* id -> struct approval, asked */
    struct learned learned;
    struct durations durations;
    bool told;              /* an effect came in the step under way */
    bool awaited;           /* a step that waited for an effect has ended: its job may go on */
    struct engine_out *out; /* of that step */
};

#include "engine/outbox.h"
