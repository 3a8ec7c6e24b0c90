/* SPDX-License-Identifier: Apache-2.0 */
/* What a workflow says about order, trouble and people: see core/policy.h. Parts of a workflow file, as those of
 * config/workflow_parts.h; `into` is the place at the row's offset. */
#pragma once
#include "config/conf.h"
#include "config/field.h"
#include "config/workflow_set.h"

/* `retry:` of workflow, job and step. */
void retry_read(struct reading *r, const struct ynode *n, void *into); /* struct wf_retry * */
extern const struct shape shape_retry;
/* A class of failure, several, or any: FAILURE_BITs. False after adding a problem. `cancelled` is refused and not part
 * of any: nobody mends what somebody wanted to end. */
bool classes_read(struct reading *r, const struct ynode *n, const char *what, unsigned *ret);
extern const struct shape shape_classes;

/* `recovery:` of workflow and job. *ret is set also for an empty list, which says that nothing is done. */
void recovery_read(struct reading *r, const struct ynode *n, struct wf_recovery **ret, size_t *ret_n);
extern const struct shape shape_recovery;

/* `approve:` of a job, and of an environment of the server, where nobody goes on without an answer. */
void approve_read(struct reading *r, const struct ynode *n, void *into);             /* struct wf_approve * */
void environment_approve_read(struct reading *r, const struct ynode *n, void *into); /* the same */
extern const struct shape shape_approve, shape_environment_approve;
/* `by:`: users and teams, "ann", "acme/release". */
void people_read(struct reading *r, const struct ynode *n, const char ***ret, size_t *ret_n);
extern const struct shape shape_people;

/* `priority:` of the workflow, whose triggers are known. */
void priority_read(struct reading *r, const struct ynode *n, struct workflow *w);
extern const struct shape shape_priority;
/* `lookahead:` as enum lookahead_switch; NULL at the end */
extern const char *const lookahead_words[];

/* `resources:` of a job. */
void resources_read(struct reading *r, const struct ynode *n, void *into); /* struct wf_resources * */
extern const struct shape shape_resources;
/* An error: a job asks for more slots than the server has. False after adding it. f->w is set. */
bool resources_fit(const struct conf *c, const struct workflow_file *f, struct arena *a, struct problems *problems);

/* `limits:`; each place has its own keys. */
void workflow_limits_read(struct reading *r, const struct ynode *n, void *into); /* struct wf_limits * */
void job_limits_read(struct reading *r, const struct ynode *n, void *into);
void step_limits_read(struct reading *r, const struct ynode *n, void *into);
extern const struct shape shape_workflow_limits, shape_job_limits, shape_step_limits;
