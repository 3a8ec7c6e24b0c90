/* SPDX-License-Identifier: Apache-2.0 */
/* The functions that the files of the engine share. Private to lib/engine; comes with state.h. */
#pragma once
#include "engine/ahead.h"
#include "engine/planning.h"

/* event.c: to the part that it is for */
void event_take(struct engine *e, struct engine_event *ev);

/* intake.c */
void intake_delivery(struct engine *e, const struct delivery *d);
void intake_replay(struct engine *e, int64_t delivery);
void intake_decoded(struct engine *e, struct engine_event *ev);
void intake_gathered(struct engine *e, struct gather *g);
void intake_retry(struct engine *e, struct undecided *u);
void intake_later(struct engine *e, struct undecided *u, const char *problem); /* it waits, longer each time */
void intake_decide(struct engine *e, struct undecided *u, enum delivery_state state, const char *reason);

/* run_context.c: what is known of the event, for the whole life of a run; NULL, or a problem */
const char *run_context_make(struct engine *e, struct live_run *r, const struct plan_input *in);
const struct jval *run_context(struct live_run *r); /* NULL = a row of an earlier version */

/* How many pushes and requests of ours led to it; what it pushes or asks for says one more (core/own_event.h). */
int run_hops(struct live_run *r);

/* advance.c */
void run_begin(struct engine *e, struct live_run *r);   /* a planned run is recorded and set going */
void run_go(struct engine *e, struct live_run *r);      /* it holds its group: jobs without needs are considered */
void job_advance(struct engine *e, struct live_job *j); /* has a slot, no open attempt: next step or the end */
void job_to(struct engine *e, struct live_job *j, enum work_state to, const char *cause);
void job_end(struct engine *e, struct live_job *j, enum conclusion c, const char *detail);
void run_fail(struct engine *e, struct live_run *r, enum conclusion c, const char *detail);

/* consider.c */
void job_consider(struct engine *e, struct live_job *j); /* no open needs: run, skip or cancel it */
/* False: it asks for more slots than the server has (by now), and ended. jobs_refit asks all that wait for slots. */
bool job_fits(struct engine *e, struct live_job *j);
void jobs_refit(struct engine *e);
void job_go(struct engine *e, struct live_job *j); /* considered, and holds its group: ready, or called */

/* outcome.c */
bool conclusion_failed(enum conclusion c);
/* As it counts for those who need it. GitHub: continue-on-error makes a failure a success there (and nowhere else). */
enum conclusion job_counts_as(const struct job *j);
const char *result_word(enum conclusion c);        /* success, failure, cancelled, skipped: GitHub has no others */
bool job_needs_succeeded(struct live_job *j);      /* all jobs before it, however far */
bool job_needs_failed(struct live_job *j);         /* any */
const struct job *job_blocker(struct live_job *j); /* a need that did not succeed; NULL = none */
bool steps_failed(const struct live_job *j, const struct step *before);
enum conclusion steps_conclusion(struct engine *e, struct live_job *j);

/* cancel.c */
/* Cancelled itself, with its run or with its parent; not so a job whose `if` holds all the same (always(),
 * cancelled()): that one goes on. */
bool job_is_cancelled(struct engine *e, struct live_job *j);
bool job_was_told(const struct live_job *j);  /* a cancellation came its way, spared or not */
bool cond_holds_after_cancel(enum wf_cond c); /* of the plain ones */
void run_cancel(struct engine *e, struct live_run *r, const char *cause);
void run_stop(struct engine *e, struct live_run *r, enum run_stop how, const char *cause);
void job_cancel(struct engine *e, struct live_job *j, const char *cause);

/* expand.c, parent.c */
void expand_matrix(struct engine *e, struct live_job *j);
void expand_call(struct engine *e, struct live_job *j);
void parent_feed(struct engine *e, struct live_job *parent); /* legs that may run now are considered */
void parent_child_done(struct engine *e, struct live_job *child);

/* group.c */
static inline struct group *job_group(const struct live_job *j) /* that it holds or waits for; NULL = none */
{
    return j->claim ? j->claim->group : NULL;
}
struct claim *job_claim(struct live_job *j); /* made when there is none; lives as long as its run */
/* Asks for a group; false = it has to wait, or was cancelled meanwhile (c->group is NULL then). What it belongs to is
 * recorded with its group before. */
bool group_claim(struct engine *e, struct claim *c, const char *name, bool queue_all, bool cancel_in_progress);
/* It never could have it: what holds the group waits for this one. */
bool group_would_deadlock(struct engine *e, const struct claim *c, const char *name);
const char *group_name(struct arena *a, const char *text); /* lower case: what is compared, and stands in rows */
void group_release(struct engine *e, struct claim *c);     /* safe with NULL */
void group_adopt(struct engine *e, struct claim *c, const char *name, bool holds, msec_t since);
void group_adopted(struct engine *e); /* all of a start-up are there */
void group_drain(struct engine *e);   /* those who got theirs go on */

/* result.c */
/* Files and commands of a step that ended, into its row; true = they make it fail, with the reason in *ret_problem. */
bool result_keep(struct engine *e, struct live_job *j, struct step *s, const struct step_result *x,
                 const char **ret_problem);
