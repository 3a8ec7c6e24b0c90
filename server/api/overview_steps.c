/* SPDX-License-Identifier: Apache-2.0 */
#include "server/api/overview.h"
#include <stdio.h>

enum { MINUTES = 60, HOUR = 3600, DAY = 24 * HOUR };

static const struct overview_range ranges[] = {
    {"1h", HOUR, MINUTES, HISTORY_MINUTE},
    {"6h", 6 * HOUR, 5 * MINUTES, HISTORY_MINUTE},
    {"24h", DAY, 15 * MINUTES, HISTORY_QUARTER},
    {"7d", 7 * (int64_t)DAY, HOUR, HISTORY_QUARTER},
    {"30d", 30 * (int64_t)DAY, 4 * HOUR, HISTORY_QUARTER},
};

const struct overview_range *overview_range_find(struct sv name)
{
    for (size_t i = 0; i < ARRAY_LEN(ranges); i++)
        if (sv_is(name.p ? name : SV("24h"), ranges[i].name))
            return &ranges[i];
    return NULL;
}

void overview_begin(struct overview *o, const struct overview_range *range, int64_t now)
{
    *o = (struct overview){.range = range, .now = now};
    o->to = now - now % range->step_s + range->step_s;
    o->from = o->to - range->span_s;
    o->n = (size_t)(range->span_s / range->step_s);
    o->steps = mem_new(o->n * sizeof *o->steps);
}

void overview_free(struct overview *o)
{
    mem_free(o->steps);
    *o = (struct overview){0};
}

static void add_figures(struct history_figures *to, const struct history_figures *f)
{
    to->looks += f->looks;
    to->deliveries += f->deliveries;
    to->refused += f->refused;
    for (int k = 0; k < HISTORY_FIGURE_N; k++) {
        to->sum[k] += f->sum[k];
        to->most[k] = f->most[k] > to->most[k] ? f->most[k] : to->most[k];
    }
}

void overview_add(struct overview *o, const struct history_row *row)
{
    if (row->at < o->from || row->at >= o->to)
        return;
    struct overview_step *s = &o->steps[(row->at - o->from) / o->range->step_s];
    if (!o->first)
        o->first = row->at;
    s->known = true;
    s->success += row->success;
    s->failure += row->failure;
    s->cancelled += row->cancelled;
    o->recovered += row->recovered;
    spread_unpack(&s->took, row->took);
    spread_unpack(&o->took, row->took);
    spread_unpack(&o->waited, row->waited);
    add_figures(&s->figures, &row->figures);
}

void overview_now(struct overview *o, const struct history_figures *f)
{
    struct overview_step *s = &o->steps[o->n - 1];
    s->known = true;
    if (!s->figures.looks) {
        add_figures(&s->figures, f);
        return;
    }
    s->figures.deliveries += f->deliveries;
    s->figures.refused += f->refused;
}

/* ---- as JSON ---- */

/* With at most three places; den 0 = null. */
static void put_ratio(struct jout *j, int64_t num, int64_t den)
{
    char text[48];
    if (!den) {
        jout_null(j);
        return;
    }
    int n = snprintf(text, sizeof text, "%.3f", (double)num / (double)den);
    jout_raw(j, sv_n(text, (size_t)n));
}

static void put_or_null(struct jout *j, int64_t v)
{
    if (v < 0)
        jout_null(j);
    else
        jout_int(j, v);
}

static void put_quantile(struct jout *j, const char *key, const struct spread *s, double part)
{
    jout_key(j, key);
    put_or_null(j, spread_quantile(s, part));
}

void overview_span_put(const struct overview *o, struct jout *j)
{
    struct overview_step all = {0};
    for (size_t i = 0; i < o->n; i++) {
        all.success += o->steps[i].success;
        all.failure += o->steps[i].failure;
        all.cancelled += o->steps[i].cancelled;
        add_figures(&all.figures, &o->steps[i].figures);
    }
    int64_t runs = all.success + all.failure + all.cancelled;
    int64_t known = o->first ? o->now - o->first : 0;
    jout_key(j, "span");
    jout_open(j, '{');
    jout_kint(j, "runs", runs);
    jout_key(j, "success_rate");
    put_ratio(j, all.success, all.success + all.failure);
    put_quantile(j, "p50_ms", &o->took, 0.5);
    put_quantile(j, "p95_ms", &o->took, 0.95);
    put_quantile(j, "wait_p95_ms", &o->waited, 0.95);
    jout_key(j, "throughput_per_hour");
    put_ratio(j, runs * HOUR, known > HOUR ? known : HOUR);
    jout_kint(j, "deliveries", all.figures.deliveries);
    jout_kint(j, "refused", all.figures.refused);
    jout_kint(j, "recovered", o->recovered);
    jout_close(j, '}');
}

typedef void step_fn(const struct overview_step *s, struct jout *j);

static void put_success(const struct overview_step *s, struct jout *j)
{
    put_or_null(j, s->known ? s->success : -1);
}

static void put_failure(const struct overview_step *s, struct jout *j)
{
    put_or_null(j, s->known ? s->failure : -1);
}

static void put_cancelled(const struct overview_step *s, struct jout *j)
{
    put_or_null(j, s->known ? s->cancelled : -1);
}

static void put_p95(const struct overview_step *s, struct jout *j)
{
    put_or_null(j, s->known ? spread_quantile(&s->took, 0.95) : -1);
}

static void put_queue(const struct overview_step *s, struct jout *j)
{
    put_ratio(j, s->figures.sum[HISTORY_QUEUE], s->figures.looks);
}

static void put_queue_most(const struct overview_step *s, struct jout *j)
{
    put_or_null(j, s->figures.looks ? s->figures.most[HISTORY_QUEUE] : -1);
}

static void put_wait(const struct overview_step *s, struct jout *j)
{
    put_or_null(j, s->figures.looks ? s->figures.most[HISTORY_WAIT] : -1);
}

static void put_busy(const struct overview_step *s, struct jout *j)
{
    put_ratio(j, s->figures.sum[HISTORY_BUSY], s->figures.looks);
}

static void put_effects(const struct overview_step *s, struct jout *j)
{
    put_ratio(j, s->figures.sum[HISTORY_EFFECTS], s->figures.looks);
}

void overview_series_put(const struct overview *o, struct jout *j)
{
    static const struct {
        const char *key;
        step_fn *put;
    } columns[] = {{"success", put_success},    {"failure", put_failure}, {"cancelled", put_cancelled},
                   {"p95_ms", put_p95},         {"queue", put_queue},     {"queue_most", put_queue_most},
                   {"oldest_wait_s", put_wait}, {"busy", put_busy},       {"effects", put_effects}};
    jout_key(j, "series");
    jout_open(j, '{');
    jout_kint(j, "step_s", o->range->step_s);
    jout_key(j, "at");
    jout_open(j, '[');
    for (size_t i = 0; i < o->n; i++)
        jout_int(j, o->from + (int64_t)i * o->range->step_s);
    jout_close(j, ']');
    for (size_t k = 0; k < ARRAY_LEN(columns); k++) {
        jout_key(j, columns[k].key);
        jout_open(j, '[');
        for (size_t i = 0; i < o->n; i++)
            columns[k].put(&o->steps[i], j);
        jout_close(j, ']');
    }
    jout_close(j, '}');
}
