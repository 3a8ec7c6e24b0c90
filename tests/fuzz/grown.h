/* SPDX-License-Identifier: Apache-2.0 */
/* What fuzzers find is small, and what takes the square of its size shows only in large texts: a few lines or bytes of
 * an input, again and again, with other digits each time so that names differ. Which ones is a function of the input. */
#pragma once
#include "base/clk.h"

enum { GROWN_BYTES = 128 << 10, GROWN_EVERY = 32 /* one of so many inputs is grown, because that takes long */ };

static inline uint32_t grown_hash(struct sv text)
{
    uint32_t h = 2166136261u;
    for (size_t i = 0; i < text.n; i++)
        h = (h ^ (uint8_t)text.p[i]) * 16777619u;
    return h ^ h >> 15;
}

/* To the end of a line, for half of the inputs. */
static inline size_t grown_edge(struct sv text, size_t at, uint32_t h)
{
    ptrdiff_t newline = h & 1 ? sv_chr(sv_from(text, at), '\n') : -1;
    return newline < 0 ? at : at + (size_t)newline + 1;
}

/* False: this input is left as it is. */
static inline bool grown(struct sv text, struct buf *ret)
{
    uint32_t h = grown_hash(text);
    if (text.n < 4 || h % GROWN_EVERY)
        return false;
    h /= GROWN_EVERY;
    size_t from = grown_edge(text, h / 2 % text.n, h), to = grown_edge(text, from + h / 4096 % (text.n - from + 1), h);
    if (to == from)
        return false;
    buf_sv(ret, sv_cut(text, from));
    for (int i = 0; ret->n + (to - from) + (text.n - to) < GROWN_BYTES; i++)
        for (size_t k = from; k < to; k++) {
            if (text.p[k] >= '0' && text.p[k] <= '9')
                buf_int(ret, i);
            else
                buf_chr(ret, text.p[k]);
        }
    buf_sv(ret, sv_from(text, to));
    return true;
}

/* Processor time of this process since `start_us` for so many bytes. A busy machine does not make it longer, and it is
 * some five times what is taken with all sanitizers, so that only what grows faster than the text is a finding. */
static inline bool grown_in_time(int64_t start_us, size_t bytes)
{
    return clk_cpu_us() - start_us < 400000 + 5 * (int64_t)bytes;
}
