/* SPDX-License-Identifier: Apache-2.0 */
#include "server/cli/cli.h"

const struct cli_verb cli_verbs[] = {
    {"serve", "[-c FILE] [--check]", "the server; --check validates everything and exits", cli_serve},
    {"lab", "start|deliver|fault|ledger|state ...", "an emulated forge to try workflows against", cli_lab},
    {NULL, NULL, NULL, NULL},
};
