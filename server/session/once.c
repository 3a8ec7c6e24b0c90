/* SPDX-License-Identifier: Apache-2.0 */
#include "server/session/once.h"
#include <stdio.h>
#include <sys/random.h>
#include "fmt/enc.h"
#include "fmt/hmac.h"

enum { ONCE_BYTES = 32 };

static void remove_at(struct onces *o, size_t i)
{
    for (o->n--; i < o->n; i++)
        o->at[i] = o->at[i + 1];
}

static void forget(struct onces *o, msec_t now)
{
    for (size_t i = 0; i < o->n;)
        if (now >= o->at[i].ends)
            remove_at(o, i);
        else
            i++;
}

void once_new(struct onces *o, enum once_kind kind, const char *name, unsigned scopes, msec_t now, struct buf *ret)
{
    uint8_t bytes[ONCE_BYTES];
    size_t from = ret->n;
    forget(o, now);
    if (o->n == ONCE_MOST)
        remove_at(o, 0);
    struct once *x = &o->at[o->n++];
    *x = (struct once){.kind = kind, .scopes = scopes, .ends = now + ONCE_MS};
    snprintf(x->name, sizeof x->name, "%s", name);
    MUST(getrandom(bytes, sizeof bytes, 0) == (ssize_t)sizeof bytes);
    buf_str(ret, ONCE_PREFIX);
    base64url_put(ret, bytes, sizeof bytes);
    sha256(ret->p + from, ret->n - from, x->hash);
}

bool once_take(struct onces *o, struct sv text, msec_t now, struct once *ret)
{
    uint8_t hash[SHA256_LEN];
    size_t found = SIZE_MAX;
    forget(o, now);
    sha256(text.p, text.n, hash);
    for (size_t i = 0; i < o->n; i++)
        found = same_bytes(o->at[i].hash, sizeof o->at[i].hash, hash, sizeof hash) ? i : found;
    if (found == SIZE_MAX)
        return false;
    *ret = o->at[found];
    remove_at(o, found);
    return true;
}

void once_drop(struct onces *o, enum once_kind kind)
{
    for (size_t i = 0; i < o->n;)
        if (o->at[i].kind == kind)
            remove_at(o, i);
        else
            i++;
}
