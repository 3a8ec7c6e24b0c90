/* SPDX-License-Identifier: Apache-2.0 */
/* The parts of `fettle runs`. Each prints what it is asked for about one run and returns an exit code. */
#pragma once
#include "server/cli/list.h"

struct runs_output {
    bool follow;      /* and what comes until it is done */
    const char *from; /* so many bytes were seen, or "ATTEMPT:OFFSET,…"; NULL = nothing was */
};
/* Output of all attempts, in order. */
int runs_logs(struct remote *r, const struct listing *l, const char *id, const struct runs_output *o);
int runs_watch(struct remote *r, const struct listing *l, const char *id); /* until it is done: 0 = success, else 1 */
int runs_why(struct remote *r, const struct listing *l, const char *id);   /* what it waits for, or why it ended so */
int runs_graph(struct remote *r, const struct listing *l, const char *id); /* its jobs and what they need */
int runs_cancel(struct remote *r, const struct listing *l, const char *id);
/* What it asks is answered; word: approve or reject; sha NULL = whichever commit it asks about. */
int runs_answer(struct remote *r, const struct listing *l, const char *word, const char *id, const char *sha);
/* The class of a failed attempt and what speaks for it; nothing of another one. */
void put_failure(struct buf *b, const struct jval *attempt);
/* What was done about its failures, and what it asked people. */
void put_story(struct buf *b, const struct jval *run);
/* Into the current folder; name NULL = all its artifacts. */
int runs_download(struct remote *r, const struct listing *l, const char *id, const char *name);

struct runs_again { /* what of it: at most one is set */
    bool failed;
    const char *job, *from; /* from: JOB/STEP */
};
int runs_rerun(struct remote *r, const struct listing *l, const char *id, const struct runs_again *what);

/* The run as the server tells it. */
MUST_USE int runs_fetch(struct remote *r, const char *id, struct jdoc **ret);
static inline bool run_is_done(const struct jval *run)
{
    return sv_is(jval_str(jval_get(run, "state")), "done");
}
