/* SPDX-License-Identifier: Apache-2.0 */
/* Figures for a person on call that nobody has to count when something happens: they are looked at every five seconds.
 * The process and the size of its store (vitals.c), what waits and for how long (vitals_work.c), and how late the
 * timers of a loop are (loop_lag.c). Disks and certificates: health/health.c. */
#pragma once
#include "server/app.h"

struct vitals;
/* Looks at once, and then every VITALS_MS until it is freed. Engine thread. */
enum { VITALS_MS = 5000 };
struct vitals *vitals_new(struct app *a);
void vitals_free(struct vitals **v);

/* vitals_work.c: jobs and effects that wait. Only the first VITALS_REPOSITORIES that ever had to have series of their
 * own: a scraper keeps every one that it has seen. */
enum { VITALS_REPOSITORIES = 200 };
struct vitals_work;
struct vitals_work *vitals_work_new(void);
void vitals_work_free(struct vitals_work **w);
/* As of engine_each_waiting and engine_each_effect; ctx is the struct vitals_work. */
void vitals_work_job(void *ctx, const char *repo_id, enum priority priority, msec_t since);
void vitals_work_effect(void *ctx, const struct effect *x);
/* All that was told since the gauges were set last: how much waits, and for how long (ms) the oldest has. */
struct vitals_totals {
    int64_t jobs, effects;
    msec_t jobs_waited, effects_waited;
};
void vitals_work_totals(const struct vitals_work *w, msec_t now, struct vitals_totals *ret);
/* Sets the gauges to what was told since the last time; now is wall clock. */
void vitals_work_show(struct vitals_work *w, msec_t now);
