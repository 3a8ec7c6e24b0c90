/* SPDX-License-Identifier: Apache-2.0 */
/* The names that a workflow file declares, as its expressions ask for them: without regard to case, each found at once.
 * What belongs to one job is kept for the job that was asked about last, because expressions come job by job. */
#pragma once
#include "config/name_index.h"
#include "core/workflow.h"

struct declared;

struct declared *declared_new(const struct workflow *w); /* w is borrowed; never NULL */
void declared_free(struct declared **d);
const struct wf_job *declared_job(struct declared *d, const char *key); /* NULL = there is none */
/* The first step of the job in the order of lines that has this id, or NULL. */
const struct wf_step *declared_step(struct declared *d, const struct wf_job *j, const char *id);

/* Borrowed until another job is asked about. */
const struct name_index *declared_jobs(struct declared *d);
const struct name_index *declared_inputs(struct declared *d);
const struct name_index *declared_needs(struct declared *d, const struct wf_job *j);
/* Keys of a literal matrix, those of `include` too; NULL when only the run will tell. */
const struct name_index *declared_matrix(struct declared *d, const struct wf_job *j);
bool declared_output(struct declared *d, const struct wf_job *j, const char *name);
