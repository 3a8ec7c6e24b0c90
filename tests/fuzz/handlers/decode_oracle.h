/* SPDX-License-Identifier: Apache-2.0 */
/* What must hold for whatever a decoder is given: it answers 0, 1 or -1; a refusal has a reason; an event is written
 * as valid JSON in UTF-8; its refs, object ids and repositories have the form that git and forges allow. */
#pragma once
#include "core/forge_read.h"
#include "port/forge.h"

typedef int decode_fn(const struct delivery *d, struct sv payload, struct arena *arena, struct hook_event *ret,
                      struct err *e);

static inline void oracle_oid(const char *oid)
{
    MUST(!oid || oid_is_valid(sv_of(oid)));
}

static inline void oracle_event(const struct hook_event *ev)
{
    AUTO(buf_free) struct buf json = {0};
    struct err e = {0};
    hook_event_write(ev, &json);
    MUST(json_validate(buf_view(&json), NULL, &e) == 0);
    MUST(sv_bad_utf8(buf_view(&json)) < 0);
    MUST(ev->name && *ev->name);
    MUST(!ev->ref || ref_is_valid(sv_of(ev->ref)));
    MUST(!ev->tag || sv_ends(sv_of(ev->ref), sv_of(ev->tag)));
    MUST(!ev->repo.id || sv_ends(sv_of(ev->repo.id), sv_of(ev->repo.full_name)));
    MUST(!ev->repo.full_name || repo_path_is_nested(sv_of(ev->repo.full_name)) ||
         repo_path_is_plain(sv_of(ev->repo.full_name)));
    MUST(!ev->change.present || ev->change.number > 0);
    oracle_oid(ev->before);
    oracle_oid(ev->after);
    oracle_oid(ev->change.head_sha);
    oracle_oid(ev->change.base_sha);
}

/* The first byte picks the event, the rest is the body. */
static inline void oracle_run(decode_fn *decode, const char *const *events, size_t n_events, const uint8_t *data,
                              size_t size)
{
    if (size == 0)
        return;
    AUTO(arena_free) struct arena arena = {0};
    struct err e = {0};
    struct delivery d = {.forge = "f", .kind = "f", .event = events[data[0] % n_events]};
    struct hook_event ev = {.forge = "f", .delivery = "guid"};
    int rc = decode(&d, sv_n((const char *)data + 1, size - 1), &arena, &ev, &e);
    MUST(rc == 0 || rc == 1 || rc == -1);
    if (rc == 0)
        oracle_event(&ev);
    else
        MUST(e.cls == ERR_INVALID && e.msg[0]);
}
