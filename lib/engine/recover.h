/* SPDX-License-Identifier: Apache-2.0 */
/* What is done about steps that fail: strategies in the order of the file, each with a budget and a row. Private to
 * lib/engine; the functions its files share. */
#pragma once
#include "engine/scene.h"

/* hold.c */
void job_hold(struct engine *e, struct live_job *j, enum job_hold why, msec_t until, const char *cause);
void job_release(struct engine *e, struct live_job *j, const char *cause); /* ready again */
void hold_due(struct engine *e, struct live_job *j);
void hold_adopt(struct engine *e, struct live_job *j); /* found at start */
void hold_forget(struct engine *e, struct live_job *j);

/* approval.c */
/* A question to people about this job; it is held until the answer. s NULL = the whole job. */
struct question {
    enum approval_kind kind;
    const struct step *step; /* NULL = the whole job */
    const char *text;
    const char *const *by; /* none = who may approve at all */
    size_t n_by;
    const char *sha; /* holds for this commit alone; NULL = any */
    msec_t time;     /* until what `then` says; 0 = for ever */
    enum wf_then then;
};
void approval_ask(struct engine *e, struct live_job *j, const struct question *q);
/* The job may not start before somebody agreed: it is held now. */
bool approval_needed(struct engine *e, struct live_job *j);
struct approval *approval_of_job(struct engine *e, const struct live_job *j); /* the asked one; NULL = none */
void approval_expire(struct engine *e, struct live_job *j);
void approval_moot(struct engine *e, struct live_job *j); /* the job ends otherwise */
void approval_answer(struct engine *e, int64_t run, enum approval_answer how, const char *by, const char *sha);

/* recover.c */
struct trouble { /* an attempt that did not succeed */
    struct live_job *job;
    struct step *step;
    const struct attempt *attempt;
    const struct failure *failure;
    enum conclusion outcome;
    const char *tests; /* those that failed, as in the row; NULL = the failure says which */
};
/* True: the step is not over. Either its job is held now, or job->role says what the next attempt is for. */
bool recover_failed(struct engine *e, const struct trouble *t);
/* An attempt of a role succeeded. True: another one follows it. */
bool recover_passed(struct engine *e, struct live_job *j, struct step *s, enum attempt_role role);
void recover_adopt(struct engine *e, const struct open_work *w);
/* What was waited for came to nothing: the next strategy, or the end of the step. */
void recover_came_to_nothing(struct engine *e, struct live_job *j, const char *detail);
/* The open recovery of the job is over. */
void recover_close(struct engine *e, struct live_job *j, enum recovery_outcome how, const char *detail);
/* A strategy begins: its row is open. */
void recover_open(struct engine *e, const struct trouble *t, enum recovery_strategy strategy, const char *detail);
/* It would have been its turn. */
void recover_refuse(struct engine *e, const struct trouble *t, enum recovery_strategy strategy, const char *why);

/* recover_policy.c: what the file says */
struct step_policy {
    struct wf_retry retry; /* its own, its job's, or what is usual for its kind */
    bool once;             /* it is never tried again by itself */
};
struct step_policy policy_of_step(struct live_job *j, const struct step *s); /* parses its spec: ask once a failure */
const struct wf_recovery *policy_recovery(struct live_job *j, size_t *ret_n);
/* The entry that is in use; NULL = none. */
const struct wf_recovery *policy_entry(struct live_job *j);

/* recover_retry.c, recover_test.c, recover_manual.c: true = the step is not over */
bool recover_by_retry(struct engine *e, const struct trouble *t, const struct wf_retry *p);
bool recover_by_testfix(struct engine *e, const struct trouble *t, const struct wf_recovery *p);
bool recover_by_person(struct engine *e, const struct trouble *t, const struct wf_recovery *p);
/* recover_fix.c: the workspace from before a fix of tests */
/* A fix failed, or the step after it: what it changed is dropped before anything else. False: there was none. */
bool recover_drop(struct engine *e, struct live_job *j);
/* Before the next attempt: true = it waits, job_advance comes again. */
bool recover_wait(struct engine *e, struct live_job *j);
void recover_kept(struct engine *e, struct live_job *j, const char *tree, const struct err *err);
void recover_dropped(struct engine *e, struct live_job *j, const struct err *err);
void recover_part(struct engine *e, struct live_job *j, enum recovery_part part);
void recover_fixed(struct engine *e, struct live_job *j, struct live_job *fix); /* the job that mends it is done */
void recover_fix_resume(struct engine *e, struct live_job *j);                  /* on hold for it, after a restart */

/* recover_child.c */
/* A row beside that of j: ready, without steps, inputs and spec. */
struct job *recover_child(struct engine *e, struct live_job *j, const char *key);
void recover_child_begin(struct engine *e, struct live_job *j, struct job *row, const char *cause);

/* The script of an attempt that is not the step's own; NULL = the step's. */
const char *recover_script(struct live_job *j, enum attempt_role role);
/* Whose log the next attempt is shown; 0 = none. */
int64_t recover_failed_attempt(const struct live_job *j);
/* FETTLE_FAILED_… for it, appended. */
void recover_environment(struct scene *s, struct env_list *list);

/* recover_conflict.c */
bool recover_by_conflict(struct engine *e, const struct trouble *t, const struct wf_recovery *p);
void recover_checked(struct engine *e, struct live_job *j, struct live_job *check); /* its check is done */
void recover_resume(struct engine *e, struct live_job *j); /* held for it: after a restart, or after a wait */
/* A run that may need what people do about conflicts: the commit of its event is looked at. */
void recover_learn(struct engine *e, struct live_run *r);

/* evidence.c: JSON of what speaks for a class, for the row of an attempt */
const char *evidence_json(struct arena *a, const struct failure *f, const struct failure_stat *seen);
const char *tests_json(struct arena *a, const struct failure *f); /* NULL = none are known */
/* That it passed, but not at once, stands among the step's annotations. */
void recover_note(struct live_job *j, struct step *s, enum attempt_role role);
