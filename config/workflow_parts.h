/* SPDX-License-Identifier: Apache-2.0 */
/* The parts of a workflow file. Each function reads one node and adds problems; what is wrong is left out. */
#pragma once
#include "config/field.h"
#include "core/workflow.h"

/* `on:` in its three forms. */
void triggers_read(struct reading *r, const struct ynode *n, struct workflow *w);
/* `jobs:`, with needs checked. w->repositories is known. */
void jobs_read(struct reading *r, const struct ynode *n, struct workflow *w);
/* `steps:` of one job. */
void steps_read(struct reading *r, const struct ynode *n, struct wf_job *j);
/* `uses:` of a step and its `with:` (NULL = none), checked by the action itself. */
void uses_read(struct reading *r, const struct ynode *n, const struct ynode *with, struct wf_step *s);

/* `env:` — names that a step may be given. */
void env_read(struct reading *r, const struct ynode *n, void *into); /* struct wf_env * */
/* `if:` — exactly one status call, with or without ${{ }}. */
void cond_read(struct reading *r, const struct ynode *n, void *into); /* enum wf_cond * */
/* `timeout-minutes:` between least_ms and 6 h, fractions allowed. */
void minutes_read(struct reading *r, const struct ynode *n, msec_t least_ms, msec_t *ret);
/* Ids of jobs and steps: [A-Za-z_][A-Za-z0-9_-]*, at most 100 bytes. */
bool is_id(struct sv s);
/* False after saying that the repositories have no such alias. */
bool alias_check(struct reading *r, const struct ynode *n, const char *alias);
