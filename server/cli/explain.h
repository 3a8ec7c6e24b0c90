/* SPDX-License-Identifier: Apache-2.0 */
/* `fettle explain`: what an event means, and what it starts or why it does not. */
#pragma once
#include "config/conf.h"
#include "core/trigger.h"
#include "fmt/json.h"

enum explain_form { EXPLAIN_TEXT, EXPLAIN_JSON };

/* A stored delivery, by the API; conf NULL = the usual places. An exit code. */
int explain_delivery(const char *id, const char *conf_file, enum explain_form form);

struct explain_plan { /* of a workflow that matched */
    struct explain_job {
        const char *key, *repo; /* repo: alias, else id; NULL = none */
        const char **needs;
        size_t n_needs;
    } *jobs;
    size_t n_jobs;
    const char *problem; /* why it cannot be planned; NULL else */
    bool known;          /* false: it does not match, or its jobs stand in files that only git has */
};

struct explained {
    struct arena arena;
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
/* explain_out.c */
int explain_print(const struct explained *x, enum explain_form form);
/* The event's main facts as lines "key   value"; `event` is the object of the specification. */
void explain_event_lines(const struct jval *event, struct buf *out);
