/* SPDX-License-Identifier: Apache-2.0 */
/* A dead effect once more, because a person asks for it: what was wrong at the forge is mended. It is the same effect,
 * with the same key, so nothing is said twice. */
#pragma once
#include "core/effect.h"

struct redrive {
    struct arena arena; /* of the row; taken, when it is done, and empty then */
    struct effect *row; /* as it is on disk, its body parsed */
    int64_t newer;      /* the newest one behind it with the same serial key that was sent; 0 = none */
    const char *cause;  /* "asked for by …" */
    char problem[200];  /* why it was not done; "" = it was */
};
