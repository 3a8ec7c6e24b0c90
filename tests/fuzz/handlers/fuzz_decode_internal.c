/* SPDX-License-Identifier: Apache-2.0 */
/* What is read is written again as it was: the writer and the reader know the same body. */
#include "core/internal_event.h"
#include "decode_oracle.h"
#include "handlers/forge/internal/internal.h"

static const char *const events[] = {"internal"};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    oracle_run(internal_decode, events, ARRAY_LEN(events), data, size);
    if (size == 0)
        return 0;
    AUTO(arena_free) struct arena a = {0};
    AUTO(buf_free) struct buf first = {0}, second = {0};
    struct err e = {0};
    struct delivery d = {.forge = "internal", .kind = "internal", .event = "internal"};
    struct hook_event ev = {.forge = "internal"}, again = {.forge = "internal"};
    if (internal_decode(&d, sv_n((const char *)data + 1, size - 1), &a, &ev, &e) != 0)
        return 0;
    internal_event_write(&ev, &first);
    MUST(internal_decode(&d, buf_view(&first), &a, &again, &e) == 0);
    internal_event_write(&again, &second);
    MUST(sv_eq(buf_view(&first), buf_view(&second)));
    return 0;
}
