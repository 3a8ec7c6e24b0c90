/* SPDX-License-Identifier: Apache-2.0 */
#include "core/retry.h"

enum { HOUR_MS = 3600000, LEAST = 3, WEIGHT = 250 };

/* Hundredths of passes among WEIGHT hundredths of tries. Where the cause is the machine, the network or the load, most
 * next tries pass; a compiler says the same again. */
static const int passes[FAILURE_CLASS_N] = {
    [FAILURE_NETWORK] = 200,   [FAILURE_RATE_LIMIT] = 200, [FAILURE_RESOURCE] = 125, [FAILURE_LOST] = 200,
    [FAILURE_CONFLICT] = 100,  [FAILURE_TEST] = 75,        [FAILURE_BUILD] = 25,     [FAILURE_CONFIG] = 10,
    [FAILURE_PERMISSION] = 10, [FAILURE_TIMEOUT] = 75,     [FAILURE_UNKNOWN] = 75,
};

int retry_chance(enum failure_class c, const struct failure_stat *history)
{
    int64_t passed = history ? history->passed : 0, failed = history ? history->failed : 0;
    return (int)((passes[c] + passed * 100) * 100 / (WEIGHT + (passed + failed) * 100));
}

static void move(struct retry_budget *b, msec_t now)
{
    int64_t hours = now / HOUR_MS - b->hour;
    if (hours != 0) { /* half of the hour before counts, or the first failures of an hour would find nothing */
        int halves = hours > 0 && hours < 32 ? (int)hours : 32;
        b->first >>= halves;
        b->retried >>= halves;
    }
    b->hour += hours;
}

bool retry_budget_take(struct retry_budget *b, msec_t now)
{
    move(b, now);
    if (b->retried >= LEAST && b->retried >= b->first / RETRY_SHARE)
        return false;
    b->retried++;
    return true;
}

void retry_budget_first(struct retry_budget *b, msec_t now)
{
    move(b, now);
    b->first++;
}
