/* SPDX-License-Identifier: Apache-2.0 */
#include "server/loop_lag.h"
#include "metrics/metrics.h"

struct loop_lag {
    struct timer *timer;
    const char *name;
    struct pulse *pulse;
    msec_t due; /* monotonic */
};

static void again(struct loop_lag *g)
{
    g->due = clk_mono_ms() + PULSE_MS;
    timer_start(g->timer, PULSE_MS);
}

static void on_timer(void *ctx)
{
    struct loop_lag *g = ctx;
    msec_t now = clk_mono_ms(), late = now - g->due;
    pulse_beat(g->pulse, late > 0 ? late : 0, now);
    metric_observe_ms(M_LOOP_LAG, (const char *const[]){g->name}, late > 0 ? late : 0);
    again(g);
}

struct loop_lag *loop_lag_new(struct loop *l, const char *name, struct pulse *p)
{
    struct loop_lag *g = mem_new(sizeof *g);
    g->name = name;
    g->pulse = p;
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
