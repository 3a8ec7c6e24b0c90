/* SPDX-License-Identifier: Apache-2.0 */
/* Traces: what happened because of one thing has one id, here and in the systems around. Whatever has an id of ours has
 * it as its span as well. Source: W3C Trace Context, https://www.w3.org/TR/trace-context/ (level 1, and the flag
 * "random" and the header traceresponse of level 2). `tracestate` is not taken on: nobody here would say anything in
 * it, and a vendor may drop it. Pure. */
#pragma once
#include "base/str.h"

enum { TRACE_ID = 33, TRACE_SPAN = 17, TRACE_PARENT = 56, TRACE_KEPT = 53, TRACE_RANDOM = 16 }; /* with a zero behind */
enum { TRACE_SAMPLED = 1, TRACE_IS_RANDOM = 2 };

struct trace {
    char id[TRACE_ID];     /* hex digits in lower case, not all zero */
    char span[TRACE_SPAN]; /* of who caused it; "" = nobody told of him */
    uint8_t flags;         /* TRACE_SAMPLED, TRACE_IS_RANDOM */
};

/* The value of a header `traceparent`. False, and *ret untouched: it is not as the standard wants it, and not there. */
bool trace_parse(struct sv traceparent, struct trace *ret);
/* A trace that begins here. random: TRACE_RANDOM bytes. */
void trace_begin(const uint8_t *random, struct trace *ret);
/* A value of `traceparent` or `traceresponse` that names the span of this id of ours. */
void trace_parent(const struct trace *t, int64_t id, char ret[TRACE_PARENT]);

/* As rows have it: "ID-FLAGS", or "ID-FLAGS-SPAN" where somebody caused it. */
void trace_keep(const struct trace *t, char ret[TRACE_KEPT]);
bool trace_recall(const char *kept, struct trace *ret); /* false: NULL, or damaged */
/* The id in it, for people; SV_NONE when there is none. */
struct sv trace_id(const char *kept);
/* The same trace, caused by the span of that id. False: there is none. */
bool trace_child(const char *kept, int64_t id, char ret[TRACE_KEPT]);
