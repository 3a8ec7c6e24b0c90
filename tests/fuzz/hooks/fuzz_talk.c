/* SPDX-License-Identifier: Apache-2.0 */
/* Bytes cut into pieces give the same items and the same error as in one piece; a call among them is the frame that
 * hook_frame_read takes; and what was read can be written again as the same bytes. The first byte chooses the side, the
 * second seeds where it is cut. */
#include <stdint.h>
#include "hooks/head.h"
#include "hooks/talk.h"
#include "hooks/text.h"
#include "hooks/wire.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct heard {
    struct buf items;   /* kind, length, value of each */
    struct buf written; /* the same bytes again */
    size_t n;
    int rc;
    bool is_done;
    struct err e;
};

static void check_call(struct sv frame)
{
    AUTO(arena_free) struct arena a = {0};
    struct hook_call call;
    struct err e = {0};
    MUST(hook_frame_read(frame, &a, &call, &e) == 0);
}

static void keep(struct heard *to, struct hook_out *w, struct hook_item item)
{
    struct err e = {0};
    buf_fmt(&to->items, "%d %zu ", (int)item.kind, item.value.n);
    buf_sv(&to->items, item.value);
    to->n++;
    if (item.kind == HOOK_CALL) {
        check_call(item.value);
        buf_sv(&to->written, item.value);
        return;
    }
    if (item.kind == HOOK_TEXT || item.kind == HOOK_NO_PACK)
        MUST(hook_text_is_clean(item.value));
    MUST(hook_out_put(w, item, &to->written, &e) == 0);
}

static void hear(enum hook_side side, struct sv bytes, unsigned seed, struct heard *ret)
{
    AUTO(hook_in_free) struct hook_in *in = hook_in_new(side);
    AUTO(hook_out_free) struct hook_out *w = hook_out_new(side);
    struct hook_item item;
    *ret = (struct heard){0};
    while (bytes.n && ret->rc == 0) {
        seed = seed * 1103515245 + 12345;
        size_t piece = seed % 2 ? 1 + seed / 65536 % 7 : bytes.n;
        hook_in_add(in, sv_cut(bytes, piece));
        bytes = sv_from(bytes, piece);
        while ((ret->rc = hook_in_next(in, &item, &ret->e)) > 0)
            keep(ret, w, item);
    }
    ret->is_done = hook_in_is_done(in);
}

static void forget(struct heard *h)
{
    buf_free(&h->items);
    buf_free(&h->written);
}

static void check_head(struct sv bytes)
{
    AUTO(buf_free) struct buf clean = {0};
    size_t used = 0;
    struct err e = {0};
    int rc = hook_answer_read(bytes, &used, &e);
    MUST(rc <= 0 || (used > 0 && used <= bytes.n));
    MUST(rc >= 0 || e.msg[0]);
    hook_text_clean(bytes, &clean);
    MUST(hook_text_is_clean(buf_view(&clean)));
    MUST(!hook_text_is_clean(bytes) || sv_eq(bytes, buf_view(&clean)));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct heard whole, cut;
    if (size < 2)
        return 0;
    enum hook_side side = data[0] & 1 ? HOOK_SERVER : HOOK_CLIENT;
    struct sv bytes = sv_n((const char *)data + 2, size - 2);
    check_head(bytes);
    hear(side, bytes, 0, &whole);
    hear(side, bytes, data[1] | 1u, &cut);
    MUST(whole.n == cut.n && whole.rc == cut.rc && whole.is_done == cut.is_done);
    MUST(sv_eq(buf_view(&whole.items), buf_view(&cut.items)));
    MUST(whole.rc == 0 || (whole.e.cls == ERR_INVALID && strcmp(whole.e.msg, cut.e.msg) == 0));
    MUST(sv_starts(bytes, buf_view(&whole.written)));
    MUST(!whole.is_done || whole.rc < 0 || whole.written.n == bytes.n);
    forget(&whole);
    forget(&cut);
    return 0;
}
