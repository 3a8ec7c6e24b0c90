/* SPDX-License-Identifier: Apache-2.0 */
/* The parts of a report about this program and this machine. */
#pragma once
#include "config/conf.h"
#include "server/cli/cli.h"
#include "server/cli/veil.h"
#include "store/audit.h"

struct report {
    struct buf text;
    struct veil veil;
    char *store; /* NULL: the configuration has errors */
    int findings;
};
void bug_libraries(struct buf *out); /* a line each: name and version */
void bug_programs(struct buf *out);  /* what they say of themselves; "git: not found" */
