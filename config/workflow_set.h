/* SPDX-License-Identifier: Apache-2.0 */
/* What several workflow files say together: calls against the declarations of what is called, and circles. */
#pragma once
#include "config/reading.h"
#include "core/workflow.h"

/* needs.JOB.outputs.NAME, where JOB is another workflow: its file says whether there is such an output. */
struct call_output {
    const struct call_output *next; /* of the same job */
    const char *name;
    const struct ynode *node;
    size_t at; /* byte of the name in the node's text */
};

/* secrets.NAME in a text of the file. */
struct secret_use {
    const struct secret_use *next;
    const char *name; /* NULL: all of them, or one whose name only the run will tell */
    const struct ynode *node;
    size_t at; /* byte of the name in the node's text */
    int job;   /* index of the job it stands in; -1 = `env` of the workflow */
};

/* A file with what is needed to speak about places in it. */
struct workflow_file {
    struct workflow *w; /* NULL: it has errors of its own */
    const char *address; /* how a job calls it: "./.fettle/workflows/x.yml", "alias/.fettle/…@ref"; NULL = by w->name */
    struct places *source;
    const struct ynode *root;
    const struct call_output **outputs; /* by index of the job */
    const struct secret_use *secrets;   /* the last one first */
    bool quiet; /* there for the others: nothing is said about it */
};

/* workflow_read, and what workflow_set_check needs. The text must live as long as *ret is used. */
void workflow_file_read(struct sv text, const char *file, const char *origin, const struct repo_set *repos,
                        struct arena *arena, struct problems *problems, struct workflow_file *ret);
/* To say more about a file that was read. */
struct reading reading_again(const struct workflow_file *f, struct arena *arena, struct problems *problems);
/* Checks the files against each other. A call by name of what is not among them is refused in a file without an
 * address, and others are left alone. Problems stand at the file that calls or listens; a file that has one gets w =
 * NULL. */
void workflow_set_check(struct workflow_file *files, size_t n, struct arena *arena, struct problems *problems);

/* ---- of workflow_set_check ---- */

struct set_check {
    struct workflow_file *files;
    size_t n;
    struct arena *arena;
    struct reading *reading; /* one a file, to say something about it */
    bool *bad;               /* files with a problem */
};
/* The file that a job of `caller` calls; NULL = none of these. "./…" is beside the caller: for one that is called at a
 * ref itself, in the same repository at that ref. */
const struct workflow_file *called_file(const struct set_check *s, size_t caller, const struct wf_job *j);
/* One job that calls another workflow of the set. */
void call_check(const struct set_check *s, size_t caller, const struct wf_job *j, const struct workflow_file *called);
/* The secrets of a workflow that can be called: what is declared and never read, what is read and not declared. */
void declared_secrets_check(const struct set_check *s, size_t i);
/* Circles of calls and of workflow_run, and calls nested too deep. */
void circles_check(const struct set_check *s);
/* `on: workflow_call`; NULL = it cannot be called. */
const struct wf_trigger *call_declaration(const struct workflow *w);
/* Some job of these files calls it with `secrets: inherit`. */
bool is_called_inheriting(const struct set_check *s, const struct workflow_file *called);
/* Where the name stands in the source; its line has to do where that cannot be told. */
struct ymark secret_use_mark(struct reading *r, const struct secret_use *u);
const struct ynode *job_node(const struct workflow_file *f, const char *job, const char *key);
