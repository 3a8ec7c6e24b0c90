/* SPDX-License-Identifier: Apache-2.0 */
#include "server/otlp/span.h"
#include <stdio.h>
#include <stdlib.h>

enum { STATUS_ERROR = 2, RANDOM_DIGITS = 14 };
enum { FLAG_KNOWS_WHERE = 0x100, FLAG_IS_REMOTE = 0x200 }; /* SpanFlags: of the parent */

void span_id(int64_t id, char ret[TRACE_SPAN])
{
    ret[0] = 0;
    if (id)
        snprintf(ret, TRACE_SPAN, "%016llx", (unsigned long long)id);
}

static void put_nano(struct jout *j, const char *key, msec_t ms)
{
    char text[32];
    snprintf(text, sizeof text, "%lld000000", (long long)(ms > 0 ? ms : 0));
    jout_kstrz(j, key, ms > 0 ? text : "0");
}

void span_open(struct jout *j, const struct span *s)
{
    jout_open(j, '{');
    jout_kstrz(j, "traceId", s->trace.id);
    jout_kstrz(j, "spanId", s->id);
    if (s->parent[0])
        jout_kstrz(j, "parentSpanId", s->parent);
    jout_kint(j, "flags", s->trace.flags | FLAG_KNOWS_WHERE | (s->far ? FLAG_IS_REMOTE : 0));
    jout_kstrz(j, "name", s->name);
    jout_kint(j, "kind", s->kind);
    put_nano(j, "startTimeUnixNano", s->start);
    put_nano(j, "endTimeUnixNano", s->end > s->start ? s->end : s->start);
    jout_key(j, "attributes");
    jout_open(j, '[');
}

void span_sv(struct jout *j, const char *key, struct sv value)
{
    if (!value.p)
        return;
    jout_open(j, '{');
    jout_kstrz(j, "key", key);
    jout_key(j, "value");
    jout_open(j, '{');
    jout_kstr(j, "stringValue", value);
    jout_close(j, '}');
    jout_close(j, '}');
}

void span_str(struct jout *j, const char *key, const char *value)
{
    span_sv(j, key, sv_of(value));
}

void span_int(struct jout *j, const char *key, int64_t value)
{
    char text[24];
    snprintf(text, sizeof text, "%lld", (long long)value);
    jout_open(j, '{');
    jout_kstrz(j, "key", key);
    jout_key(j, "value");
    jout_open(j, '{');
    jout_kstrz(j, "intValue", text);
    jout_close(j, '}');
    jout_close(j, '}');
}

void span_close(struct jout *j, const struct span *s, const char *error)
{
    jout_close(j, ']');
    if (s->link[0]) {
        jout_key(j, "links");
        jout_open(j, '[');
        jout_open(j, '{');
        jout_kstrz(j, "traceId", s->trace.id);
        jout_kstrz(j, "spanId", s->link);
        jout_close(j, '}');
        jout_close(j, ']');
    }
    jout_key(j, "status");
    jout_open(j, '{');
    if (error) {
        jout_kint(j, "code", STATUS_ERROR);
        if (error[0])
            jout_kstrz(j, "message", error);
    }
    jout_close(j, '}');
    jout_close(j, '}');
}

/* "TraceIdRatioBased": the last seven bytes are random where the flag says so, and are taken to be so elsewhere. */
bool span_is_sampled(const struct trace *t, int percent)
{
    if (!(t->flags & TRACE_SAMPLED))
        return false;
    if (t->span[0] || percent >= 100)
        return true;
    return strtoull(t->id + TRACE_ID - 1 - RANDOM_DIGITS, NULL, 16) < (1ULL << 56) / 100 * (unsigned)percent;
}

void spans_open(struct buf *out, const char *service)
{
    struct jout j = {.buf = out};
    jout_open(&j, '{');
    jout_key(&j, "resourceSpans");
    jout_open(&j, '[');
    jout_open(&j, '{');
    jout_key(&j, "resource");
    jout_open(&j, '{');
    jout_key(&j, "attributes");
    jout_open(&j, '[');
    span_str(&j, "service.name", service);
    span_str(&j, "service.version", FETTLE_VERSION);
    jout_close(&j, ']');
    jout_close(&j, '}');
    jout_key(&j, "scopeSpans");
    jout_open(&j, '[');
    jout_open(&j, '{');
    jout_key(&j, "scope");
    jout_open(&j, '{');
    jout_kstrz(&j, "name", "fettle");
    jout_kstrz(&j, "version", FETTLE_VERSION);
    jout_close(&j, '}');
    jout_key(&j, "spans");
    jout_open(&j, '[');
}

void spans_close(struct buf *out)
{
    buf_str(out, "]}]}]}");
}
