/* SPDX-License-Identifier: Apache-2.0 */
/* What is said about the verbs, out of their rows. */
#pragma once
#include "server/cli/cli.h"

/* To stdout; sub NULL = the verb. An exit code. */
int help_on(const struct cli_verb *verb, const struct cli_verb *sub);
/* The line of an option or operand: "-c, --config FILE", "RUN", "--state STATE". */
void help_arg_name(const struct cli_arg *a, struct buf *out);
/* Its doc, with the words that there are. */
void help_arg_doc(const struct cli_arg *a, struct buf *out);
