/* SPDX-License-Identifier: Apache-2.0 */
/* Spans to a collector, as OTLP over HTTP in JSON: gathered, sent many at once by one request at a time, and kept while
 * it is away, up to OTLP_SPANS; what comes then is counted and forgotten. Nobody waits for it. Engine thread.
 * Source: OTLP specification 1.7, "OTLP/HTTP": 429, 502, 503 and 504 are tried again, with Retry-After if it is there;
 * another refusal is final; a partial success names what was not taken. */
#pragma once
#include "core/trace.h"
#include "http/client.h"
#include "port/change.h"

struct app;
struct otlp;

enum {
    OTLP_SPANS = 4096,  /* that wait */
    OTLP_BATCH = 256,   /* that go in one request */
    OTLP_WAIT_MS = 500, /* for others */
    OTLP_END_MS = 2000  /* for the last ones, when the server ends */
};

struct otlp *otlp_new(struct app *a);
void otlp_free(struct otlp **o);
bool otlp_wants(const struct otlp *o,
                const struct trace *t);          /* o NULL: false. It is switched on, and that is sampled */
void otlp_add(struct otlp *o, struct buf *span); /* JSON of one; taken */
uint64_t otlp_random(struct otlp *o);            /* the id of a span that has no row; not 0 */
/* Sends what there is; true: all of it has gone, or OTLP_END_MS are over, and what is left was counted and forgotten.
 */
bool otlp_end(struct otlp *o);

/* Pure: what follows of an answer; status 0 = none came. */
enum otlp_next { OTLP_TAKEN, OTLP_AGAIN, OTLP_REFUSED };
enum otlp_next otlp_judge(int status);
/* Of the body of a 2xx; 0 = all were taken. */
int64_t otlp_rejected(struct sv body);

/* spans.c: of rows that are done, and of calls to forges */
void otlp_saw(struct app *a, const struct change_set *cs);
struct otlp_call {
    const char *trace; /* as of trace_keep; "" = it belongs to nothing */
    int64_t parent;    /* the run or delivery */
    const char *forge, *method, *url, *problem;
    int status; /* 0 = no answer */
    msec_t start;
};
void otlp_called(struct app *a, const struct otlp_call *c);
