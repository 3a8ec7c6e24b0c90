/* SPDX-License-Identifier: Apache-2.0 */
/* The engine: a pure state machine. engine_step(state, event) -> one change-set and actions. It reads no clock, opens
 * nothing and keeps no thread; the same code runs under libevent and in the simulator.
 *
 * The rule that makes it crash-safe: what an event decides is one change-set; actions that the outside can see are in
 * `after` and are carried out only when that change-set is on disk. Memory is ahead of the disk, the outside never is.
 * Change-sets are committed in the order of their `seq`; the host tells each commit back with EV_COMMITTED.
 *
 * The way of a delivery: EV_DELIVERY -> ACT_DECODE -> EV_DECODED (-> ACT_ASK -> EV_ASKED: who sent it) -> ACT_GATHER
 * (git) -> EV_GATHERED -> runs planned -> attempts intended -> ACT_START / ACT_CHECKOUT -> EV_EXITED -> next step ...
 * -> statuses through ACT_CALL. */
#pragma once
#include "core/trigger.h"
#include "engine/conf.h"
#include "engine/engine_action.h"
#include "engine/engine_ports.h"
#include "engine/engine_stats.h"
#include "engine/redrive.h"
#include "engine/rerun.h"
#include "engine/wish.h"

/* ---- events ---- */

enum engine_event_kind {
    EV_BOOT,     /* once, first */
    EV_CONF,     /* a new configuration is in force */
    EV_DELIVERY, /* stored a moment ago */
    EV_REPLAY,   /* a stored one, to be decided about again; releases a suspect one */
    EV_DECODED,
    EV_GATHERED,
    EV_COMMITTED, /* a change-set is on disk */
    EV_EXITED,    /* a step's process ended */
    EV_CHECKED_OUT,
    EV_ARCHIVED,
    EV_HASHED,    /* digests of files in a workspace */
    EV_KEPT,      /* a snapshot of a workspace */
    EV_RESTORED,  /* a workspace, from one */
    EV_DELIVERED, /* what ACT_DELIVER gave is stored */
    EV_REPLY,     /* of a forge to ACT_CALL */
    EV_ASKED,     /* of a forge to ACT_ASK */
    EV_FOUND,     /* runs that ACT_FIND asked for */
    EV_LOOKED,    /* of a forge to ACT_LOOK */
    EV_TAKEN_IN,  /* what ACT_TAKE_IN gave is stored */
    EV_LOOKAHEAD, /* a better order was looked for */
    EV_MERGED,    /* the answer to ACT_MERGE */
    EV_LEARNED,   /* to ACT_LEARN */
    EV_PUSHED,    /* to ACT_PUSH */
    EV_CANCEL,    /* a person's wish, as the next one */
    EV_RERUN,
    EV_REDRIVE, /* an effect that is dead, once more */
    EV_ANSWER, /* a person's answer to what a run asked */
    EV_QUEUE,  /* a person's wish about the order */
    EV_TIMER   /* the time asked for with engine_next_timer has come */
};

/* LATER: the body could not be read this time. */
enum decode_verdict { DECODE_OK, DECODE_IGNORED, DECODE_INVALID, DECODE_LATER };

