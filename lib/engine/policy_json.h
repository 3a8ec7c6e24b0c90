/* SPDX-License-Identifier: Apache-2.0 */
/* What a file says about order, trouble and people (core/policy.h) as members of the JSON of job.spec and step.spec.
 * Only what is said is written. Private to the two specifications. Pure. */
#pragma once
#include "engine/job_spec.h"
#include "engine/spec.h"
#include "fmt/json.h"

void job_policy_write(struct jout *o, const struct wf_job *j);
/* Text in the arena; false for a damaged row. */
bool job_policy_read(const struct jval *v, struct arena *a, struct wf_job *ret);
void step_policy_write(struct jout *o, const struct step_spec *s);
bool step_policy_read(const struct jval *v, struct step_spec *ret);
