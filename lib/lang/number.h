/* SPDX-License-Identifier: Apache-2.0 */
/* Numbers of the expression language as text. Pure. */
#pragma once
#include "base/str.h"

/* White space around is ignored, "" is 0; decimal, 0x (hex), 0o (octal), Infinity; NaN for anything else. */
double number_parse(struct sv s);
/* With at most 15 digits (.NET's "G15"); -0 is "0". Borrows `ret` or a constant. */
struct sv number_text(double n, char ret[32]);
