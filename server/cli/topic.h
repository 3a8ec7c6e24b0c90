/* SPDX-License-Identifier: Apache-2.0 */
/* What `fettle help TOPIC` says, beyond the row of a verb. */
#pragma once
#include "base/str.h"

struct topic {
    const char *name; /* of a verb, or of its own */
    const char *text; /* whole lines; NULL = what `write` says */
    void (*write)(struct buf *out);
};
extern const struct topic topics[]; /* name NULL at the end */
