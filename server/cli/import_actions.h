/* SPDX-License-Identifier: Apache-2.0 */
/* What is known of other people's actions. */
#pragma once
#include "base/str.h"

enum known_verdict {
    KNOWN_BUILTIN, /* runs: there is one of the same meaning */
    KNOWN_HOST,    /* accepted: what it would install is expected on the host */
    KNOWN_SPARE,   /* can be left out: the job does its work without it */
    KNOWN_NEEDED   /* what it does has to be written as a script */
};

struct known_action {
    const char *name; /* "actions/setup-node"; "docker/" at the front stands for all of them */
    enum known_verdict verdict;
    const char *expects; /* KNOWN_HOST: on the host; else what to write instead */
};

/* `uses` without its version; never NULL: the last row stands for all others. */
const struct known_action *known_action(struct sv uses);
