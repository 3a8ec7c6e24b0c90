/* SPDX-License-Identifier: Apache-2.0 */
#include "server/loop_lag.h"
#include "metrics/metrics.h"

static const msec_t EVERY_MS = 1000;

struct loop_lag {
    struct timer *timer;
    const char *name;
    msec_t due; /* monotonic */
};

static void again(struct loop_lag *g)
{
    g->due = clk_mono_ms() + EVERY_MS;
    timer_start(g->timer, EVERY_MS);
}

static void on_timer(void *ctx)
{
    struct loop_lag *g = ctx;
    msec_t late = clk_mono_ms() - g->due;
    metric_observe_ms(M_LOOP_LAG, (const char *const[]){g->name}, late > 0 ? late : 0);
    again(g);
}

struct loop_lag *loop_lag_new(struct loop *l, const char *name)
{
    struct loop_lag *g = mem_new(sizeof *g);
    g->name = name;
    g->timer = timer_new(l, on_timer, g);
    again(g);
    return g;
}

void loop_lag_free(struct loop_lag **gp)
{
    struct loop_lag *g = STEAL(*gp);
    if (!g)
        return;
    timer_free(&g->timer);
    mem_free(g);
}
