/* SPDX-License-Identifier: Apache-2.0 */
/* Of what is read, the ends of a ref are of one kind, one of them at least is there, and it is said whether it counts.
 */
#include "decode_oracle.h"
#include "handlers/forge/bare/bare.h"

static const char *const events[] = {"pre-push", "post-receive"};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    oracle_run(bare_decode, events, ARRAY_LEN(events), data, size);
    if (size == 0)
        return 0;
    AUTO(arena_free) struct arena a = {0};
    struct err e = {0};
    struct delivery d = {.forge = "f", .kind = "bare", .event = "pre-push"};
    struct hook_event ev = {.forge = "f"};
    if (bare_decode(&d, sv_n((const char *)data + 1, size - 1), &a, &ev, &e) != 0)
        return 0;
    MUST(ev.trusted != UNKNOWN && ev.ref && strlen(ev.before) == strlen(ev.after));
    MUST(!(oid_is_zero(ev.before) && oid_is_zero(ev.after)));
    MUST(ev.received == (strcmp(ev.name, "push") == 0));
    return 0;
}
