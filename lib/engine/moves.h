/* SPDX-License-Identifier: Apache-2.0 */
/* The functions that the files of the engine share. Private to lib/engine; comes with state.h. */
#pragma once

/* intake.c */
void intake_delivery(struct engine *e, const struct delivery *d);
void intake_replay(struct engine *e, int64_t delivery);
void intake_decoded(struct engine *e, struct engine_event *ev);
void intake_asked(struct engine *e, int64_t delivery, const struct api_reply *reply);
void intake_gathered(struct engine *e, struct gather *g);
void intake_retry(struct engine *e, struct undecided *u);
void intake_decide(struct engine *e, struct undecided *u, enum delivery_state state, const char *reason);

/* member.c: may the event's sender do what it asks for? */
enum member_next { MEMBER_GO_ON, MEMBER_WAIT };
enum member_next member_ask(struct engine *e, struct undecided *u); /* WAIT: the forge is asked */
enum member_next member_answered(struct engine *e, struct undecided *u, const struct api_reply *reply);
void member_forget(struct engine *e); /* all that was heard */

/* match.c: which workflows an event starts, and the runs that come of it */
struct matched {
    size_t runs;
    struct glob_names *paths; /* that the event changed, prepared for all workflows; NULL = not known */
    struct buf reasons;       /* why the others did not start */
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

/* link.c */
/* Takes the jobs from `from` on into memory: needs and dependents (within those), parents, what is open. */
void plan_link(struct live_run *r, size_t from);
/* The texts of a job; empty ones for a row of an earlier version. */
const struct job_spec *job_spec_of(struct live_job *j);
/* `if` and `needs` of a leg are its parent's. */
struct live_job *job_asked(struct live_job *j);
/* The workflow call that a job belongs to; NULL = the run's own workflow. */
struct live_job *job_caller(const struct live_job *j);

/* plan_job.c: rows of jobs */
/* A row out of texts that live at least as long as `a`; no = its number in the run. */
struct job *job_of_spec(struct engine *e, struct arena *a, int64_t run, const struct job_spec *s, int no);
/* Sets repository and commit of a job (alias NULL = the event's); false with a problem in `a`. */
bool job_place(struct engine *e, struct live_run *r, const struct gather *g, struct job *j, const char *alias,
               struct arena *a, const char **ret_problem);
/* Spec of a job out of its file, with its callee; problem set when a called workflow is not to be had. */
struct spec_maker {
    struct engine *e;
    struct arena *a;
    const struct gather *gather;
    const char *own; /* alias of the event's repository */
    const char *problem;
    size_t n_jobs, n_steps;
    const struct workflow *way[8]; /* that is being called through */
    size_t depth;
};
void spec_of_job(struct spec_maker *m, const struct workflow *w, const struct wf_job *wj, const char *alias,
                 const char *prefix, const struct wf_permissions *limit, struct job_spec *ret);
/* plan_call.c */
/* The file that `uses` means, from a workflow of repository `alias`; NULL with a problem in `a`. */
const struct workflow *call_find(const struct engine *e, const struct gather *g, const char *alias, const char *uses,
                                 struct arena *a, const char **ret_alias, const char **ret_problem);
/* "alias/.fettle/workflows/x.yml@ref" taken apart; false = it is not of that form. */
bool call_remote(const char *uses, struct arena *a, const char **ret_alias, const char **ret_path,
                 const char **ret_ref);

/* run_context.c: what is known of the event, for the whole life of a run; NULL, or a problem */
const char *run_context_make(struct engine *e, struct live_run *r, const struct plan_input *in);
const struct jval *run_context(struct live_run *r); /* NULL = a row of an earlier version */

/* advance.c */
void run_begin(struct engine *e, struct live_run *r);   /* a planned run is recorded and set going */
void run_go(struct engine *e, struct live_run *r);      /* it holds its group: jobs without needs are considered */
void job_advance(struct engine *e, struct live_job *j); /* has a slot, no open attempt: next step or the end */
void job_to(struct engine *e, struct live_job *j, enum work_state to, const char *cause);
void job_end(struct engine *e, struct live_job *j, enum conclusion c, const char *detail);
void run_fail(struct engine *e, struct live_run *r, enum conclusion c, const char *detail);

/* consider.c */
void job_consider(struct engine *e, struct live_job *j); /* no open needs: run, skip or cancel it */
void job_go(struct engine *e, struct live_job *j);       /* considered, and holds its group: ready, or called */

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
void job_cancel(struct engine *e, struct live_job *j, const char *cause);

/* expand.c, parent.c */
void expand_matrix(struct engine *e, struct live_job *j);
void expand_call(struct engine *e, struct live_job *j);
void parent_feed(struct engine *e, struct live_job *parent); /* legs that may run now are considered */
void parent_child_done(struct engine *e, struct live_job *child);

/* group.c */
/* Asks for a group; false = it has to wait, or was cancelled meanwhile (c->group is NULL then). What it belongs to is
 * recorded with its group before. */
bool group_claim(struct engine *e, struct claim *c, const char *name, bool queue_all, bool cancel_in_progress);
/* It never could have it: what holds the group waits for this one. */
bool group_would_deadlock(struct engine *e, const struct claim *c, const char *name);
const char *group_name(struct arena *a, const char *text); /* lower case: what is compared, and stands in rows */
void group_release(struct engine *e, struct claim *c);
void group_adopt(struct engine *e, struct claim *c, const char *name, bool holds, msec_t since);
void group_adopted(struct engine *e); /* all of a start-up are there */
void group_drain(struct engine *e);   /* those who got theirs go on */

/* result.c */
/* Files and commands of a step that ended, into its row; true = they make it fail, with the reason in *ret_problem. */
bool result_keep(struct engine *e, struct live_job *j, struct step *s, const struct step_result *x,
                 const char **ret_problem);
/* hash.c */
void hash_ask(struct engine *e, struct live_job *j, const char *const *patterns, size_t n);
void hash_answer(struct engine *e, int64_t job, const char *key, const char *digest, const struct err *err);
void hash_forget(struct engine *e, struct live_job *j);

/* attempt.c */
void attempt_start(struct engine *e, struct live_job *j, struct step *s);
void attempt_exited(struct engine *e, const struct exit_record *x, const struct step_result *left);
void attempt_checked_out(struct engine *e, int64_t attempt, const struct err *err);
void attempt_archived(struct engine *e, const struct exit_record *x, const struct err *err,
                      const struct step_result *left);
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

struct live_effect *effect_new(struct engine *e, struct sv forge, const char *path, int64_t run, enum effect_kind kind);
void effect_finish(struct engine *e, struct live_effect *x, struct sv name, int64_t generation);

/* internal.c: events that we make ourselves */
#define INTERNAL_FORGE "internal"
/* Somebody may listen to what this run does: `action` is requested or completed. */
void internal_run(struct engine *e, struct live_run *r, const char *action);
void internal_schedule(struct engine *e, const struct scheduled *s, msec_t at);

/* standing.c: what the files of repositories listen to by themselves; schedule.c: the times that come of it */
void standing_adopt(struct engine *e, const char *repo_id, const char *words);
/* The files of a default branch were read. */
void standing_learn(struct engine *e, const struct repo *r, const struct gather_repo *g);
bool standing_listens(struct engine *e, const char *workflow, const char *repo_id);
void schedule_adopt(struct engine *e, const char *name, msec_t fired_at);
void schedule_all(struct engine *e); /* after a start, a new configuration, new files */
void schedule_due(struct engine *e, struct scheduled *s);
void schedule_free(struct engine *e);

/* outbox.c */
void outbox_delivered(struct engine *e, int64_t effect, const struct err *err);
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
