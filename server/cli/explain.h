/* SPDX-License-Identifier: Apache-2.0 */
/* `fettle explain`: what an event means, and what it starts or why it does not. */
#pragma once
#include "config/conf.h"
#include "core/trigger.h"
#include "lang/text.h"
#include "plan/matrix.h"

enum explain_form { EXPLAIN_TEXT, EXPLAIN_JSON };

/* A stored delivery, by the API; conf NULL = the usual places. An exit code. */
int explain_delivery(const char *id, const char *conf_file, enum explain_form form);

/* Does a job run, as far as the event tells and as long as nothing fails? */
enum explain_runs { EXPLAIN_NO, EXPLAIN_YES, EXPLAIN_LATER };

struct explain_plan { /* of a workflow that matched */
    struct explain_job {
        const char *key, *repo; /* repo: alias, else id; NULL = none. Of a matrix each leg is one */
        const char *parent;     /* of a leg: the key that others need; NULL = its own key */
        const char **needs;
        size_t n_needs;
        const char *cond; /* its `if`; NULL = none */
        enum explain_runs runs;
        bool despite;     /* also when what it needs did not succeed */
        const char *note; /* NULL = none */
    } *jobs;
    size_t n_jobs;
    const char *problem; /* why it cannot be planned; NULL else */
    bool known;          /* false: it does not match, or its jobs stand in files that only git has */
};

struct explained {
    struct arena arena;
    VEC(struct jdoc *) docs;        /* what values borrow from */
    struct sv payload;              /* as it came, without the form around it */
    const struct hook_event *event; /* NULL = ignored or undecodable */
    const char *reason;             /* then */
    struct explained_workflow {
        const char *name, *file;
        struct trigger_verdict verdict;
        struct explain_plan plan;
        const char *note; /* what cannot be said here; NULL = none */
    } *workflows;
    size_t n_workflows;
};

/* explain_plan.c: all workflows of the configuration (NULL = none) against x->event, those of the short form too. */
void explain_workflows(struct explained *x, const struct conf *c);
void explained_free(struct explained *x);

/* explain_jobs.c: the jobs of a planned run with what is known of them now. */
struct run;
void explain_jobs(struct explained *x, const struct workflow *w, const struct run *r, struct explain_plan *ret);

/* explain_world.c: contexts for expressions. */
struct explain_world {
    struct val github, event;
    struct expr_world world;
};
void explain_world_open(struct explain_world *ret, struct explained *x, const struct workflow *w);
/* ret_status: it asks for a status itself. */
enum explain_runs explain_cond(struct explain_world *w, struct explained *x, const char *text, bool *ret_status);
/* False: it is wrong (ERR_INVALID) or not known yet. */
bool explain_matrix(struct explain_world *w, struct explained *x, const char *matrix, struct matrix_leg **ret,
                    size_t *ret_n, struct err *e);

/* explain_out.c */
int explain_print(const struct explained *x, enum explain_form form);
/* The event's main facts as lines "key   value"; `event` is the object of the specification. */
void explain_event_lines(const struct jval *event, struct buf *out);
