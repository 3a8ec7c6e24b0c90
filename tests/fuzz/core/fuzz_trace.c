/* SPDX-License-Identifier: Apache-2.0 */
/* A traceparent from anywhere, and what a row may hold: what is taken is of its form, and says the same when it is
 * written and read again. */
#include <string.h>
#include "base/mem.h"
#include "core/trace.h"

static void again(const struct trace *t)
{
    char kept[TRACE_KEPT], value[TRACE_PARENT];
    struct trace back;
    MUST(strlen(t->id) == TRACE_ID - 1 && strspn(t->id, "0123456789abcdef") == TRACE_ID - 1);
    MUST(strspn(t->id, "0") < TRACE_ID - 1 && (!t->span[0] || strspn(t->span, "0") < TRACE_SPAN - 1));
    trace_keep(t, kept);
    MUST(trace_recall(kept, &back) && strcmp(back.id, t->id) == 0 && strcmp(back.span, t->span) == 0);
    MUST(back.flags == t->flags);
    trace_parent(t, 7, value);
    MUST(strlen(value) == TRACE_PARENT - 1 && trace_parse(sv_of(value), &back) && strcmp(back.id, t->id) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
    struct trace t;
    if (trace_parse(sv_n((const char *)p, n), &t))
        again(&t);
    char *z = mem_dup((const char *)p, n);
    z = mem_resize(z, n + 1, 1);
    z[n] = 0;
    if (trace_recall(z, &t))
        again(&t);
    mem_free(z);
    return 0;
}
