/* SPDX-License-Identifier: Apache-2.0 */
/* What a delivery means, and what it starts or why it does not: of `fettle explain` and of the API. Blocking, for what
 * git knows is read from mirrors; any thread. */
#pragma once
#include "config/conf.h"
#include "core/trigger.h"
#include "fmt/json.h"
#include "lang/text.h"
#include "plan/matrix.h"

struct gits;
struct delivery;

/* Does a job run, as far as the event tells and as long as nothing fails? */
enum explain_runs { EXPLAIN_NO, EXPLAIN_YES, EXPLAIN_LATER };

struct explain_level {  /* a job, and around it the matrix or the call that it belongs to */
    const char *key;    /* by which others need it */
    const char **needs; /* by their keys */
    size_t n_needs;
    bool despite; /* also when what it needs did not succeed */
    const struct explain_level *up;
};

struct explain_plan {           /* of a workflow that matched */
    struct explain_job {        /* each leg of a matrix, and each job of a called workflow, is one */
        const char *key, *repo; /* repo: alias, else id; NULL = none */
        const struct explain_level *level;
        const char **needs; /* as they are shown: legs and called jobs in the place of their parents */
        size_t n_needs;
        const char *cond; /* its `if`; NULL = none */
        enum explain_runs runs;
        const char *note; /* NULL = none */
    } * jobs;
    size_t n_jobs;
    const char *priority; /* of the run; NULL = it cannot be planned */
    const char *problem;  /* why it cannot be planned; NULL else */
    bool known;           /* false: it does not match, or its jobs stand in files that only git has */
};

struct explain_run { /* that the delivery started then */
    const char *id, *workflow, *file, *conclusion;
};

struct explained {
    struct arena arena;
    VEC(struct jdoc *) docs;        /* what values borrow from */
    struct sv payload;              /* as it came, without the form around it */
    struct gather *gathered;        /* what files and workflows borrow from; NULL = nothing */
    const struct hook_event *event; /* NULL = ignored or undecodable */
    const char *reason;             /* then */
    struct explained_workflow {
        const char *name, *file;
        struct trigger_verdict verdict;
        struct explain_plan plan;
        const char *note; /* what cannot be said here; NULL = none */
    } * workflows;
    size_t n_workflows;
    bool files_known; /* those of the repository are among them */
    bool compared;    /* `then` is known */
    VEC(struct explain_run) then;
};

/* payload.c: 0, 1 = ignored, -1 = undecodable; x->event or x->reason is set. */
struct forge_ops;
int explain_decode(struct explained *x, const struct forge_ops *ops, const struct delivery *d, struct sv body);
void explained_free(struct explained *x);

/* plan.c: all workflows of the configuration (NULL = none) against x->event, those of the short form too. */
void explain_workflows(struct explained *x, const struct conf *c, struct gits *gits);

/* jobs.c: the jobs of a planned run with what is known of them now. */
struct engine;
struct gather;
struct live_run;
void explain_jobs(struct explained *x, const struct engine *e, struct live_run *r, const struct gather *g,
                  const char *workflow, struct explain_plan *ret);

/* world.c: contexts for expressions. */
struct explain_world {
    struct val github, event;
    struct expr_world world;
};
void explain_world_open(struct explain_world *ret, struct explained *x, const char *workflow);
/* ret_status: it asks for a status itself. */
enum explain_runs explain_cond(struct explain_world *w, struct explained *x, const char *text, bool *ret_status);
/* False: it is wrong (ERR_INVALID) or not known yet. */
bool explain_matrix(struct explain_world *w, struct explained *x, const char *matrix, struct matrix_leg **ret,
                    size_t *ret_n, struct err *e);

/* mirrors.c: what the engine wants to know, as far as the mirrors have it; gits NULL: there are none. NULL = nothing.
 * Caller frees. */
struct undecided;
struct gather *explain_gather(struct engine *e, struct undecided *u, const struct conf *c, struct gits *gits);

/* then.c: the runs that the delivery started, and what differs. */
struct explain_difference {
    const char *workflow, *file;
    const char *run;       /* that started then; NULL = none */
    enum explain_runs now; /* EXPLAIN_LATER: its file stands in a repository, which the server alone reads */
    const char *reason;    /* why not now; NULL = none */
};
/* A run of the delivery, as the API lists it. The newest come first. */
void explain_then(struct explained *x, const struct jval *run);
/* The i-th workflow that starts now or started then; false behind the last. */
bool explain_compare(const struct explained *x, size_t i, struct explain_difference *ret);

/* json.c: the whole as one object, with the members of `schema` 1. */
void explain_json(const struct explained *x, struct buf *out);
