/* SPDX-License-Identifier: Apache-2.0 */
/* Between the files of lang/cron: a compiled schedule and the calendar under it. Pure. */
#pragma once
#include "lang/cron.h"

enum cron_unit { CRON_MINUTE, CRON_HOUR, CRON_DAY, CRON_MONTH, CRON_WEEKDAY, CRON_UNITS };

struct cron_field {
    uint64_t set; /* bit n = the value n; Sunday is 0 */
    bool star;    /* begins with `*`: such a day or weekday restricts the other one instead of adding to it */
};
struct cron {
    struct cron_field at[CRON_UNITS];
};

struct cron_bounds {
    const char *name;
    int low, high;
    const char *const *names; /* of the values from low on; NULL = none */
};
extern const struct cron_bounds cron_bounds[CRON_UNITS];

/* Days are counted from 1970-01-01, in the Gregorian calendar without end. */
struct cron_date {
    int64_t year;
    int month, day, weekday; /* 1-12, 1-31, 0-6 from Sunday */
};
struct cron_date cron_date_of(int64_t day);
int64_t cron_day_of(int64_t year, int month, int day);
int cron_days_in(int64_t year, int month);
bool cron_wants_day(const struct cron *c, int64_t day);
static inline bool cron_has(const struct cron *c, enum cron_unit u, int value)
{
    return c->at[u].set >> value & 1;
}

/* A time with one offset: from <= t < to (seconds UTC), local = t + offset. */
struct cron_span {
    int64_t from, to;
    int32_t offset;
};
struct cron_span cron_span_at(const struct cron_zone *z, int64_t t);
/* Reads a TZif file's bytes (RFC 8536). -1 ERR_INVALID. */
MUST_USE int cron_zone_read(struct sv file, struct arena *a, const struct cron_zone **ret, struct err *e);
