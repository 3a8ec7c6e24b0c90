/* SPDX-License-Identifier: Apache-2.0 */
/* What is expected of runs and jobs. Private to lib/engine; comes with state.h. */
#pragma once
#include "engine/engine.h"

struct live_run;
struct live_job;

/* duration.c: how long jobs take */
struct expectation {
    msec_t estimate, p90;
};
void duration_init(struct engine *e);
void duration_adopt(struct engine *e, const struct open_work *w); /* before the first question */
struct expectation duration_expect(const struct engine *e, const struct live_job *j);
void duration_learn(struct engine *e, const struct live_job *j); /* it has ended */

/* foresight.c: a better order for one run */
void foresight_want(struct engine *e, struct live_run *r); /* the run has become another */
void foresight_ask(struct engine *e);                      /* at the end of a step */
void foresight_answer(struct engine *e, struct foresight *f);
bool foresight_yields(struct engine *e, struct live_job *j); /* it is ready, and has to wait for an answer */
void foresight_due(struct engine *e, struct live_run *r); /* who let others go first may start */
void foresight_forget(struct engine *e, struct live_run *r);
