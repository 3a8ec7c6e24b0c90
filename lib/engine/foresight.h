/* SPDX-License-Identifier: Apache-2.0 */
/* ACT_LOOKAHEAD: a better order for one run is looked for by somebody who has a few milliseconds. Whoever carries it
 * out calls foresight_look, on any thread, and gives it back with EV_LOOKAHEAD. */
#pragma once
#include "plan/lookahead.h"

enum { FORESIGHT_SCHEDULES = 200, FORESIGHT_MS = 5 /* unless the configuration says another time */ };

struct foresight {
    struct arena arena; /* owns all but the edges of the graph */
    int64_t run;
    msec_t budget; /* how long it may be looked for */
    size_t *jobs;  /* of the run: which one a job of the question is */
    struct graph graph;
    struct lookahead question;
    /* the answer */
    enum foresight_state { FORESIGHT_ASKED, FORESIGHT_ANSWERED, FORESIGHT_NONE /* nothing can be said */ } state;
    struct lookahead_answer answer;
};

/* `enough` ends it before FORESIGHT_SCHEDULES were tried; the time for it is the budget. */
void foresight_look(struct foresight *f, lookahead_enough_fn *enough, void *arg);
void foresight_free(struct foresight **f);
