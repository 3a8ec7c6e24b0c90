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
/* What an exit code means of that verb; NULL = it has none such. */
const char *help_exit(const struct cli_verb *verb, const struct cli_verb *sub, int code);
/* Groups of options that many verbs have, in the order in which they are told; NULL at the end. Texts that tell all
 * verbs tell these once. */
extern const struct cli_arg *const help_shared[];
bool help_is_shared(const struct cli_arg *group);
/* "fettle help commands": all of it, as Markdown. */
void reference_of_commands(struct buf *out);
