/* SPDX-License-Identifier: Apache-2.0 */
#include "http/codec_state.h"

#define T CH_TOKEN
#define V CH_VALUE
#define R CH_TARGET
#define O CH_HOST
#define X CH_HEX
#define Q CH_QUOTED

const uint8_t codec_class[256] = {
    ['\t'] = V | Q,
    [' '] = V | Q,
    ['!'] = T | V | R | Q,
    ['"'] = V,
    ['#'] = T | V | Q,
    ['$'] = T | V | R | Q,
    ['%'] = T | V | R | Q,
    ['&'] = T | V | R | Q,
    ['\''] = T | V | R | Q,
    ['('] = V | R | Q,
    [')'] = V | R | Q,
    ['*'] = T | V | R | Q,
    ['+'] = T | V | R | Q,
    [','] = V | R | Q,
    ['-'] = T | V | R | O | Q,
    ['.'] = T | V | R | O | Q,
    ['/'] = V | R | Q,
    ['0' ... '9'] = T | V | R | O | X | Q,
    [':'] = V | R | Q,
    [';'] = V | R | Q,
    ['<'] = V | Q,
    ['='] = V | R | Q,
    ['>'] = V | Q,
    ['?'] = V | R | Q,
    ['@'] = V | R | Q,
    ['A' ... 'F'] = T | V | R | O | X | Q,
    ['G' ... 'Z'] = T | V | R | O | Q,
    ['['] = V | Q,
    ['\\'] = V,
    [']'] = V | Q,
    ['^'] = T | V | Q,
    ['_'] = T | V | R | O | Q,
    ['`'] = T | V | Q,
    ['a' ... 'f'] = T | V | R | O | X | Q,
    ['g' ... 'z'] = T | V | R | O | Q,
    ['{'] = V | Q,
    ['|'] = T | V | Q,
    ['}'] = V | Q,
    ['~'] = T | V | R | O | Q,
};

size_t codec_span(struct sv s, uint8_t class)
{
    size_t i = 0;
    while (i < s.n && codec_is(s.p[i], class))
        i++;
    return i;
}

int codec_hex(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}
