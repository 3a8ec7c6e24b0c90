/* SPDX-License-Identifier: Apache-2.0 */
#include "server/cli/cli.h"

#define VERB(name) extern const struct cli_verb verb_##name;
#include "server/cli/verbs.h"
#undef VERB

const struct cli_verb *const cli_verbs[] = {
#define VERB(name) &verb_##name,
#include "server/cli/verbs.h"
#undef VERB
    NULL,
};
