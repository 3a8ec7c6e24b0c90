/* SPDX-License-Identifier: Apache-2.0 */
#include "base/id.h"

static const int64_t EPOCH_MS = 1704067200000; /* 2024-01-01T00:00:00Z */
static const char digits[] = "0123456789abcdefghjkmnpqrstvwxyz";
enum { SEQ_BITS = 14, SHARD_BITS = 8 };
_Static_assert(ID_SEQ_MASK == (1 << SEQ_BITS) - 1, "id.h");

int64_t id_next(struct id_gen *g, int64_t now_ms, unsigned shard)
{
    if (now_ms > g->last_ms) {
        g->last_ms = now_ms;
        g->seq = 0;
    } else if (++g->seq >= 1u << SEQ_BITS) {
        g->last_ms++;
        g->seq = 0;
    }
    return (g->last_ms - EPOCH_MS) << (SEQ_BITS + SHARD_BITS) | (int64_t)(shard & 0xff) << SEQ_BITS | (int64_t)g->seq;
}

int64_t id_time_ms(int64_t id)
{
    return (id >> (SEQ_BITS + SHARD_BITS)) + EPOCH_MS;
}

void id_seen(struct id_gen *g, int64_t id)
{
    int64_t ms = id_time_ms(id);
    uint32_t seq = (uint32_t)(id & ((1 << SEQ_BITS) - 1));
    if (ms > g->last_ms) {
        g->last_ms = ms;
        g->seq = seq;
    } else if (ms == g->last_ms && seq > g->seq) {
        g->seq = seq;
    }
}

const char *id_text(int64_t id, char ret[ID_TEXT])
{
    for (int i = ID_TEXT - 2; i >= 0; i--, id >>= 5)
        ret[i] = digits[id & 31];
    ret[ID_TEXT - 1] = 0;
    return ret;
}

bool id_parse(struct sv text, int64_t *ret)
{
    if (text.n != ID_TEXT - 1)
        return false;
    int64_t v = 0;
    for (size_t i = 0; i < text.n; i++) {
        char c = text.p[i];
        if (c >= 'A' && c <= 'Z')
            c = (char)(c + 32);
        const char *at = c ? strchr(digits, c) : NULL;
        if (!at || (i == 0 && at - digits > 7))
            return false;
        v = v << 5 | (at - digits);
    }
    *ret = v;
    return v > 0;
}
