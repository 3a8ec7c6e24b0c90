/* SPDX-License-Identifier: Apache-2.0 */
/* UTF-8, for the readers and writers of this room only. */
#pragma once
#include <stddef.h>
#include <stdint.h>

/* Length of the well-formed sequence that starts at p < end; 0 if there is none. The ranges are those of
 * RFC 3629 §4: no overlong forms, no surrogates, nothing above U+10FFFF. */
static inline size_t utf8_len(const uint8_t *p, const uint8_t *end)
{
    uint8_t c = p[0];
    if (c < 0x80)
        return 1;
    size_t len = c >= 0xf0 ? 4 : c >= 0xe0 ? 3 : 2;
    if (c < 0xc2 || c > 0xf4 || (size_t)(end - p) < len)
        return 0;
    uint8_t lo = c == 0xe0 ? 0xa0 : c == 0xf0 ? 0x90 : 0x80;
    uint8_t hi = c == 0xed ? 0x9f : c == 0xf4 ? 0x8f : 0xbf;
    if (p[1] < lo || p[1] > hi)
        return 0;
    for (size_t i = 2; i < len; i++)
        if ((p[i] & 0xc0) != 0x80)
            return 0;
    return len;
}
