/* SPDX-License-Identifier: Apache-2.0 */
/* Steps that need not be done again (scheduling.md 2.6). Private to lib/engine.
 *
 * Each step that is done without a failure leaves a row with a hash of what went into it; behind a step that says
 * `checkpoint: workspace` the host takes a snapshot of the workspace before the next one starts. A snapshot that cannot
 * be taken is noted, and nothing else.
 *
 * A job of a run that repeats another is given that one's rows and outputs (rerun.c) and decides when it starts: of the
 * rows whose inputs are still the same it takes those up to the newest snapshot, has that restored, and goes on behind
 * it; without one it begins with its first step. A step that is tried again finds the workspace as its predecessor left
 * it, where there is a snapshot of that; else as the failed try has left it. */
#pragma once
#include "engine/state.h"

enum { INPUTS_TEXT = 33 };
/* Hash of what goes into that step; rows of the steps before it are there. */
void inputs_of(struct engine *e, struct live_job *j, size_t no, char ret[INPUTS_TEXT]);

void checkpoint_adopt(struct live_job *j, const struct checkpoint *k); /* found at start */
/* After all of its rows: found at start without its workspace. Where steps that are done have worked there it has to be
 * restored before the next one, else that one fails: none that is done is done again. */
void checkpoint_gone(struct live_job *j);
/* Rows for the steps that were done since the last call. attempt: that did the first of them; 0 = none. */
void checkpoint_done(struct engine *e, struct live_job *j, int64_t attempt);
/* True: the workspace is being kept or restored before the next step, job_advance comes again. */
bool checkpoint_wait(struct engine *e, struct live_job *j);
void checkpoint_kept(struct engine *e, int64_t job, const char *tree, const char *note, const struct err *err);
void checkpoint_restored(struct engine *e, int64_t job, const struct err *err);
/* The workspace as it is now is kept under a step's number; the answer comes to recover_kept, or leaves a row. */
void checkpoint_ask(struct engine *e, struct live_job *j, enum keeping why, size_t no);
/* The workspace becomes what it was in a snapshot. */
void checkpoint_put_back(struct engine *e, struct live_job *j, enum keeping why, const struct checkpoint *k);
void checkpoint_forget(struct engine *e, struct live_job *j); /* nothing is waited for any more; j->doing is there */
/* A row that j takes from a job of an earlier run; its step has the outputs already, and is still waiting. */
void checkpoint_lend(struct engine *e, struct live_job *j, const struct checkpoint *k);
