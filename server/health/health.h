/* SPDX-License-Identifier: Apache-2.0 */
/* Whether the server is well: gathers the facts, has them judged (judge.h), remembers since when it is so, says changes
 * in the log, and feeds the watchdog of systemd. Whoever asks gets an answer at once: no thread is asked. */
#pragma once
#include "config/conf.h"
#include "server/health/judge.h"
#include "server/health/pulse.h"

struct app;
struct health;

/* Looks every second until it is freed. Engine thread. */
struct health *health_new(struct app *a);
void health_free(struct health **h); /* nobody asks any more */
/* Where an intake thread beats: each call gives another one. The engine's is the first member. Before the threads run.
 */
struct pulse *health_pulse_engine(struct health *h);
struct pulse *health_pulse_intake(struct health *h);

/* ---- what others learn; engine thread; h NULL: nobody cares ---- */

void health_certificates(struct health *h, const struct conf *c); /* the files are new */
void health_configuration(struct health *h, struct sv problem);   /* a reload; "" = it is in force */
enum health_call { HEALTH_ANSWERED, HEALTH_FAILED };
void health_called(struct health *h, const char *forge, enum health_call how);
void health_draining(struct health *h);

/* ---- asking; any thread ---- */

struct health_answer {
    VEC(struct health_check) checks;
    bool ready;
    const struct health_check *stalled; /* NULL: the process is alive */
};
/* c: of the caller; its forges are those that are told of. */
void health_ask(struct health *h, const struct conf *c, struct health_answer *ret);
void health_answer_free(struct health_answer *x);