/* What people read of a failure, without secrets; text in the arena. */
void result_mask(struct engine *e, struct live_job *j, struct arena *a, struct failure *f);
/* hash.c */
void hash_ask(struct engine *e, struct live_job *j, const char *const *patterns, size_t n);
void hash_answer(struct engine *e, int64_t job, const char *key, const char *digest, const struct err *err);
void hash_forget(struct engine *e, struct live_job *j); /* j->doing is there */

/* doing.c */
static inline struct attempt *job_attempt(const struct live_job *j) /* the open one; NULL = none */
{
    return j->doing ? j->doing->attempt : NULL;
}
static inline struct recovery *job_recovery(const struct live_job *j) /* the open one; NULL = none */
{
    return j->doing ? j->doing->recovery : NULL;
}
struct doing *job_doing(struct live_job *j);             /* made when there is none */
void doing_forget(struct engine *e, struct live_job *j); /* it has ended, or leaves memory */

/* rerun.c */
void rerun(struct engine *e, const struct rerun *want, struct rerun_answer *answer);

/* attempt_start.c */
void attempt_start(struct engine *e, struct live_job *j, struct step *s);

/* attempt.c */
/* The step's last state; its detail becomes the job's unless the step was successful or may fail. */
void step_end(struct engine *e, struct live_job *j, struct step *s, enum conclusion outcome, const char *detail);
void attempt_exited(struct engine *e, const struct exit_record *x, const struct step_result *left,
                    const struct failure *said);
void attempt_checked_out(struct engine *e, int64_t attempt, const struct err *err);
void attempt_archived(struct engine *e, const struct exit_record *x, const struct err *y, const struct step_result *l,
                      const struct failure *said);
void attempt_lost(struct engine *e, struct live_job *j);
void attempt_never_ran(struct engine *e, struct live_job *j);
void dispatch(struct engine *e); /* free slots take ready jobs */

/* order.c */
int order_capacity(const struct engine *e, struct sv lock);
enum order_spent { ORDER_SPENT, ORDER_NOT_SPENT /* it never ran */ };
void order_run(struct engine *e, struct live_run *r); /* it has come, or got more jobs, or is known better */
void order_add(struct engine *e, struct live_job *j); /* it is ready */
struct live_job *order_next(struct engine *e);        /* it has a slot now, and its locks; NULL = nothing may start */
void order_adopt(struct engine *e, struct live_job *j);
void order_give_back(struct engine *e, struct live_job *j, enum order_spent how); /* safe when it has no slot */
void order_end(struct engine *e, struct live_job *j);
void order_close(struct engine *e, struct live_run *r); /* it leaves memory */
/* What waits for the concurrency groups that r and its jobs hold has changed: it goes as early as they would. */
void order_lend(struct engine *e, struct live_run *r);
void order_conf(struct engine *e);
void order_settings(struct engine *e, const struct setting *at, size_t n); /* found at start */
#define ORDER_PAUSED "queue.paused"                                        /* the setting */
void order_bump(struct engine *e, struct live_run *r);                     /* first in its repository */
void order_priority(struct engine *e, struct live_run *r);                 /* row->priority is another one */

/* wish.c: what people want of the order */
void order_wish(struct engine *e, const struct engine_event *ev);

/* why.c */
struct why {
    const char *reason; /* a word for programs */
    struct buf text;    /* a sentence without its subject; freed by the caller */
    msec_t until;       /* 0 = not known */
};
void why_job(struct engine *e, struct live_job *j, msec_t now, struct why *ret);
bool why_run(const struct live_run *r, struct why *ret);  /* false: it waits for nothing of its own */
void why_put_group(struct buf *b, const struct group *g); /* `the concurrency group "x", which run 7 (ci) holds` */

/* standing.c: what the files of repositories listen to by themselves; schedule.c: the times that come of it */
void standing_adopt(struct engine *e, const char *repo_id, const char *words);
/* The files of a default branch were read. */
void standing_learn(struct engine *e, const struct repo *r, const struct gather_repo *g);
bool standing_listens(struct engine *e, const char *workflow, const char *repo_id);
void schedule_adopt(struct engine *e, const char *name, msec_t fired_at);
void schedule_all(struct engine *e); /* after a start, a new configuration, new files */
void schedule_due(struct engine *e, struct scheduled *s);
void schedule_free(struct engine *e);

/* restart.c */
void engine_boot(struct engine *e, struct engine_event *ev);

/* timer.c: the times that a run and its jobs must keep. After a change of state that may begin one of them: */
const struct wf_limits *run_limits(struct live_run *r); /* run_ms, and queue_ms of its own wait for its group */
void run_watch(struct engine *e, struct live_run *r);
void job_watch(struct engine *e, struct live_job *j);
void run_unwatch(struct engine *e, struct live_run *r); /* it is over, or leaves memory */
void run_times(struct engine *e, struct live_run *r);   /* its wake came, or it is found at start */

/* wake.c */
void wake_at(struct engine *e, struct wake *w, bool *waits, msec_t at);
void wake_drop(struct engine *e, struct wake *w, bool *waits);
