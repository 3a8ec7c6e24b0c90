/* SPDX-License-Identifier: Apache-2.0 */
/* What is in force for a job and its steps (core/policy.h): the step's own, else the job's, else the workflow's, else
 * that of the job that calls it. Rows of jobs have it all; what a step says stands in its own row. Pure. */
#pragma once
#include "engine/job_spec.h"
#include "engine/spec.h"

/* log and silence_ms; 0 = no limit but the server's. */
struct wf_limits limits_of(const struct job_spec *j, const struct step_spec *s);
/* Fills what the job does not say from its workflow, and what that does not say from the job that calls it (NULL =
 * none does). */
void policy_inherit(struct wf_job *j, const struct workflow *w, const struct wf_job *caller);
/* How long people may let the job wait in all. */
msec_t policy_waits(const struct wf_job *j, const struct wf_approve *environment);
