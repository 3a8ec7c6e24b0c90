/* SPDX-License-Identifier: Apache-2.0 */
/* What is read as a frame is written again as the same bytes, and read again as the same call; anything else is refused
 * with a reason. */
#include <stdint.h>
#include "hooks/wire.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool same_texts(const struct sv *x, const struct sv *y, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (!sv_eq(x[i], y[i]))
            return false;
    return true;
}

static bool same_call(const struct hook_call *x, const struct hook_call *y)
{
    bool same = sv_eq(x->hook, y->hook) && sv_eq(x->repository, y->repository) && sv_eq(x->id, y->id) &&
                sv_eq(x->actor, y->actor) && !x->remote.p == !y->remote.p && sv_eq(x->remote, y->remote) &&
                x->n_updates == y->n_updates && x->n_options == y->n_options && x->n_offers == y->n_offers &&
                x->wait_ms == y->wait_ms;
    for (size_t i = 0; same && i < x->n_updates; i++)
        same = sv_eq(x->updates[i].before, y->updates[i].before) && sv_eq(x->updates[i].after, y->updates[i].after) &&
               sv_eq(x->updates[i].ref, y->updates[i].ref);
    return same && same_texts(x->options, y->options, x->n_options) && same_texts(x->offers, y->offers, x->n_offers);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    AUTO(arena_free) struct arena a = {0};
    AUTO(buf_free) struct buf again = {0};
    struct sv frame = sv_n((const char *)data, size);
    struct hook_call call, second;
    struct err e = {0};
    if (hook_frame_read(frame, &a, &call, &e) < 0) {
        MUST(e.cls == ERR_INVALID && e.msg[0]);
        return 0;
    }
    MUST(call.n_updates <= HOOK_UPDATES_MOST && call.n_options <= HOOK_OPTIONS_MOST &&
         call.n_offers <= HOOK_OFFERS_MOST);
    MUST(hook_frame_write(&call, &again, &e) == 0);
    MUST(sv_eq(buf_view(&again), frame));
    MUST(hook_frame_read(buf_view(&again), &a, &second, &e) == 0 && same_call(&call, &second));
    return 0;
}
