/* SPDX-License-Identifier: Apache-2.0 */
/* One hex digit, for the readers of this room only. */
#pragma once

/* Its value, either case, or -1. */
static inline int hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    char low = (char)(c | 0x20);
    return low >= 'a' && low <= 'f' ? low - 'a' + 10 : -1;
}
