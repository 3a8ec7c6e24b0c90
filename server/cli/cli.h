/* SPDX-License-Identifier: Apache-2.0 */
/* The command line: one row a verb; help, completion and dispatch come from the table. */
#pragma once
#include "base/err.h"
#include "base/str.h"

enum cli_exit {
    CLI_OK = 0,
    CLI_FAILED = 1,
    CLI_USAGE = 2,
    CLI_INVALID = 3,
    CLI_MISSING = 4,
    CLI_DENIED = 5,
    CLI_UNREACHABLE = 6,
    CLI_TIMEOUT = 7,
    CLI_CONFLICT = 8
};

struct cli_verb {
    const char *name, *args, *doc;
    int (*run)(int argc, char **argv); /* argv[0] is the verb; returns an exit code */
};
extern const struct cli_verb cli_verbs[]; /* name NULL at the end */

/* "-c FILE" / "--config FILE" anywhere in argv (removed), else FETTLE_CONFIG, else ./fettle.yaml, else
 * /etc/fettle/fettle.yaml. Borrowed. */
const char *cli_config(int *argc, char **argv);

int cli_serve(int argc, char **argv);
int cli_lab(int argc, char **argv);
