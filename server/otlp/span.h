/* SPDX-License-Identifier: Apache-2.0 */
/* One span as OTLP has it in JSON: the proto3 mapping with hexadecimal ids, integers of 64 bits as texts, and enums as
 * numbers. Names of attributes are those of the semantic conventions (cicd.*, vcs.*, http.*, error.type) where there
 * are such, else fettle.*. Pure. Source: opentelemetry-proto 1.7 trace/v1/trace.proto; "OTLP/HTTP, JSON Protobuf
 * Encoding" of the OTLP specification; semantic conventions 1.36, "CICD". */
#pragma once
#include "base/clk.h"
#include "core/trace.h"
#include "fmt/json.h"

enum span_kind { SPAN_INTERNAL = 1, SPAN_SERVER = 2, SPAN_CLIENT = 3 };

struct span {
    struct trace trace;                      /* its `span` is not looked at */
    char id[TRACE_SPAN], parent[TRACE_SPAN]; /* parent "" = none */
    bool far;                                /* the parent is of another system */
    char link[TRACE_SPAN];                   /* of the same trace, which it follows; "" = none */
    const char *name;
    enum span_kind kind;
    msec_t start, end; /* wall clock */
};

/* A span is opened, gets attributes, and is closed. NULL and absent texts are left out. */
void span_open(struct jout *j, const struct span *s);
void span_str(struct jout *j, const char *key, const char *value);
void span_sv(struct jout *j, const char *key, struct sv value);
void span_int(struct jout *j, const char *key, int64_t value);
/* error: what went wrong ("" = it is not said what); NULL = nothing did. */
void span_close(struct jout *j, const struct span *s, const char *error);

void span_id(int64_t id, char ret[TRACE_SPAN]); /* of a row of ours; 0 gives "" */
/* Of so many percent of all traces, by the random part of the id; of a caller's trace what the caller decided. */
bool span_is_sampled(const struct trace *t, int percent);

/* A request, but for the spans: between the two stand spans with commas between them. */
void spans_open(struct buf *out, const char *service);
void spans_close(struct buf *out);
