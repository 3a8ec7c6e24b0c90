/* SPDX-License-Identifier: Apache-2.0 */
/* Where traces come from: out of a request, or anew. Any thread. */
#pragma once
#include "core/trace.h"
#include "http/server.h"
#include "port/store.h"

/* That of the one header traceparent of the request if it is a good one, else a new one; as rows keep it. */
void trace_of_request(const struct http_head *h, char ret[TRACE_KEPT]);
void trace_new(char ret[TRACE_KEPT]);
/* The delivery has a trace then: `kept`, or with NULL or "" a new one. */
void trace_give(struct delivery_put *p, const char *kept);
/* "traceresponse: …\r\n", for the headers of an answer about this id of ours; "" where there is no trace. */
enum { TRACE_HEADER = 80 };
const char *trace_header(const char *kept, int64_t id, char ret[TRACE_HEADER]);
