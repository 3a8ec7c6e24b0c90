/* SPDX-License-Identifier: Apache-2.0 */
/* An entry of `api.tokens` into the text of a server file: all else stays byte for byte. Pure. */
#pragma once
#include "server/cli/cli.h"

/* "--scope read,run" is the same as "--scope read --scope run": the bits of enum api_scope; 0 where none is said. */
MUST_USE int token_scopes(const struct cli_values *said, unsigned *ret);

/* The changed text, appended to *ret. -1: the text has a form in which that cannot be done safely, and *e says which;
 * `entry` is a mapping in one line, "{name: …}". */
MUST_USE int token_put(struct sv text, const char *entry, struct buf *ret, struct err *e);
