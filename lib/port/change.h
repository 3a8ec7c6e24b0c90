/* SPDX-License-Identifier: Apache-2.0 */
/* Change-sets: what the engine decided in one step, for the store to apply whole or not at all. */
#pragma once
#include "core/checkpoint.h"
#include "core/delivery.h"
#include "core/effect.h"
#include "core/recovery.h"
#include "core/run.h"
#include "core/session.h"
#include "io/mailbox.h"
#include "port/history.h"
#include "port/seen.h"

enum change_kind {
    CHANGE_DELIVERY, /* state and reason of a delivery; normalised event in `event_json` (may be NULL) */
    CHANGE_RUN_NEW,  /* a run with all its jobs and steps */
    CHANGE_JOBS_NEW, /* further jobs of a run, with their steps */
    CHANGE_RUN,      /* mutable columns of a run, job, step: WHERE version = version - 1 */
    CHANGE_JOB,
    CHANGE_STEP,
    CHANGE_ATTEMPT_NEW,
    CHANGE_ATTEMPT,    /* WHERE epoch = epoch and state = 'intent' */
    CHANGE_EFFECT_NEW, /* ignored when its key exists already */
    CHANGE_EFFECT,     /* WHERE version = version - 1 */
    CHANGE_NUMBER,     /* newest run number of a repository's workflow (insert or replace) */
    CHANGE_STANDING,   /* what the files of a default branch listen to (insert or replace) */
    CHANGE_FIRED,      /* when a schedule fired last (insert or replace) */
    CHANGE_SETTING,    /* a number that outlives the program (insert or replace) */
    CHANGE_REMOTE,     /* fingerprint -> number at the forge (insert or replace) */
    CHANGE_RECOVERY_NEW,
    CHANGE_RECOVERY, /* WHERE version = version - 1, as the approval */
    CHANGE_APPROVAL_NEW,
    CHANGE_APPROVAL,
    CHANGE_DURATION, /* these four: insert or replace */
    CHANGE_FAILURE_STAT,
    CHANGE_BUDGET,
    CHANGE_FLAKY,
    CHANGE_RESOLUTION,       /* of a conflict between files: learned (insert or replace), or used once more */
    CHANGE_DURATION_DROP,    /* by its key alone */
    CHANGE_CHECKPOINT,       /* insert or replace */
    CHANGE_CHECKPOINTS_DROP, /* all of a job */
    CHANGE_SAME,             /* these three: insert or replace */
    CHANGE_MADE,
    CHANGE_SEEN_REPO,
    CHANGE_SEEN_REF, /* insert or replace; without a sha: delete */
    CHANGE_SESSION_NEW,
    CHANGE_SESSION_SEEN, /* by its id, `seen` alone; that and the end of one that is not there is no conflict */
    CHANGE_SESSION_END,
    CHANGE_SESSIONS_SWEEP, /* those that were seen before `seen`, or ended before `ends` */
    CHANGE_SAMPLE,         /* into the history: port/history.h */
    CHANGE_JOURNAL
};

struct journal {
    int64_t at;
    const char *kind;       /* "delivery", "run", "job", "step", "attempt", "effect" */
    int64_t ref_id, run_id; /* run_id 0 = none */
    const char *from, *to;  /* states; from NULL = new */
    const char *cause;      /* one line; NULL = none */
    const char *trace;      /* of what it is about, for the log: not stored; NULL = none */
};

struct change { /* pointers into the arena of the set: copies, so that the engine may go on at once */
    enum change_kind kind;
    union {
        struct {
            int64_t id;
            enum delivery_state state;
            const char *reason, *event_json;
        } delivery;
        struct run *run; /* CHANGE_RUN_NEW, CHANGE_JOBS_NEW: with (those) jobs and steps; CHANGE_RUN: its own columns */
        struct job *job;
        struct step *step;
        struct attempt *attempt;
        struct effect *effect;
        struct {
            const char *fingerprint, *forge, *repo, *remote_id, *url;
        } remote;
        struct {
            const char *name;
            int64_t number;
        } number;
        struct standing {
            const char *repo_id, *words; /* JSON, see engine/standing.c */
        } standing;
        struct fired {
            const char *name;
            int64_t at;
        } fired;
        struct setting {
            const char *name; /* of engine/order.c */
            int64_t value;
        } setting;
        struct recovery *recovery;
        struct approval *approval;
        struct duration_stat { /* see plan/duration.h */
            const char *key;
            int64_t n, mu, var;
            msec_t last_ms, updated_at;
        } duration;
        struct failure_stat failure_stat;
        struct retry_budget budget;
        struct flaky_test flaky;
        struct {
            const char *hunk; /* its key: port/merge.h */
            struct sv text;   /* absent = used once more */
            msec_t at;
        } resolution;
        struct checkpoint checkpoint;
        int64_t checkpoints_of; /* a job */
        struct same_row same;
        struct made_row made;
        struct seen_repo_row seen_repo;
        struct seen_ref_row seen_ref;
        struct session session;
        struct history_sample sample;
        struct journal journal;
    };
    struct change *next;
};

struct change_set {
    struct letter letter;
    struct mailbox *reply; /* set by the host */
    struct arena arena;
    struct change *first, **last;
    size_t n;
    int64_t seq; /* of the engine: 1, 2, … */
    int failed;  /* set by the store: 0 committed, -1 conflict or damage (a bug or another writer: stop) */
    struct err err;
};
struct change_set *change_set_new(void);
void change_set_free(struct change_set **cs);
struct change *change_add(struct change_set *cs, enum change_kind kind); /* zeroed; fill in */
