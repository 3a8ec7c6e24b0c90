/* SPDX-License-Identifier: Apache-2.0 */
#include "server/trace.h"
#include <stdio.h>
#include <sys/random.h>

void trace_new(char ret[TRACE_KEPT])
{
    uint8_t random[TRACE_RANDOM];
    struct trace t;
    MUST(getrandom(random, sizeof random, 0) == (ssize_t)sizeof random);
    trace_begin(random, &t);
    trace_keep(&t, ret);
}

/* Two of them are none: nobody knows which one is meant. */
void trace_of_request(const struct http_head *h, char ret[TRACE_KEPT])
{
    struct sv value = SV_NONE;
    struct trace t;
    size_t n = 0;
    for (size_t i = 0; i < h->n_fields; i++)
        if (sv_ieq(h->fields[i].name, SV("traceparent"))) {
            value = h->fields[i].value;
            n++;
        }
    if (n == 1 && trace_parse(value, &t))
        trace_keep(&t, ret);
    else
        trace_new(ret);
}

void trace_give(struct delivery_put *p, const char *kept)
{
    char fresh[TRACE_KEPT];
    struct trace t;
    if (!trace_recall(kept, &t)) {
        trace_new(fresh);
        kept = fresh;
    }
    p->d.trace = arena_strdup(&p->arena, kept);
}

const char *trace_header(const char *kept, int64_t id, char ret[TRACE_HEADER])
{
    struct trace t;
    char value[TRACE_PARENT];
    ret[0] = 0;
    if (!trace_recall(kept, &t))
        return ret;
    trace_parent(&t, id, value);
    snprintf(ret, TRACE_HEADER, "traceresponse: %s\r\n", value);
    return ret;
}
