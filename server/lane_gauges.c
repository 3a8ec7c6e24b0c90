/* SPDX-License-Identifier: Apache-2.0 */
/* What the engine knows of the calls to forges, as metrics. */
#include "engine/engine_lanes.h"
#include "metrics/metrics.h"
#include "server/host.h"

static void set1(enum metric m, const char *forge, int64_t value)
{
    metric_set(m, (const char *const[]){forge}, value);
}

int64_t lane_gauges_look(const struct engine *e, msec_t now)
{
    struct engine_lane l;
    int64_t spaced = 0;
    for (size_t i = 0; engine_lane(e, i, now, &l); i++) {
        set1(M_API_WAITING, l.forge, l.waiting);
        set1(M_API_IN_FLIGHT, l.forge, l.flying);
        set1(M_API_REST, l.forge, (l.rest + 999) / 1000);
        set1(M_API_BREAKER, l.forge, l.breaker == BREAKER_OPEN ? 2 : l.breaker == BREAKER_PROBING);
        for (int k = 0; k < BUDGET_BUCKET_N; k++)
            if (l.left[k] >= 0)
                metric_set(M_API_BUDGET, (const char *const[]){l.forge, budget_bucket_name[k]}, l.left[k]);
        spaced += l.spaced;
    }
    return spaced;
}

void lane_gauges(const struct engine *e, msec_t now, struct lanes_seen *seen)
{
    if (seen->no == engine_lanes_no(e))
        return;
    seen->no = engine_lanes_no(e);
    int64_t spaced = lane_gauges_look(e, now);
    if (spaced > seen->spaced)
        metric_add(M_API_SPACED, NULL, spaced - seen->spaced);
    seen->spaced = spaced;
}
