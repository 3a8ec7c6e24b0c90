/* SPDX-License-Identifier: Apache-2.0 */
#include "server/payload.h"
#include "engine/gather.h"
#include "server/explain/explain.h"

void explained_free(struct explained *x)
{
    for (size_t i = 0; i < x->docs.n; i++)
        jdoc_free(&x->docs.at[i]);
    VEC_FREE(&x->docs);
    VEC_FREE(&x->then);
    gather_free(&x->gathered);
    arena_free(&x->arena);
    *x = (struct explained){0};
}

int explain_decode(struct explained *x, const struct forge_ops *ops, const struct delivery *d, struct sv body)
{
    AUTO(buf_free) struct buf form = {0};
    struct err e = {0};
    struct sv payload;
    struct hook_event *ev = arena_new(&x->arena, sizeof *ev);
    ev->forge = arena_strdup(&x->arena, d->forge);
    ev->delivery = arena_strdup(&x->arena, d->guid);
    int rc = payload_of(d, body, &form, &payload, &e);
    if (rc == 0)
        rc = ops->decode(d, payload, &x->arena, ev, &e);
    x->payload = arena_sv(&x->arena, payload);
    if (rc == 0)
        x->event = ev;
    else
        x->reason = arena_strdup(&x->arena, e.msg);
    return rc;
}
