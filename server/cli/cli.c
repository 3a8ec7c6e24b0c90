/* SPDX-License-Identifier: Apache-2.0 */
#include "server/cli/cli.h"
#include <stdlib.h>
#include <unistd.h>

const char *cli_config(int *argc, char **argv)
{
    const char *file = NULL;
    for (int i = 1; i + 1 < *argc; i++) {
        if (strcmp(argv[i], "-c") != 0 && strcmp(argv[i], "--config") != 0)
            continue;
        file = argv[i + 1];
        for (int k = i; k + 2 <= *argc; k++)
            argv[k] = argv[k + 2];
        *argc -= 2;
        break;
    }
    if (!file)
        file = getenv("FETTLE_CONFIG");
    if (!file)
        file = access("fettle.yaml", F_OK) == 0 ? "fettle.yaml" : "/etc/fettle/fettle.yaml";
    return file;
}
