/* SPDX-License-Identifier: Apache-2.0 */
/* What a job is made of, as its file says it: texts that are evaluated when their moment comes, the steps of a matrix
 * and the whole of a called workflow. JSON in job.spec, so that neither a change of files nor a restart changes a run
 * under way. Pure. */
#pragma once
#include "core/run.h"

struct callee;

struct job_spec {
    struct wf_job job;  /* without steps; `needs` as in the file */
    const char *file;   /* for messages */
    const char *alias;  /* repository the file came from, whose jobs run there by default; NULL = the server's */
    const char *prefix; /* in front of the keys of its workflow: "", "api/", "caller / " */
    struct wf_env workflow_env;
    struct wf_permissions permissions; /* in force: the job's, else its workflow's, within those of the caller */
    /* Rows of its steps but for ids and numbers: what legs are made of, or what a called job is. */
    struct step *steps;
    size_t n_steps;
    struct callee *callee; /* of job.uses */
    struct job_spec *fixes; /* jobs that its recovery calls, with their steps */
    size_t n_fixes;
};
const struct job_spec *job_spec_fix(const struct job_spec *s, const char *key); /* NULL = none */

struct callee { /* a called workflow */
    const char *name, *file, *alias;
    struct wf_input *inputs;
    size_t n_inputs;
    struct wf_secret *secrets;
    size_t n_secrets;
    struct wf_env outputs; /* (x) with the context `jobs` */
    struct job_spec *jobs;
    size_t n_jobs;
};

enum job_kind job_spec_kind(const struct job_spec *s);
/* Nothing of it has to be evaluated before it can be ready. */
bool job_spec_is_plain(const struct job_spec *s);
/* Steps are written for a matrix alone, and for the jobs of a callee. */
void job_spec_write(const struct job_spec *s, struct buf *out);
/* Text in the arena. -1 only for a damaged row. */
MUST_USE int job_spec_read(const char *json, struct arena *a, struct job_spec **ret, struct err *e);
