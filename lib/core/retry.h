/* SPDX-License-Identifier: Apache-2.0 */
/* Whether trying again is worth it, and whether it may be paid for. Pure. */
#pragma once
#include "core/recovery.h"

/* Percent: how likely the next try passes. A class has a chance of its own, the weight of two and a half tries; what
 * was seen of the same failure moves it (the mean of a Beta distribution). history NULL = not seen yet. */
int retry_chance(enum failure_class c, const struct failure_stat *history);
enum { RETRY_LEAST_CHANCE = 20 /* percent */ };

/* Retries are at most a tenth of the first attempts of a repository in an hour, and three in any case (Google SRE book,
 * "Handling Overload": retry budgets). Both move to the hour of `now` first, and half of what was counted with them. */
bool retry_budget_take(struct retry_budget *b, msec_t now); /* false: there is none left */
void retry_budget_first(struct retry_budget *b, msec_t now);
enum { RETRY_SHARE = 10 }; /* so many first attempts are worth a retry */
