/* SPDX-License-Identifier: Apache-2.0 */
/* What is told to the forges: statuses, checks and issues become effects, and effects go out in order. Private to
 * lib/engine; comes with state.h. */
#pragma once
#include "engine/moves.h"

/* The outbox: one lane a forge (credential), in it serial queues that keep order. */
struct live_effect {
    struct arena arena;
    struct effect *row;
    const char *trace; /* of its run, which may be over before it; NULL = none, or found at start */
    struct effect_talk talk;
    struct lane_call call;
    struct list node; /* in serial->waiting while not in flight */
    struct serial *serial;
    int refusals; /* answers that only a change at the forge or here can mend */
    int failures; /* those that pass by themselves */
    int64_t over_at_seq;
    struct list over;
};

struct lane_repo { /* a repository with serial queues */
    const char *path;
    struct list node[RING_N];    /* in lane->rings, while some of it wait there */
    struct list waiting[RING_N]; /* serial queues that may speak */
    size_t n;                    /* serial queues */
};

struct serial {
    const char *key;
    struct list waiting;
    struct live_effect *flying;
    msec_t not_before;
    struct lane *lane;
    struct lane_repo *repo;
    struct list all;  /* in lane->serials */
    struct list node; /* in repo->waiting[ring] */
    enum lane_ring ring;
    struct heap_node later; /* in lane->later, until: */
    msec_t later_at;
    int64_t order; /* breaks ties */
};

/* report.c */
void report_status(struct engine *e, struct live_run *r, enum status_state s, const char *description);
void report_begin(struct engine *e, struct live_run *r);
/* r, newer than all before it, speaks from now on for its commit and context; an older run there falls silent. */
void report_speaker(struct engine *e, struct live_run *r);
void report_forget(struct engine *e, struct live_run *r);
void report_running(struct engine *e, struct live_run *r);
void report_end(struct engine *e, struct live_run *r);
/* How it ended, in a line; in `a`, or the run's. */
const char *report_end_text(const struct run *row, struct arena *a);
/* A push of that commit is told of, and r judged its content before: from now on it speaks there. */
void report_heard(struct engine *e, struct live_run *r, const char *sha, const char *ref);
bool report_address(const char *repo_id, struct sv *ret_forge, const char **ret_path); /* of "forge:path" */

bool report_can_post(const struct engine *e, struct sv forge); /* it is configured, with a token */
/* Of an effect whose status is filled in; text in the arena. */
const char *report_status_key(const struct engine *e, const struct effect *x, const char *path, struct arena *a);

/* report_step.c */
/* The effect that an action of a step asks for, in the outbox; NULL with a reason when it cannot be addressed. */
struct live_effect *report_step(struct engine *e, struct live_job *j, const struct step *s,
                                const struct action_result *want, const char **ret_problem);
const char *report_step_name(const struct live_job *j, const struct step *s, struct arena *a);

/* report_permission.c: why a step may not say that; NULL = it may. Text in the run's arena. */
const char *report_refused(struct live_job *j, const struct action_result *want);

/* await.c */
void await_effect(struct engine *e, struct live_job *j, const struct live_effect *x); /* the step ends with it */
void await_settled(struct engine *e, const struct effect *x); /* of any effect: whoever waits for it goes on */
void await_cancelled(struct engine *e, struct live_job *j);   /* its job is: the step ends if it waits */
void await_adopt(struct engine *e, struct live_run *r);       /* at start, when the effects are there */

/* report_comment.c: the comment beneath the change */
void comment_report(struct engine *e, struct live_run *r, enum status_state s, const char *title);
/* r, newer than all before it, speaks from now on for its change and context; an older run there falls silent. */
void comment_speaker(struct engine *e, struct live_run *r);
void comment_forget(struct engine *e, struct live_run *r);

/* check.c: the check run beside the status */
/* At a commit of the run's repository; seq: of its status there. */
void check_report(struct engine *e, struct live_run *r, const char *sha, int64_t seq, enum status_state s,
                  const char *title);
/* A newer run speaks there from now on. */
void check_supersede(struct engine *e, struct live_run *r, const char *sha, int64_t seq);
bool check_is_same(const struct effect *a, const struct effect *b); /* states of one check run? */
/* The forge's number of the check run of x, for what its run says later. x->serial is set. */
void check_learn(struct engine *e, const struct live_effect *x, const char *id);
void check_dead(struct engine *e, const struct live_effect *x);

struct live_effect *effect_new(struct engine *e, struct sv forge, const char *path, int64_t run, enum effect_kind kind);
void effect_drop(struct live_effect *x); /* instead of effect_finish */
void effect_finish(struct engine *e, struct live_effect *x, struct sv name, int64_t generation);

/* internal.c: events that we make ourselves */
#define INTERNAL_FORGE "internal"
/* Somebody may listen to what this run does: `action` is requested or completed. */
void internal_run(struct engine *e, struct live_run *r, const char *action);
/* The push that it judged is told of, at that commit: what it would have said by now. */
void internal_heard(struct engine *e, struct live_run *r, const char *sha);
/* What the forge should have delivered; ev->made_up. */
void internal_made_up(struct engine *e, const struct hook_event *ev, const char *guid);
void internal_schedule(struct engine *e, const struct scheduled *s, msec_t at);

/* outbox.c */
void outbox_delivered(struct engine *e, int64_t effect, const struct err *err);
void outbox_lanes(struct engine *e); /* after a change of configuration */
void outbox_add(struct engine *e, struct live_effect *x);
void outbox_enqueue(struct engine *e, struct live_effect *x); /* it is recorded */
void outbox_adopt(struct engine *e, struct effect *row);      /* found at start; row lives in boot_work */
void outbox_reply(struct engine *e, int64_t effect, const struct api_reply *reply);
void outbox_pump(struct engine *e, struct lane *l);
void outbox_pump_all(struct engine *e);
void outbox_forget(struct engine *e, struct live_effect *x);
void outbox_send(struct engine *e, struct live_effect *x); /* its turn has come; it waits in no queue any more */
void outbox_settle(struct engine *e, struct live_effect *x, enum effect_state to, const char *cause);

/* redrive.c */
void outbox_redrive(struct engine *e, struct redrive *x);

/* outbox_turn.c: whose turn it is */
bool lane_is_own(const struct lane *l); /* its effects are for ourselves: no forge, no token, nothing to talk about */
struct serial *serial_of(struct engine *e, const struct effect *row); /* that of its key; made if there is none */
void serial_place(struct engine *e, struct serial *s);                /* after what waits in it has changed */
void serial_rest(struct serial *s);                                   /* it may be over: s is gone then */
void lane_forget(struct lane *l);                                     /* what its maps hold */
bool outbox_creates(const struct effect *x);                          /* makes what people are told of */

/* recover_conflict.c, recover_merged.c */
void recover_merged(struct engine *e, const struct engine_event *ev);
void recover_learned(struct engine *e, const struct engine_event *ev);
void recover_pushed(struct engine *e, const struct engine_event *ev);
