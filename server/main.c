/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include "server/cli/cli.h"

static int usage(FILE *to)
{
    fprintf(to, "fettle " FETTLE_VERSION ": runs workflows on what git forges tell it\n\nusage: fettle VERB [ARGUMENTS]\n\n");
    for (const struct cli_verb *v = cli_verbs; v->name; v++)
        fprintf(to, "  %-12s %-44s %s\n", v->name, v->args, v->doc);
    return to == stdout ? CLI_OK : CLI_USAGE;
}

int main(int argc, char **argv)
{
    if (argc < 2)
        return usage(stderr);
    const char *verb = argv[1];
    if (strcmp(verb, "--help") == 0 || strcmp(verb, "-h") == 0)
        return usage(stdout);
    if (strcmp(verb, "--version") == 0) {
        printf("fettle " FETTLE_VERSION "\n");
        return CLI_OK;
    }
    for (const struct cli_verb *v = cli_verbs; v->name; v++)
        if (strcmp(verb, v->name) == 0)
            return v->run(argc - 1, argv + 1);
    fprintf(stderr, "fettle: there is no verb \"%s\"\n", verb);
    return usage(stderr);
}