struct engine_event {
    enum engine_event_kind kind;
    msec_t now; /* wall clock */
    union {
        struct {
            struct open_work *work;  /* taken */
            const enum found *found; /* one for each open attempt, same order */
            const struct exit_record *exits;
            const struct step_result *const *results; /* the same order; NULL, or entries NULL = nothing left */
            const struct failure *const *failures;    /* as results: of those that ended and failed */
            const int64_t *gone;                      /* open jobs that have no workspace (any more) */
            size_t n_gone;
        } boot;
        const struct engine_conf *conf;
        const struct delivery *delivery; /* copied */
        int64_t replay;                  /* a delivery whose row is there */
        struct {
            int64_t delivery;
            enum decode_verdict verdict;
            const char *reason; /* ignored, invalid, later */
            struct arena arena; /* taken: owns event and payload */
            struct hook_event *event;
            struct hook_arrival arrival; /* text in the arena */
            const char *trace;           /* of the delivery; in the arena, or NULL */
            struct sv payload;           /* the JSON it was decoded from, for github.event; may be absent */
        } decoded;
        struct gather *gathered;     /* taken */
        struct foresight *foresight; /* taken */
        int64_t committed;           /* seq */
        struct {
            struct exit_record record;
            const struct step_result *result; /* borrowed; NULL = it left nothing */
            const struct failure *failure;    /* what its log and reports say; borrowed; NULL = not looked at */
        } exited;
        struct { /* the answer to ACT_HASH_FILES */
            int64_t job;
            const char *key;    /* as asked */
            const char *digest; /* "" = no file matched */
            struct err err;     /* cls ERR_OK = done */
        } hashed;
        struct { /* the answer to ACT_SNAPSHOT */
            int64_t job;
            const char *tree, *note; /* id of it, what is left out; borrowed */
            struct err err;          /* cls ERR_OK = done */
        } kept;
        struct { /* the answer to ACT_RESTORE */
            int64_t job;
            struct err err; /* cls ERR_OK = done; else the workspace is as it was */
        } restored;
        struct {
            int64_t attempt;
            struct err err; /* cls ERR_OK = done */
        } checked_out;
        struct {                              /* the answer to ACT_ARCHIVE */
            struct exit_record record;        /* of its process; attempt_id is set in any case */
            struct err err;                   /* cls ERR_OK = done: the process alone may say no all the same */
            const struct step_result *result; /* outputs and notes; borrowed, NULL = none */
            const struct failure *failure;    /* as of exited */
        } archived;
        struct {
            int64_t effect;
            struct err err; /* cls ERR_OK = stored, now or before */
        } delivered;
        struct {
            int64_t effect;
            const struct api_reply *reply; /* borrowed */
        } reply;
        struct {
            int64_t delivery;
            const struct api_reply *reply; /* borrowed */
        } asked;
        struct engine_found found;
        struct {
            int64_t talk;                  /* as asked */
            const struct api_reply *reply; /* borrowed */
        } looked;
        struct {
            int64_t talk;
            struct err err; /* cls ERR_OK = stored, now or before */
        } taken_in;
        struct {
            int64_t id;                        /* as asked, like those below */
            const struct merge_answer *answer; /* borrowed; NULL when err says why */
            struct err err;
        } merged;
        struct {
            int64_t id;
            const struct merge_lessons *lessons; /* borrowed; NULL when err says why */
            struct err err;
        } learned;
        struct {
            int64_t id;
            struct err err; /* cls ERR_OK = the ref is at the commit; ERR_CONFLICT = somebody else moved it */
        } pushed;
        struct {
            int64_t run;
            const char *cause;
        } cancel;
        struct queue_asked queue;
        struct {
            int64_t run;
            enum approval_answer how;
            const char *by;  /* who; NULL = not known */
            const char *sha; /* answers about other commits are not meant; NULL = all */
        } answer;
        struct {
            const struct rerun *want;    /* borrowed */
            struct rerun_answer *answer; /* filled in at once */
        } rerun;
        struct redrive *redrive; /* borrowed; says what came of it */
    };
};

struct engine_out {
    struct change_set *changes;      /* NULL = nothing to store; given to the host */
    VEC(struct engine_action) now;   /* may be carried out at once */
    VEC(struct engine_action) after; /* only when `changes` is on disk */
};
void engine_out_free(struct engine_out *out); /* the vectors alone */
void engine_start_done(struct engine_action *start);

struct engine;
struct engine *engine_new(const struct engine_conf *conf, const struct engine_ports *ports, uint64_t seed);
void engine_free(struct engine **e);
/* *out must be zeroed (or emptied) before. */
void engine_step(struct engine *e, struct engine_event *ev, struct engine_out *out);
/* Wall-clock time at which EV_TIMER is wanted; INT64_MAX = never. */
msec_t engine_next_timer(const struct engine *e);

/* When the oldest of the runs in memory was made, by its id; INT64_MAX = there is none. Looks at all of them. */
msec_t engine_oldest_run(const struct engine *e);
bool engine_has_run(const struct engine *e, int64_t run); /* and it is not done */
/* Why an EV_ANSWER would change nothing; NULL = it would. Borrowed for ever. */
const char *engine_answer_problem(const struct engine *e, int64_t run, const char *sha);

/* Why each job of a run is not done, as JSON; false = it is not in memory. */
bool engine_why(struct engine *e, int64_t run, msec_t now, struct buf *out);
/* What could start and waits, at most so many, in the order in which they are expected to start; and the locks. */
void engine_queue(struct engine *e, size_t most, msec_t now, struct buf *out);
