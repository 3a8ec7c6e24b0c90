/* SPDX-License-Identifier: Apache-2.0 */
/* What `fettle help TOPIC` says, beyond the row of a verb. */
#pragma once

struct topic {
    const char *name; /* of a verb, or of its own */
    const char *text; /* whole lines */
};
extern const struct topic topics[]; /* name NULL at the end */
