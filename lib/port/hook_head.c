/* SPDX-License-Identifier: Apache-2.0 */
#include "port/hook_head.h"
#include <assert.h>
#include "fmt/enc.h"

enum {
    NAME_MAX_BYTES = 100,
    ID_MAX_BYTES = 256,
    TIME_MAX_DIGITS = 12,
    V1_TEXT = 44 /* 32 bytes in base64 */
};

struct sv head_first(const struct hook_head *h, const char *const *names)
{
    for (; *names; names++) {
        struct sv v = head_get(h, *names);
        if (v.p)
            return v;
    }
    return SV_NONE;
}

struct sv head_first_filled(const struct hook_head *h, const char *const *names)
{
    for (; *names; names++) {
        struct sv v = head_get(h, *names);
        if (v.n)
            return v;
    }
    return SV_NONE;
}

enum hook_refusal head_read_type(const struct hook_head *h, enum hook_bodies allowed, struct hook_plan *ret)
{
    struct sv rest = head_get(h, "Content-Type"), type = SV_NONE;
    (void)sv_next(&rest, ';', &type);
    type = sv_trim(type);
    ret->form = false;
    if (sv_ieq(type, SV("application/json")))
        return HOOK_OK;
    if (allowed == BODY_JSON_OR_FORM && sv_ieq(type, SV("application/x-www-form-urlencoded"))) {
        ret->form = true;
        return HOOK_OK;
    }
    return HOOK_BAD_TYPE;
}

static bool is_printable(struct sv s, char lowest)
{
    for (size_t i = 0; i < s.n; i++)
        if (s.p[i] < lowest || s.p[i] > '~')
            return false;
    return true;
}

enum hook_refusal head_read_ids(struct sv event, struct sv guid, struct hook_plan *ret)
{
    if (event.n == 0)
        return HOOK_NO_EVENT;
    if (event.n > NAME_MAX_BYTES || !is_printable(event, ' ') || guid.n > ID_MAX_BYTES || !is_printable(guid, '!'))
        return HOOK_BAD_HEADER;
    ret->event = event;
    ret->guid = guid.n ? guid : SV_NONE;
    return HOOK_OK;
}

enum hook_refusal head_read_hex(struct sv signature, struct sv prefix, struct hook_plan *ret)
{
    ret->scheme = SCHEME_HMAC;
    ret->n_digests = 0;
    if (signature.n == 0)
        return HOOK_NO_SIGNATURE;
    if (!sv_starts(signature, prefix))
        return HOOK_BAD_SIGNATURE;
    struct sv hex = sv_from(signature, prefix.n);
    if (hex.n == 0) /* a hook without a secret, at Gitea */
        return HOOK_NO_SIGNATURE;
    if (!hex_get(hex, ret->digests, SHA256_LEN))
        return HOOK_BAD_SIGNATURE;
    ret->n_digests = 1;
    return HOOK_OK;
}

static enum hook_refusal read_v1_list(struct sv list, struct hook_plan *ret)
{
    struct sv entry;
    while (sv_next(&list, ' ', &entry)) {
        uint8_t digest[V1_TEXT / 4 * 3];
        size_t n = 0;
        struct sv text = sv_from(entry, 3);
        if (!sv_starts(entry, SV("v1,")) || text.n != V1_TEXT || !base64_get(text, digest, &n) || n != SHA256_LEN)
            continue;
        if (ret->n_digests == HOOK_DIGESTS)
            return HOOK_BAD_SIGNATURE;
        memcpy(ret->digests + ret->n_digests++ * SHA256_LEN, digest, SHA256_LEN);
    }
    return ret->n_digests ? HOOK_OK : HOOK_BAD_SIGNATURE;
}

enum hook_refusal head_read_standard(const struct hook_head *h, struct hook_plan *ret)
{
    struct sv id = head_get(h, "webhook-id"), time = head_get(h, "webhook-timestamp");
    struct sv signature = head_get(h, "webhook-signature");
    ret->scheme = SCHEME_WHSEC;
    ret->n_digests = 0;
    if (signature.n == 0)
        return HOOK_NO_SIGNATURE;
    /* A dot in either would let one signed text be read as two different ones. */
    if (id.n == 0 || id.n > ID_MAX_BYTES || !is_printable(id, '!') || sv_chr(id, '.') >= 0)
        return HOOK_BAD_HEADER;
    if (time.n == 0 || time.n > TIME_MAX_DIGITS || time.p[0] == '0' || !sv_int(time, &ret->timestamp_s) ||
        ret->timestamp_s <= 0)
        return HOOK_BAD_HEADER;
    _Static_assert(ID_MAX_BYTES + TIME_MAX_DIGITS + 2 <= sizeof ret->prefix, "the prefix always fits");
    struct sv parts[] = {id, SV("."), time, SV(".")};
    ret->prefix_n = 0;
    for (size_t i = 0; i < ARRAY_LEN(parts); i++) {
        memcpy(ret->prefix + ret->prefix_n, parts[i].p, parts[i].n);
        ret->prefix_n += parts[i].n;
    }
    ret->guid = id;
    return read_v1_list(signature, ret);
}
