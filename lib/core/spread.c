/* SPDX-License-Identifier: Apache-2.0 */
#include "core/spread.h"

enum { PARTS = 8, PART_BITS = 3 }; /* classes of one power of two */

static size_t class_of(msec_t ms)
{
    uint64_t v = ms < 0 ? 0 : ms > UINT32_MAX ? UINT32_MAX : (uint64_t)ms;
    if (v < PARTS)
        return (size_t)v;
    int top = 63 - __builtin_clzll(v);
    return (size_t)(top - PART_BITS + 1) * PARTS + ((v >> (top - PART_BITS)) & (PARTS - 1));
}

static msec_t middle_of(size_t class)
{
    if (class < 2 * PARTS)
        return (msec_t) class;
    int shift = (int)(class / PARTS) - 1;
    msec_t least = (msec_t)(PARTS + class % PARTS) << shift;
    return least + ((msec_t)1 << shift) / 2;
}

void spread_add(struct spread *s, msec_t ms)
{
    s->n[class_of(ms)]++;
}

msec_t spread_quantile(const struct spread *s, double part)
{
    uint64_t all = 0, seen = 0;
    for (size_t i = 0; i < SPREAD_CLASSES; i++)
        all += s->n[i];
    for (size_t i = 0; i < SPREAD_CLASSES; i++) {
        seen += s->n[i];
        if (seen && (double)seen >= part * (double)all)
            return middle_of(i);
    }
    return -1;
}

void spread_pack(const struct spread *s, struct buf *ret)
{
    for (size_t i = 0; i < SPREAD_CLASSES; i++) {
        if (!s->n[i])
            continue;
        buf_chr(ret, (char)(unsigned char)i);
        uint32_t n = s->n[i];
        for (; n >= 0x80; n >>= 7)
            buf_chr(ret, (char)(unsigned char)(n | 0x80));
        buf_chr(ret, (char)(unsigned char)n);
    }
}

void spread_unpack(struct spread *s, struct sv packed)
{
    const unsigned char *p = (const unsigned char *)packed.p;
    for (size_t at = 0; at < packed.n;) {
        size_t class = p[at++];
        uint32_t n = 0;
        int shift = 0;
        while (at < packed.n && p[at] & 0x80 && shift < 28) {
            n |= (uint32_t)(p[at++] & 0x7f) << shift;
            shift += 7;
        }
        if (at == packed.n || class >= SPREAD_CLASSES)
            return;
        s->n[class] += n | (uint32_t)p[at++] << shift;
    }
}
