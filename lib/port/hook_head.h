/* SPDX-License-Identifier: Apache-2.0 */
/* What the forges' readers of webhook heads share. Pure. */
#pragma once
#include "port/forge.h"

/* SV_NONE if absent. */
static inline struct sv head_get(const struct hook_head *h, const char *name)
{
    return h->header(h->ctx, name);
}

/* The first of the headers (names end with NULL) that is there; SV_NONE if none is. */
struct sv head_first(const struct hook_head *h, const char *const *names);
/* The same, but one without a value does not count. */
struct sv head_first_filled(const struct hook_head *h, const char *const *names);

enum hook_bodies { BODY_JSON, BODY_JSON_OR_FORM };
/* Content-Type: the media type alone is compared, parameters may follow. Sets ret->form. */
enum hook_refusal head_read_type(const struct hook_head *h, enum hook_bodies allowed, struct hook_plan *ret);
/* The event is needed (1 to 100 printable characters), the delivery id (the same without blanks) is not. Empty counts
 * as absent. */
enum hook_refusal head_read_ids(struct sv event, struct sv guid, struct hook_plan *ret);
/* One HMAC-SHA256 in hex behind `prefix`: exactly 64 digits. Absent or empty is HOOK_NO_SIGNATURE. */
enum hook_refusal head_read_hex(struct sv signature, struct sv prefix, struct hook_plan *ret);
/* Standard Webhooks 1.0: webhook-id, webhook-timestamp and the `v1,` entries of webhook-signature; other versions and
 * entries that can not be one are passed over. Sets scheme, digests, prefix, timestamp_s and guid. */
enum hook_refusal head_read_standard(const struct hook_head *h, struct hook_plan *ret);
