/* SPDX-License-Identifier: Apache-2.0 */
/* What `fettle help TOPIC` says, beyond the row of a verb. */
#pragma once
#include "base/str.h"

struct topic {
    const char *name; /* of a verb, or of its own */
    const char *text; /* whole lines */
};
extern const struct topic topics[]; /* name NULL at the end */

struct topic_written { /* made out of tables */
    const char *name;
    void (*write)(struct buf *out);
};
extern const struct topic_written topics_written[]; /* name NULL at the end */
