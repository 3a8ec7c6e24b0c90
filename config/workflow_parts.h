/* SPDX-License-Identifier: Apache-2.0 */
/* The parts of a workflow file. Each function reads one node and adds problems; what is wrong is left out. Functions
 * with `void *into` are for rows of tables: `into` is the place at the row's offset, r->scope its scope. */
#pragma once
#include "config/field.h"
#include "core/workflow.h"

/* ---- on ---- */

/* `on:` in its three forms. */
void triggers_read(struct reading *r, const struct ynode *n, struct workflow *w);
/* Filters and declarations of one event behind its key. */
struct event_row {
    const char *what; /* "push" */
    const struct object *object;
    const char *const *types; /* actions it has, NULL at the end; NULL = any word */
};
extern const struct event_row event_rows[]; /* by enum wf_event; what NULL: refused by this version */
void filter_read(struct reading *r, const struct ynode *n, void *into); /* struct wf_filter * */
void repos_read(struct reading *r, const struct ynode *n, void *into);  /* struct wf_filter * */
void pattern_add(struct reading *r, const struct ynode *n, const char *pattern, struct wf_filter *f);
/* What can never be, and both forms of one filter. */
void filters_check(struct reading *r, const struct ynode *map, const struct wf_trigger *t);
void schedules_read(struct reading *r, const struct ynode *n, struct wf_trigger *t);
/* Rows of workflow_dispatch and workflow_call; `into` is the struct wf_trigger *. */
void dispatch_inputs_read(struct reading *r, const struct ynode *n, void *into);
void call_inputs_read(struct reading *r, const struct ynode *n, void *into);
void call_secrets_read(struct reading *r, const struct ynode *n, void *into);
void call_outputs_read(struct reading *r, const struct ynode *n, void *into);
extern const struct shape shape_dispatch_inputs, shape_call_inputs, shape_call_secrets, shape_call_outputs;
extern const struct shape shape_schedules, shape_on;

/* ---- jobs ---- */

/* `jobs:`, with needs checked. w->repositories is known. */
void jobs_read(struct reading *r, const struct ynode *n, struct workflow *w);
extern const struct shape shape_jobs;
/* Jobs that stand by, and the fixes that call them. */
void standby_check(struct reading *r, const struct ynode *jobs, const struct workflow *w);
/* What a repository of this machine, which has no API, cannot be told. */
void forgeless_check(struct reading *r, const struct ynode *jobs, const struct ynode *root, const struct workflow *w);
void strategy_read(struct reading *r, const struct ynode *n, void *into); /* struct wf_job * */
extern const struct shape shape_strategy;
/* `matrix:` as JSON; see struct wf_job. */
void matrix_read(struct reading *r, const struct ynode *n, void *into); /* const char ** */
extern const struct shape shape_matrix;
/* `uses:` of a job with its `with:` and `secrets:` (NULL = none). */
void call_read(struct reading *r, const struct ynode *uses, const struct ynode *with, const struct ynode *secrets,
               struct wf_job *j);
extern const struct shape shape_called, shape_call_with, shape_call_secrets_given;
/* `steps:` of one job. */
void steps_read(struct reading *r, const struct ynode *n, struct wf_job *j);
extern const struct shape shape_steps;
/* A script: not empty, at most 256 KiB, without expressions. */
void script_read(struct reading *r, const struct ynode *n, const char *what, const char **ret);
extern const struct shape shape_script;
/* `uses:` of a step and its `with:` (NULL = none), checked by the action itself. */
void uses_read(struct reading *r, const struct ynode *n, const struct ynode *with, struct wf_step *s);

/* All keys of the file, after everything else has been read. */
void keys_check(struct reading *r, const struct ynode *n);

/* ---- what workflow, job and step have in common ---- */

void env_read(struct reading *r, const struct ynode *n, void *into); /* struct wf_env *: names a step may be given */
/* Any map of ids to texts. */
void texts_read(struct reading *r, const struct ynode *n, const char *what, enum scope scope, struct wf_env *ret);
void cond_read(struct reading *r, const struct ynode *n, enum scope scope, enum wf_cond *ret, const char **ret_text);
/* `timeout-minutes:` between least_ms and 6 h, fractions allowed, or an expression. */
void minutes_read(struct reading *r, const struct ynode *n, msec_t least_ms, msec_t *ret, const char **ret_text);
/* true, false or an expression, of r->scope. */
void flag_read(struct reading *r, const struct ynode *n, const char *what, bool *ret, const char **ret_text);
void flag_text_read(struct reading *r, const struct ynode *n, void *into);   /* const char **, as text */
void concurrency_read(struct reading *r, const struct ynode *n, void *into); /* struct wf_concurrency * */
void permissions_read(struct reading *r, const struct ynode *n, void *into); /* struct wf_permissions * */
void defaults_read(struct reading *r, const struct ynode *n, void *into);    /* struct wf_defaults * */
void environment_read(struct reading *r, const struct ynode *n, void *into); /* struct wf_job * */
extern const struct shape shape_concurrency, shape_permissions, shape_defaults, shape_environment, shape_cond,
    shape_minutes, shape_job_minutes, shape_shell;
/* The programs that may run a script. */
void shell_read(struct reading *r, const struct ynode *n, void *into); /* const char ** */
/* `description:`: a text without expressions, or nothing. */
void description_read(struct reading *r, const struct ynode *n, void *into); /* const char ** */
extern const struct shape shape_description;
/* A path below the workspace. */
void workdir_read(struct reading *r, const struct ynode *n, void *into); /* const char ** */
void test_results_read(struct reading *r, const struct ynode *n, const char **ret); /* patterns, one a line */
extern const struct shape shape_test_results;

/* [A-Za-z_][A-Za-z0-9_-]*, at most 100 bytes. */
bool is_id(struct sv s);
/* Ids of jobs and steps, which have less than 100 and do not begin with __; NULL, or what one must be. */
const char *id_fault(struct sv s);
/* False after saying that the repositories have no such alias. */
bool alias_check(struct reading *r, const struct ynode *n, const char *alias);
/* The node of a key itself; NULL if it is not there. */
const struct ynode *key_node(const struct ynode *map, const char *key);
bool is_one_of(struct sv s, const char *const *words);
size_t words_count(const char *const *words);
/* In one of the forms in which text becomes a number in expressions. */
bool is_number(struct sv s);
