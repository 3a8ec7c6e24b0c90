/* SPDX-License-Identifier: Apache-2.0 */
/* Schedules: five fields (minute hour day month weekday) with * , - / names and GitHub's and cron's rule that day and
 * weekday are alternatives when both are restricted (POSIX crontab; as everywhere, a field that begins with `*`, like
 * a step through the month, restricts the other one instead). 20/15 is "from 20 on", 7 is Sunday too; a step is not
 * longer than its field. Times of a zone of the tz database; a local time that a clock change skips runs at the first
 * moment after it, one that comes twice runs once. Pure but for cron_zone, which reads the zone's file once. */
#pragma once
#include "base/arena.h"
#include "base/clk.h"
#include "base/err.h"

struct cron;
struct cron_zone;

/* -1 ERR_INVALID with e->code = the byte in text. Never-matching dates (30 February) are errors. */
MUST_USE int cron_compile(struct sv text, struct arena *a, const struct cron **ret, struct err *e);
/* "Europe/Berlin", "UTC" or NULL (= UTC; these two need no file). -1 ERR_MISSING: there is no such zone. */
MUST_USE int cron_zone(const char *name, struct arena *a, const struct cron_zone **ret, struct err *e);
/* The first time after `after` (wall clock, ms). INT64_MAX: none within eight years, or not in the years 1 to 9999. */
msec_t cron_next(const struct cron *c, const struct cron_zone *z, msec_t after);
/* The shortest distance between two times of it, in minutes (GitHub refuses below 5; we warn). */
int cron_shortest_gap(const struct cron *c);
void cron_write(const struct cron *c, struct buf *out); /* canonical; parsing it again gives the same */
/* "every day at 04:05", for people. */
void cron_describe(const struct cron *c, struct buf *out);
