/* SPDX-License-Identifier: Apache-2.0 */
/* Calls of verbs that go on for long: a server that is away for a while, as when it is started again, is waited for.
 * And how a person ends such a verb. */
#pragma once
#include "base/clk.h"
#include "server/cli/remote.h"

struct patience {
    struct remote *remote;
    msec_t give_up_ms; /* so long it may be away once it has answered; 0 = it may not */
    bool met;          /* it has answered */
    bool told;         /* that it is away */
    struct buf why;    /* of patient_look */
    msec_t away_since; /* monotonic; 0 = it is there */
};

/* GET; returns when there is an answer that says something (any status but 503), or an exit code after saying why.
 * CLI_INTERRUPTED: a person has had enough. */
MUST_USE int patient_send(struct patience *p, const char *path, struct remote_answer *ret);
MUST_USE int patient_json(struct patience *p, const char *path, struct jdoc **ret);
/* One try, for those who draw meanwhile: CLI_OK with *ret NULL when it is away and waited for. What went wrong is not
 * said, for it would stand in the picture: patient_end says it. */
MUST_USE int patient_look(struct patience *p, const char *path, struct jdoc **ret);
int patient_end(struct patience *p, int rc);

enum { CLI_INTERRUPTED = 130 };
/* From now on SIGINT, SIGTERM and SIGHUP are only noted, the first time; a second one ends the process. */
void interrupt_catch(void);
/* What a second signal calls first; it may only use what is safe in a handler. NULL = nothing. */
void interrupt_last(void (*leave)(void));
bool interrupted(void);
/* Sleeps, no longer than until somebody interrupts. */
void interrupt_sleep_ms(msec_t ms);
