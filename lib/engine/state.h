/* SPDX-License-Identifier: Apache-2.0 */
/* The engine's memory and the functions its files share. Private to lib/engine. */
#pragma once
#include "base/heap.h"
#include "base/list.h"
#include "base/map.h"
#include "core/backoff.h"
#include "engine/engine.h"
#include "engine/record.h"
#include "engine/spec.h"
#include "plan/ready.h"

struct live_run;

struct live_job {
    struct job *row;
    struct live_run *run;
    struct ready_node ready;
    struct attempt *attempt; /* the open one; NULL = none */
    size_t open_needs;
    struct live_job **needs, **dependents;
    size_t n_needs, n_dependents;
    unsigned mark; /* of the last walk that came by, see live_run.walks */
    bool has_slot;
};

struct live_run {
    struct arena arena; /* owns row and everything below it (empty for runs found at start) */
    struct run *row;
    VEC(struct live_job *) jobs; /* as row->jobs */
    unsigned walks;
    size_t open_jobs;
    int64_t over_at_seq; /* done: may be forgotten when this change-set is on disk; 0 = not done */
    struct list over;
};

enum wake_kind { WAKE_LANE, WAKE_GATHER };
struct wake { /* a timer */
    struct heap_node node;
    msec_t at;
    enum wake_kind kind;
    int64_t order; /* breaks ties, so that replays are equal */
    void *owner;
};

struct undecided { /* a delivery on its way to a decision */
    struct arena arena;
    int64_t id;
    struct hook_event *event; /* once decoded; owned by event_arena */
    struct arena event_arena;
    int tries;
    struct wake wake;
    bool waits; /* wake is in the heap */
};

/* The outbox: one lane a forge (credential), in it serial queues that keep order. */
struct serial;
struct live_effect {
    struct arena arena;
    struct effect *row;
    struct effect_talk talk;
    struct list node; /* in serial->waiting while not in flight */
    struct serial *serial;
    int refusals; /* answers that only a change at the forge or here can mend */
    int64_t over_at_seq;
    struct list over;
};

struct serial {
    const char *key;
    struct list waiting;
    struct live_effect *flying;
    msec_t not_before;
    struct list node; /* in lane->serials while anything waits or flies */
    struct lane *lane;
};

struct lane {
    const char *name;
    const struct forge_ops *ops; /* NULL when the forge left the configuration */
    bool can_post;
    int flying, fails;
    msec_t not_before;
    struct list serials;
    struct map by_key;
    struct wake wake;
    bool waits;
};

struct engine {
    const struct engine_conf *conf;
    struct engine_ports ports;
    struct id_gen ids;
    uint64_t random;
    int64_t seq, wake_order;
    int conf_no; /* rises with every EV_CONF */
    msec_t now;
    struct map runs, attempts, effects, undecided, lanes;
    struct map speakers; /* (repository, sha, context) -> the newest run that reports there */
    struct ready ready;
    struct heap wakes;
    struct list over_runs, over_effects;
    struct open_work *boot_work; /* rows of runs found at start live here */
    size_t n_effects;
    struct engine_out *out; /* of the step under way */
};

/* intake.c */
void intake_delivery(struct engine *e, const struct delivery *d);
void intake_replay(struct engine *e, int64_t delivery);
void intake_decoded(struct engine *e, struct engine_event *ev);
void intake_gathered(struct engine *e, struct gather *g);
void intake_retry(struct engine *e, struct undecided *u);
void intake_decide(struct engine *e, struct undecided *u, enum delivery_state state, const char *reason);

/* match.c: which workflows an event starts, and the runs that come of it */
struct matched {
    size_t runs;
    struct buf reasons; /* why the others did not start */
};
/* Why a workflow of the short form does not start; NULL = it does. r: the event's repository; NULL = unknown here. */
const char *match_cross_reason(const struct cross_workflow *c, const struct repo *r, const struct hook_event *ev);
/* What has to be gathered for this event; NULL = nothing. `before` (may be NULL) is what was gathered already: the
 * files in it may name further repositories. */
struct gather *match_gather(struct engine *e, struct undecided *u, const struct gather *before);
void match_all(struct engine *e, struct undecided *u, const struct gather *g, struct matched *ret);

/* plan_run.c */
struct plan_source { /* one file that a run is made of */
    const struct workflow *workflow;
    const char *alias; /* default repository of its jobs; NULL = the event's */
    bool prefix;       /* job keys become alias/key */
};
struct plan_input {
    const struct undecided *delivery;
    const struct gather *gather; /* may be NULL */
    const char *name, *file;
    const struct plan_source *sources;
    size_t n_sources;
    const char *const *repositories;
    size_t n_repositories;
    enum coordination coordination;
    const char *context;
};
/* A run with jobs and steps; when it cannot be made (*ret_problem set) it has no jobs. */
struct live_run *plan_run(struct engine *e, const struct plan_input *in, const char **ret_problem);
/* Takes the jobs from `from` on into memory: needs and dependents (within those), what is open. */
void plan_link(struct live_run *r, size_t from);

/* advance.c */
void run_begin(struct engine *e, struct live_run *r);       /* a planned run is recorded and set going */
void job_consider(struct engine *e, struct live_job *j);    /* no open needs: run, skip or cancel it */
void job_advance(struct engine *e, struct live_job *j);     /* has a slot, no open attempt: next step or the end */
void job_end(struct engine *e, struct live_job *j, enum conclusion c, const char *detail);
/* Cancelled with its run; not so a job whose `if` holds all the same (always(), cancelled()): that one goes on. */
bool job_is_cancelled(const struct live_job *j);
void run_cancel(struct engine *e, struct live_run *r, const char *cause);
void run_fail(struct engine *e, struct live_run *r, enum conclusion c, const char *detail);

/* attempt.c */
void attempt_start(struct engine *e, struct live_job *j, struct step *s);
void attempt_exited(struct engine *e, const struct exit_record *x);
void attempt_checked_out(struct engine *e, int64_t attempt, const struct err *err);
void attempt_lost(struct engine *e, struct live_job *j);
void attempt_never_ran(struct engine *e, struct live_job *j);
void dispatch(struct engine *e); /* free slots take ready jobs */

/* report.c */
void report_status(struct engine *e, struct live_run *r, enum status_state s, const char *description);
void report_begin(struct engine *e, struct live_run *r);
/* r, newer than all before it, speaks from now on for its commit and context; an older run there falls silent. */
void report_speaker(struct engine *e, struct live_run *r);
void report_forget(struct engine *e, struct live_run *r);
void report_running(struct engine *e, struct live_run *r);
void report_end(struct engine *e, struct live_run *r);
/* An issue effect of a step; false with a reason when it cannot be addressed. */
bool report_issue(struct engine *e, struct live_job *j, const struct step *s, const struct action_result *want,
                  const char **ret_problem);

/* outbox.c */
void outbox_lanes(struct engine *e); /* after a change of configuration */
void outbox_add(struct engine *e, struct live_effect *x);
void outbox_adopt(struct engine *e, struct effect *row); /* found at start; row lives in boot_work */
void outbox_reply(struct engine *e, int64_t effect, const struct api_reply *reply);
void outbox_pump(struct engine *e, struct lane *l);
void outbox_pump_all(struct engine *e);
void outbox_forget(struct engine *e, struct live_effect *x);

/* restart.c */
void engine_boot(struct engine *e, struct engine_event *ev);

/* wake.c */
void wake_at(struct engine *e, struct wake *w, bool *waits, msec_t at);
void wake_drop(struct engine *e, struct wake *w, bool *waits);
