/* SPDX-License-Identifier: Apache-2.0 */
/* Prometheus text format 0.0.4, and OpenMetrics 1.0.0 where a scraper asks for it. */
#include "metrics/registry.h"
#include <inttypes.h>
#include <stdio.h>
#include <stdatomic.h>

static void write_escaped(struct buf *out, const char *z)
{
    for (; *z; z++) {
        if (*z == '\n')
            buf_str(out, "\\n");
        else if (*z == '\\' || *z == '"')
            buf_chr(out, '\\'), buf_chr(out, *z);
        else
            buf_chr(out, *z);
    }
}

/* name{labels,le="…"} and a blank; le may be NULL. */
static void write_name(struct buf *out, enum metric m, const char *suffix, const struct metric_series *s,
                       const char *le)
{
    struct sv names = sv_of(metric_rows[m].labels), name;
    char before = '{';
    buf_str(out, metric_rows[m].name);
    buf_str(out, suffix);
    for (size_t i = 0; names.n && sv_next(&names, ',', &name); i++) {
        buf_chr(out, before);
        buf_sv(out, name);
        buf_str(out, "=\"");
        write_escaped(out, s->labels[i]);
        buf_chr(out, '"');
        before = ',';
    }
    if (le) {
        buf_fmt(out, "%cle=\"%s\"", before, le);
        before = ',';
    }
    buf_str(out, before == ',' ? "} " : " ");
}

static const char *seconds(int64_t ms, char ret[32])
{
    snprintf(ret, 32, "%s%" PRId64 ".%03d", ms < 0 ? "-" : "", imaxabs(ms) / 1000, (int)(imaxabs(ms) % 1000));
    char *end = ret + strlen(ret);
    while (end[-1] == '0')
        *--end = 0;
    if (end[-1] == '.')
        *--end = 0;
    return ret;
}

static void write_histogram(struct buf *out, enum metric m, const struct metric_series *s)
{
    char text[32];
    int64_t n = 0;
    for (size_t i = 0; i <= METRIC_BUCKETS; i++) {
        n += atomic_load_explicit(&s->hist->buckets[i], memory_order_relaxed);
        write_name(out, m, "_bucket", s, i < METRIC_BUCKETS ? seconds(metric_bounds_ms[i], text) : "+Inf");
        buf_fmt(out, "%" PRId64 "\n", n);
    }
    write_name(out, m, "_sum", s, NULL);
    buf_fmt(out, "%s\n", seconds(atomic_load_explicit(&s->hist->sum_ms, memory_order_relaxed), text));
    /* The same as the last bucket by construction, not a second counter that could differ. */
    write_name(out, m, "_count", s, NULL);
    buf_fmt(out, "%" PRId64 "\n", n);
}

static void write_value(struct buf *out, enum metric_kind kind, int64_t value)
{
    char text[32];
    if (kind == SECONDS || kind == SECONDS_TOTAL)
        buf_fmt(out, "%s\n", seconds(value, text));
    else
        buf_fmt(out, "%" PRId64 "\n", value);
}

static void write_row(struct buf *out, enum metric m, enum metric_format format)
{
    static const char *const kinds[] = {[COUNTER] = "counter", [TOTAL] = "counter", [SECONDS_TOTAL] = "counter",
                                        [GAUGE] = "gauge",     [SECONDS] = "gauge", [HISTOGRAM] = "histogram"};
    const struct metric_row *row = &metric_rows[m];
    if (!*row->labels)
        (void)metric_value(m, NULL); /* a row without labels is shown from the start */
    struct metric_series *s = metric_first(m);
    if (!s)
        return;
    struct sv family = sv_of(row->name);
    if (format == METRIC_OPENMETRICS && sv_ends(family, SV("_total")))
        family.n -= SV("_total").n;
    buf_fmt(out, "# HELP %.*s %s\n# TYPE %.*s %s\n", (int)family.n, family.p, row->help, (int)family.n, family.p,
            kinds[row->kind]);
    for (; s; s = atomic_load_explicit(&s->next, memory_order_acquire)) {
        if (s->hist) {
            write_histogram(out, m, s);
            continue;
        }
        write_name(out, m, "", s, NULL);
        write_value(out, row->kind, atomic_load_explicit(&s->value, memory_order_relaxed));
    }
}

void metric_write(struct buf *out, enum metric_format format)
{
    for (int m = 0; m < METRIC_N; m++)
        write_row(out, (enum metric)m, format);
    if (format == METRIC_OPENMETRICS)
        buf_str(out, "# EOF\n");
}
