/* SPDX-License-Identifier: Apache-2.0 */
/* What can only be looked at, for the history (port/history.h): each look adds to the minute it falls in, and a minute
 * that is over goes to the store. Engine thread. */
#pragma once
#include "server/vitals.h"

struct sampler;
struct sampler *sampler_new(struct app *a);
void sampler_look(struct sampler *s, const struct vitals_totals *waiting);
/* What was counted since the newest sample. Any thread. */
void sampler_untold(const struct sampler *s, int64_t *ret_deliveries, int64_t *ret_refused);
void sampler_end(struct sampler *s);   /* the minute that is not over goes too; no looks behind it */
void sampler_free(struct sampler **s); /* the store is closed: all of it has come back */
