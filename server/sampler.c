/* SPDX-License-Identifier: Apache-2.0 */
#include "server/sampler.h"
#include <stdatomic.h>
#include "engine/engine.h"
#include "metrics/metrics.h"
#include "port/store.h"
#include "server/host.h"

struct sampler {
    struct app *app;
    struct mailbox *stored;
    struct watch *watch;
    struct history_sample held;          /* of the newest minute; looks 0 = none */
    _Atomic int64_t deliveries, refused; /* of the counters, up to the newest sample */
};

static void on_stored(void *ctx, struct letter *x)
{
    struct change_set *cs = CONTAINER_OF(x, struct change_set, letter);
    (void)ctx;
    if (cs->failed)
        log_error("the history was not written", LS("cause", cs->err.msg));
    change_set_free(&cs);
}

struct sampler *sampler_new(struct app *a)
{
    struct sampler *s = mem_new(sizeof *s);
    s->app = a;
    s->stored = mailbox_new();
    s->watch = watch_mailbox(a->loop, s->stored, on_stored, s);
    return s;
}

void sampler_free(struct sampler **sp)
{
    struct sampler *s = STEAL(*sp);
    struct list left;
    if (!s)
        return;
    mailbox_take(s->stored, &left);
    for (struct list *x; (x = list_shift(&left));)
        on_stored(s, CONTAINER_OF(x, struct letter, node));
    watch_free(&s->watch);
    mailbox_free(&s->stored);
    mem_free(s);
}

/* What was counted since the sample before. */
static int64_t since(_Atomic int64_t *known, int64_t now)
{
    return now - atomic_exchange(known, now);
}

void sampler_untold(const struct sampler *s, int64_t *ret_deliveries, int64_t *ret_refused)
{
    *ret_deliveries = metric_total(M_DELIVERIES, "accepted") - s->deliveries;
    *ret_refused = metric_total(M_REFUSED, NULL) - s->refused;
}

void sampler_end(struct sampler *s)
{
    if (!s->held.figures.looks)
        return;
    struct change_set *cs = change_set_new();
    s->held.figures.deliveries = since(&s->deliveries, metric_total(M_DELIVERIES, "accepted"));
    s->held.figures.refused = since(&s->refused, metric_total(M_REFUSED, NULL));
    change_add(cs, CHANGE_SAMPLE)->sample = s->held;
    cs->reply = s->stored;
    store_commit(s->app->store, cs);
    s->held = (struct history_sample){0};
}

void sampler_look(struct sampler *s, const struct vitals_totals *waiting)
{
    struct engine_stats now;
    struct history_figures *f = &s->held.figures;
    msec_t at = host_now(s->app->host);
    engine_stats(host_engine(s->app->host), &now);
    if (at / 1000 / HISTORY_MINUTE != s->held.at / 1000 / HISTORY_MINUTE)
        sampler_end(s);
    if (!f->looks++)
        s->held.at = at;
    const int64_t seen[HISTORY_FIGURE_N] = {
        [HISTORY_QUEUE] = waiting->jobs,
        [HISTORY_WAIT] = waiting->jobs_waited / 1000,
        [HISTORY_BUSY] = now.slots_busy,
        [HISTORY_EFFECTS] = waiting->effects,
        [HISTORY_TELLING] = waiting->effects_waited / 1000,
        [HISTORY_RUNS] = now.runs,
    };
    for (int k = 0; k < HISTORY_FIGURE_N; k++) {
        f->sum[k] += seen[k];
        f->most[k] = seen[k] > f->most[k] ? seen[k] : f->most[k];
    }
}
