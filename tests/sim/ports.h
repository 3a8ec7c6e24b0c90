/* SPDX-License-Identifier: Apache-2.0 */
/* What the world answers the engine at once, and how what nobody carries out is given back. For world.c alone. */
#pragma once
#include <stdio.h>
#include "world.h"

static inline bool recall(void *ctx, const char *fingerprint, char ret_id[64], char ret_url[512])
{
    struct world *w = ctx;
    const char *id = map_get(&w->store.remotes, sv_of(fingerprint));
    if (!id)
        return false;
    snprintf(ret_id, 64, "%s", id);
    ret_url[0] = 0;
    return true;
}

static inline bool same(void *ctx, const uint8_t key[SAME_KEY], struct same_row *ret)
{
    struct world *w = ctx;
    const struct same_row *row = map_get(&w->store.same, sv_n((const char *)key, SAME_KEY));
    if (row)
        *ret = *row;
    return row != NULL;
}

static inline int64_t run_number(void *ctx, const char *name)
{
    struct world *w = ctx;
    const int64_t *n = map_get(&w->store.numbers, sv_of(name));
    return n ? *n : 0;
}

static inline void event_free(struct sim_event *ev)
{
    gather_free(&ev->gather);
    mem_free(ev->body);
    foresight_free(&ev->foresight);
    mem_free(ev);
}

static inline void drop(struct engine_action *x)
{
    if (x->kind == ACT_START || x->kind == ACT_ARCHIVE)
        engine_start_done(x);
    else if (x->kind == ACT_CALL)
        api_request_done(&x->call.request);
    else if (x->kind == ACT_ASK)
        api_request_done(&x->ask.request);
    else if (x->kind == ACT_LOOK)
        api_request_done(&x->look.request);
    else if (x->kind == ACT_GATHER)
        gather_free(&x->gather);
    else if (x->kind == ACT_LOOKAHEAD)
        foresight_free(&x->foresight);
}
