/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include "port/dispatch_talk.h"

static bool is_own(struct sv key)
{
    return sv_is(key, DISPATCH_TOKEN) || sv_is(key, DISPATCH_HOPS);
}

static void put_text(struct jout *j, struct sv key, const struct jval *v)
{
    AUTO(buf_free) struct buf json = {0};
    jout_keyv(j, key);
    if (jval_kind(v) != J_STRING)
        jout_val(&(struct jout){.buf = &json}, v);
    jout_str(j, jval_kind(v) == J_STRING ? jval_str(v) : buf_view(&json));
}

/* Writes them unless j is NULL; their number. */
static size_t each(const struct effect *x, struct jout *j)
{
    AUTO(jdoc_free) struct jdoc *doc = NULL;
    struct err ignored = {0};
    struct sv key;
    const struct jval *v;
    size_t n = 0;
    if (!x->dispatch.inputs || jdoc_parse(sv_of(x->dispatch.inputs), NULL, &doc, &ignored) < 0)
        return 0;
    for (size_t at = 0; jval_each(jdoc_root(doc), &at, &key, &v);) {
        if (is_own(key))
            continue;
        n++;
        if (j)
            put_text(j, key, v);
    }
    return n;
}

void dispatch_put(const struct effect *x, enum dispatch_own own, struct jout *j)
{
    char hops[24];
    each(x, j);
    if (own == DISPATCH_OWN_LEFT_OUT)
        return;
    snprintf(hops, sizeof hops, "%lld", (long long)x->dispatch.hops);
    jout_kstrz(j, DISPATCH_TOKEN, x->dispatch.token);
    jout_kstrz(j, DISPATCH_HOPS, hops);
}

size_t dispatch_size(const struct effect *x, enum dispatch_own own)
{
    return each(x, NULL) + (own == DISPATCH_OWN_LEFT_OUT ? 0 : 2);
}
